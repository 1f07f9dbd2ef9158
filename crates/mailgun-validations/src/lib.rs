//! Mailgun validation of email addresses: whether mail to them would arrive.
//!
//! [`Validations`] validates one address at once. [`BulkValidations`] validates a file in the
//! background, and [`ValidationPreviews`] estimates its result for free.
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::validations::{ValidateAddress, ValidationResult};
//!
//! let found = mailgun.validations().validate("bob@gmial.com", ValidateAddress::new()).await?;
//! if found.result != Some(ValidationResult::Deliverable) {
//!     println!("{:?}, did you mean {:?}?", found.reason, found.did_you_mean);
//! }
//! # Ok(()) }
//! ```

mod bulk;
mod file;
mod job;
mod previews;
mod validation;
mod validations;

pub use mailgun_core::Upload;
pub use mailgun_types::{
    Csv, PageDirection,
    validation::{
        JobStatus, ResultFiles, ResultSummary, RiskSummary, ValidationJob, ValidationStarted,
        ValidationSummary,
    },
};

pub use self::{
    bulk::{BulkValidations, ListJobs},
    file::AddressFile,
    previews::{Preview, PreviewStatus, ValidationPreviews},
    validation::{
        AddressParts, Engagement, Validation, ValidationReason, ValidationResult, ValidationRisk,
    },
    validations::{OPERATIONS, ValidateAddress, Validations},
};
