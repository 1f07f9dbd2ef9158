use mailgun_core::{Call, Error, Fields, Operation, Timestamp, de};
use mailgun_types::Csv;
use serde::{Deserialize, Serialize};

use crate::{
    Suppression, SuppressionList,
    list::{Described, Operations, operations},
    record,
};

const COLUMNS: [&str; 2] = ["address", "domain"];

/// Addresses and domains that Mailgun never adds to the bounces, such as a mail server for tests.
///
/// The allowlist has no effect on unsubscribes and complaints.
#[doc(alias = "whitelist")]
pub type Allowlist = SuppressionList<AllowlistEntry>;

impl Described for AllowlistEntry {
    const OPERATIONS: Operations = operations!("whitelists" / "{value}");
    const REQUIRED_COLUMNS: &[&str] = &["address", "domain"];
    const OPTIONAL_COLUMNS: &[&str] = &[];
}

impl Suppression for AllowlistEntry {
    type New = NewAllowlistEntry;
    type Response = AllowlistResponse;

    fn create(call: Call<AllowlistResponse>, entry: NewAllowlistEntry) -> Call<AllowlistResponse> {
        call.multipart(entry.0)
    }
}

mailgun_core::open_enum! {
    /// What an entry of the allowlist covers.
    pub enum AllowlistKind {
        /// One address.
        Address = "address",
        /// All addresses of a domain.
        Domain = "domain",
    }
}

/// An address or domain that never becomes a bounce.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AllowlistEntry {
    /// Whether the entry is an address or a domain.
    #[serde(rename = "type")]
    pub kind: Option<AllowlistKind>,
    /// The address or domain.
    #[serde(deserialize_with = "de::null_default")]
    pub value: String,
    /// Why it was added, in any words.
    #[serde(deserialize_with = "de::null_default")]
    pub reason: String,
    /// When it was added.
    #[serde(rename = "createdAt", deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
}

/// The response to adding or deleting an entry of the allowlist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AllowlistResponse {
    /// The message from Mailgun, such as `Address/Domain has been added to the allowlists table`.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// Whether the entry is an address or a domain. The response to a deletion does not say.
    #[serde(default, rename = "type")]
    pub kind: Option<AllowlistKind>,
    /// The address or domain.
    #[serde(default, deserialize_with = "de::null_default")]
    pub value: String,
}

/// An address or domain to add to the allowlist.
///
/// ```
/// use mailgun::suppressions::NewAllowlistEntry;
///
/// let bob = NewAllowlistEntry::address("bob@example.com");
/// let csv = NewAllowlistEntry::csv([bob, NewAllowlistEntry::domain("example.org")])?;
/// assert_eq!(csv.columns(), ["address", "domain"]);
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct NewAllowlistEntry(Fields);

impl NewAllowlistEntry {
    /// Allows this address.
    pub fn address(address: impl Into<String>) -> Self {
        Self(record::with("address", address))
    }

    /// Allows all addresses of this domain.
    pub fn domain(domain: impl Into<String>) -> Self {
        Self(record::with("domain", domain))
    }

    /// Why the entry is added, in any words.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.0.set("reason", reason.into());
        self
    }

    /// Writes a file for [`import`](crate::SuppressionList::import). It has no column for reasons.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if the file
    /// cannot be written.
    pub fn csv(entries: impl IntoIterator<Item = Self>) -> Result<Csv, Error> {
        let rows = entries.into_iter().map(|entry| record::row(&entry.0, COLUMNS));
        record::csv("allowlist.csv", COLUMNS, rows)
    }
}
