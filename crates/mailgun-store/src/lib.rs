//! Durable state in SQLite and Postgres.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(not(any(feature = "postgres", feature = "sqlite")))]
compile_error!("mailgun-store needs the feature `sqlite` or `postgres`");

mod bulk;
mod checkpoints;
mod database;
mod error;
mod ledger;
mod migrations;
mod store;
mod tokens;

pub use self::{
    checkpoints::SqlCheckpoints,
    error::{StoreError, StoreErrorKind},
    ledger::SqlLedger,
    store::SqlStore,
    tokens::SqlTokens,
};
