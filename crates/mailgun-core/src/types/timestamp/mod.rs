//! One instant type for every way in which Mailgun writes dates.

mod calendar;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
mod convert;
mod parse;

use std::{
    fmt,
    str::FromStr,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use self::calendar::Civil;
use super::de;
use crate::Error;

/// An instant in UTC, to the microsecond, in the years 1 to 9999.
///
/// It reads whatever Mailgun's services write: RFC 2822 with a numeric or a named zone, ISO 8601
/// with or without a zone (without one it is UTC), the older forms that HTTP allows (RFC 850 and
/// `asctime`), Go's default form, a plain date, and seconds or milliseconds since 1970 as a number or as text; a number from 10<sup>11</sup> on counts as
/// milliseconds. A zone name that RFC 2822 does not define is read as UTC, a fraction is cut after
/// the microseconds, and a day of the week is not checked against the date.
///
/// `Display`, `Debug` and `Serialize` write RFC 3339 with a `Z`.
///
/// ```
/// use mailgun_core::Timestamp;
///
/// let named: Timestamp = "Fri, 14 Oct 2011 23:10:10 GMT".parse()?;
/// let float: Timestamp = serde_json::from_str("1318633810.0").unwrap();
/// assert_eq!(named, float);
/// assert_eq!(named.to_string(), "2011-10-14T23:10:10Z");
/// assert_eq!(named.to_rfc2822(), "Fri, 14 Oct 2011 23:10:10 +0000");
/// # Ok::<(), mailgun_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The first instant of 1970.
    pub const UNIX_EPOCH: Self = Self(0);
    /// The first instant of the year 1, which many services write for "never".
    pub const MIN: Self = Self(calendar::MIN_MICROS);
    /// The last microsecond of the year 9999.
    pub const MAX: Self = Self(calendar::MAX_MICROS);

    /// The time of the system's clock.
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// From microseconds since 1970.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) outside of the years 1 to 9999.
    pub fn from_micros(micros: i64) -> Result<Self, Error> {
        in_range(Some(micros)).ok_or_else(out_of_range)
    }

    /// From seconds since 1970.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) outside of the years 1 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Result<Self, Error> {
        in_range(seconds.checked_mul(1_000_000)).ok_or_else(out_of_range)
    }

    /// Microseconds since 1970.
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// Seconds since 1970 with their fraction, exact to the microsecond until the year 2255.
    pub fn to_epoch_seconds(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The time of the system's clock at this instant, if the system can hold it.
    pub fn to_system_time(self) -> Option<SystemTime> {
        let distance = Duration::from_micros(self.0.unsigned_abs());
        if self.0 < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(distance)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(distance)
        }
    }

    /// The form that Mailgun takes nearly everywhere, `Fri, 14 Oct 2011 23:10:10 +0000`.
    ///
    /// The names are English in every locale, and a fraction of a second is cut off.
    pub fn to_rfc2822(self) -> String {
        let Civil { year, month, day, hour, minute, second, .. } = Civil::from_micros(self.0);
        let weekday = calendar::weekday_name(self.0);
        let month = calendar::month_name(month);
        format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} +0000")
    }

    /// RFC 3339 with a `Z`, and with six digits of a fraction unless it is zero.
    pub fn to_rfc3339(self) -> String {
        self.to_string()
    }

    /// Whether this lies in the year 1, which stands for "never" and not for a date.
    pub fn is_zero(self) -> bool {
        Civil::from_micros(self.0).year == 1
    }

    /// The instant that is later by a duration, in whole microseconds; `None` after the year 9999.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        in_range(self.0.checked_add(i64::try_from(duration.as_micros()).ok()?))
    }

    /// The instant that is earlier by a duration, in whole microseconds; `None` before the year 1.
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        in_range(self.0.checked_sub(i64::try_from(duration.as_micros()).ok()?))
    }

    /// The time from an earlier instant to this one; `None` if that one is the later.
    pub fn duration_since(self, earlier: Self) -> Option<Duration> {
        u64::try_from(self.0.checked_sub(earlier.0)?).ok().map(Duration::from_micros)
    }
}

fn in_range(micros: Option<i64>) -> Option<Timestamp> {
    micros.map(Timestamp).filter(|it| (Timestamp::MIN..=Timestamp::MAX).contains(it))
}

fn invalid(reason: &'static str) -> Error {
    Error::invalid("timestamp", reason)
}

fn out_of_range() -> Error {
    invalid(parse::OUT_OF_RANGE)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Civil { year, month, day, hour, minute, second, micros } = Civil::from_micros(self.0);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if micros != 0 {
            write!(f, ".{micros:06}")?;
        }
        f.write_str("Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let micros = parse::micros(text).map_err(invalid)?;
        Self::from_micros(micros)
    }
}

/// An instant outside of the years 1 to 9999 becomes the nearest within.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let micros = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
            Err(before) => {
                i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros)
            }
        };
        Self(micros).clamp(Self::MIN, Self::MAX)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        de::scalar(deserializer, "a date as text or a number", |text| text?.parse().ok())
    }
}

#[cfg(test)]
mod tests;
