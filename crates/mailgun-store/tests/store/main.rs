//! The same tests on SQLite and on Postgres, which the tests start themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[macro_use]
mod support;

mod campaigns;
mod checkpoints;
mod ledger;
mod opening;
mod outages;
mod processes;
mod tokens;
