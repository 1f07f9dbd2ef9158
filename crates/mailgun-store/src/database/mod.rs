//! What the rest of the crate sees of a database: transactions, and the same SQL for both.
//!
//! The SQL is the part that SQLite and Postgres share: `$1` for parameters, `ON CONFLICT`,
//! `RETURNING`, whole numbers and text. Times are microseconds since 1970, so both compare them alike.

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
mod value;
mod wakeups;

use std::{fmt, io, sync::Arc, time::Duration};

use mailgun_core::Timestamp;
use sqlx::SqlSafeStr;
#[cfg(feature = "postgres")]
use sqlx::{PgPool, Postgres};
#[cfg(feature = "sqlite")]
use sqlx::{Sqlite, SqlitePool};

pub(crate) use self::value::{Record, Value};
use self::{value::bind, wakeups::Wakeups};
use crate::{StoreError, StoreErrorKind};

/// How long the wait for a connection, or for a lock, may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(10);

/// How long a statement may take. Replacing a draft of a million recipients takes the longest.
const LONGEST: Duration = Duration::from_secs(120);

/// The connections to a database.
#[derive(Clone)]
pub(crate) struct Database {
    pools: Pools,
    place: Arc<str>,
    wakeups: Wakeups,
}

#[derive(Clone)]
enum Pools {
    /// SQLite has one writer. With a pool of one connection, the writers of this process queue up
    /// instead of polling for the lock.
    #[cfg(feature = "sqlite")]
    Sqlite { write: SqlitePool, read: SqlitePool },
    #[cfg(feature = "postgres")]
    Postgres(PgPool),
}

/// A transaction. It is rolled back unless it is committed.
pub(crate) struct Transaction {
    inner: Inner,
    place: Arc<str>,
    purpose: &'static str,
    wakeups: Wakeups,
    /// The campaign that this changes.
    wakes: Option<String>,
}

enum Inner {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    #[cfg(feature = "postgres")]
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Database {
    /// Where the database is, without user and password.
    pub(crate) fn place(&self) -> &Arc<str> {
        &self.place
    }

    /// Begins a transaction that writes. Its errors say that the purpose could not be achieved.
    pub(crate) async fn write(&self, purpose: &'static str) -> Result<Transaction, StoreError> {
        let inner = match &self.pools {
            // Without IMMEDIATE, two transactions that have read could both wait to write.
            #[cfg(feature = "sqlite")]
            Pools::Sqlite { write, .. } => {
                limited(write.begin_with("BEGIN IMMEDIATE")).await.map(Inner::Sqlite)
            }
            // Whatever the default is: a step locks a row and then reads what is there now.
            #[cfg(feature = "postgres")]
            Pools::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL READ COMMITTED";
                limited(pool.begin_with(begin)).await.map(Inner::Postgres)
            }
        };
        self.transaction(inner, purpose)
    }

    /// Begins a transaction that only reads.
    pub(crate) async fn read(&self, purpose: &'static str) -> Result<Transaction, StoreError> {
        let inner = match &self.pools {
            #[cfg(feature = "sqlite")]
            Pools::Sqlite { read, .. } => limited(read.begin()).await.map(Inner::Sqlite),
            #[cfg(feature = "postgres")]
            Pools::Postgres(pool) => limited(pool.begin()).await.map(Inner::Postgres),
        };
        self.transaction(inner, purpose)
    }

    fn transaction(
        &self,
        inner: Result<Inner, sqlx::Error>,
        purpose: &'static str,
    ) -> Result<Transaction, StoreError> {
        let place = Arc::clone(&self.place);
        match inner {
            Ok(inner) => {
                let wakeups = self.wakeups.clone();
                Ok(Transaction { inner, place, purpose, wakeups, wakes: None })
            }
            Err(error) => Err(StoreError::sqlx(place, purpose, error)),
        }
    }

    /// Gives up a step that takes too long. It may still have taken effect.
    pub(crate) async fn within<T>(
        &self,
        limit: Duration,
        purpose: &'static str,
        step: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        match tokio::time::timeout(limit, step).await {
            Ok(output) => output,
            Err(_) => Err(StoreError::sqlx(Arc::clone(&self.place), purpose, timed_out(limit))),
        }
    }

    /// Waits for a change of a campaign.
    pub(crate) async fn changed(&self, campaign: &str) {
        self.wakeups.wait(campaign).await;
    }

