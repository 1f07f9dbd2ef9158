//! Events on the wire, their listing, and following them from end to end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(deprecated, reason = "what Mailgun has deprecated is there, and works")]

mod events;
mod flow;
mod operations;
mod paging;
mod reference;
mod tail;
mod wire;
