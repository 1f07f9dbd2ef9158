//! Durable state for the [`mailgun`](https://docs.rs/mailgun) SDK in SQLite or Postgres.
//!
//! One [`SqlStore`] keeps everything that a service which sends mail must not forget:
//!
//! | what | for | how |
//! |---|---|---|
//! | campaigns | `mailgun::bulk::Bulk` | the store itself |
//! | sends under a key | `Messages::send_once` | [`SqlStore::ledger`] |
//! | tokens of received webhooks | `Verifier` | [`SqlStore::tokens`] |
//! | where a tail of events continues | `Events::tail` | [`SqlStore::checkpoints`] |
//!
//! ```
//! use mailgun::messages::Message;
//! use mailgun_store::SqlStore;
//!
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), Box<dyn std::error::Error>> {
//! let store = SqlStore::sqlite("mail.db").await?;
//! let receipt = Message::new().from("shop@mg.example.com").to("bob@example.com").text("Thanks");
//! mailgun
//!     .messages("mg.example.com")
//!     .send_once(&store.ledger(), "order-4711", receipt)
//!     .await?;
//!
//! // Campaigns need the feature `bulk` of `mailgun`.
//! let bulk = mailgun.bulk(std::sync::Arc::new(store));
//! # Ok(()) }
//! ```
//!
//! # SQLite or Postgres
//!
//! Choose SQLite (feature `sqlite`, on by default, with SQLite compiled in) if all processes run on one
//! machine. They may share the file. Choose Postgres (feature `postgres`, version 13 or later) if they run
//! on several. Both have the same tables and pass the same tests.
//!
//! | | SQLite | Postgres |
//! |---|---|---|
//! | processes | several on one machine | any |
//! | writers at a time | one; the others wait up to 5 seconds | any; one for each campaign |
//! | a worker that waits is woken | by changes of its own process; it polls for others | by all changes (`NOTIFY`) |
//! | clock of webhook tokens | the machine's | the server's |
//!
//! # What is durable when
//!
//! Each method is one transaction. If it returns `Ok`, its effect is on the disk and survives a crash of
//! the process and of the machine. SQLite runs with a write-ahead log and `synchronous=FULL`, Postgres with
//! `synchronous_commit=on`. A failover to a Postgres replica keeps this promise only if the replication is
//! synchronous: a claim that is lost can be sent again. If a method returns an error or its future is dropped, the
//! transaction took effect as a whole or not at all.
//!
//! What cannot be recorded is not sent: `send_once` and the workers of a campaign record first, and end
//! with the store's error if that fails. A full disk and a database that is gone therefore stop the
//! sending, and never cause a second mail.
//!
//! No method waits forever. A claim of a chunk returns or fails within 20 seconds, any other statement
//! within two minutes.
//!
//! # Replicas
//!
//! All replicas of a service open the same store:
//!
//! * **Campaigns**: run a worker in each. A chunk belongs to the worker whose transaction moved its row
//!   from `planned` to `sending`. No claim that expires leads to a second send.
//! * **Ledger**: of several calls with one key, only one sends.
//! * **Webhooks**: a request that Mailgun posts to two replicas is handled by one.
//! * **Tails**: run each tail in one replica. Another one can continue from its checkpoint.
//!
//! # Clocks
//!
//! No decision about a second mail depends on a clock. If a clock is set back, tokens of webhooks stay
//! claimed or used for longer, and chunks of dead workers become `unknown` later. If it is set forward,
//! a chunk may become `unknown` while its call is running; the worker still records the outcome. The
//! times of campaigns and of the ledger are those of the calling machine, as their traits say.
//!
//! # Tables and versions
//!
//! The names of all tables begin with `mailgun_`; times are microseconds since 1970. The
//! [migrations](https://github.com/mailgun-rs/mailgun-rs/tree/main/crates/mailgun-store/src/migrations)
//! describe each column. The table `mailgun_migrations` has the version. Opening a store brings it to the
//! version of the program, and programs of the previous version go on working with it. A program that opens
//! a store of a newer version gets [`StoreErrorKind::NewerVersion`], and nothing is changed.
//!
//! The store contains addresses: protect its backups as you protect it. Copy an SQLite store with `sqlite3
//! mail.db ".backup copy.db"`, not with `cp`. A store that is restored from a backup has forgotten what was
//! sent after it. Before anything runs, cancel all its campaigns, including drafts, and do not reopen a
//! campaign that was created after the backup: it would be sent from the start. The store has also
//! forgotten the keys of `send_once` since the backup.

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
