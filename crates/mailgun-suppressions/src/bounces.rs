use mailgun_core::{
    Call, Chunks, Client, Confirmation, Error, Fields, LinkPage, Operation, Pager, Timestamp, de,
};
use mailgun_types::Csv;
use serde::{Deserialize, Serialize};

use crate::{
    ListSuppressions, SuppressionResponse,
    list::{self, MAX_RECORDS},
    record,
};

pub(crate) const LIST: Operation = Operation::get("/v3/{domain}/bounces");
pub(crate) const GET: Operation = Operation::get("/v3/{domain}/bounces/{address}");
pub(crate) const CREATE: Operation = Operation::post("/v3/{domain}/bounces").idempotent();
pub(crate) const IMPORT: Operation = Operation::post("/v3/{domain}/bounces/import").idempotent();
pub(crate) const DELETE: Operation =
    Operation::delete("/v3/{domain}/bounces/{address}").idempotent();
// A repeat would delete what was added since.
pub(crate) const DELETE_ALL: Operation = Operation::delete("/v3/{domain}/bounces");

const COLUMNS: [&str; 4] = ["address", "code", "error", "created_at"];

/// Addresses of a domain that refused mail for good, with a mailbox that does not exist for
/// example.
///
/// Mail to them is accepted and then fails with the reason `suppress-bounce`. Refusals that may
/// pass, and mail refused as spam, are not in this list.
#[derive(Clone, Debug)]
pub struct Bounces {
    pub(crate) client: Client,
    pub(crate) domain: String,
}

impl Bounces {
    /// Lists the bounced addresses.
    ///
    /// `GET /v3/{domain}/bounces`
    ///
    /// # Errors
    ///
    /// Status 400 for a parameter that Mailgun does not understand.
    ///
    /// ```no_run
    /// # async fn example(bounces: mailgun_suppressions::Bounces) -> Result<(), mailgun_core::Error> {
    /// use mailgun_suppressions::ListSuppressions;
    ///
    /// let mut pager = bounces.list(ListSuppressions::new().limit(1000));
    /// while let Some(page) = pager.next_page().await? {
    ///     for bounce in page {
    ///         println!("{} {:?} {}", bounce.address, bounce.code, bounce.error);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListSuppressions) -> Pager<Bounce> {
        let call = self.client.call::<LinkPage<Bounce>>(LIST, &[&self.domain]);
        Pager::links(call.query(params))
    }

    /// The bounce of an address.
    ///
    /// `GET /v3/{domain}/bounces/{address}`
    ///
    /// # Errors
    ///
    /// Status 404 if the address is not in the list.
    ///
    /// ```no_run
    /// # async fn example(bounces: mailgun_suppressions::Bounces) -> Result<(), mailgun_core::Error> {
    /// println!("{}", bounces.get("bob@example.com").await?.error);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, address: &str) -> Call<Bounce> {
        self.client.call(GET, &[&self.domain, address])
    }

    /// Adds an address.
    ///
    /// `POST /v3/{domain}/bounces`, as a form.
    ///
    /// # Errors
    ///
    /// Status 400 for an invalid address, code or date.
    ///
    /// ```no_run
    /// # async fn example(bounces: mailgun_suppressions::Bounces) -> Result<(), mailgun_core::Error> {
    /// use mailgun_suppressions::NewBounce;
    ///
    /// bounces.create(NewBounce::new("bob@example.com").error("No such mailbox")).await?;
    /// # Ok(()) }
    /// ```
    pub fn create(&self, bounce: NewBounce) -> Call<SuppressionResponse> {
        self.client.call(CREATE, &[&self.domain]).form(bounce.0)
    }

    /// Adds any number of addresses.
    ///
    /// `POST /v3/{domain}/bounces`, as JSON, once for each 1000 addresses. There is one result for
    /// each call, and a call that fails does not keep the next from being made.
    ///
    /// # Errors
    ///
    /// Of a chunk: status 400 for a record that Mailgun does not understand.
    ///
    /// ```no_run
    /// # async fn example(bounces: mailgun_suppressions::Bounces) -> Result<(), mailgun_core::Error> {
    /// use mailgun_suppressions::NewBounce;
    ///
    /// let gone = (0..2500).map(|i| NewBounce::new(format!("user{i}@example.com")).code("550"));
    /// for chunk in bounces.create_many(gone).await {
    ///     println!("{:?}: {}", chunk.positions, chunk.result?.message);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn create_many(
        &self,
        bounces: impl IntoIterator<Item = NewBounce>,
    ) -> Chunks<Confirmation> {
        let Self { client, domain } = self.clone();
        Chunks::new(bounces.into_iter().collect(), MAX_RECORDS, move |bounces: &[NewBounce]| {
            client.call(CREATE, &[&domain]).json(bounces)
        })
    }

    /// Adds the addresses of a CSV file with the columns `address` and, where there is more to
    /// tell, `code`, `error` and `created_at`.
    ///
    /// `POST /v3/{domain}/bounces/import`. Mailgun reads the file after it has replied. The columns
    /// are those of [`NewBounce`], which can write such a file.
    ///
    /// # Errors
    ///
    /// Before anything is connected: a column that the list does not know, or none with addresses
    /// ([`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput)); a file over 25 MiB
    /// ([`ErrorKind::TooLarge`](mailgun_core::ErrorKind::TooLarge)). Status 400 for a file that Mailgun
    /// cannot read.
    ///
    /// ```no_run
    /// # async fn example(bounces: mailgun_suppressions::Bounces) -> Result<(), mailgun_core::Error> {
    /// use mailgun_suppressions::Csv;
    ///
    /// bounces.import(Csv::from_path("bounces.csv").await?).await?;
    /// # Ok(()) }
    /// ```
    pub fn import(&self, csv: Csv) -> Call<Confirmation> {
        let [address, optional @ ..] = COLUMNS;
        list::import(self.client.call(IMPORT, &[&self.domain]), csv, &[address], &optional)
    }

    /// Takes an address off the list: mail is delivered to it again, until it bounces again.
    ///
    /// `DELETE /v3/{domain}/bounces/{address}`
    ///
    /// # Errors
    ///
    /// Status 404 if the address is not in the list.
    ///
    /// ```no_run
    /// # async fn example(bounces: mailgun_suppressions::Bounces) -> Result<(), mailgun_core::Error> {
    /// bounces.delete("bob@example.com").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, address: &str) -> Call<SuppressionResponse> {
        self.client.call(DELETE, &[&self.domain, address])
    }

    /// Takes all addresses off the list: mail is delivered to them again.
    ///
    /// `DELETE /v3/{domain}/bounces`
    ///
    /// # Errors
    ///
    /// Status 400 or 404 if Mailgun cannot do it for this domain.
    ///
    /// ```no_run
    /// # async fn example(bounces: mailgun_suppressions::Bounces) -> Result<(), mailgun_core::Error> {
    /// println!("{}", bounces.delete_all().await?.message);
    /// # Ok(()) }
    /// ```
    pub fn delete_all(&self) -> Call<Confirmation> {
        self.client.call(DELETE_ALL, &[&self.domain])
    }
}

