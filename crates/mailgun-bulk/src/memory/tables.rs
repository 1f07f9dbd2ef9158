//! The tables of the store in memory, and the steps that change several rows.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::Range,
};

use bytes::Bytes;
use mailgun_core::Timestamp;

use crate::{
    Appended, CampaignState, Chunk, ChunkState, Claim, ClaimRequest, Claimed, Count, DraftId,
    Finish, NewRecipient, SettledPart, StoredCampaign, StoredRecipient, Tally, Window,
};

#[derive(Default)]
pub(super) struct Tables {
    pub(super) campaigns: BTreeMap<String, Campaign>,
    pub(super) counters: HashMap<String, u64>,
    pub(super) pauses: HashMap<String, Timestamp>,
}

pub(super) struct Campaign {
    pub(super) row: StoredCampaign,
    pub(super) owner: String,
    pub(super) content: Bytes,
    pub(super) recipients: Vec<(String, String)>,
    pub(super) addresses: HashSet<String>,
    pub(super) left_out: HashSet<String>,
    /// By first position.
    pub(super) chunks: BTreeMap<u64, Row>,
}

pub(super) struct Row {
    pub(super) chunk: Chunk,
    pub(super) expires_at: Timestamp,
}

impl Tables {
    /// The campaign, if it is a draft of this owner.
    pub(super) fn draft(&mut self, id: &DraftId) -> Option<&mut Campaign> {
        let campaign = self.campaigns.get_mut(&id.key)?;
        let is_draft = campaign.row.state == CampaignState::Draft && campaign.owner == id.owner;
        is_draft.then_some(campaign)
    }

    pub(super) fn claim(&mut self, key: &str, request: &ClaimRequest) -> Claim {
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

    pub(super) fn finish(&mut self, claimed: &Claimed, finish: &Finish, now: Timestamp) -> bool {
        let Some(campaign) = self.campaigns.get_mut(&claimed.key) else { return false };
        let (state, error) = match finish {
            Finish::Accepted { message_id } => return campaign.accept(claimed, message_id, now),
            Finish::Refused { error } => (ChunkState::Refused, error),
            Finish::Unknown { error } => (ChunkState::Unknown, error),
            Finish::NotSent { error, .. } | Finish::Split { error, .. } => {
                (ChunkState::Planned, error)
            }
        };
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
        chunk.state = state;
        chunk.error = Some(error.clone());
        match finish {
            Finish::NotSent { chunk_limit: Some(limit), .. } => campaign.row.chunk_limit = *limit,
            Finish::Split { at, .. } if (start.saturating_add(1)..end).contains(at) => {
                chunk.positions.end = *at;
                let second = Chunk { positions: *at..end, fence: 0, owner: None, ..chunk.clone() };
                campaign.put(second, Timestamp::MIN);
            }
            _ => {}
        }
        if state != ChunkState::Unknown {
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
    pub(super) fn put(&mut self, chunk: Chunk, expires_at: Timestamp) {
        self.chunks.insert(chunk.positions.start, Row { chunk, expires_at });
    }

    pub(super) fn recipients(&self, positions: Range<u64>) -> Vec<StoredRecipient> {
        let skip = usize::try_from(positions.start).unwrap_or(usize::MAX);
        let rows = positions.zip(self.recipients.iter().skip(skip));
        rows.map(|(position, (mailbox, variables))| StoredRecipient {
            position,
            mailbox: mailbox.clone(),
            variables: variables.clone(),
        })
        .collect()
    }

    pub(super) fn append(&mut self, recipients: &[NewRecipient]) -> Appended {
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

    /// The mail went to all recipients of the claim, even if it expired and was settled in parts.
    fn accept(&mut self, claimed: &Claimed, message_id: &str, now: Timestamp) -> bool {
        let Chunk { positions, fence, owner, .. } = &claimed.chunk;
        let mut is_current = false;
        for Row { chunk, .. } in self.chunks.range_mut(positions.clone()).map(|(_, row)| row) {
            if (chunk.fence, &chunk.owner) != (*fence, owner) || chunk.positions.end > positions.end
            {
                continue;
            }
            is_current = true;
            if matches!(chunk.state, ChunkState::Sending | ChunkState::Unknown) {
                chunk.state = ChunkState::Accepted;
                chunk.since = now;
                chunk.message_id = Some(message_id.to_owned());
                chunk.error = None;
            }
        }
        is_current
    }

    pub(super) fn settle(
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

    pub(super) fn tally(&self, since: Timestamp, paused_until: Option<Timestamp>) -> Tally {
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
