//! Validation of addresses by Mailgun: whether mail to them would arrive.
//!
//! [`Validations`] validates one address at once. [`BulkValidations`] validates a file of them in
//! the background, and [`ValidationPreviews`] estimate for free what that would find.
//!
//! ```no_run
//! # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
//! use mailgun_validations::{ValidateAddress, ValidationResult, Validations};
//!
//! let found = Validations::new(&client).validate("bob@gmial.com", ValidateAddress::new()).await?;
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
