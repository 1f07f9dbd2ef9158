//! What became of a claimed chunk.

use mailgun_bulk::{Chunk, ChunkState, Claimed, Finish};
use mailgun_core::Timestamp;

use crate::{SqlStore, StoreError};

impl SqlStore {
    pub(super) async fn finish_chunk(
        &self,
        claimed: &Claimed,
        finish: &Finish,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.write("record the outcome of a chunk").await?;
        let Some(campaign) = transaction.lock(&claimed.key).await? else { return Ok(false) };
        let first = claimed.chunk.positions.start;
        let Some(stored) = transaction.chunk_at(campaign.id, first).await? else {
            return Ok(false);
        };
        if stored.fence != claimed.chunk.fence {
            return Ok(false);
        }
        if !matches!(stored.state, ChunkState::Sending | ChunkState::Unknown) {
            return Ok(true);
        }
        let (state, error, message_id) = match finish {
            Finish::Accepted { message_id } => (ChunkState::Accepted, None, Some(message_id)),
            Finish::Refused { error } => (ChunkState::Refused, Some(error), None),
            Finish::Unknown { error } => (ChunkState::Unknown, Some(error), None),
            Finish::NotSent { error, .. } | Finish::Split { error, .. } => {
                (ChunkState::Planned, Some(error), None)
            }
        };
        let message_id = message_id.cloned().or(stored.message_id.clone());
        let mut chunk =
            Chunk { state, error: error.cloned(), message_id, since: now, ..stored.clone() };
        let second = match finish {
            Finish::Split { at, .. } if stored.positions.contains(at) && *at > first => {
                chunk.positions = first..*at;
                let positions = *at..stored.positions.end;
                Some(Chunk { positions, fence: 0, owner: None, ..chunk.clone() })
            }
            _ => None,
        };
        transaction.replace(campaign.id, &chunk).await?;
        if let Some(second) = second {
            transaction.put(campaign.id, &second).await?;
        }
        if let Finish::NotSent { chunk_limit: Some(limit), .. } = finish {
            transaction
                .execute(
                    "UPDATE mailgun_campaigns SET chunk_limit = $2 WHERE id = $1",
                    &[campaign.id.into(), (*limit).into()],
                )
                .await?;
        }
        if !matches!(state, ChunkState::Accepted | ChunkState::Unknown) {
            transaction.free(&claimed.windows, claimed.chunk.recipients()).await?;
        }
        transaction.wake(&claimed.key).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
