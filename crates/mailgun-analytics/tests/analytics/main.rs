//! Analytics on the wire, their responses, and their use from end to end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(deprecated, reason = "the older endpoints are tested too")]

mod flow;
mod names;
mod operations;
mod reference;
mod responses;
mod wire;
