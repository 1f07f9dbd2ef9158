//! Conversions to and from the types of the crates time, chrono and jiff.

use super::Timestamp;
use crate::Error;

#[cfg(feature = "time")]
impl From<Timestamp> for time::OffsetDateTime {
    fn from(timestamp: Timestamp) -> Self {
        // The years 1 to 9999 are within the range of both types.
        Self::UNIX_EPOCH + time::Duration::microseconds(timestamp.0)
    }
}

#[cfg(feature = "time")]
impl TryFrom<time::OffsetDateTime> for Timestamp {
    type Error = Error;

    fn try_from(time: time::OffsetDateTime) -> Result<Self, Error> {
        let micros = time.unix_timestamp_nanos().div_euclid(1000);
        i64::try_from(micros).map_err(|_| super::out_of_range()).and_then(Self::from_micros)
    }
}

#[cfg(feature = "chrono")]
impl From<Timestamp> for chrono::DateTime<chrono::Utc> {
    fn from(timestamp: Timestamp) -> Self {
        // The years 1 to 9999 are within the range of both types.
        Self::UNIX_EPOCH + chrono::TimeDelta::microseconds(timestamp.0)
    }
}

#[cfg(feature = "chrono")]
impl<Z: chrono::TimeZone> TryFrom<chrono::DateTime<Z>> for Timestamp {
    type Error = Error;

    fn try_from(time: chrono::DateTime<Z>) -> Result<Self, Error> {
        Self::from_micros(time.timestamp_micros())
    }
}

/// Fails for the last 26 hours of the year 9999, which jiff cannot represent.
#[cfg(feature = "jiff")]
impl TryFrom<Timestamp> for jiff::Timestamp {
    type Error = Error;

    fn try_from(timestamp: Timestamp) -> Result<Self, Error> {
        Self::from_microsecond(timestamp.0)
            .map_err(|_| Error::invalid("timestamp", "is later than jiff can represent"))
    }
}

#[cfg(feature = "jiff")]
impl TryFrom<jiff::Timestamp> for Timestamp {
    type Error = Error;

    fn try_from(time: jiff::Timestamp) -> Result<Self, Error> {
        let micros = time.as_nanosecond().div_euclid(1000);
        i64::try_from(micros).map_err(|_| super::out_of_range()).and_then(Self::from_micros)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Instants before and after 1970 that all types can represent.
    fn samples() -> Vec<Timestamp> {
        let edges = [Timestamp::MIN, Timestamp::UNIX_EPOCH];
        let inner = [-1, 1, 1_318_633_810_123_456, 253_402_200_000_000_000];
        edges.into_iter().chain(inner.map(|it| Timestamp::from_micros(it).unwrap())).collect()
    }

    #[cfg(feature = "time")]
    #[test]
    fn time_agrees() {
        for timestamp in samples().into_iter().chain([Timestamp::MAX]) {
            let there = time::OffsetDateTime::from(timestamp);
            assert_eq!(there.unix_timestamp(), timestamp.as_micros().div_euclid(1_000_000));
            assert_eq!(Timestamp::try_from(there).unwrap(), timestamp);
        }
        assert!(Timestamp::try_from(time::PrimitiveDateTime::MIN.assume_utc()).is_err());
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn chrono_agrees() {
        for timestamp in samples().into_iter().chain([Timestamp::MAX]) {
            let there = chrono::DateTime::<chrono::Utc>::from(timestamp);
            assert_eq!(there.timestamp_micros(), timestamp.as_micros());
            assert_eq!(Timestamp::try_from(there).unwrap(), timestamp);
        }
        assert!(Timestamp::try_from(chrono::DateTime::<chrono::Utc>::MAX_UTC).is_err());
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn jiff_agrees() {
        for timestamp in samples() {
            let there = jiff::Timestamp::try_from(timestamp).unwrap();
            assert_eq!(there.to_string(), timestamp.to_string());
            assert_eq!(Timestamp::try_from(there).unwrap(), timestamp);
        }
        assert!(jiff::Timestamp::try_from(Timestamp::MAX).is_err());
        assert!(Timestamp::try_from(jiff::Timestamp::MIN).is_err());
    }
}
