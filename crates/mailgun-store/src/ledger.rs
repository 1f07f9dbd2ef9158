use std::fmt;

use mailgun_core::Timestamp;
use mailgun_messages::{Claim, Ledger, LedgerEntry, LedgerFuture, MessageId};

use crate::{
    StoreError, StoreErrorKind,
    database::{Database, Transaction},
};

/// The ledger of [`send_once`](mailgun_messages::Messages::send_once), for all processes that share the
/// store.
///
/// It keeps every key until [`forget`](Self::forget).
#[derive(Clone)]
pub struct SqlLedger {
    pub(crate) database: Database,
}

/// The columns of an entry: owner, message id, since.
type Row = (Option<String>, Option<String>, i64);

impl SqlLedger {
    /// Returns the entry of a key.
    ///
    /// # Errors
    ///
    /// Returns an error if the store cannot be read.
    pub async fn get(&self, key: &str) -> Result<Option<LedgerEntry>, StoreError> {
        let mut transaction = self.database.read("read the ledger").await?;
        let row = transaction
            .optional::<Row>(
                "SELECT owner, message_id, since FROM mailgun_ledger WHERE key = $1",
                &[key.into()],
            )
            .await?;
        row.map(|row| entry(row, &transaction)).transpose()
    }

    /// Removes the keys whose mail was accepted before this time. Returns how many.
    ///
    /// A removed key can be sent again. Keys whose outcome is unknown stay.
    ///
    /// # Errors
    ///
    /// Returns an error if the store cannot be written.
    pub async fn forget(&self, accepted_before: Timestamp) -> Result<u64, StoreError> {
        let mut transaction = self.database.write("remove keys from the ledger").await?;
        let removed = transaction
            .execute(
                "DELETE FROM mailgun_ledger WHERE message_id IS NOT NULL AND since < $1",
                &[accepted_before.into()],
            )
            .await?;
        transaction.commit().await?;
        Ok(removed)
    }

    async fn begin(&self, key: &str, claim: &Claim) -> Result<Option<LedgerEntry>, StoreError> {
        let mut transaction = self.database.write("record that a send begins").await?;
        // One statement inserts or finds the entry, so no other call comes between.
        let (calls, owner, message_id, since) = transaction
            .one::<(i64, Option<String>, Option<String>, i64)>(
                "INSERT INTO mailgun_ledger (key, calls, owner, since) VALUES ($1, 1, $2, $3)
                ON CONFLICT (key) DO UPDATE SET calls = mailgun_ledger.calls + 1
                RETURNING calls, owner, message_id, since",
                &[key.into(), claim.owner.as_str().into(), claim.since.into()],
            )
            .await?;
        let existing = match calls {
            1 => None,
            _ => Some(entry((owner, message_id, since), &transaction)?),
        };
        transaction.commit().await?;
        Ok(existing)
    }

    async fn accept(&self, key: &str, id: &MessageId) -> Result<(), StoreError> {
        let mut transaction = self.database.write("record that a mail was accepted").await?;
        let now = transaction.now().await?;
        transaction
            .execute(
                "INSERT INTO mailgun_ledger (key, calls, message_id, since) VALUES ($1, 1, $2, $3)
                ON CONFLICT (key) DO UPDATE
                SET owner = NULL, message_id = excluded.message_id, since = excluded.since",
                &[key.into(), id.as_str().into(), now.into()],
            )
            .await?;
        transaction.commit().await
    }

    async fn release(&self, key: &str, owner: &str) -> Result<(), StoreError> {
        let mut transaction = self.database.write("record that a mail was not accepted").await?;
        transaction
            .execute(
                "DELETE FROM mailgun_ledger WHERE key = $1 AND owner = $2",
                &[key.into(), owner.into()],
            )
            .await?;
        transaction.commit().await
    }
}

fn entry(
    (owner, message_id, since): Row,
    transaction: &Transaction,
) -> Result<LedgerEntry, StoreError> {
    match (owner, message_id, Timestamp::from_micros(since)) {
        (_, Some(id), _) => Ok(LedgerEntry::Accepted(id.into())),
        (Some(owner), None, Ok(since)) => Ok(LedgerEntry::Sending(Claim { owner, since })),
        _ => Err(transaction.error(StoreErrorKind::Corrupt, "the entry of the key")),
    }
}

impl Ledger for SqlLedger {
    fn begin<'a>(
        &'a self,
        key: &'a str,
        claim: &'a Claim,
    ) -> LedgerFuture<'a, Option<LedgerEntry>> {
        Box::pin(async move { Ok(self.begin(key, claim).await?) })
    }

    fn accept<'a>(&'a self, key: &'a str, id: &'a MessageId) -> LedgerFuture<'a, ()> {
        Box::pin(async move { Ok(self.accept(key, id).await?) })
    }

    fn release<'a>(&'a self, key: &'a str, owner: &'a str) -> LedgerFuture<'a, ()> {
        Box::pin(async move { Ok(self.release(key, owner).await?) })
    }
}

impl fmt::Debug for SqlLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SqlLedger({})", self.database.place())
    }
}
