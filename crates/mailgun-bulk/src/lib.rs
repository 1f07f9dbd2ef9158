//! Bulk campaigns that survive a crash.

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
