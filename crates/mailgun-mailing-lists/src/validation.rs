use mailgun_core::{Timestamp, de};
use serde::Deserialize;

mailgun_core::open_enum! {
    /// How far a validation is.
    pub enum ValidationStatus {
        /// It waits.
        Created = "created",
        /// Addresses are being checked.
        Processing = "processing",
        /// All addresses were checked.
        Completed = "completed",
        /// The results are being stored.
        Uploading = "uploading",
        /// The results are there.
        Uploaded = "uploaded",
        /// It came to nothing.
        Failed = "failed",
        /// The results were deleted.
        Deleted = "deleted",
    }
}

/// The reply to the start of a validation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ValidationStarted {
    /// What names the validation.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// Mailgun's words, `The validation job was submitted.` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
}

/// A validation of the members of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ListValidation {
    /// What names it.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// When it was started.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// How many addresses there are to check.
    #[serde(deserialize_with = "de::number_or_string")]
    pub quantity: Option<u64>,
    /// How many were checked.
    #[serde(deserialize_with = "de::number_or_string")]
    pub records_processed: Option<u64>,
    /// How far it is.
    pub status: Option<ValidationStatus>,
    /// The results, counted.
    pub summary: Option<ValidationSummary>,
    /// Where the results are.
    pub download_url: Option<ValidationFiles>,
}

/// The results of a validation, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ValidationSummary {
    /// By what became of the check.
    #[serde(deserialize_with = "de::null_default")]
    pub result: ValidationResults,
    /// By the risk of sending to them.
    #[serde(deserialize_with = "de::null_default")]
    pub risk: ValidationRisks,
}

/// How many addresses had which result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ValidationResults {
    /// The host takes mail for any address.
    #[serde(deserialize_with = "de::null_default")]
    pub catch_all: u64,
    /// Mail can be delivered.
    #[serde(deserialize_with = "de::null_default")]
    pub deliverable: u64,
    /// Mail would do harm.
    #[serde(deserialize_with = "de::null_default")]
    pub do_not_send: u64,
    /// Mail cannot be delivered.
    #[serde(deserialize_with = "de::null_default")]
    pub undeliverable: u64,
    /// Not found out.
    #[serde(deserialize_with = "de::null_default")]
    pub unknown: u64,
}

/// How many addresses have which risk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ValidationRisks {
    /// High.
    #[serde(deserialize_with = "de::null_default")]
    pub high: u64,
    /// Medium.
    #[serde(deserialize_with = "de::null_default")]
    pub medium: u64,
    /// Low.
    #[serde(deserialize_with = "de::null_default")]
    pub low: u64,
    /// Not found out.
    #[serde(deserialize_with = "de::null_default")]
    pub unknown: u64,
}

/// Where the results of a validation are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ValidationFiles {
    /// As CSV.
    pub csv: Option<String>,
    /// As JSON.
    pub json: Option<String>,
}
