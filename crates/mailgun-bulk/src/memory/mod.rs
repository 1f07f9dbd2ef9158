//! A store in memory.

mod tables;

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    future::ready,
    ops::{Bound, Range},
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use mailgun_core::{BoxError, Timestamp};
use tokio::sync::Notify;

use self::tables::{Campaign, Tables};
use crate::{
    Appended, CampaignState, Chunk, ChunkState, Claim, ClaimRequest, Claimed, DraftId, EXPIRED,
    Finish, NewCampaign, NewRecipient, SettledPart, Store, StoreFuture, StoredCampaign,
    StoredRecipient, Tally,
};

/// A store in memory, for tests. A process that ends loses it.
///
/// ```
/// use std::sync::Arc;
///
/// use mailgun::bulk::MemoryStore;
///
/// # fn example(mailgun: &mailgun::Mailgun) {
/// let bulk = mailgun.bulk(Arc::new(MemoryStore::new()));
/// # let _ = bulk;
/// # }
/// ```
#[derive(Default)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
    changed: Notify,
}

impl MemoryStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a step that changes tables, and wakes the tasks that wait for a change.
    fn change<T: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Tables) -> T,
    ) -> StoreFuture<'static, T> {
        let output = step(&mut self.tables());
        self.changed.notify_waiters();
        done(output)
    }
}

fn done<T: Send + 'static>(output: T) -> StoreFuture<'static, T> {
    Box::pin(ready(Ok(output)))
}

impl Store for MemoryStore {
    fn create<'a>(&'a self, new: &'a NewCampaign) -> StoreFuture<'a, bool> {
        self.change(|tables| {
            let key = &new.draft.key;
            let is_started = |it: &Campaign| it.row.state != CampaignState::Draft;
            if tables.campaigns.get(key).is_some_and(is_started) {
                return false;
            }
            let row = StoredCampaign {
                key: key.clone(),
                domain: new.domain.clone(),
                scope: new.scope.clone(),
                state: CampaignState::Draft,
                recipients: Appended::default(),
                chunk_limit: new.chunk_limit,
                created_at: new.created_at,
                started_at: None,
            };
            let campaign = Campaign {
                row,
                owner: new.draft.owner.clone(),
                content: new.content.clone(),
                recipients: Vec::new(),
                addresses: HashSet::new(),
                left_out: HashSet::new(),
                chunks: BTreeMap::new(),
            };
            tables.campaigns.insert(key.clone(), campaign);
            true
        })
    }

