//! A store in memory.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
    future::ready,
    ops::{Bound, Range},
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use mailgun_core::{BoxError, Timestamp};
use tokio::sync::Notify;

use crate::{
    Appended, CampaignState, Chunk, ChunkState, Claim, ClaimRequest, Claimed, Count, DraftId,
    EXPIRED, Finish, NewCampaign, NewRecipient, SettledPart, Store, StoreFuture, StoredCampaign,
    StoredRecipient, Tally, Window,
};

/// A store in memory, for tests. A process that ends loses it.
///
/// ```
/// use std::sync::Arc;
///
/// use mailgun::bulk::{Bulk, MemoryStore};
///
/// # fn example(mailgun: &mailgun::Mailgun) {
/// let bulk = Bulk::new(mailgun.client(), Arc::new(MemoryStore::new()));
/// # let _ = bulk;
/// # }
/// ```
#[derive(Default)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
    changed: Notify,
}

#[derive(Default)]
struct Tables {
    campaigns: BTreeMap<String, Campaign>,
    counters: HashMap<String, u64>,
    pauses: HashMap<String, Timestamp>,
}

struct Campaign {
    row: StoredCampaign,
    owner: String,
    content: Bytes,
    recipients: Vec<(String, String)>,
    addresses: HashSet<String>,
    left_out: HashSet<String>,
    /// By first position.
    chunks: BTreeMap<u64, Row>,
}

struct Row {
    chunk: Chunk,
    expires_at: Timestamp,
}

impl MemoryStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a step that changes tables, and wakes who waits for a change.
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

impl Tables {
    /// The campaign, if it is a draft of this owner.
    fn draft(&mut self, id: &DraftId) -> Option<&mut Campaign> {
        let campaign = self.campaigns.get_mut(&id.key)?;
        let is_draft = campaign.row.state == CampaignState::Draft && campaign.owner == id.owner;
        is_draft.then_some(campaign)
    }

    fn claim(&mut self, key: &str, request: &ClaimRequest) -> Claim {
        let Some(campaign) = self.campaigns.get_mut(key) else { return Claim::NotRunning(None) };
        if campaign.row.state != CampaignState::Running {
            return Claim::NotRunning(Some(campaign.row.state));
        }
        if let Some(until) = self.pauses.get(&campaign.row.scope).filter(|it| **it > request.now) {
            return Claim::PausedUntil(*until);
        }
        let planned = |row: &&Row| row.chunk.state == ChunkState::Planned;
        let Some(chunk) = campaign.chunks.values().find(planned).map(|row| row.chunk.clone())
        else {
            return Claim::Nothing;
        };
        let mut size = chunk.recipients().min(campaign.row.chunk_limit.max(1));
        for (index, Window { counter, limit, .. }) in request.windows.iter().enumerate() {
            let used = self.counters.get(counter).copied().unwrap_or_default();
            match limit.saturating_sub(used) {
                0 => return Claim::NoRoom(index),
                room => size = size.min(room),
            }
        }
        for window in &request.windows {
            let used = self.counters.entry(window.counter.clone()).or_default();
            *used = used.saturating_add(size);
        }
        let Range { start, end } = chunk.positions;
        let middle = start.saturating_add(size);
        if middle < end {
            let rest = Chunk { positions: middle..end, fence: 0, owner: None, ..chunk.clone() };
            campaign.put(Chunk { error: None, message_id: None, ..rest }, Timestamp::MIN);
        }
        let chunk = Chunk {
            positions: start..middle,
            state: ChunkState::Sending,
            fence: chunk.fence.saturating_add(1),
            owner: Some(request.owner.clone()),
            since: request.now,
            message_id: None,
            error: None,
            is_resent: chunk.is_resent,
        };
        campaign.put(chunk.clone(), request.expires_at);
        Claim::Claimed(Box::new(Claimed {
            key: key.to_owned(),
            recipients: campaign.recipients(chunk.positions.clone()),
            chunk,
            windows: request.windows.clone(),
        }))
    }

