use mailgun_core::{
    Call, Client, Confirmation, Error, Fields, LinkPage, Operation, Pager, Timestamp, de,
};
use mailgun_types::Csv;
use serde::{Deserialize, Serialize};

use crate::{ListSuppressions, list, record};

pub(crate) const LIST: Operation = Operation::get("/v3/{domain}/whitelists");
pub(crate) const GET: Operation = Operation::get("/v3/{domain}/whitelists/{value}");
pub(crate) const CREATE: Operation = Operation::post("/v3/{domain}/whitelists").idempotent();
pub(crate) const IMPORT: Operation = Operation::post("/v3/{domain}/whitelists/import").idempotent();
pub(crate) const DELETE: Operation =
    Operation::delete("/v3/{domain}/whitelists/{value}").idempotent();
// A repeat would delete what was added since.
pub(crate) const DELETE_ALL: Operation = Operation::delete("/v3/{domain}/whitelists");

const COLUMNS: [&str; 2] = ["address", "domain"];

/// Addresses and domains of recipients that Mailgun never adds to the bounces.
///
/// For tests with mail servers of one's own, for example. It has no effect on unsubscribes and
/// complaints.
#[derive(Clone, Debug)]
pub struct Allowlist {
    pub(crate) client: Client,
    pub(crate) domain: String,
}

impl Allowlist {
    /// Lists the allowed addresses and domains.
    ///
    /// `GET /v3/{domain}/whitelists`
    ///
    /// # Errors
    ///
    /// Status 400 for a parameter that Mailgun does not understand.
    ///
    /// ```no_run
    /// # async fn example(allowlist: mailgun_suppressions::Allowlist) -> Result<(), mailgun_core::Error> {
    /// use mailgun_suppressions::ListSuppressions;
    ///
    /// let mut pager = allowlist.list(ListSuppressions::new());
    /// while let Some(page) = pager.next_page().await? {
    ///     for entry in page {
    ///         println!("{} ({})", entry.value, entry.reason);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListSuppressions) -> Pager<AllowlistEntry> {
        let call = self.client.call::<LinkPage<AllowlistEntry>>(LIST, &[&self.domain]);
        Pager::links(call.query(params))
    }

    /// The entry of an address or a domain.
    ///
    /// `GET /v3/{domain}/whitelists/{value}`
    ///
    /// # Errors
    ///
    /// Status 404 if it is not in the list; an address is not, where only its domain is.
    ///
    /// ```no_run
    /// # async fn example(allowlist: mailgun_suppressions::Allowlist) -> Result<(), mailgun_core::Error> {
    /// println!("{:?}", allowlist.get("example.com").await?.created_at);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, value: &str) -> Call<AllowlistEntry> {
        self.client.call(GET, &[&self.domain, value])
    }

    /// Adds an address or a domain.
    ///
    /// `POST /v3/{domain}/whitelists`. There is no way to add several by one call, other than a
    /// file.
    ///
    /// # Errors
    ///
    /// Status 400 for an invalid address or domain.
    ///
    /// ```no_run
    /// # async fn example(allowlist: mailgun_suppressions::Allowlist) -> Result<(), mailgun_core::Error> {
    /// use mailgun_suppressions::NewAllowlistEntry;
    ///
    /// allowlist.create(NewAllowlistEntry::address("bob@example.com")).await?;
    /// allowlist.create(NewAllowlistEntry::domain("example.org").reason("our test server")).await?;
    /// # Ok(()) }
    /// ```
    pub fn create(&self, entry: NewAllowlistEntry) -> Call<AllowlistResponse> {
        self.client.call(CREATE, &[&self.domain]).multipart(entry.0)
    }

    /// Adds the entries of a CSV file with the columns `address` and `domain`, one of which each
    /// row has.
    ///
    /// `POST /v3/{domain}/whitelists/import`. Mailgun reads the file after it has replied.
    /// [`NewAllowlistEntry`] can write such a file.
    ///
    /// # Errors
    ///
    /// Before anything is connected: a column that the list does not know
    /// ([`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput)); a file over 25 MiB
    /// ([`ErrorKind::TooLarge`](mailgun_core::ErrorKind::TooLarge)). Status 400 for a file that Mailgun
    /// cannot read.
    ///
    /// ```no_run
    /// # async fn example(allowlist: mailgun_suppressions::Allowlist) -> Result<(), mailgun_core::Error> {
    /// use mailgun_suppressions::Csv;
    ///
    /// allowlist.import(Csv::from_path("allowlist.csv").await?).await?;
    /// # Ok(()) }
    /// ```
    pub fn import(&self, csv: Csv) -> Call<Confirmation> {
        list::import(self.client.call(IMPORT, &[&self.domain]), csv, &COLUMNS, &[])
    }

    /// Takes an address or a domain off the list.
    ///
    /// `DELETE /v3/{domain}/whitelists/{value}`
    ///
    /// # Errors
    ///
    /// Status 404 if it is not in the list.
    ///
    /// ```no_run
    /// # async fn example(allowlist: mailgun_suppressions::Allowlist) -> Result<(), mailgun_core::Error> {
    /// allowlist.delete("example.com").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, value: &str) -> Call<AllowlistResponse> {
        self.client.call(DELETE, &[&self.domain, value])
    }

    /// Takes all addresses and domains off the list.
    ///
    /// `DELETE /v3/{domain}/whitelists`
    ///
    /// # Errors
    ///
    /// Status 400 if Mailgun cannot do it for this domain.
    ///
    /// ```no_run
    /// # async fn example(allowlist: mailgun_suppressions::Allowlist) -> Result<(), mailgun_core::Error> {
    /// println!("{}", allowlist.delete_all().await?.message);
    /// # Ok(()) }
    /// ```
    pub fn delete_all(&self) -> Call<Confirmation> {
        self.client.call(DELETE_ALL, &[&self.domain])
    }
}

