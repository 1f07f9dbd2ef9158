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
mod summary;
mod validation;
mod validations;

pub use self::{
    bulk::{BulkValidations, ListJobs},
    file::AddressFile,
    job::{JobStatus, ResultFiles, ValidationJob, ValidationStarted},
    previews::{Preview, PreviewStatus, ValidationPreviews},
    summary::{ResultSummary, RiskSummary, ValidationSummary},
    validation::{
        AddressParts, Engagement, Validation, ValidationReason, ValidationResult, ValidationRisk,
    },
    validations::{ValidateAddress, Validations},
};

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub fn routes() -> Vec<mailgun_core::Route> {
    [validations::ROUTES, bulk::ROUTES, previews::ROUTES].concat()
}
