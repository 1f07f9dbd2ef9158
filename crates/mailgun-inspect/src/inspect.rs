use mailgun_core::{Call, Client, Operation};
use serde_json::Value;

use crate::Previews;

pub(crate) const ANALYZE: Operation = Operation::get("/v1/inspect/analyze");

/// Mailgun Inspect.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::inspect::ListPreviews;
///
/// let pager = mailgun.inspect().previews().list(ListPreviews::new());
/// println!("{} previews", pager.collect().await?.len());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Inspect {
    client: Client,
}

impl Inspect {
    /// Inspect for the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Previews of a mail in many clients.
    pub fn previews(&self) -> Previews {
        Previews { client: self.client.clone() }
    }

    /// Gets the analysis of Mailgun Inspect.
    ///
    /// `GET /v1/inspect/analyze`. Mailgun documents neither its parameters nor its response, so the
    /// JSON is returned unchanged. Pass parameters with [`Call::query`].
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(inspect: mailgun::inspect::Inspect) -> Result<(), mailgun::Error> {
    /// println!("{:#}", inspect.analyze().await?);
    /// # Ok(()) }
    /// ```
    pub fn analyze(&self) -> Call<Value> {
        self.client.call(ANALYZE, &[])
    }
}
