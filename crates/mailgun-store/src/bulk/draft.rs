//! Drafts: created, filled and started.

use std::{collections::HashSet, ops::Range};

use mailgun_bulk::{Appended, CampaignState, ChunkState, DraftId, NewCampaign, NewRecipient};
use mailgun_core::Timestamp;
use sqlx::AssertSqlSafe;

use super::row::{Locked, placeholders};
use crate::{
    SqlStore, StoreError, StoreErrorKind,
    database::{Transaction, Value},
};

/// How many rows one statement inserts. SQLite takes 32,766 parameters.
const ROWS: usize = 500;

impl SqlStore {
    pub(super) async fn create_campaign(&self, new: &NewCampaign) -> Result<bool, StoreError> {
        let mut transaction = self.database.write("create a campaign").await?;
        let id = getrandom::u64().map_err(|e| transaction.error(StoreErrorKind::Unavailable, e))?;
        let created = transaction
            .optional::<(i64,)>(
                "INSERT INTO mailgun_campaigns
                (id, key, owner, domain, scope, content, state, chunk_limit, created_at)
                VALUES ($1, $2, $3, $4, $5, $6, 'draft', $7, $8)
                ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, domain = excluded.domain,
                    scope = excluded.scope, content = excluded.content, added = 0, duplicates = 0,
                    left_out = 0, chunk_limit = excluded.chunk_limit,
                    created_at = excluded.created_at
                WHERE mailgun_campaigns.state = 'draft'
                RETURNING id",
                &[
                    (id >> 1).into(),
                    (&new.draft.key).into(),
                    (&new.draft.owner).into(),
                    (&new.domain).into(),
                    (&new.scope).into(),
                    (&*new.content).into(),
                    new.chunk_limit.into(),
                    new.created_at.into(),
                ],
            )
            .await?;
        let Some((id,)) = created else { return Ok(false) };
        for sql in [
            "DELETE FROM mailgun_recipients WHERE campaign = $1",
            "DELETE FROM mailgun_left_out WHERE campaign = $1",
        ] {
            transaction.execute(sql, &[id.into()]).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    pub(super) async fn leave_out_addresses(
        &self,
        draft: &DraftId,
        addresses: &[String],
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.write("leave out addresses").await?;
        let Some(campaign) = transaction.lock_draft(draft).await? else { return Ok(false) };
        for addresses in addresses.chunks(ROWS) {
            let insert = format!(
                "INSERT INTO mailgun_left_out (campaign, folded) VALUES {} ON CONFLICT DO NOTHING",
                placeholders(addresses.len(), 1, 2),
            );
            let mut values = vec![campaign.id.into()];
            values.extend(addresses.iter().map(Value::from));
            transaction.execute(AssertSqlSafe(insert), &values).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    pub(super) async fn append_recipients(
        &self,
        draft: &DraftId,
        recipients: &[NewRecipient],
    ) -> Result<Option<Appended>, StoreError> {
        let mut transaction = self.database.write("add recipients").await?;
        let Some(campaign) = transaction.lock_draft(draft).await? else { return Ok(None) };
        let mut counts = Appended::default();
        for recipients in recipients.chunks(ROWS) {
            let next = campaign.added.saturating_add(counts.added);
            let appended = transaction.append(campaign.id, next, recipients).await?;
            counts.added += appended.added;
            counts.duplicates += appended.duplicates;
            counts.left_out += appended.left_out;
        }
        transaction
            .execute(
                "UPDATE mailgun_campaigns SET added = added + $2, duplicates = duplicates + $3,
                    left_out = left_out + $4
                WHERE id = $1",
                &[
                    campaign.id.into(),
                    counts.added.into(),
                    counts.duplicates.into(),
                    counts.left_out.into(),
                ],
            )
            .await?;
        transaction.commit().await?;
        Ok(Some(counts))
    }

    pub(super) async fn start_campaign(
        &self,
        draft: &DraftId,
        chunks: &[Range<u64>],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.write("start a campaign").await?;
        let Some(campaign) = transaction.lock_draft(draft).await? else { return Ok(false) };
        if chunks.last().map_or(0, |chunk| chunk.end) != campaign.added {
            return Ok(false);
        }
        for chunks in chunks.chunks(ROWS) {
            let insert = format!(
                "INSERT INTO mailgun_chunks (campaign, state, fence, since, first, past) VALUES {}",
                placeholders(chunks.len(), 2, 5),
            );
            let planned = ChunkState::Planned.as_str();
            let mut values = vec![campaign.id.into(), planned.into(), 0_i64.into(), now.into()];
            values.extend(chunks.iter().flat_map(|it| [it.start, it.end]).map(Value::from));
            transaction.execute(AssertSqlSafe(insert), &values).await?;
        }
        transaction
            .execute(
                "UPDATE mailgun_campaigns SET state = 'running', started_at = $2 WHERE id = $1",
                &[campaign.id.into(), now.into()],
            )
            .await?;
        transaction.forget_counters(now).await?;
        transaction.wake(&draft.key).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

impl Transaction {
    /// Locks a campaign, if it is a draft of this owner.
    async fn lock_draft(&mut self, draft: &DraftId) -> Result<Option<Locked>, StoreError> {
        let campaign = self.lock(&draft.key).await?;
        Ok(campaign.filter(|it| it.state == CampaignState::Draft && it.owner == draft.owner))
    }

    /// Adds recipients from the position `next` on.
    async fn append(
        &mut self,
        campaign: i64,
        next: u64,
        recipients: &[NewRecipient],
    ) -> Result<Appended, StoreError> {
        let left_out = self.find("mailgun_left_out", campaign, recipients).await?;
        let mut known = self.find("mailgun_recipients", campaign, recipients).await?;
        let mut counts = Appended::default();
        let mut values = vec![campaign.into()];
        for recipient in recipients {
            if left_out.contains(&recipient.folded) {
                counts.left_out += 1;
            } else if known.insert(recipient.folded.clone()) {
                let position = next.saturating_add(counts.added);
                counts.added += 1;
                values.extend([
                    position.into(),
                    Value::from(&recipient.folded),
                    (&recipient.mailbox).into(),
                    (&recipient.variables).into(),
                ]);
            } else {
                counts.duplicates += 1;
            }
        }
        if counts.added > 0 {
            let insert = format!(
                "INSERT INTO mailgun_recipients (campaign, position, folded, mailbox, variables)
                VALUES {}",
                placeholders(values.len() / 4, 4, 2),
            );
            self.execute(AssertSqlSafe(insert), &values).await?;
        }
        Ok(counts)
    }

    /// Returns which of the addresses are in a table.
    ///
    /// The query is a look-up in the index for each address. With `IN` or `EXISTS`, Postgres reads all
    /// recipients of the campaign for each call, until it has statistics of the table.
    async fn find(
        &mut self,
        table: &'static str,
        campaign: i64,
        recipients: &[NewRecipient],
    ) -> Result<HashSet<String>, StoreError> {
        let addresses: Vec<_> = (2..recipients.len() + 2).map(|n| format!("(${n})")).collect();
        let query = format!(
            "SELECT column1 FROM (VALUES {}) AS addresses
            WHERE (SELECT count(*) FROM {table} WHERE campaign = $1 AND folded = column1) > 0",
            addresses.join(", "),
        );
        let mut values = vec![campaign.into()];
        values.extend(recipients.iter().map(|recipient| Value::from(&recipient.folded)));
        let found = self.all::<(String,)>(AssertSqlSafe(query), &values).await?;
        Ok(found.into_iter().map(|(folded,)| folded).collect())
    }
}
