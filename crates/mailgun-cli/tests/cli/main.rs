//! The program as a user runs it, against the mock.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod api;
mod bulk;
mod docs;
mod doctor;
mod domains;
mod events;
mod help;
mod listen;
mod metrics;
mod mock;
mod profile;
mod routes;
mod send;
mod settings;
mod support;
mod suppressions;
mod templates;
mod text;
mod verify;
mod webhooks;
