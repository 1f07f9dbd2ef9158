//! One instant type for all date formats of Mailgun.

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

/// An instant in UTC with microsecond precision, in the years 1 to 9999.
///
/// It can be parsed from all formats that Mailgun's services use:
///
/// * RFC 2822 with a numeric or a named zone. Zone names that RFC 2822 does not define mean UTC. Years of
///   two digits are those from 1950 to 2049.
/// * ISO 8601 with a zone, or without one for UTC; also a plain date.
/// * The older HTTP formats, RFC 850 and `asctime`.
/// * Go's default format.
/// * Seconds since 1970, or milliseconds for numbers from 10<sup>11</sup>, as a number or a string.
///
/// Fractions are truncated to microseconds. The day of the week is not checked.
///
/// `Display`, `Debug` and `Serialize` write RFC 3339 with a `Z`.
///
/// ```
/// use mailgun::Timestamp;
///
/// let named: Timestamp = "Fri, 14 Oct 2011 23:10:10 GMT".parse()?;
/// let float: Timestamp = serde_json::from_str("1318633810.0").unwrap();
/// assert_eq!(named, float);
/// assert_eq!(named.to_string(), "2011-10-14T23:10:10Z");
/// assert_eq!(named.to_rfc2822(), "Fri, 14 Oct 2011 23:10:10 +0000");
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The start of the year 1970.
    pub const UNIX_EPOCH: Self = Self(0);
    /// The start of the year 1, which many services use for "never".
    pub const MIN: Self = Self(calendar::MIN_MICROS);
    /// The last microsecond of the year 9999.
    pub const MAX: Self = Self(calendar::MAX_MICROS);

    /// The current time of the system clock.
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// Converts microseconds since 1970.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) outside the years 1 to
    /// 9999.
    pub fn from_micros(micros: i64) -> Result<Self, Error> {
        in_range(Some(micros)).ok_or_else(out_of_range)
    }

    /// Converts seconds since 1970.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) outside the years 1 to
    /// 9999.
    pub fn from_unix_seconds(seconds: i64) -> Result<Self, Error> {
        in_range(seconds.checked_mul(1_000_000)).ok_or_else(out_of_range)
    }

    /// Microseconds since 1970.
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// Seconds since 1970 with fraction, exact to the microsecond until the year 2255.
    pub fn to_epoch_seconds(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The instant as a `SystemTime`. `None` if the system cannot represent it.
    pub fn to_system_time(self) -> Option<SystemTime> {
        let distance = Duration::from_micros(self.0.unsigned_abs());
        if self.0 < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(distance)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(distance)
        }
    }

    /// Formats as RFC 2822, `Fri, 14 Oct 2011 23:10:10 +0000`, which nearly all endpoints accept.
    ///
    /// Fractions of a second are truncated.
    pub fn to_rfc2822(self) -> String {
        let Civil { year, month, day, hour, minute, second, .. } = Civil::from_micros(self.0);
        let weekday = calendar::weekday_name(self.0);
        let month = calendar::month_name(month);
        format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} +0000")
    }

    /// Formats as RFC 3339 with a `Z`, and with a fraction of six digits unless it is zero.
    pub fn to_rfc3339(self) -> String {
        self.to_string()
    }

    /// Whether the instant is in the year 1, which means "never".
    pub fn is_zero(self) -> bool {
        Civil::from_micros(self.0).year == 1
    }

    /// Adds a duration, in whole microseconds. `None` after the year 9999.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        in_range(self.0.checked_add(i64::try_from(duration.as_micros()).ok()?))
    }

    /// Subtracts a duration, in whole microseconds. `None` before the year 1.
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        in_range(self.0.checked_sub(i64::try_from(duration.as_micros()).ok()?))
    }

    /// Adds a duration, in whole microseconds. [`MAX`](Self::MAX) after the year 9999.
    pub fn saturating_add(self, duration: Duration) -> Self {
        self.checked_add(duration).unwrap_or(Self::MAX)
    }

    /// Subtracts a duration, in whole microseconds. [`MIN`](Self::MIN) before the year 1.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use mailgun::Timestamp;
    ///
    /// let an_hour_ago = Timestamp::now().saturating_sub(Duration::from_secs(3600));
    /// # assert!(an_hour_ago < Timestamp::now());
    /// ```
    pub fn saturating_sub(self, duration: Duration) -> Self {
        self.checked_sub(duration).unwrap_or(Self::MIN)
    }

    /// The duration since an earlier instant. `None` if `earlier` is later than `self`.
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

/// Times outside the years 1 to 9999 are clamped.
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
        de::scalar(deserializer, "a date as a string or a number", |text| text?.parse().ok())
    }
}

#[cfg(test)]
mod tests;
