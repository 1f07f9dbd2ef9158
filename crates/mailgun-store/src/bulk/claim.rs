//! Who sends a chunk.

use std::time::Duration;

use mailgun_bulk::{CampaignState, Chunk, ChunkState, Claim, ClaimRequest, Claimed, Window};
use mailgun_core::Timestamp;
use sqlx::AssertSqlSafe;

use super::row::{CHUNK, ChunkRow};
use crate::{SqlStore, StoreError, database::Transaction};

const PURPOSE: &str = "claim a chunk";

/// How long a claim may take. If it came later, the call might still run when the claim expires.
const CLAIM_WITHIN: Duration = Duration::from_secs(20);

impl SqlStore {
    pub(super) async fn claim_chunk(
        &self,
        key: &str,
        request: &ClaimRequest,
    ) -> Result<Claim, StoreError> {
        self.database.within(CLAIM_WITHIN, PURPOSE, self.try_claim(key, request)).await
    }

    async fn try_claim(&self, key: &str, request: &ClaimRequest) -> Result<Claim, StoreError> {
        let mut transaction = self.database.write(PURPOSE).await?;
        let Some(campaign) = transaction.lock(key).await? else {
            return Ok(Claim::NotRunning(None));
        };
        if campaign.state != CampaignState::Running {
            return Ok(Claim::NotRunning(Some(campaign.state)));
        }
        if let Some(until) = transaction.pause(&campaign.scope).await?
            && until > request.now
        {
            return Ok(Claim::PausedUntil(until));
        }
        let Some(planned) = transaction.first_planned(campaign.id).await? else {
            return Ok(Claim::Nothing);
        };
        let room = match transaction.room(&request.windows).await? {
            Ok(room) => room,
            Err(full) => return Ok(Claim::NoRoom(full)),
        };
        let size = planned.recipients().min(campaign.chunk_limit.max(1)).min(room);
        let first = planned.positions.start;
        let past = first.saturating_add(size);

        // The row decides: only this statement makes somebody its sender.
        transaction
            .execute(
                "UPDATE mailgun_chunks SET past = $3, state = 'sending', fence = fence + 1,
                    owner = $4, since = $5, expires_at = $6, message_id = NULL, error = NULL
                WHERE campaign = $1 AND first = $2 AND state = 'planned'",
                &[
                    campaign.id.into(),
                    first.into(),
                    past.into(),
                    (&request.owner).into(),
                    request.now.into(),
                    request.expires_at.into(),
                ],
            )
            .await?;
        let chunk = Chunk {
            positions: first..past,
            state: ChunkState::Sending,
            fence: planned.fence.saturating_add(1),
            owner: Some(request.owner.clone()),
            since: request.now,
            message_id: None,
            error: None,
            is_resent: planned.is_resent,
        };
        if past < planned.positions.end {
            let rest = Chunk {
                positions: past..planned.positions.end,
                fence: 0,
                owner: None,
                message_id: None,
                error: None,
                ..planned
            };
            transaction.put(campaign.id, &rest).await?;
        }
        transaction.reserve(&request.windows, size).await?;
        let recipients = transaction.recipients(campaign.id, &chunk.positions).await?;
        transaction.commit().await?;
        let windows = request.windows.clone();
        Ok(Claim::Claimed(Box::new(Claimed { key: key.to_owned(), chunk, recipients, windows })))
    }

    pub(super) async fn pause_scope(
        &self,
        scope: &str,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.write("record a pause").await?;
        transaction
            .execute(
                "INSERT INTO mailgun_pauses (scope, until) VALUES ($1, $2)
                ON CONFLICT (scope) DO UPDATE SET until = excluded.until
                WHERE mailgun_pauses.until < excluded.until",
                &[scope.into(), until.into()],
            )
            .await?;
        transaction.commit().await
    }
}

impl Transaction {
    /// Returns the end of the last pause of a scope.
    pub(super) async fn pause(&mut self, scope: &str) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT until FROM mailgun_pauses WHERE scope = $1";
        let row = self.optional::<(i64,)>(sql, &[scope.into()]).await?;
        row.map(|(until,)| self.time(until)).transpose()
    }

    async fn first_planned(&mut self, campaign: i64) -> Result<Option<Chunk>, StoreError> {
        let query = format!(
            "SELECT {CHUNK} FROM mailgun_chunks
            WHERE campaign = $1 AND state = 'planned' ORDER BY first LIMIT 1"
        );
        let row = self.optional::<ChunkRow>(AssertSqlSafe(query), &[campaign.into()]).await?;
        row.map(|row| self.chunk(row)).transpose()
    }

    /// Locks the counters, and returns the room that all windows have, or the index of the first window
    /// that is full.
    async fn room(&mut self, windows: &[Window]) -> Result<Result<u64, usize>, StoreError> {
        let mut rooms = Vec::with_capacity(windows.len());
        for (index, window) in in_order(windows) {
            let (used,) = self
                .one::<(i64,)>(
                    "INSERT INTO mailgun_counters (name, used, resets_at) VALUES ($1, 0, $2)
                    ON CONFLICT (name) DO UPDATE SET used = mailgun_counters.used
                    RETURNING used",
                    &[(&window.counter).into(), window.resets_at.into()],
                )
                .await?;
            rooms.push((index, window.limit.saturating_sub(self.unsigned(used)?)));
        }
        let full = rooms.iter().filter(|(_, room)| *room == 0).map(|(index, _)| *index).min();
        let room = rooms.iter().map(|(_, room)| *room).min().unwrap_or(u64::MAX);
        Ok(full.map_or(Ok(room), Err))
    }

    async fn reserve(&mut self, windows: &[Window], recipients: u64) -> Result<(), StoreError> {
        for (_, window) in in_order(windows) {
            self.execute(
                "UPDATE mailgun_counters SET used = used + $2 WHERE name = $1",
                &[(&window.counter).into(), recipients.into()],
            )
            .await?;
        }
        Ok(())
    }

    /// Frees what a claim has reserved.
    pub(super) async fn free(
        &mut self,
        windows: &[Window],
        recipients: u64,
    ) -> Result<(), StoreError> {
        for (_, window) in in_order(windows) {
            self.execute(
                "UPDATE mailgun_counters SET used = CASE WHEN used > $2 THEN used - $2 ELSE 0 END
                WHERE name = $1",
                &[(&window.counter).into(), recipients.into()],
            )
            .await?;
        }
        Ok(())
    }

    /// Deletes counters that are no longer needed, even by a clock that is a day slow.
    pub(super) async fn forget_counters(&mut self, now: Timestamp) -> Result<(), StoreError> {
        const DAY: Duration = Duration::from_secs(24 * 3600);
        if let Some(before) = now.checked_sub(DAY) {
            let sql = "DELETE FROM mailgun_counters WHERE resets_at < $1";
            self.execute(sql, &[before.into()]).await?;
        }
        Ok(())
    }
}

/// The windows in the order in which every transaction locks their counters, so that no two wait for
/// each other.
fn in_order(windows: &[Window]) -> Vec<(usize, &Window)> {
    let mut windows: Vec<_> = windows.iter().enumerate().collect();
    windows.sort_by_key(|(_, window)| &window.counter);
    windows
}
