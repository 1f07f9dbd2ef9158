use mailgun_core::{Secret, Timestamp, de};
use serde::{Deserialize, Serialize};

use super::ValidationSummary;

mailgun_core::open_enum! {
    /// The status of a validation job.
    pub enum JobStatus {
        /// The job is queued.
        Created = "created",
        /// Addresses are being validated.
        Processing = "processing",
        /// All addresses have been validated.
        Completed = "completed",
        /// The results are being stored.
        Uploading = "uploading",
        /// The results can be downloaded.
        Uploaded = "uploaded",
        /// The job failed.
        Failed = "failed",
        /// The job was cancelled, or its results were deleted.
        Deleted = "deleted",
    }
}

impl JobStatus {
    /// Whether the job has ended: uploaded, failed or deleted.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Uploaded | Self::Failed | Self::Deleted)
    }
}

/// The response to the start of a validation or a preview.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ValidationStarted {
    /// The ID of the list.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// Mailgun's message, for example `The validation job was submitted.`
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
}

/// The validation of a file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ValidationJob {
    /// The ID of the list.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// When the job was started.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// The status of the job.
    pub status: Option<JobStatus>,
    /// The number of addresses in the file.
    #[serde(deserialize_with = "de::number_or_string")]
    pub quantity: Option<u64>,
    /// The number of addresses validated so far. Duplicates are validated once.
    #[serde(deserialize_with = "de::number_or_string")]
    pub records_processed: Option<u64>,
    /// The number of addresses for each result.
    pub summary: Option<ValidationSummary<u64>>,
    /// Links to the results, after they are uploaded.
    #[serde(deserialize_with = "de::null_default")]
    pub download_url: ResultFiles,
}

impl ValidationJob {
    /// The fraction of addresses validated so far, from 0 to 1. `None` if it is unknown.
    ///
    /// It stays below 1 if the file contains duplicates. To check whether the job has ended, use
    /// [`JobStatus::is_final`].
    ///
    /// ```
    /// use mailgun::validations::ValidationJob;
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
/// Anyone with a link can download the addresses until it expires.
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
