//! What the tests of the resource crates share.
//!
//! * [`operations`]: the table of the API's operations, and whether a crate has them all.
//! * [`wire`]: recorded requests of the reference client, compared field by field with ours.
//! * [`responses`]: recorded responses of the service, and responses with fields missing, null or unknown.
//! * [`Scripted`]: a service in memory that shows what reached it.

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
