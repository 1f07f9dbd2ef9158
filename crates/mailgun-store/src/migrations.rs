//! The versions of the schema.
//!
//! Each migration runs once, in one transaction. Programs of the previous version may still be
//! running while a new one migrates, so a migration only adds: tables, columns with a default,
//! indexes.

use std::borrow::Cow;

use sqlx::{
    SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

/// All migrations, the oldest first. They are the same for SQLite and Postgres.
const MIGRATIONS: [(&str, &str); 1] = [("initial", include_str!("migrations/1_initial.sql"))];

/// The version of the schema that this code knows.
pub(crate) const VERSION: i64 = MIGRATIONS.len() as i64;

pub(crate) fn migrator() -> Migrator {
    let migration = |(version, (description, sql)): (i64, (&'static str, &'static str))| {
        let description = Cow::Borrowed(description);
        Migration::new(version, description, MigrationType::Simple, sql.into_sql_str(), false)
    };
    let mut migrator = Migrator::with_migrations((1..).zip(MIGRATIONS).map(migration).collect());
    // The database may belong to an application with migrations of its own.
    migrator.dangerous_set_table_name("mailgun_migrations");
    migrator
}
