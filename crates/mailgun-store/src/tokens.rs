use std::{fmt, time::Duration};

use mailgun_webhooks::receive::{ClaimId, StoreFuture, TokenState, TokenStore};
use sqlx::AssertSqlSafe;

use crate::{StoreError, StoreErrorKind, database::Database};

/// The tokens of received webhooks, for all processes that share the store.
///
/// Each claim removes up to 100 expired tokens. Leases are measured by the database's clock in
/// Postgres, and by the machine's in SQLite. If it is set back, claims and used tokens last longer: no
/// request is handled twice.
#[derive(Clone)]
pub struct SqlTokens {
    pub(crate) database: Database,
}

impl SqlTokens {
    async fn claim(&self, token: &str, lease: Duration) -> Result<TokenState, StoreError> {
        self.sweep().await?;
        let mut transaction = self.database.write("claim the token of a webhook").await?;
        let id = getrandom::u64().map_err(|e| transaction.error(StoreErrorKind::Unavailable, e))?;
        let now = transaction.now().await?;
        let until = now.saturating_add(lease);
        let claimed = transaction
            .execute(
                "INSERT INTO mailgun_tokens (token, claim, until) VALUES ($1, $2, $3)
                ON CONFLICT (token) DO UPDATE SET claim = excluded.claim, until = excluded.until
                WHERE mailgun_tokens.until < $4",
                &[token.into(), id.cast_signed().into(), until.into(), now.into()],
            )
            .await?;
        let state = match claimed {
            0 => {
                let row = transaction
                    .optional("SELECT claim FROM mailgun_tokens WHERE token = $1", &[token.into()])
                    .await?;
                match row {
                    Some((None::<i64>,)) => TokenState::Used,
                    // If the row is gone, its request has failed just now and will be repeated.
                    Some((Some(_),)) | None => TokenState::Claimed,
                }
            }
            _ => TokenState::Free(ClaimId::new(id)),
        };
        transaction.commit().await?;
        Ok(state)
    }

    /// Removes expired tokens, in a transaction of its own, so that a claim holds no other token's
    /// lock.
    async fn sweep(&self) -> Result<(), StoreError> {
        let mut transaction = self.database.write("remove old tokens").await?;
        let now = transaction.now().await?;
        let delete = format!(
            "DELETE FROM mailgun_tokens WHERE token IN
            (SELECT token FROM mailgun_tokens WHERE until < $1 ORDER BY until LIMIT 100 {})",
            transaction.skip_locked(),
        );
        let removed = transaction.execute(AssertSqlSafe(delete), &[now.into()]).await?;
        match removed {
            0 => Ok(()),
            _ => transaction.commit().await,
        }
    }

    async fn commit(&self, token: &str, keep: Duration) -> Result<(), StoreError> {
        let mut transaction = self.database.write("mark the token of a webhook as used").await?;
        let now = transaction.now().await?;
        transaction
            .execute(
                "INSERT INTO mailgun_tokens (token, until) VALUES ($1, $2)
                ON CONFLICT (token) DO UPDATE SET claim = NULL, until = excluded.until",
                &[token.into(), now.saturating_add(keep).into()],
            )
            .await?;
        transaction.commit().await
    }

    async fn release(&self, token: &str, claim: ClaimId) -> Result<(), StoreError> {
        let mut transaction = self.database.write("release the token of a webhook").await?;
        transaction
            .execute(
                "DELETE FROM mailgun_tokens WHERE token = $1 AND claim = $2",
                &[token.into(), claim.get().cast_signed().into()],
            )
            .await?;
        transaction.commit().await
    }
}

impl TokenStore for SqlTokens {
    fn claim<'a>(&'a self, token: &'a str, lease: Duration) -> StoreFuture<'a, TokenState> {
        Box::pin(async move { Ok(self.claim(token, lease).await?) })
    }

    fn commit<'a>(&'a self, token: &'a str, keep: Duration) -> StoreFuture<'a, ()> {
        Box::pin(async move { Ok(self.commit(token, keep).await?) })
    }

    fn release<'a>(&'a self, token: &'a str, claim: ClaimId) -> StoreFuture<'a, ()> {
        Box::pin(async move { Ok(self.release(token, claim).await?) })
    }
}

impl fmt::Debug for SqlTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SqlTokens({})", self.database.place())
    }
}
