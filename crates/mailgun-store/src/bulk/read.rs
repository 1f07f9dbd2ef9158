//! What a campaign is and how far it has come, and its state.

use std::ops::Range;

use bytes::Bytes;
use mailgun_bulk::{
    Appended, CampaignState, Chunk, ChunkState, Count, StoredCampaign, StoredRecipient, Tally,
};
use mailgun_core::Timestamp;
use sqlx::AssertSqlSafe;

use super::row::{CHUNK, ChunkRow};
use crate::{
    SqlStore, StoreError, StoreErrorKind,
    database::{Transaction, Value},
};

impl SqlStore {
    pub(super) async fn read_campaign(
        &self,
        key: &str,
    ) -> Result<Option<StoredCampaign>, StoreError> {
        let mut transaction = self.database.read("read a campaign").await?;
        let row = transaction
            .optional::<(String, String, String, i64, i64, i64, i64, i64, Option<i64>)>(
                "SELECT domain, scope, state, added, duplicates, left_out, chunk_limit, created_at,
                    started_at
                FROM mailgun_campaigns WHERE key = $1",
                &[key.into()],
            )
            .await?;
        let Some((domain, scope, state, added, duplicates, left_out, limit, created, started)) =
            row
        else {
            return Ok(None);
        };
        Ok(Some(StoredCampaign {
            key: key.to_owned(),
            domain,
            scope,
            state: transaction.campaign_state(&state)?,
            recipients: Appended {
                added: transaction.unsigned(added)?,
                duplicates: transaction.unsigned(duplicates)?,
                left_out: transaction.unsigned(left_out)?,
            },
            chunk_limit: transaction.unsigned(limit)?,
            created_at: transaction.time(created)?,
            started_at: started.map(|started| transaction.time(started)).transpose()?,
        }))
    }

    pub(super) async fn read_content(&self, key: &str) -> Result<Option<Bytes>, StoreError> {
        let mut transaction = self.database.read("read the content of a campaign").await?;
        let sql = "SELECT content FROM mailgun_campaigns WHERE key = $1";
        let row = transaction.optional::<(Vec<u8>,)>(sql, &[key.into()]).await?;
        Ok(row.map(|(content,)| content.into()))
    }

    pub(super) async fn read_keys(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let mut transaction = self.database.read("list the campaigns").await?;
        let by_bytes = transaction.by_bytes();
        let query = format!(
            "SELECT key FROM mailgun_campaigns WHERE key {by_bytes} > $1
            ORDER BY key {by_bytes} LIMIT $2"
        );
        // A key is not empty.
        let values = [after.unwrap_or_default().into(), rows(limit).into()];
        let keys = transaction.all::<(String,)>(AssertSqlSafe(query), &values).await?;
        Ok(keys.into_iter().map(|(key,)| key).collect())
    }

    pub(super) async fn read_recipients(
        &self,
        key: &str,
        positions: Range<u64>,
    ) -> Result<Vec<StoredRecipient>, StoreError> {
        let mut transaction = self.database.read("read recipients").await?;
        match transaction.id(key).await? {
            Some(id) => transaction.recipients(id, &positions).await,
            None => Ok(Vec::new()),
        }
    }

