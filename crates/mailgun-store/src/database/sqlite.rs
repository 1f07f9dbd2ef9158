use std::{
    fs::OpenOptions,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Database, LIMIT, Pools, Wakeups, limited};
use crate::{StoreError, StoreErrorKind, error::kind_of, migrations::migrator};

/// Connections that read while another one writes.
const READERS: u32 = 4;

impl Database {
    pub(crate) async fn sqlite(path: &Path) -> Result<Self, StoreError> {
        const PURPOSE: &str = "open the store";
        let place: Arc<str> = format!("SQLite file {}", path.display()).into();
        let path = create(path).map_err(|error| StoreError::path(Arc::clone(&place), error))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit returns after the data is on the disk.
            .synchronous(SqliteSynchronous::Full)
            // On macOS, it would only be on its way to the disk.
            .pragma("fullfsync", "1")
            .foreign_keys(true)
            // Shorter than the limit, so that the error says that the database is locked.
            .busy_timeout(LIMIT / 2);

        let migrated = limited(async {
            let mut connection = connect(&options).await?;
            // The lock keeps other processes from migrating at the same time.
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            migrator().run_direct(None, &mut *transaction, false).await?;
            transaction.commit().await?;
            connection.close().await
        });
        migrated.await.map_err(|error| StoreError::sqlx(Arc::clone(&place), PURPOSE, error))?;

        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(LIMIT)
                .connect_lazy_with(options.clone())
        };
        let pools = Pools::Sqlite { write: pool(1), read: pool(READERS) };
        Ok(Self { pools, place, wakeups: Wakeups::new() })
    }
}

/// Creates the file if it does not exist, for its owner only: it holds addresses. SQLite gives the
/// files that it creates beside it the same permissions.
fn create(path: &Path) -> io::Result<PathBuf> {
    // An absolute path, because SQLite takes `:memory:` for a database without a file.
    let path = std::path::absolute(path)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&path)?;
    Ok(path)
}

/// Opens a connection. Several processes may open a new file at once, and SQLite does not wait for the
/// lock that the switch to write-ahead logging needs.
async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, sqlx::Error> {
    let start = Instant::now();
    loop {
        match SqliteConnection::connect_with(options).await {
            Err(error)
                if kind_of(&error) == StoreErrorKind::Unavailable && start.elapsed() < LIMIT =>
            {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            connection => return connection,
        }
    }
}
