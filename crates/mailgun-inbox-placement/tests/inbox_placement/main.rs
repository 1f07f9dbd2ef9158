//! Inbox placement on the wire, its responses, and its use from end to end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(deprecated, reason = "deprecated parameters are tested too")]

mod flow;
mod operations;
mod reference;
mod responses;
mod results;
mod run_test;
mod seed_lists;
mod wire;
