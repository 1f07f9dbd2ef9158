use mailgun_core::{Call, Error, Fields, Operation, Timestamp, de};
use mailgun_types::Csv;
use serde::{Deserialize, Serialize};

use crate::{
    Suppression, SuppressionList, SuppressionResponse,
    list::{Described, Operations, operations},
    record,
};

const COLUMNS: [&str; 4] = ["address", "code", "error", "created_at"];

/// Addresses that permanently refused mail, for example because the mailbox does not exist.
///
/// Mailgun accepts messages to them and then fails them with the reason `suppress-bounce`.
/// Temporary failures and messages refused as spam are not on this list.
#[doc(alias = "suppression")]
pub type Bounces = SuppressionList<Bounce>;

impl Described for Bounce {
    const OPERATIONS: Operations = operations!("bounces" / "{address}");
    const REQUIRED_COLUMNS: &[&str] = &["address"];
    const OPTIONAL_COLUMNS: &[&str] = &["code", "error", "created_at"];
}

impl Suppression for Bounce {
    type New = NewBounce;
    type Response = SuppressionResponse;

    fn create(call: Call<SuppressionResponse>, entry: NewBounce) -> Call<SuppressionResponse> {
        call.form(entry.0)
    }
}

/// An address that permanently refused mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Bounce {
    /// The email address.
    #[serde(deserialize_with = "de::null_default")]
    pub address: String,
    /// The SMTP code of the failure, such as `550`.
    #[serde(deserialize_with = "de::string_or_number")]
    pub code: Option<String>,
    /// The error text of the failure.
    #[serde(deserialize_with = "de::null_default")]
    pub error: String,
    /// The hash of the message that bounced, if the response has one.
    #[serde(rename = "MessageHash", deserialize_with = "de::string_or_number")]
    pub message_hash: Option<String>,
    /// When the address bounced.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
}

/// An address to add to the bounces.
///
/// ```
/// use mailgun::suppressions::NewBounce;
///
/// let gone = ["bob@example.com", "al@example.com"].map(|address| {
///     NewBounce::new(address).code("550").error("No such mailbox")
/// });
/// let csv = NewBounce::csv(gone)?;
/// assert_eq!(csv.columns(), ["address", "code", "error", "created_at"]);
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone, Debug, Serialize)]
#[must_use]
pub struct NewBounce(#[serde(serialize_with = "record::serialize")] Fields);

impl NewBounce {
    /// A record for this address. Mailgun applies its defaults to what is not set.
    pub fn new(address: impl Into<String>) -> Self {
        Self(record::with("address", address))
    }

    /// The SMTP code of the failure; default `550`.
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.0.set("code", code.into());
        self
    }

    /// The error text of the failure; default empty.
    pub fn error(mut self, error: impl Into<String>) -> Self {
        self.0.set("error", error.into());
        self
    }

    /// When the address bounced; default now.
    pub fn created_at(mut self, created_at: impl Into<Timestamp>) -> Self {
        self.0.set("created_at", created_at.into());
        self
    }

    /// Writes a file for [`import`](crate::SuppressionList::import).
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if the file
    /// cannot be written.
    pub fn csv(bounces: impl IntoIterator<Item = Self>) -> Result<Csv, Error> {
        let rows = bounces.into_iter().map(|bounce| record::row(&bounce.0, COLUMNS));
        record::csv("bounces.csv", COLUMNS, rows)
    }
}