    /// Closes all connections.
    pub(crate) async fn close(&self) {
        self.wakeups.close();
        match &self.pools {
            #[cfg(feature = "sqlite")]
            Pools::Sqlite { write, read } => {
                read.close().await;
                // The last connection to be closed empties the write-ahead log.
                write.close().await;
            }
            #[cfg(feature = "postgres")]
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

impl Transaction {
    /// The current time: the database's in Postgres, so that all machines have the same, and this
    /// machine's in SQLite.
    pub(crate) async fn now(&mut self) -> Result<Timestamp, StoreError> {
        const NOW: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
        if !self.is_postgres() {
            return Ok(Timestamp::now());
        }
        let (now,) = self.one(NOW, &[]).await?;
        Timestamp::from_micros(now).map_err(|error| self.error(StoreErrorKind::Corrupt, error))
    }

    /// Executes a statement. Returns how many rows it changed.
    pub(crate) async fn execute(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        let changed = match &mut self.inner {
            #[cfg(feature = "sqlite")]
            Inner::Sqlite(connection) => {
                limited(bind::<Sqlite>(sql, values).execute(&mut **connection))
                    .await
                    .map(|done| done.rows_affected())
            }
            #[cfg(feature = "postgres")]
            Inner::Postgres(connection) => {
                limited(bind::<Postgres>(sql, values).execute(&mut **connection))
                    .await
                    .map(|done| done.rows_affected())
            }
        };
        changed.map_err(|error| self.sqlx_error(error))
    }

    /// Returns all rows of a query.
    pub(crate) async fn all<T: Record>(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
        let rows = match &mut self.inner {
            #[cfg(feature = "sqlite")]
            Inner::Sqlite(connection) => {
                limited(bind::<Sqlite>(sql, values).fetch_all(&mut **connection))
                    .await
                    .and_then(|rows| rows.iter().map(T::from_row).collect())
            }
            #[cfg(feature = "postgres")]
            Inner::Postgres(connection) => {
                limited(bind::<Postgres>(sql, values).fetch_all(&mut **connection))
                    .await
                    .and_then(|rows| rows.iter().map(T::from_row).collect())
            }
        };
        rows.map_err(|error| self.sqlx_error(error))
    }

    /// Returns the first row of a query, if there is one.
    pub(crate) async fn optional<T: Record>(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(sql, values).await?.into_iter().next())
    }

    /// Returns the row of a query that always has one.
    pub(crate) async fn one<T: Record>(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<T, StoreError> {
        let row = self.optional(sql, values).await?;
        row.ok_or_else(|| self.sqlx_error(sqlx::Error::RowNotFound))
    }

    /// Commits. After this returns, what was written survives a crash.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        let committed = match self.inner {
            #[cfg(feature = "sqlite")]
            Inner::Sqlite(inner) => limited(inner.commit()).await,
            #[cfg(feature = "postgres")]
            Inner::Postgres(inner) => limited(inner.commit()).await,
        };
        committed.map_err(|error| StoreError::sqlx(self.place, self.purpose, error))?;
        if let Some(campaign) = self.wakes {
            self.wakeups.send(campaign);
        }
        Ok(())
    }

    /// Wakes the tasks that wait for a change of the campaign, after the commit.
    pub(crate) async fn wake(&mut self, campaign: &str) -> Result<(), StoreError> {
        if self.is_postgres() {
            let notify = "SELECT pg_notify('mailgun_campaigns', $1)";
            self.execute(notify, &[campaign.into()]).await?;
        } else {
            self.wakes = Some(campaign.to_owned());
        }
        Ok(())
    }

    /// Words at the end of a query that lock its rows in Postgres. SQLite has one writer only.
    pub(crate) fn for_update(&self) -> &'static str {
        self.in_postgres("FOR UPDATE")
    }

    /// Words at the end of a query that also skip the rows that others have locked.
    pub(crate) fn skip_locked(&self) -> &'static str {
        self.in_postgres("FOR UPDATE SKIP LOCKED")
    }

    /// Words after a column that compare its bytes, as SQLite does.
    pub(crate) fn by_bytes(&self) -> &'static str {
        self.in_postgres("COLLATE \"C\"")
    }

    fn in_postgres(&self, words: &'static str) -> &'static str {
        if self.is_postgres() { words } else { "" }
    }

    fn is_postgres(&self) -> bool {
        match self.inner {
            #[cfg(feature = "sqlite")]
            Inner::Sqlite(_) => false,
            #[cfg(feature = "postgres")]
            Inner::Postgres(_) => true,
        }
    }

    /// An error that says what this transaction is for.
    pub(crate) fn error(&self, kind: StoreErrorKind, reason: impl fmt::Display) -> StoreError {
        StoreError::new(kind, Arc::clone(&self.place), self.purpose, reason)
    }

    fn sqlx_error(&self, error: sqlx::Error) -> StoreError {
        StoreError::sqlx(Arc::clone(&self.place), self.purpose, error)
    }
}

/// A database that does not respond must not hold its caller forever.
async fn limited<T>(
    future: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    within(LONGEST, future).await
}

async fn within<T>(
    limit: Duration,
    future: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    match tokio::time::timeout(limit, future).await {
        Ok(output) => output,
        Err(_) => Err(timed_out(limit)),
    }
}

fn timed_out(limit: Duration) -> sqlx::Error {
    let text = format!("no response within {} s", limit.as_secs());
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, text))
}
