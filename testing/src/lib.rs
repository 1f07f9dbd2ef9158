//! What the tests of the workspace share.
//!
//! Four services stand in for Mailgun. Ordinary requests go to `mockito`, tests of behaviour over
//! several calls to `mailgun-mock`, broken connections to [`Server`], and tests with paused time or
//! with responses that depend on the request to [`Scripted`].
//!
//! * [`operations`]: the table of the API's operations, and a check that a crate has them all.
//! * [`wire`]: recorded requests of the reference client, compared field by field with ours.
//! * [`responses`]: recorded responses of the service, and responses with fields missing, null or
//!   unknown.
//! * [`Scripted`]: a service in memory.
//! * [`Server`]: a server on a socket that fails on demand.
//! * [`Postgres`]: a database server in a temporary directory.
//! * [`client`]: a client whose timeouts make a hang an error.
//! * [`within`]: fails a test instead of letting it hang.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod limit;
pub mod operations;
mod postgres;
pub mod responses;
mod scripted;
mod server;
pub mod wire;

pub use self::{
    limit::within,
    postgres::Postgres,
    scripted::{Answer, Part, Scripted, Seen, parts, request_of, values},
    server::{
        ACCEPTED, KEY, KEY_HEADER, Reaction, Recorded, Server, accepted, builder, client, listen,
        listen_elsewhere, policy, read_http2_head, refused, response, response_with, serve_http,
    },
};
