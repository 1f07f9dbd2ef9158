//! Bulk validation of addresses: a file, or the members of a mailing list.

mod job;
mod summary;

pub use self::{
    job::{JobStatus, ResultFiles, ValidationJob, ValidationStarted},
    summary::{ResultSummary, RiskSummary, ValidationSummary},
};
