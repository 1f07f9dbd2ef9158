use std::time::Duration;

use mailgun_core::Timestamp;

/// A range of time.
///
/// ```
/// use mailgun::{Timestamp, optimize::TimeRange};
///
/// let start: Timestamp = "2026-01-01".parse()?;
/// let january = TimeRange::new(start, "2026-01-31T23:59:59Z".parse()?);
/// assert_eq!(january.start(), start);
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeRange {
    start: Timestamp,
    end: Timestamp,
}

impl TimeRange {
    /// The time from `start` to `end`. Mailgun refuses an end before the start.
    pub fn new(start: Timestamp, end: Timestamp) -> Self {
        Self { start, end }
    }

    /// The time from `duration` ago until now. It starts with the year 1 at the earliest.
    pub fn last(duration: Duration) -> Self {
        let end = Timestamp::now();
        Self { start: end.saturating_sub(duration), end }
    }

    /// The start.
    pub fn start(self) -> Timestamp {
        self.start
    }

    /// The end.
    pub fn end(self) -> Timestamp {
        self.end
    }

    /// The first and the last day in UTC, as `YYYY-MM-DD`.
    pub(crate) fn days(self) -> [String; 2] {
        [self.start, self.end].map(|time| time.to_rfc3339().chars().take(10).collect())
    }
}
