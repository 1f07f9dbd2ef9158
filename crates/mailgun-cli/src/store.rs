//! Events in a SQLite file.

use std::path::Path;

use mailgun::events::Event;
use mailgun_store::{SqlCheckpoints, SqlStore};
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use crate::exit::{Failure, Result};

/// A file with events. The store of the SDK keeps its checkpoints in the same file.
pub(crate) struct EventFile {
    pool: SqlitePool,
    checkpoints: SqlCheckpoints,
}

impl EventFile {
    /// Opens the file, and creates it if it does not exist.
    pub(crate) async fn open(path: &Path) -> Result<Self> {
        // The store creates the file, which only its owner can read.
        let checkpoints = SqlStore::sqlite(path).await?.checkpoints();
        let options = SqliteConnectOptions::new().filename(path);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
        let failed = |error| Failure::error(format!("{}: {error}", path.display()));
        let pool = pool.map_err(failed)?;
        let file = Self { pool, checkpoints };
        for statement in [
            "CREATE TABLE IF NOT EXISTS events (
                id TEXT NOT NULL,
                time TEXT NOT NULL,
                event TEXT NOT NULL,
                domain TEXT NOT NULL,
                recipient TEXT NOT NULL,
                message_id TEXT NOT NULL,
                json TEXT NOT NULL,
                -- Ids are unique within a day only.
                PRIMARY KEY (id, time)
            )",
            "CREATE INDEX IF NOT EXISTS events_by_time ON events (time)",
            "CREATE INDEX IF NOT EXISTS events_by_message ON events (message_id)",
        ] {
            sqlx::query(statement).execute(&file.pool).await?;
        }
        Ok(file)
    }

    /// The positions up to which sources were followed.
    pub(crate) fn checkpoints(&self) -> &SqlCheckpoints {
        &self.checkpoints
    }

    /// Adds events, and returns those that were not in the file.
    pub(crate) async fn insert(&self, events: Vec<Event>, domain: &str) -> Result<Vec<Event>> {
        let mut new = Vec::new();
        let mut transaction = self.pool.begin().await?;
        for event in events {
            // An event without an id is known by its text.
            let id = if event.id.is_empty() { event.raw() } else { &event.id };
            let of = if event.domain.is_empty() { domain } else { &event.domain };
            let done = sqlx::query(
                "INSERT INTO events (id, time, event, domain, recipient, message_id, json)
                VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            )
            .bind(id)
            .bind(event.timestamp.map(|time| time.to_string()).unwrap_or_default())
            .bind(event.name())
            .bind(of)
            .bind(&event.recipient)
            .bind(event.message_id())
            .bind(event.raw())
            .execute(&mut *transaction)
            .await?;
            if done.rows_affected() > 0 {
                new.push(event);
            }
        }
        transaction.commit().await?;
        Ok(new)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::error(format!("SQLite: {error}"))
    }
}
