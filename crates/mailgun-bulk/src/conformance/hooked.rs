//! A store that fails on demand.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use mailgun_core::{BoxError, Timestamp};

use crate::{
    Appended, CampaignState, Chunk, ChunkState, Claim, ClaimRequest, Claimed, DraftId, Finish,
    NewCampaign, NewRecipient, SettledPart, Store, StoreFuture, StoredCampaign, StoredRecipient,
    Tally,
};

/// When a hook is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before the step. An error keeps the step from being taken.
    Before,
    /// After the step. An error hides its result.
    After,
}

/// Called with the name of each step.
pub type Hook = Arc<dyn Fn(&'static str, Moment) -> Result<(), BoxError> + Send + Sync>;

/// A store that calls a hook before and after each step.
#[allow(missing_debug_implementations, reason = "for tests")]
pub struct Hooked {
    store: Arc<dyn Store>,
    hook: Hook,
}

impl Hooked {
    /// Wraps a store.
    pub fn new(
        store: Arc<dyn Store>,
        hook: impl Fn(&'static str, Moment) -> Result<(), BoxError> + Send + Sync + 'static,
    ) -> Self {
        Self { store, hook: Arc::new(hook) }
    }

    fn step<'a, T: Send + 'a>(
        &'a self,
        name: &'static str,
        step: impl FnOnce() -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        Box::pin(async move {
            (self.hook)(name, Moment::Before)?;
            let output = step().await?;
            (self.hook)(name, Moment::After)?;
            Ok(output)
        })
    }
}

macro_rules! hooked {
    ($(fn $name:ident(&'a self $(, $argument:ident: $type:ty)*) -> $output:ty;)+) => {
        impl Store for Hooked {
            $(fn $name<'a>(&'a self $(, $argument: $type)*) -> StoreFuture<'a, $output> {
                self.step(stringify!($name), move || self.store.$name($($argument),*))
            })+

            fn changed<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
                self.store.changed(key)
            }
        }
    };
}

hooked! {
    fn create(&'a self, campaign: &'a NewCampaign) -> bool;
    fn leave_out(&'a self, draft: &'a DraftId, addresses: &'a [String]) -> bool;
    fn append(&'a self, draft: &'a DraftId, recipients: &'a [NewRecipient]) -> Option<Appended>;
    fn start(&'a self, draft: &'a DraftId, chunks: &'a [Range<u64>], now: Timestamp) -> bool;
    fn campaign(&'a self, key: &'a str) -> Option<StoredCampaign>;
    fn content(&'a self, key: &'a str) -> Option<Bytes>;
    fn campaigns(&'a self, after: Option<&'a str>, limit: usize) -> Vec<String>;
    fn recipients(&'a self, key: &'a str, positions: Range<u64>) -> Vec<StoredRecipient>;
    fn set_state(&'a self, key: &'a str, from: &'a [CampaignState], to: CampaignState) -> bool;
    fn claim(&'a self, key: &'a str, request: &'a ClaimRequest) -> Claim;
    fn finish(&'a self, claimed: &'a Claimed, finish: &'a Finish, now: Timestamp) -> bool;
    fn expire(&'a self, key: &'a str, now: Timestamp) -> u64;
    fn settle(
        &'a self,
        key: &'a str,
        chunk: &'a Chunk,
        message_id: &'a str,
        parts: &'a [SettledPart],
        now: Timestamp
    ) -> bool;
    fn resend_unknown(&'a self, key: &'a str, now: Timestamp) -> u64;
    fn chunks(
        &'a self,
        key: &'a str,
        state: Option<ChunkState>,
        from: u64,
        limit: usize
    ) -> Vec<Chunk>;
    fn tally(&'a self, key: &'a str, since: Timestamp) -> Tally;
    fn pause_until(&'a self, scope: &'a str, until: Timestamp) -> ();
}
