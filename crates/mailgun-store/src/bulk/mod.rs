//! The state of campaigns. Each file has steps that belong together.
//!
//! Every step that changes a campaign locks its row first. So the steps of a campaign come one after
//! the other, and none sees half of another.

mod claim;
mod draft;
mod finish;
mod read;
mod row;
mod unknown;

use std::ops::Range;

use bytes::Bytes;
use mailgun_bulk::{
    Appended, CampaignState, Chunk, ChunkState, Claim, ClaimRequest, Claimed, DraftId, Finish,
    NewCampaign, NewRecipient, SettledPart, Store, StoreFuture, StoredCampaign, StoredRecipient,
    Tally,
};
use mailgun_core::Timestamp;

use crate::SqlStore;

impl Store for SqlStore {
    fn create<'a>(&'a self, campaign: &'a NewCampaign) -> StoreFuture<'a, bool> {
        Box::pin(async move { Ok(self.create_campaign(campaign).await?) })
    }

    fn leave_out<'a>(
        &'a self,
        draft: &'a DraftId,
        addresses: &'a [String],
    ) -> StoreFuture<'a, bool> {
        Box::pin(async move { Ok(self.leave_out_addresses(draft, addresses).await?) })
    }

    fn append<'a>(
        &'a self,
        draft: &'a DraftId,
        recipients: &'a [NewRecipient],
    ) -> StoreFuture<'a, Option<Appended>> {
        Box::pin(async move { Ok(self.append_recipients(draft, recipients).await?) })
    }

    fn start<'a>(
        &'a self,
        draft: &'a DraftId,
        chunks: &'a [Range<u64>],
        now: Timestamp,
    ) -> StoreFuture<'a, bool> {
        Box::pin(async move { Ok(self.start_campaign(draft, chunks, now).await?) })
    }

    fn campaign<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<StoredCampaign>> {
        Box::pin(async move { Ok(self.read_campaign(key).await?) })
    }

    fn content<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Bytes>> {
        Box::pin(async move { Ok(self.read_content(key).await?) })
    }

    fn campaigns<'a>(
        &'a self,
        after: Option<&'a str>,
        limit: usize,
    ) -> StoreFuture<'a, Vec<String>> {
        Box::pin(async move { Ok(self.read_keys(after, limit).await?) })
    }

    fn recipients<'a>(
        &'a self,
        key: &'a str,
        positions: Range<u64>,
    ) -> StoreFuture<'a, Vec<StoredRecipient>> {
        Box::pin(async move { Ok(self.read_recipients(key, positions).await?) })
    }

    fn set_state<'a>(
        &'a self,
        key: &'a str,
        from: &'a [CampaignState],
        to: CampaignState,
    ) -> StoreFuture<'a, bool> {
        Box::pin(async move { Ok(self.set_campaign_state(key, from, to).await?) })
    }

    fn claim<'a>(&'a self, key: &'a str, request: &'a ClaimRequest) -> StoreFuture<'a, Claim> {
        Box::pin(async move { Ok(self.claim_chunk(key, request).await?) })
    }

    fn finish<'a>(
        &'a self,
        claimed: &'a Claimed,
        finish: &'a Finish,
        now: Timestamp,
    ) -> StoreFuture<'a, bool> {
        Box::pin(async move { Ok(self.finish_chunk(claimed, finish, now).await?) })
    }

    fn expire<'a>(&'a self, key: &'a str, now: Timestamp) -> StoreFuture<'a, u64> {
        Box::pin(async move { Ok(self.expire_chunks(key, now).await?) })
    }

    fn settle<'a>(
        &'a self,
        key: &'a str,
        chunk: &'a Chunk,
        message_id: &'a str,
        parts: &'a [SettledPart],
        now: Timestamp,
    ) -> StoreFuture<'a, bool> {
        Box::pin(async move { Ok(self.settle_chunk(key, chunk, message_id, parts, now).await?) })
    }

    fn resend_unknown<'a>(&'a self, key: &'a str, now: Timestamp) -> StoreFuture<'a, u64> {
        Box::pin(async move { Ok(self.resend_chunks(key, now).await?) })
    }

    fn chunks<'a>(
        &'a self,
        key: &'a str,
        state: Option<ChunkState>,
        from: u64,
        limit: usize,
    ) -> StoreFuture<'a, Vec<Chunk>> {
        Box::pin(async move { Ok(self.read_chunks(key, state, from, limit).await?) })
    }

    fn tally<'a>(&'a self, key: &'a str, since: Timestamp) -> StoreFuture<'a, Tally> {
        Box::pin(async move { Ok(self.read_tally(key, since).await?) })
    }

    fn pause_until<'a>(&'a self, scope: &'a str, until: Timestamp) -> StoreFuture<'a, ()> {
        Box::pin(async move { Ok(self.pause_scope(scope, until).await?) })
    }

    fn changed<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            self.database.changed(key).await;
            Ok(())
        })
    }
}
