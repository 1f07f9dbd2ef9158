//! What became of a claimed chunk.

use mailgun_bulk::{Chunk, ChunkState, Claimed, Finish};
use mailgun_core::Timestamp;

use crate::{
    SqlStore, StoreError,
    database::{Transaction, Value},
};

impl SqlStore {
    pub(super) async fn finish_chunk(
        &self,
        claimed: &Claimed,
        finish: &Finish,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.write("record the outcome of a chunk").await?;
        let Some(campaign) = transaction.lock(&claimed.key).await? else { return Ok(false) };
        let (state, error) = match finish {
            Finish::Accepted { message_id } => {
                return transaction.accept(campaign.id, claimed, message_id, now).await;
            }
            Finish::Refused { error } => (ChunkState::Refused, error),
            Finish::Unknown { error } => (ChunkState::Unknown, error),
            Finish::NotSent { error, .. } | Finish::Split { error, .. } => {
                (ChunkState::Planned, error)
            }
        };
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
        let mut chunk = Chunk { state, error: Some(error.clone()), since: now, ..stored.clone() };
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
        if state != ChunkState::Unknown {
            transaction.free(&claimed.windows, claimed.chunk.recipients()).await?;
        }
        transaction.wake(&claimed.key).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

impl Transaction {
    /// The mail went to all recipients of the claim, even if it expired and was settled in parts.
    async fn accept(
        mut self,
        campaign: i64,
        claimed: &Claimed,
        message_id: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Chunk { positions, fence, owner, .. } = &claimed.chunk;
        let mut values: Vec<Value<'_>> = vec![
            campaign.into(),
            positions.start.into(),
            positions.end.into(),
            (*fence).into(),
            owner.as_deref().into(),
        ];
        let sql = "SELECT first FROM mailgun_chunks
            WHERE campaign = $1 AND first >= $2 AND past <= $3 AND fence = $4 AND owner = $5 LIMIT 1";
        if self.optional::<(i64,)>(sql, &values).await?.is_none() {
            return Ok(false);
        }
        values.extend([Value::from(now), message_id.into()]);
        let sql = "UPDATE mailgun_chunks
            SET state = 'accepted', since = $6, message_id = $7, error = NULL
            WHERE campaign = $1 AND first >= $2 AND past <= $3 AND fence = $4 AND owner = $5
                AND state IN ('sending', 'unknown')";
        if self.execute(sql, &values).await? > 0 {
            self.wake(&claimed.key).await?;
            self.commit().await?;
        }
        Ok(true)
    }
}