    fn finish(&mut self, claimed: &Claimed, finish: &Finish, now: Timestamp) -> bool {
        let Some(campaign) = self.campaigns.get_mut(&claimed.key) else { return false };
        let Range { start, end } = claimed.chunk.positions;
        let Some(row) = campaign.chunks.get_mut(&start) else { return false };
        if row.chunk.fence != claimed.chunk.fence {
            return false;
        }
        if !matches!(row.chunk.state, ChunkState::Sending | ChunkState::Unknown) {
            return true;
        }
        let chunk = &mut row.chunk;
        chunk.since = now;
        let (state, error) = match finish {
            Finish::Accepted { .. } => (ChunkState::Accepted, None),
            Finish::Refused { error } => (ChunkState::Refused, Some(error)),
            Finish::Unknown { error } => (ChunkState::Unknown, Some(error)),
            Finish::NotSent { error, .. } | Finish::Split { error, .. } => {
                (ChunkState::Planned, Some(error))
            }
        };
        chunk.state = state;
        chunk.error = error.cloned();
        match finish {
            Finish::Accepted { message_id } => chunk.message_id = Some(message_id.clone()),
            Finish::NotSent { chunk_limit: Some(limit), .. } => campaign.row.chunk_limit = *limit,
            Finish::Split { at, .. } if (start.saturating_add(1)..end).contains(at) => {
                chunk.positions.end = *at;
                let second = Chunk { positions: *at..end, fence: 0, owner: None, ..chunk.clone() };
                campaign.put(second, Timestamp::MIN);
            }
            _ => {}
        }
        if !matches!(state, ChunkState::Accepted | ChunkState::Unknown) {
            for window in &claimed.windows {
                if let Some(used) = self.counters.get_mut(&window.counter) {
                    *used = used.saturating_sub(end.saturating_sub(start));
                }
            }
        }
        true
    }
}

impl Campaign {
    fn put(&mut self, chunk: Chunk, expires_at: Timestamp) {
        self.chunks.insert(chunk.positions.start, Row { chunk, expires_at });
    }

    fn recipients(&self, positions: Range<u64>) -> Vec<StoredRecipient> {
        let skip = usize::try_from(positions.start).unwrap_or(usize::MAX);
        let rows = positions.zip(self.recipients.iter().skip(skip));
        rows.map(|(position, (mailbox, variables))| StoredRecipient {
            position,
            mailbox: mailbox.clone(),
            variables: variables.clone(),
        })
        .collect()
    }

    fn append(&mut self, recipients: &[NewRecipient]) -> Appended {
        let mut counts = Appended::default();
        for recipient in recipients {
            if self.left_out.contains(&recipient.folded) {
                counts.left_out += 1;
            } else if self.addresses.insert(recipient.folded.clone()) {
                counts.added += 1;
                self.recipients.push((recipient.mailbox.clone(), recipient.variables.clone()));
            } else {
                counts.duplicates += 1;
            }
        }
        let all = &mut self.row.recipients;
        all.added += counts.added;
        all.duplicates += counts.duplicates;
        all.left_out += counts.left_out;
        counts
    }

    fn settle(
        &mut self,
        chunk: &Chunk,
        message_id: &str,
        parts: &[SettledPart],
        now: Timestamp,
    ) -> bool {
        let first = chunk.positions.start;
        let is_current = |row: &Row| {
            row.chunk.state == ChunkState::Unknown
                && row.chunk.fence == chunk.fence
                && row.chunk.positions == chunk.positions
        };
        let Some(row) = self.chunks.get(&first).filter(|row| is_current(row)) else {
            return false;
        };
        let old = row.chunk.clone();
        self.chunks.remove(&first);
        for SettledPart { positions, is_accepted } in parts {
            let (state, error) = match is_accepted {
                true => (ChunkState::Accepted, None),
                false => (ChunkState::Unknown, old.error.clone()),
            };
            let positions = positions.clone();
            let message_id = Some(message_id.to_owned());
            let part = Chunk { positions, state, since: now, message_id, error, ..old.clone() };
            self.put(part, Timestamp::MIN);
        }
        true
    }

    fn tally(&self, since: Timestamp, paused_until: Option<Timestamp>) -> Tally {
        let mut tally = Tally { paused_until, ..Tally::default() };
        for Row { chunk, .. } in self.chunks.values() {
            let recipients = chunk.recipients();
            if chunk.state == ChunkState::Accepted && chunk.since >= since {
                tally.recently_accepted += recipients;
            }
            let count = match chunk.state {
                ChunkState::Planned => &mut tally.planned,
                ChunkState::Sending => &mut tally.sending,
                ChunkState::Accepted => &mut tally.accepted,
                ChunkState::Refused => &mut tally.refused,
                ChunkState::Unknown => &mut tally.unknown,
            };
            let Count { chunks, recipients: all, largest } = count;
            *chunks += 1;
            *all += recipients;
            *largest = recipients.max(*largest);
        }
        tally
    }
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
