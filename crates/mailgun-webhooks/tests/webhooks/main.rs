//! Webhooks: managing them on the wire and end to end, and receiving what they post.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[cfg(feature = "axum")]
mod deliveries;
mod flow;
#[cfg(feature = "tower")]
mod layer;
mod operations;
mod payloads;
mod reference;
mod responses;
mod support;
#[cfg(feature = "tower")]
mod unsubscribe;
mod verify;
mod wire;
