//! Bulk campaigns for Mailgun: planned, sent once per chunk, resumed after any crash.
//!
//! A [`Campaign`] is one mail to any number of recipients. Content, recipients and the state of each chunk
//! are in a [`Store`]: in SQLite or Postgres with the crate `mailgun-store`, or in memory with
//! [`MemoryStore`] for tests. Any number of workers send it, in one process or on many machines. After a
//! crash, the same program continues where it stopped.
//!
//! ```no_run
//! # async fn example(
//! #     mailgun: mailgun::Mailgun,
//! #     store: std::sync::Arc<dyn mailgun::bulk::Store>,
//! # ) -> Result<(), Box<dyn std::error::Error>> {
//! use mailgun::bulk::{Campaign, Opened};
//!
//! let campaign = Campaign::new("news-2026-11", "mg.example.com")
//!     .from("Example News <news@mg.example.com>")
//!     .subject("News for %recipient.name%")
//!     .html("<p>Hello %recipient.name%!</p>");
//!
//! let bulk = mailgun.bulk(store);
//! if let Opened::Draft(mut draft) = bulk.open(campaign).await? {
//!     draft.leave_out_suppressed().await?;
//!     println!("{}", draft.csv(std::fs::File::open("readers.csv")?).await?);
//!     draft.start().await?;
//! }
//! // After a crash, run the program again: nobody gets a second mail.
//! println!("{}", bulk.worker().run("news-2026-11").await?);
//! # Ok(()) }
//! ```
//!
//! # What is guaranteed
//!
//! * **Only the worker that moved a chunk from `planned` to `sending` ever sends it.** The move is one
//!   conditional step of the store. No claim that expires leads to a second request.
//! * **What cannot be recorded is not sent.** If the store fails, a worker ends before it sends anything
//!   else.
//! * **Nobody is lost.** A chunk that Mailgun certainly did not accept is planned again: no connection, a
//!   rate limit, a wrong key. A chunk that Mailgun refused is recorded with Mailgun's message.
//! * **A chunk whose outcome is unknown is never sent again by itself.**
//!
//! # What cannot be guaranteed
//!
//! Mailgun has no idempotency key. If a worker dies, or the response is lost, between the request and its
//! record, nobody can tell at once whether the mail was accepted. Such a chunk becomes `unknown`.
//! [`CampaignHandle::reconcile`] settles it by the events of its Message-Id. Events can appear half an
//! hour late, and a missing event proves little. You decide about what remains:
//! [`CampaignHandle::resend_unknown`] may cause a second mail, and leaving it may mean no mail.
//!
//! # The states of a chunk
//!
//! ```text
//!               claim                    accepted
//!   planned ------------> sending ------------------> accepted
//!    |  ^                  |   |
//!    |  |  not accepted    |   |  refused
//!    |  +------------------+   +--------------------> refused
//!    |                     |
//!    |                     |  no response, or its worker died
//!    |                     v
//!    |                  unknown --------------------> accepted
//!    |                     |         reconcile
//!    +<--------------------+
//!        resend_unknown
//! ```
//!
//! # Pace
//!
//! [`quota`](Campaign::quota), [`spread_over`](Campaign::spread_over) and [`warm_up`](Campaign::warm_up)
//! are counted in the store, for all workers together. A chunk that is claimed takes no more recipients
//! than they allow. A rate limit of Mailgun pauses all workers. A chunk with more recipients than the
//! account may send is split, and the size is remembered.
//!
//! # Control
//!
//! [`Bulk::campaign`] returns a handle that works from any process: [`pause`](CampaignHandle::pause),
//! [`resume`](CampaignHandle::resume), [`stop`](CampaignHandle::stop),
//! [`cancel`](CampaignHandle::cancel), [`status`](CampaignHandle::status),
//! [`progress`](CampaignHandle::progress) and a [`report`](CampaignHandle::report) of each recipient.
//!
//! # Job systems
//!
//! A [`Worker`] is a [`tower::Service`](https://docs.rs/tower/0.5/tower/trait.Service.html) of a
//! [`ChunkJob`], so a job system can drive it instead of [`Worker::run`]. All job systems deliver a job
//! twice now and then. That is harmless here: the state decides, and the job only wakes the worker.

mod bulk;
mod campaign;
#[cfg(feature = "conformance")]
#[doc(hidden)]
pub mod conformance;
mod content;
mod csv;
mod draft;
mod error;
mod handle;
mod memory;
mod pace;
mod reconcile;
mod report;
mod store;
mod worker;

pub use self::{
    bulk::{Bulk, Opened},
    campaign::Campaign,
    draft::{Draft, Import, Rejection},
    error::{BulkError, Halt},
    handle::{CampaignHandle, Status},
    memory::MemoryStore,
    pace::Per,
    reconcile::Reconciliation,
    report::{RecipientReport, SendOutcome},
    store::{
        Appended, CampaignState, Chunk, ChunkState, Claim, ClaimRequest, Claimed, Count, DraftId,
        EXPIRED, Finish, NewCampaign, NewRecipient, SettledPart, Store, StoreFuture,
        StoredCampaign, StoredRecipient, Tally, Window,
    },
    worker::{ChunkJob, Step, StopHandle, Worker},
};
