//! Routes on the wire, their responses, and their use from end to end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod flow;
mod operations;
mod reference;
mod responses;
mod wire;
