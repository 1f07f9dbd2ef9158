use mailgun_core::{Call, Client, Confirmation, Fields, Operation, de};
use serde::{Deserialize, Serialize};

pub(crate) const LIST: Operation = Operation::get("/v3/exports");
pub(crate) const GET: Operation = Operation::get("/v3/exports/{id}");
pub(crate) const CREATE: Operation = Operation::post("/v3/exports");
pub(crate) const DOWNLOAD_URL: Operation = Operation::get("/v3/exports/{id}/download_url");

/// Exports of events to a file. Mailgun no longer documents them.
#[derive(Clone, Debug)]
pub struct Exports {
    pub(crate) client: Client,
}

impl Exports {
    /// Lists the exports of the past 24 hours. The response has all of them.
    ///
    /// `GET /v3/exports`
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # #[allow(deprecated)]
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// for export in account.exports().list(Default::default()).await? {
    ///     println!("{} {}", export.id, export.status);
    /// }
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "read the events or the logs instead")]
    pub fn list(&self, params: ListExports) -> Call<Vec<Export>> {
        self.client.call_list(LIST, &[], "items").query(params)
    }

    /// Gets an export by its id.
    ///
    /// `GET /v3/exports/{id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # #[allow(deprecated)]
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// println!("{}", account.exports().get("7").await?.status);
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "read the events or the logs instead")]
    pub fn get(&self, id: &str) -> Call<Export> {
        self.client.call(GET, &[id])
    }

    /// Exports what a URL of the API returns, such as a listing of events.
    ///
    /// `POST /v3/exports`. A second call makes a second export, so it is not retried if its outcome
    /// is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if the URL cannot be exported.
    ///
    /// ```no_run
    /// # #[allow(deprecated)]
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// account.exports().create("/v3/mg.example.com/events").await?;
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "read the events or the logs instead")]
    pub fn create(&self, url: impl Into<String>) -> Call<Confirmation> {
        let mut form = Fields::new();
        form.set("url", url.into());
        self.client.call(CREATE, &[]).form(form)
    }

    /// Gets a temporary download URL for the file of an export. Anyone who has the URL can download
    /// the file.
    ///
    /// `GET /v3/exports/{id}/download_url`. Mailgun responds with a redirect to its storage. The
    /// client returns the location and does not follow it, because the API key must not be sent
    /// there.
    ///
    /// # Errors
    ///
    /// Returns 404 if the export does not exist.
    ///
    /// ```no_run
    /// # #[allow(deprecated)]
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// let link = account.exports().download_url("7").await?;
    /// # let _ = link;
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "read the events or the logs instead")]
    pub fn download_url(&self, id: &str) -> Call<String> {
        self.client.call_location(DOWNLOAD_URL, &[id])
    }
}

mailgun_core::params! {
    /// Filters for listing exports.
    pub struct ListExports;
}

impl ListExports {
    /// Lists only exports of this URL.
    pub fn url(self, url: impl Into<String>) -> Self {
        self.set("url", url.into())
    }
}

/// An export of events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Export {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The progress of the export, such as `complete`.
    #[serde(deserialize_with = "de::null_default")]
    pub status: String,
    /// The exported URL.
    #[serde(deserialize_with = "de::null_default")]
    pub url: String,
}