/// An address that refused mail for good.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Bounce {
    /// The address.
    #[serde(deserialize_with = "de::null_default")]
    pub address: String,
    /// The SMTP code of the refusal, `550` for example.
    #[serde(deserialize_with = "de::string_or_number")]
    pub code: Option<String>,
    /// The words of the refusal.
    #[serde(deserialize_with = "de::null_default")]
    pub error: String,
    /// The hash of the message that bounced, where the server tells it.
    #[serde(rename = "MessageHash", deserialize_with = "de::string_or_number")]
    pub message_hash: Option<String>,
    /// When it bounced.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
}

/// An address to add to the bounces.
///
/// ```
/// use mailgun_suppressions::NewBounce;
///
/// let gone = ["bob@example.com", "al@example.com"].map(|address| {
///     NewBounce::new(address).code("550").error("No such mailbox")
/// });
/// let csv = NewBounce::csv(gone)?;
/// assert_eq!(csv.columns(), ["address", "code", "error", "created_at"]);
/// # Ok::<(), mailgun_core::Error>(())
/// ```
#[derive(Clone, Debug, Serialize)]
#[must_use]
pub struct NewBounce(#[serde(serialize_with = "record::serialize")] Fields);

impl NewBounce {
    /// This address; Mailgun's defaults hold for what is not set.
    pub fn new(address: impl Into<String>) -> Self {
        Self(record::with("address", address))
    }

    /// The SMTP code of the refusal; `550` when not set.
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.0.set("code", code.into());
        self
    }

    /// The words of the refusal; none when not set.
    pub fn error(mut self, error: impl Into<String>) -> Self {
        self.0.set("error", error.into());
        self
    }

    /// When it bounced; now when not set.
    pub fn created_at(mut self, created_at: impl Into<Timestamp>) -> Self {
        self.0.set("created_at", created_at.into());
        self
    }

    /// A file for [`Bounces::import`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if it cannot be written.
    pub fn csv(bounces: impl IntoIterator<Item = Self>) -> Result<Csv, Error> {
        let rows = bounces.into_iter().map(|bounce| record::row(&bounce.0, COLUMNS));
        record::csv("bounces.csv", COLUMNS, rows)
    }
}
