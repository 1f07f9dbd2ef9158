//! Mailing lists on the wire, their responses, and their use from end to end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(deprecated, reason = "what is deprecated must still work")]

mod chunks;
mod flow;
mod operations;
mod reference;
mod responses;
mod vars;
mod wire;