    pub(super) async fn read_chunks(
        &self,
        key: &str,
        state: Option<ChunkState>,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Chunk>, StoreError> {
        let mut transaction = self.database.read("read chunks").await?;
        let Some(id) = transaction.id(key).await? else { return Ok(Vec::new()) };
        let only = if state.is_some() { "AND state = $4" } else { "" };
        let query = format!(
            "SELECT {CHUNK} FROM mailgun_chunks WHERE campaign = $1 AND first >= $2 {only}
            ORDER BY first LIMIT $3"
        );
        let mut values = vec![id.into(), from.into(), rows(limit).into()];
        values.extend(state.map(|state| Value::from(state.as_str())));
        let rows = transaction.all::<ChunkRow>(AssertSqlSafe(query), &values).await?;
        rows.into_iter().map(|row| transaction.chunk(row)).collect()
    }

    pub(super) async fn read_tally(
        &self,
        key: &str,
        since: Timestamp,
    ) -> Result<Tally, StoreError> {
        let mut transaction = self.database.read("count chunks").await?;
        let query = "SELECT id, scope FROM mailgun_campaigns WHERE key = $1";
        let campaign = transaction.optional::<(i64, String)>(query, &[key.into()]).await?;
        let Some((id, scope)) = campaign else { return Ok(Tally::default()) };
        let mut tally =
            Tally { paused_until: transaction.pause(&scope).await?, ..Tally::default() };
        let rows = transaction
            .all::<(String, i64, i64, i64, i64)>(
                "SELECT state, count(*), CAST(sum(past - first) AS BIGINT), max(past - first),
                    CAST(sum(CASE WHEN since >= $2 THEN past - first ELSE 0 END) AS BIGINT)
                FROM mailgun_chunks WHERE campaign = $1 GROUP BY state",
                &[id.into(), since.into()],
            )
            .await?;
        for (state, chunks, recipients, largest, recent) in rows {
            let count = Count {
                chunks: transaction.unsigned(chunks)?,
                recipients: transaction.unsigned(recipients)?,
                largest: transaction.unsigned(largest)?,
            };
            match ChunkState::from_name(&state) {
                Some(ChunkState::Planned) => tally.planned = count,
                Some(ChunkState::Sending) => tally.sending = count,
                Some(ChunkState::Accepted) => {
                    tally.accepted = count;
                    tally.recently_accepted = transaction.unsigned(recent)?;
                }
                Some(ChunkState::Refused) => tally.refused = count,
                Some(ChunkState::Unknown) => tally.unknown = count,
                None => return Err(transaction.error(StoreErrorKind::Corrupt, "a chunk's state")),
            }
        }
        Ok(tally)
    }

    pub(super) async fn set_campaign_state(
        &self,
        key: &str,
        from: &[CampaignState],
        to: CampaignState,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.write("change the state of a campaign").await?;
        let Some(campaign) = transaction.lock(key).await? else { return Ok(false) };
        if !from.contains(&campaign.state) {
            return Ok(false);
        }
        transaction
            .execute(
                "UPDATE mailgun_campaigns SET state = $2 WHERE id = $1",
                &[campaign.id.into(), to.as_str().into()],
            )
            .await?;
        transaction.wake(key).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

impl Transaction {
    async fn id(&mut self, key: &str) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT id FROM mailgun_campaigns WHERE key = $1";
        Ok(self.optional::<(i64,)>(sql, &[key.into()]).await?.map(|(id,)| id))
    }

    pub(super) async fn recipients(
        &mut self,
        campaign: i64,
        positions: &Range<u64>,
    ) -> Result<Vec<StoredRecipient>, StoreError> {
        let rows = self
            .all::<(i64, String, String)>(
                "SELECT position, mailbox, variables FROM mailgun_recipients
                WHERE campaign = $1 AND position >= $2 AND position < $3 ORDER BY position",
                &[campaign.into(), positions.start.into(), positions.end.into()],
            )
            .await?;
        rows.into_iter()
            .map(|(position, mailbox, variables)| {
                Ok(StoredRecipient { position: self.unsigned(position)?, mailbox, variables })
            })
            .collect()
    }

    /// Returns the chunk that begins at a position.
    pub(super) async fn chunk_at(
        &mut self,
        campaign: i64,
        first: u64,
    ) -> Result<Option<Chunk>, StoreError> {
        let query =
            format!("SELECT {CHUNK} FROM mailgun_chunks WHERE campaign = $1 AND first = $2");
        let values = [campaign.into(), first.into()];
        let row = self.optional::<ChunkRow>(AssertSqlSafe(query), &values).await?;
        row.map(|row| self.chunk(row)).transpose()
    }
}

fn rows(limit: usize) -> u64 {
    u64::try_from(limit).unwrap_or(u64::MAX)
}