mailgun_core::open_enum! {
    /// What an entry of the allowlist is for.
    pub enum AllowlistKind {
        /// One address.
        Address = "address",
        /// All addresses of a domain.
        Domain = "domain",
    }
}

/// An address or a domain that never becomes a bounce.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AllowlistEntry {
    /// Which of the two it is.
    #[serde(rename = "type")]
    pub kind: Option<AllowlistKind>,
    /// The address or the domain.
    #[serde(deserialize_with = "de::null_default")]
    pub value: String,
    /// Why it was added, in the words of whoever did.
    #[serde(deserialize_with = "de::null_default")]
    pub reason: String,
    /// When it was added.
    #[serde(rename = "createdAt", deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
}

/// The reply to adding or deleting an entry of the allowlist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AllowlistResponse {
    /// Mailgun's words, `Address/Domain has been added to the allowlists table` for example.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// Whether it is an address or a domain; a deletion does not tell.
    #[serde(default, rename = "type")]
    pub kind: Option<AllowlistKind>,
    /// The address or the domain.
    #[serde(default, deserialize_with = "de::null_default")]
    pub value: String,
}

/// An address or a domain to add to the allowlist.
///
/// ```
/// use mailgun_suppressions::NewAllowlistEntry;
///
/// let bob = NewAllowlistEntry::address("bob@example.com");
/// let csv = NewAllowlistEntry::csv([bob, NewAllowlistEntry::domain("example.org")])?;
/// assert_eq!(csv.columns(), ["address", "domain"]);
/// # Ok::<(), mailgun_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct NewAllowlistEntry(Fields);

impl NewAllowlistEntry {
    /// This address.
    pub fn address(address: impl Into<String>) -> Self {
        Self(record::with("address", address))
    }

    /// All addresses of this domain.
    pub fn domain(domain: impl Into<String>) -> Self {
        Self(record::with("domain", domain))
    }

    /// Why it is added, in any words.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.0.set("reason", reason.into());
        self
    }

    /// A file for [`Allowlist::import`], which has no place for reasons.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if it cannot be written.
    pub fn csv(entries: impl IntoIterator<Item = Self>) -> Result<Csv, Error> {
        let rows = entries.into_iter().map(|entry| record::row(&entry.0, COLUMNS));
        record::csv("allowlist.csv", COLUMNS, rows)
    }
}
