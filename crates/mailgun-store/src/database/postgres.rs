use std::{fmt, str::FromStr as _, sync::Arc};

use sqlx::{
    Connection as _, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{Database, LIMIT, Pools, Wakeups, limited, within};
use crate::{StoreError, StoreErrorKind, migrations::migrator};

const MAX_CONNECTIONS: u32 = 10;

impl Database {
    pub(crate) async fn postgres(url: &str) -> Result<Self, StoreError> {
        const PURPOSE: &str = "connect to the store";
        let invalid = |reason: &dyn fmt::Display| {
            StoreError::new(StoreErrorKind::InvalidInput, "Postgres".into(), PURPOSE, reason)
        };
        // The parser accepts any scheme, and what it reads as the name of a database may be a
        // password.
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(invalid(&"the URL does not begin with `postgres://`"));
        }
        let options = PgConnectOptions::from_str(url).map_err(|error| invalid(&error))?;
        let place: Arc<str> = place(&options).into();

        // A connection of its own: if the migration fails, closing it releases the migrator's lock.
        let migrated = limited(async {
            let mut connection = within(LIMIT, PgConnection::connect_with(&options)).await?;
            migrator().run_direct(None, &mut connection, false).await?;
            connection.close().await
        });
        migrated.await.map_err(|error| StoreError::sqlx(Arc::clone(&place), PURPOSE, error))?;

        let pool = PgPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(LIMIT)
            // It also finds out whether the connection still works.
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(can_write(connection)))
            .after_connect(|connection, _| Box::pin(configure(connection)))
            .connect_lazy_with(options.clone());
        Ok(Self { pools: Pools::Postgres(pool), place, wakeups: Wakeups::listen(options) })
    }
}

/// Overrides defaults of the server that would break what the store promises:
///
/// * A commit returns after the data is on the disk. A claim that a crash undoes would be sent again.
/// * A process that stops in the middle of a transaction loses its locks.
async fn configure(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    const SETTINGS: &str = "SET idle_in_transaction_session_timeout = '30s';
        SELECT set_config('synchronous_commit', 'on', false)
        WHERE current_setting('synchronous_commit') = 'off'";
    sqlx::raw_sql(SETTINGS).execute(connection).await.map(drop)
}

/// Whether a connection of the pool can write. After a failover, a server may live on that only reads.
async fn can_write(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let is_read_only = sqlx::query_scalar::<_, String>("SHOW transaction_read_only");
    Ok(is_read_only.fetch_one(connection).await? == "off")
}

/// Names the server and the database, but neither user nor password.
fn place(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or("of the user's name");
    match options.get_socket() {
        Some(socket) => format!("Postgres database {database} at {}", socket.display()),
        None => {
            format!("Postgres database {database} at {}:{}", options.get_host(), options.get_port())
        }
    }
}
