use std::{fmt, sync::Arc};

use sqlx::migrate::MigrateError;

use crate::{database::LIMIT, migrations::VERSION};

/// Why the store could not do something.
///
/// [`kind`](Self::kind) returns the category. `Display` is complete on its own: it says what could not
/// be done, which database it is, and why. Neither `Display` nor `Debug` shows the user, the password,
/// or anything that is stored.
pub struct StoreError {
    kind: StoreErrorKind,
    place: Arc<str>,
    purpose: &'static str,
    reason: String,
}

/// The category of a [`StoreError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The path or the URL cannot be used.
    InvalidInput,
    /// A newer version of this crate has written to the store. Nothing was changed.
    NewerVersion,
    /// The database cannot be reached, does not respond, is shutting down, is locked, or cannot be
    /// written to during a failover. It may work later.
    Unavailable,
    /// The database refused: the disk is full, a permission is missing, the file is not a database.
    Refused,
    /// What is stored cannot be read.
    Corrupt,
}

impl StoreError {
    pub(crate) fn new(
        kind: StoreErrorKind,
        place: Arc<str>,
        purpose: &'static str,
        reason: impl fmt::Display,
    ) -> Self {
        Self { kind, place, purpose, reason: reason.to_string() }
    }

    pub(crate) fn sqlx(place: Arc<str>, purpose: &'static str, error: sqlx::Error) -> Self {
        if let sqlx::Error::Migrate(error) = error {
            return Self::migrate(place, purpose, *error);
        }
        if let sqlx::Error::PoolTimedOut = error {
            let reason = format_args!("no connection within {} s", LIMIT.as_secs());
            return Self::new(StoreErrorKind::Unavailable, place, purpose, reason);
        }
        // This shows only the message of a database error. Its details quote values.
        Self::new(kind_of(&error), place, purpose, error)
    }

    fn migrate(place: Arc<str>, purpose: &'static str, error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(found) => {
                let reason = format!(
                    "the store has version {found}, and this program knows versions up to \
                     {VERSION}: update the program"
                );
                Self::new(StoreErrorKind::NewerVersion, place, purpose, reason)
            }
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
                Self::sqlx(place, purpose, error)
            }
            error => Self::new(StoreErrorKind::Corrupt, place, purpose, error),
        }
    }

    #[cfg(feature = "sqlite")]
    pub(crate) fn path(place: Arc<str>, error: std::io::Error) -> Self {
        Self::new(StoreErrorKind::InvalidInput, place, "open the store", error)
    }

    /// Returns the category.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

pub(crate) fn kind_of(error: &sqlx::Error) -> StoreErrorKind {
    use sqlx::Error;

    match error {
        Error::Configuration(_) => StoreErrorKind::InvalidInput,
        Error::Io(_) | Error::Tls(_) | Error::Protocol(_) => StoreErrorKind::Unavailable,
        Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed | Error::BeginFailed => {
            StoreErrorKind::Unavailable
        }
        Error::Database(error) if error.code().is_some_and(|code| is_passing(&code)) => {
            StoreErrorKind::Unavailable
        }
        Error::Database(_) => StoreErrorKind::Refused,
        _ => StoreErrorKind::Corrupt,
    }
}

/// Codes of SQLite are numbers, of Postgres five characters, whose first two are the class.
fn is_passing(code: &str) -> bool {
    match code.parse::<u32>() {
        // SQLITE_BUSY and SQLITE_LOCKED; the low byte of an extended code is the primary one.
        Ok(number) if code.len() < 5 => matches!(number & 0xff, 5 | 6),
        // Connection lost, only readable, transaction held up for too long, transaction rolled back, too
        // many connections, locked, shutting down.
        _ => ["08", "25006", "25P03", "25P04", "40", "53300", "55P03", "57"]
            .iter()
            .any(|start| code.starts_with(start)),
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {} ({}): {}", self.purpose, self.place, self.reason)
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreError")
            .field("kind", &self.kind)
            .field("place", &self.place)
            .field("purpose", &self.purpose)
            .field("reason", &self.reason)
            .finish()
    }
}

/// Its `Display` includes the cause, so there is no source.
impl std::error::Error for StoreError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_tell_what_may_pass() {
        for (code, expected) in [
            ("5", true),
            ("517", true),
            ("6", true),
            ("13", false),
            ("08006", true),
            ("25006", true),
            ("25P03", true),
            ("25P02", false),
            ("40001", true),
            ("40P01", true),
            ("53300", true),
            ("53100", false),
            ("55P03", true),
            ("57P01", true),
            ("28P01", false),
            ("42501", false),
        ] {
            assert_eq!(is_passing(code), expected, "{code}");
        }
    }
}
