//! Validations on the wire, their replies, and their use from end to end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod download;
mod flow;
mod operations;
mod reference;
mod replies;
mod wire;
