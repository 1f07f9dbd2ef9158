//! Chunks whose outcome is unknown.

use mailgun_bulk::{Chunk, ChunkState, EXPIRED, SettledPart};
use mailgun_core::Timestamp;

use crate::{SqlStore, StoreError};

impl SqlStore {
    pub(super) async fn expire_chunks(&self, key: &str, now: Timestamp) -> Result<u64, StoreError> {
        let mut transaction = self.database.write("find chunks whose worker has ended").await?;
        let Some(campaign) = transaction.lock(key).await? else { return Ok(0) };
        let expired = transaction
            .execute(
                "UPDATE mailgun_chunks SET state = 'unknown', since = $2, error = $3
                WHERE campaign = $1 AND state = 'sending' AND expires_at < $2",
                &[campaign.id.into(), now.into(), EXPIRED.into()],
            )
            .await?;
        if expired > 0 {
            transaction.wake(key).await?;
            transaction.commit().await?;
        }
        Ok(expired)
    }

    pub(super) async fn settle_chunk(
        &self,
        key: &str,
        chunk: &Chunk,
        message_id: &str,
        parts: &[SettledPart],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.write("settle a chunk").await?;
        let Some(campaign) = transaction.lock(key).await? else { return Ok(false) };
        let first = chunk.positions.start;
        let Some(stored) = transaction.chunk_at(campaign.id, first).await? else {
            return Ok(false);
        };
        if (stored.state, stored.fence) != (ChunkState::Unknown, chunk.fence)
            || stored.positions != chunk.positions
        {
            return Ok(false);
        }
        transaction
            .execute(
                "DELETE FROM mailgun_chunks WHERE campaign = $1 AND first = $2",
                &[campaign.id.into(), first.into()],
            )
            .await?;
        for SettledPart { positions, is_accepted } in parts {
            let (state, error) = match is_accepted {
                true => (ChunkState::Accepted, None),
                false => (ChunkState::Unknown, stored.error.clone()),
            };
            let part = Chunk {
                positions: positions.clone(),
                state,
                since: now,
                message_id: Some(message_id.to_owned()),
                error,
                ..stored.clone()
            };
            transaction.put(campaign.id, &part).await?;
        }
        transaction.wake(key).await?;
        transaction.commit().await?;
        Ok(true)
    }

    pub(super) async fn resend_chunks(&self, key: &str, now: Timestamp) -> Result<u64, StoreError> {
        let mut transaction = self.database.write("plan unknown chunks again").await?;
        let Some(campaign) = transaction.lock(key).await? else { return Ok(0) };
        let resent = transaction
            .all::<(i64,)>(
                "UPDATE mailgun_chunks
                SET state = 'planned', fence = fence + 1, is_resent = 1, since = $2
                WHERE campaign = $1 AND state = 'unknown'
                RETURNING past - first",
                &[campaign.id.into(), now.into()],
            )
            .await?;
        transaction.wake(key).await?;
        let recipients = resent.into_iter().map(|(recipients,)| recipients).sum();
        let recipients = transaction.unsigned(recipients)?;
        transaction.commit().await?;
        Ok(recipients)
    }
}
