//! IPs on the wire, their replies, and their use from end to end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(deprecated, reason = "deprecated operations work too")]

mod dynamic_flow;
mod flow;
mod operations;
mod paging;
mod reference;
mod replies;
mod support;
mod wire;
