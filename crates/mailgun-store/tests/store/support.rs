//! An empty database for each test.

use std::path::PathBuf;

use mailgun_store::{SqlStore, StoreError};
use mailgun_testing::Postgres;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use tempfile::TempDir;

/// Where a store is. It can be opened several times, also by other processes.
pub(crate) enum Place {
    Sqlite(TempDir),
    Postgres(String),
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// `None` if there is no Postgres.
    pub(crate) fn postgres() -> Option<Self> {
        Some(Self::Postgres(Postgres::shared()?.database()))
    }

    /// What [`open`] opens.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Sqlite(_) => self.file().to_str().unwrap().to_owned(),
            Self::Postgres(url) => url.clone(),
        }
    }

    pub(crate) fn file(&self) -> PathBuf {
        match self {
            Self::Sqlite(directory) => directory.path().join("mail.db"),
            Self::Postgres(_) => panic!("Postgres has no file"),
        }
    }

    pub(crate) async fn open(&self) -> SqlStore {
        open(&self.name()).await.unwrap()
    }

    /// Executes SQL past the store.
    pub(crate) async fn execute(&self, sql: &'static str) {
        match self {
            Self::Sqlite(_) => self.file_connection().await.execute(sql).await.map(drop).unwrap(),
            Self::Postgres(url) => {
                PgConnection::connect(url).await.unwrap().execute(sql).await.map(drop).unwrap();
            }
        }
    }

    /// Counts rows past the store.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        match self {
            Self::Sqlite(_) => {
                sqlx::query_scalar(sql).fetch_one(&mut self.file_connection().await).await.unwrap()
            }
            Self::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
            }
        }
    }

    pub(crate) async fn file_connection(&self) -> SqliteConnection {
        SqliteConnection::connect(&format!("sqlite://{}?mode=rwc", self.name())).await.unwrap()
    }
}

pub(crate) async fn open(name: &str) -> Result<SqlStore, StoreError> {
    match name.starts_with("postgres:") {
        true => SqlStore::postgres(name).await,
        false => SqlStore::sqlite(name).await,
    }
}

/// Makes two tests of each function: one with SQLite, and one with Postgres.
macro_rules! on_both {
    ($($test:ident,)+) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                let place = $crate::support::Place::sqlite();
                mailgun_testing::within(super::$test(&place)).await;
            })+
        }

        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                if let Some(place) = $crate::support::Place::postgres() {
                    mailgun_testing::within(super::$test(&place)).await;
                }
            })+
        }
    };
}