    fn leave_out<'a>(
        &'a self,
        draft: &'a DraftId,
        addresses: &'a [String],
    ) -> StoreFuture<'a, bool> {
        self.change(|tables| {
            let campaign = tables.draft(draft);
            campaign.map(|it| it.left_out.extend(addresses.iter().cloned())).is_some()
        })
    }

    fn append<'a>(
        &'a self,
        draft: &'a DraftId,
        recipients: &'a [NewRecipient],
    ) -> StoreFuture<'a, Option<Appended>> {
        self.change(|tables| tables.draft(draft).map(|campaign| campaign.append(recipients)))
    }

    fn start<'a>(
        &'a self,
        draft: &'a DraftId,
        chunks: &'a [Range<u64>],
        now: Timestamp,
    ) -> StoreFuture<'a, bool> {
        self.change(|tables| {
            let Some(campaign) = tables.draft(draft) else { return false };
            if chunks.last().map_or(0, |chunk| chunk.end) != campaign.row.recipients.added {
                return false;
            }
            for positions in chunks {
                let chunk = Chunk {
                    positions: positions.clone(),
                    state: ChunkState::Planned,
                    fence: 0,
                    owner: None,
                    since: now,
                    message_id: None,
                    error: None,
                    is_resent: false,
                };
                campaign.put(chunk, Timestamp::MIN);
            }
            campaign.row.state = CampaignState::Running;
            campaign.row.started_at = Some(now);
            true
        })
    }

    fn campaign<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<StoredCampaign>> {
        done(self.tables().campaigns.get(key).map(|campaign| campaign.row.clone()))
    }

    fn content<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Bytes>> {
        done(self.tables().campaigns.get(key).map(|campaign| campaign.content.clone()))
    }

    fn campaigns<'a>(
        &'a self,
        after: Option<&'a str>,
        limit: usize,
    ) -> StoreFuture<'a, Vec<String>> {
        let tables = self.tables();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let keys = tables.campaigns.range::<str, _>((from, Bound::Unbounded));
        done(keys.take(limit).map(|(key, _)| key.clone()).collect())
    }

    fn recipients<'a>(
        &'a self,
        key: &'a str,
        positions: Range<u64>,
    ) -> StoreFuture<'a, Vec<StoredRecipient>> {
        let tables = self.tables();
        done(tables.campaigns.get(key).map(|it| it.recipients(positions)).unwrap_or_default())
    }

    fn set_state<'a>(
        &'a self,
        key: &'a str,
        from: &'a [CampaignState],
        to: CampaignState,
    ) -> StoreFuture<'a, bool> {
        self.change(|tables| match tables.campaigns.get_mut(key) {
            Some(campaign) if from.contains(&campaign.row.state) => {
                campaign.row.state = to;
                true
            }
            _ => false,
        })
    }

    fn claim<'a>(&'a self, key: &'a str, request: &'a ClaimRequest) -> StoreFuture<'a, Claim> {
        // It wakes nobody: workers that wait would wake each other forever.
        done(self.tables().claim(key, request))
    }

    fn finish<'a>(
        &'a self,
        claimed: &'a Claimed,
        finish: &'a Finish,
        now: Timestamp,
    ) -> StoreFuture<'a, bool> {
        self.change(|tables| tables.finish(claimed, finish, now))
    }

    fn expire<'a>(&'a self, key: &'a str, now: Timestamp) -> StoreFuture<'a, u64> {
        let mut expired = 0;
        {
            let mut tables = self.tables();
            let campaign = tables.campaigns.get_mut(key);
            for row in campaign.into_iter().flat_map(|campaign| campaign.chunks.values_mut()) {
                if row.chunk.state == ChunkState::Sending && row.expires_at < now {
                    row.chunk.state = ChunkState::Unknown;
                    row.chunk.since = now;
                    row.chunk.error = Some(EXPIRED.to_owned());
                    expired += 1;
                }
            }
        }
        if expired > 0 {
            self.changed.notify_waiters();
        }
        done(expired)
    }

    fn settle<'a>(
        &'a self,
        key: &'a str,
        chunk: &'a Chunk,
        message_id: &'a str,
        parts: &'a [SettledPart],
        now: Timestamp,
    ) -> StoreFuture<'a, bool> {
        self.change(|tables| {
            let campaign = tables.campaigns.get_mut(key);
            campaign.is_some_and(|campaign| campaign.settle(chunk, message_id, parts, now))
        })
    }

    fn resend_unknown<'a>(&'a self, key: &'a str, now: Timestamp) -> StoreFuture<'a, u64> {
        self.change(|tables| {
            let mut recipients = 0;
            let campaign = tables.campaigns.get_mut(key);
            for row in campaign.into_iter().flat_map(|campaign| campaign.chunks.values_mut()) {
                let chunk = &mut row.chunk;
                if chunk.state == ChunkState::Unknown {
                    chunk.state = ChunkState::Planned;
                    chunk.fence = chunk.fence.saturating_add(1);
                    chunk.is_resent = true;
                    chunk.since = now;
                    recipients += chunk.recipients();
                }
            }
            recipients
        })
    }

    fn chunks<'a>(
        &'a self,
        key: &'a str,
        state: Option<ChunkState>,
        from: u64,
        limit: usize,
    ) -> StoreFuture<'a, Vec<Chunk>> {
        let tables = self.tables();
        let campaign = tables.campaigns.get(key).into_iter();
        let chunks = campaign.flat_map(|campaign| campaign.chunks.range(from..));
        let chunks = chunks.map(|(_, row)| row.chunk.clone());
        let wanted = chunks.filter(|chunk| state.is_none_or(|state| chunk.state == state));
        done(wanted.take(limit).collect())
    }

    fn tally<'a>(&'a self, key: &'a str, since: Timestamp) -> StoreFuture<'a, Tally> {
        let tables = self.tables();
        let tally = tables
            .campaigns
            .get(key)
            .map(|campaign| campaign.tally(since, tables.pauses.get(&campaign.row.scope).copied()));
        done(tally.unwrap_or_default())
    }

    fn pause_until<'a>(&'a self, scope: &'a str, until: Timestamp) -> StoreFuture<'a, ()> {
        self.change(|tables| {
            let pause = tables.pauses.entry(scope.to_owned()).or_insert(until);
            *pause = until.max(*pause);
        })
    }

    fn changed<'a>(&'a self, _: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(async {
            self.changed.notified().await;
            Ok::<_, BoxError>(())
        })
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryStore({} campaigns)", self.tables().campaigns.len())
    }
}
