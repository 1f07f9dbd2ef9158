use std::fmt;

use crate::{SqlCheckpoints, SqlLedger, SqlTokens, StoreError, database::Database};

/// A store in SQLite or Postgres. Clones share its connections.
#[derive(Clone)]
pub struct SqlStore {
    pub(crate) database: Database,
}

impl SqlStore {
    /// Opens a store in an SQLite file, and creates the file and the tables if they do not exist.
    ///
    /// On Unix, a new file can be read and written by its owner only: it holds addresses. Several
    /// processes of one machine may open the same file. It must be on a local disk: SQLite's locks do
    /// not work on network file systems.
    ///
    /// ```
    /// # async fn example(directory: &std::path::Path) -> Result<(), mailgun_store::StoreError> {
    /// use mailgun_store::SqlStore;
    ///
    /// let store = SqlStore::sqlite(directory.join("mail.db")).await?;
    /// # store.close().await;
    /// # Ok(()) }
    /// # let directory = tempfile::tempdir()?;
    /// # tokio::runtime::Runtime::new()?.block_on(example(directory.path()))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// * [`InvalidInput`](crate::StoreErrorKind::InvalidInput) if the file cannot be created or opened.
    /// * [`NewerVersion`](crate::StoreErrorKind::NewerVersion) if a newer version of this crate has
    ///   written to it.
    /// * [`Refused`](crate::StoreErrorKind::Refused) if it is not a database, or the disk is full.
    /// * [`Unavailable`](crate::StoreErrorKind::Unavailable) if another process locks it for 5
    ///   seconds.
    #[cfg(feature = "sqlite")]
    pub async fn sqlite(path: impl AsRef<std::path::Path>) -> Result<Self, StoreError> {
        Ok(Self { database: Database::sqlite(path.as_ref()).await? })
    }

    /// Connects to a store in Postgres, and creates its tables if they do not exist.
    ///
    /// The URL is `postgres://user:password@host:5432/database`. Parameters such as
    /// `?sslmode=verify-full` are those of
    /// [`PgConnectOptions`](https://docs.rs/sqlx/0.9/sqlx/postgres/struct.PgConnectOptions.html). The
    /// names of all tables begin with `mailgun_`, so they can be in your application's database.
    ///
    /// A store has up to 10 connections, and one that listens for changes of campaigns. A pooler such as
    /// PgBouncer works in session mode.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use mailgun_store::SqlStore;
    ///
    /// let store = SqlStore::postgres(&std::env::var("DATABASE_URL")?).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// * [`InvalidInput`](crate::StoreErrorKind::InvalidInput) if the URL cannot be read.
    /// * [`NewerVersion`](crate::StoreErrorKind::NewerVersion) if a newer version of this crate has
    ///   written to it.
    /// * [`Refused`](crate::StoreErrorKind::Refused) if the password is wrong or a permission is
    ///   missing.
    /// * [`Unavailable`](crate::StoreErrorKind::Unavailable) if the server cannot be reached.
    #[cfg(feature = "postgres")]
    pub async fn postgres(url: &str) -> Result<Self, StoreError> {
        Ok(Self { database: Database::postgres(url).await? })
    }

    /// Returns the ledger of sends.
    pub fn ledger(&self) -> SqlLedger {
        SqlLedger { database: self.database.clone() }
    }

    /// Returns the tokens of received webhooks.
    pub fn tokens(&self) -> SqlTokens {
        SqlTokens { database: self.database.clone() }
    }

    /// Returns the checkpoints of event tails.
    pub fn checkpoints(&self) -> SqlCheckpoints {
        SqlCheckpoints { database: self.database.clone() }
    }

    /// Closes all connections, after the transactions that are running.
    ///
    /// Stored data is durable without it. In SQLite, it empties the write-ahead log. All clones are
    /// closed too.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

impl fmt::Debug for SqlStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SqlStore({})", self.database.place())
    }
}
