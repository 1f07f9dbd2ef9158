//! Domains on the wire, their responses, and their use from end to end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(deprecated, reason = "deprecated operations work too")]

mod flow;
mod operations;
mod recordings;
mod reference;
mod responses;
mod support;
mod wire;
