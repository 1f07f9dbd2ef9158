//! The mock as a client sees it on the wire: requests and responses are written and read by hand, so
//! that no library smooths over what is sent.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail by panicking"
)]

mod actions;
mod checks;
mod client;
mod control;
mod docs;
mod events;
mod faults;
mod forward;
mod handle;
mod keys;
mod limits;
mod rendering;
mod sending;
mod state;
mod storage;
mod suppressions;
mod transport;
mod volume;
