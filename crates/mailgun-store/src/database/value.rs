//! Values and rows that both databases read and write alike.

use mailgun_core::Timestamp;
#[cfg(feature = "postgres")]
use sqlx::postgres::PgRow;
#[cfg(feature = "sqlite")]
use sqlx::sqlite::SqliteRow;
use sqlx::{Encode, FromRow, SqlSafeStr, Type, query::Query};

/// A parameter of a statement.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Int(Option<i64>),
    Text(Option<&'a str>),
    Bytes(&'a [u8]),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

/// Microseconds since 1970.
impl From<Timestamp> for Value<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Int(Some(time.as_micros()))
    }
}

impl From<Option<Timestamp>> for Value<'_> {
    fn from(time: Option<Timestamp>) -> Self {
        Self::Int(time.map(Timestamp::as_micros))
    }
}

/// Positions and counts, which fit into an `i64`.
impl From<u64> for Value<'_> {
    fn from(value: u64) -> Self {
        Self::Int(Some(i64::try_from(value).unwrap_or(i64::MAX)))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(value)
    }
}

pub(super) fn bind<'q, DB: sqlx::Database>(
    sql: impl SqlSafeStr,
    values: &[Value<'_>],
) -> Query<'q, DB, DB::Arguments>
where
    for<'a> Option<i64>: Encode<'a, DB> + Type<DB>,
    for<'a> Option<&'a str>: Encode<'a, DB> + Type<DB>,
    for<'a> &'a [u8]: Encode<'a, DB> + Type<DB>,
{
    values.iter().fold(sqlx::query(sql), |query, value| match *value {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
    })
}

/// A tuple that can be read from a row of each database that is compiled in.
pub(crate) trait Record: SqliteRecord + PostgresRecord + Send + Unpin {}

impl<T: SqliteRecord + PostgresRecord + Send + Unpin> Record for T {}

#[cfg(feature = "sqlite")]
pub(crate) trait SqliteRecord: for<'r> FromRow<'r, SqliteRow> {}
#[cfg(feature = "sqlite")]
impl<T: for<'r> FromRow<'r, SqliteRow>> SqliteRecord for T {}

#[cfg(feature = "postgres")]
pub(crate) trait PostgresRecord: for<'r> FromRow<'r, PgRow> {}
#[cfg(feature = "postgres")]
impl<T: for<'r> FromRow<'r, PgRow>> PostgresRecord for T {}

#[cfg(not(feature = "sqlite"))]
pub(crate) trait SqliteRecord {}
#[cfg(not(feature = "sqlite"))]
impl<T> SqliteRecord for T {}

#[cfg(not(feature = "postgres"))]
pub(crate) trait PostgresRecord {}
#[cfg(not(feature = "postgres"))]
impl<T> PostgresRecord for T {}
