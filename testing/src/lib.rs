//! Helpers for the tests of the resource crates.
//!
//! * [`operations`]: the table of the API's operations, and a check that a crate has them all.
//! * [`wire`]: recorded requests of the reference client, compared field by field with ours.
//! * [`responses`]: recorded responses of the service, and variants with missing, null or unknown
//!   fields.
//! * [`Scripted`]: a service in memory that records requests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

pub mod operations;
pub mod responses;
mod scripted;
pub mod wire;

pub use self::scripted::{Answer, Part, Scripted, Seen, parts, request_of, values};
