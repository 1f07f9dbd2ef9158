//! Rows as `mailgun-bulk` sees them, and the locks on them.

use mailgun_bulk::{CampaignState, Chunk, ChunkState};
use mailgun_core::Timestamp;
use sqlx::AssertSqlSafe;

use crate::{
    StoreError, StoreErrorKind,
    database::{Transaction, Value},
};

/// A campaign whose row this transaction has locked.
pub(super) struct Locked {
    pub(super) id: i64,
    pub(super) owner: String,
    pub(super) state: CampaignState,
    pub(super) scope: String,
    pub(super) chunk_limit: u64,
    /// How many recipients it has.
    pub(super) added: u64,
}

/// The columns of a chunk, in the order of [`ChunkRow`].
pub(super) const CHUNK: &str =
    "first, past, state, fence, owner, since, message_id, error, is_resent";

pub(super) type ChunkRow =
    (i64, i64, String, i64, Option<String>, i64, Option<String>, Option<String>, i64);

impl Transaction {
    /// Locks the row of a campaign, if there is one.
    pub(super) async fn lock(&mut self, key: &str) -> Result<Option<Locked>, StoreError> {
        let query = format!(
            "SELECT id, owner, state, scope, chunk_limit, added
            FROM mailgun_campaigns WHERE key = $1 {}",
            self.for_update(),
        );
        let row = self
            .optional::<(i64, String, String, String, i64, i64)>(
                AssertSqlSafe(query),
                &[key.into()],
            )
            .await?;
        row.map(|(id, owner, state, scope, chunk_limit, added)| {
            let state = self.campaign_state(&state)?;
            let (chunk_limit, added) = (self.unsigned(chunk_limit)?, self.unsigned(added)?);
            Ok(Locked { id, owner, state, scope, chunk_limit, added })
        })
        .transpose()
    }

    /// Adds a chunk.
    pub(super) async fn put(&mut self, campaign: i64, chunk: &Chunk) -> Result<(), StoreError> {
        let sql = "INSERT INTO mailgun_chunks
            (campaign, first, past, state, fence, owner, since, message_id, error, is_resent)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let values: [Value<'_>; 10] = [
            campaign.into(),
            chunk.positions.start.into(),
            chunk.positions.end.into(),
            chunk.state.as_str().into(),
            chunk.fence.into(),
            chunk.owner.as_deref().into(),
            chunk.since.into(),
            chunk.message_id.as_deref().into(),
            chunk.error.as_deref().into(),
            i64::from(chunk.is_resent).into(),
        ];
        self.execute(sql, &values).await?;
        Ok(())
    }

    /// Changes a stored chunk, whose owner and fence stay.
    pub(super) async fn replace(&mut self, campaign: i64, chunk: &Chunk) -> Result<(), StoreError> {
        let sql = "UPDATE mailgun_chunks
            SET past = $3, state = $4, since = $5, message_id = $6, error = $7
            WHERE campaign = $1 AND first = $2";
        let values: [Value<'_>; 7] = [
            campaign.into(),
            chunk.positions.start.into(),
            chunk.positions.end.into(),
            chunk.state.as_str().into(),
            chunk.since.into(),
            chunk.message_id.as_deref().into(),
            chunk.error.as_deref().into(),
        ];
        self.execute(sql, &values).await?;
        Ok(())
    }

    pub(super) fn chunk(&self, row: ChunkRow) -> Result<Chunk, StoreError> {
        let (first, past, state, fence, owner, since, message_id, error, is_resent) = row;
        let state = ChunkState::from_name(&state);
        Ok(Chunk {
            positions: self.unsigned(first)?..self.unsigned(past)?,
            state: state.ok_or_else(|| self.corrupt("the state of a chunk"))?,
            fence: self.unsigned(fence)?,
            owner,
            since: self.time(since)?,
            message_id,
            error,
            is_resent: is_resent != 0,
        })
    }

    pub(super) fn campaign_state(&self, name: &str) -> Result<CampaignState, StoreError> {
        let state = CampaignState::from_name(name);
        state.ok_or_else(|| self.corrupt("the state of a campaign"))
    }

    pub(super) fn time(&self, micros: i64) -> Result<Timestamp, StoreError> {
        Timestamp::from_micros(micros).map_err(|_| self.corrupt("a time"))
    }

    /// A position or a count.
    pub(super) fn unsigned(&self, value: i64) -> Result<u64, StoreError> {
        u64::try_from(value).map_err(|_| self.corrupt("a number"))
    }

    fn corrupt(&self, what: &str) -> StoreError {
        self.error(StoreErrorKind::Corrupt, format_args!("{what} cannot be read"))
    }
}

/// Placeholders of several rows: `($1, $2), ($1, $3)`. Those below `next` are in each row.
pub(super) fn placeholders(rows: usize, columns: usize, next: usize) -> String {
    let row = |row: usize| {
        let own = (0..columns).map(|column| format!(", ${}", next + row * columns + column));
        let common: Vec<_> = (1..next).map(|number| format!("${number}")).collect();
        format!("({}{})", common.join(", "), own.collect::<String>())
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}
