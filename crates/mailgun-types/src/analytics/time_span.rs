use std::fmt;

use mailgun_core::{FieldValue, bytes::Bytes};
use serde::{Serialize, Serializer};

/// A length of time as the analytics endpoints write it: `2h`, `7d`, `1m`.
///
/// A month has no fixed length, which is why this is no [`Duration`](std::time::Duration).
///
/// ```
/// use mailgun_types::analytics::TimeSpan;
///
/// assert_eq!(TimeSpan::days(7).to_string(), "7d");
/// assert_eq!(TimeSpan::months(1).to_string(), "1m");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeSpan {
    count: u32,
    unit: char,
}

impl TimeSpan {
    /// So many hours.
    pub const fn hours(count: u32) -> Self {
        Self { count, unit: 'h' }
    }

    /// So many days.
    pub const fn days(count: u32) -> Self {
        Self { count, unit: 'd' }
    }

    /// So many months.
    pub const fn months(count: u32) -> Self {
        Self { count, unit: 'm' }
    }
}

impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, self.unit)
    }
}

impl FieldValue for TimeSpan {
    fn into_value(self) -> Bytes {
        self.to_string().into()
    }
}

impl Serialize for TimeSpan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
