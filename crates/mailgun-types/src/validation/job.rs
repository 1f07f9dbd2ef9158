use mailgun_core::{Secret, Timestamp, de};
use serde::{Deserialize, Serialize};

use super::ValidationSummary;

mailgun_core::open_enum! {
    /// How far the validation of a file is.
    pub enum JobStatus {
        /// It waits.
        Created = "created",
        /// Addresses are being validated.
        Processing = "processing",
        /// All addresses were validated.
        Completed = "completed",
        /// The results are being stored.
        Uploading = "uploading",
        /// The results can be downloaded.
        Uploaded = "uploaded",
        /// It came to nothing.
        Failed = "failed",
        /// It was cancelled, or its results were deleted.
        Deleted = "deleted",
    }
}

impl JobStatus {
    /// Whether the job goes no further: uploaded, failed or deleted.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Uploaded | Self::Failed | Self::Deleted)
    }
}

/// The reply to the start of a validation or a preview.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ValidationStarted {
    /// The id of the list.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// Mailgun's words, `The validation job was submitted.` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
}

/// The validation of a file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ValidationJob {
    /// The id of the list, as it was chosen.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// When it was started.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// How far it is.
    pub status: Option<JobStatus>,
    /// How many addresses the file has.
    #[serde(deserialize_with = "de::number_or_string")]
    pub quantity: Option<u64>,
    /// How many of them were validated so far; an address that is there twice is validated once.
    #[serde(deserialize_with = "de::number_or_string")]
    pub records_processed: Option<u64>,
    /// How many addresses had which result.
    pub summary: Option<ValidationSummary<u64>>,
    /// Where the results are, once they are uploaded.
    #[serde(deserialize_with = "de::null_default")]
    pub download_url: ResultFiles,
}

impl ValidationJob {
    /// The part of the addresses that was validated, from 0 to 1; `None` where that is unknown.
    ///
    /// A file that has addresses twice ends below 1: whether the job is done is said by
    /// [`JobStatus::is_final`].
    ///
    /// ```
    /// use mailgun_types::validation::ValidationJob;
    ///
    /// let mut job = ValidationJob::default();
    /// assert_eq!(job.progress(), None);
    /// job.quantity = Some(40);
    /// job.records_processed = Some(10);
    /// assert_eq!(job.progress(), Some(0.25));
    /// ```
    pub fn progress(&self) -> Option<f64> {
        let quantity = self.quantity.filter(|quantity| *quantity > 0)?;
        Some((self.records_processed? as f64 / quantity as f64).min(1.0))
    }
}

/// Links to the results of a job, for [`Client::download`](mailgun_core::Client::download).
///
/// Whoever has a link has the addresses, for as long as it works.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ResultFiles {
    /// As CSV.
    #[serde(skip_serializing)]
    pub csv: Option<Secret>,
    /// As JSON.
    #[serde(skip_serializing)]
    pub json: Option<Secret>,
}
