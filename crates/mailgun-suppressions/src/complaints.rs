use mailgun_core::{Call, Error, Fields, Operation, Timestamp, de};
use mailgun_types::Csv;
use serde::{Deserialize, Serialize};

use crate::{
    Suppression, SuppressionList, SuppressionResponse,
    list::{Described, Operations, operations},
    record,
};

const COLUMNS: [&str; 2] = ["address", "created_at"];

/// Addresses whose owners marked a message as spam, as far as their mail provider reports it.
///
/// Mailgun accepts messages to them and then fails them with the reason `suppress-complaint`.
pub type Complaints = SuppressionList<Complaint>;

impl Described for Complaint {
    const OPERATIONS: Operations = operations!("complaints" / "{address}");
    const REQUIRED_COLUMNS: &[&str] = &["address"];
    const OPTIONAL_COLUMNS: &[&str] = &["created_at"];
}

impl Suppression for Complaint {
    type New = NewComplaint;
    type Response = SuppressionResponse;

    fn create(call: Call<SuppressionResponse>, entry: NewComplaint) -> Call<SuppressionResponse> {
        call.form(entry.0)
    }
}

/// An address whose owner marked a message as spam.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Complaint {
    /// The email address.
    #[serde(deserialize_with = "de::null_default")]
    pub address: String,
    /// The number of complaints, if the response has it.
    #[serde(deserialize_with = "de::number_or_string")]
    pub count: Option<u64>,
    /// When the complaint arrived.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
}

/// An address to add to the complaints.
///
/// ```
/// use mailgun::suppressions::NewComplaint;
///
/// let csv = NewComplaint::csv(["bob@example.com", "al@example.com"].map(NewComplaint::new))?;
/// assert_eq!(csv.columns(), ["address", "created_at"]);
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone, Debug, Serialize)]
#[must_use]
pub struct NewComplaint(#[serde(serialize_with = "record::serialize")] Fields);

impl NewComplaint {
    /// A record for this address. Mailgun applies its defaults to what is not set.
    pub fn new(address: impl Into<String>) -> Self {
        Self(record::with("address", address))
    }

    /// When the complaint arrived; default now.
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
    pub fn csv(complaints: impl IntoIterator<Item = Self>) -> Result<Csv, Error> {
        let rows = complaints.into_iter().map(|complaint| record::row(&complaint.0, COLUMNS));
        record::csv("complaints.csv", COLUMNS, rows)
    }
}
