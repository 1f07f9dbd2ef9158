use std::fmt;

use mailgun_core::{FieldValue, bytes::Bytes};
use serde::{Serialize, Serializer};

/// A time span in the format of the analytics endpoints: `2h`, `7d`, `1m`.
///
/// It is not a [`Duration`](std::time::Duration), because months have no fixed length.
///
/// ```
/// use mailgun::analytics::TimeSpan;
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
    /// A number of hours.
    pub const fn hours(count: u32) -> Self {
        Self { count, unit: 'h' }
    }

    /// A number of days.
    pub const fn days(count: u32) -> Self {
        Self { count, unit: 'd' }
    }

    /// A number of months.
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
