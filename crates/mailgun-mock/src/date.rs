//! The date formats that Mailgun writes and accepts.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
// In the order of days since the epoch, which was a Thursday.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const DAY: u64 = 86_400;

/// Seconds since the epoch; a time before it counts as the epoch.
pub(crate) fn epoch_seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Microseconds since the epoch; a time before it counts as the epoch.
pub(crate) fn epoch_micros(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// `Mon, 20 Dec 2021 20:33:21 <zone>`; `zone` has to be a name for UTC.
pub(crate) fn rfc2822(time: SystemTime, zone: &str) -> String {
    let seconds = epoch_seconds(time);
    let (year, month, day) = civil_from_days(seconds / DAY);
    let weekday = WEEKDAYS[(seconds / DAY % 7) as usize];
    let month = MONTHS[month as usize - 1];
    let (hour, minute, second) = clock(seconds);
    format!("{weekday}, {day:02} {month} {year} {hour:02}:{minute:02}:{second:02} {zone}")
}

/// A date in ISO 8601 without a zone, which means UTC.
pub(crate) fn iso8601(time: SystemTime) -> String {
    let seconds = epoch_seconds(time);
    let (year, month, day) = civil_from_days(seconds / DAY);
    let (hour, minute, second) = clock(seconds);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

/// A date in ISO 8601 with the zone: `2021-12-20T20:33:21Z`.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    format!("{}Z", iso8601(time))
}

/// `20211220203321`, the beginning of a message id.
pub(crate) fn compact(time: SystemTime) -> String {
    let seconds = epoch_seconds(time);
    let (year, month, day) = civil_from_days(seconds / DAY);
    let (hour, minute, second) = clock(seconds);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
}

/// Reads an RFC 2822 date: an optional weekday, a numeric zone or a name for UTC, nothing looser.
pub(crate) fn parse_rfc2822(text: &str) -> Option<SystemTime> {
    let text = match text.split_once(',') {
        Some((weekday, rest)) if WEEKDAYS.contains(&weekday.trim()) => rest,
        Some(_) => return None,
        None => text,
    };
    let mut words = text.split_ascii_whitespace();
    let day = digits(words.next()?, 1..=2)?;
    let month = words.next()?;
    let month = MONTHS.iter().position(|name| *name == month)? as u64 + 1;
    let year = digits(words.next()?, 4..=4)?;
    let mut time = words.next()?.split(':');
    let hour = digits(time.next()?, 2..=2)?;
    let minute = digits(time.next()?, 2..=2)?;
    let second = time.next().map_or(Some(0), |second| digits(second, 2..=2))?;
    let offset = zone_offset(words.next()?)?;
    let in_range = (1..=days_in_month(year, month)).contains(&day)
        && year >= 1970
        && hour < 24
        && minute < 60
        && second <= 60;
    if !in_range || time.next().is_some() || words.next().is_some() {
        return None;
    }
    let local = days_from_civil(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
    UNIX_EPOCH.checked_add(Duration::from_secs(local.checked_add_signed(-offset)?))
}

/// Reads a date in ISO 8601 with a `Z`; a fraction of a second is cut off.
pub(crate) fn parse_iso8601(text: &str) -> Option<SystemTime> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let time = time.split_once('.').map_or(time, |(time, _)| time);
    let [year, month, day] = date.splitn(3, '-').collect::<Vec<_>>().try_into().ok()?;
    let month = digits(month, 2..=2)?.checked_sub(1)?;
    let month = MONTHS.get(month as usize)?;
    parse_rfc2822(&format!("{day} {month} {year} {time} UTC"))
}

fn clock(seconds: u64) -> (u64, u64, u64) {
    (seconds % DAY / 3600, seconds % 3600 / 60, seconds % 60)
}

fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<u64> {
    let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    (all_digits && length.contains(&text.len())).then(|| text.parse().ok()).flatten()
}

fn zone_offset(zone: &str) -> Option<i64> {
    if matches!(zone, "GMT" | "UTC" | "UT") {
        return Some(0);
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let number = digits(rest, 4..=4)? as i64;
    (number % 100 < 60).then_some(sign * (number / 100 * 3600 + number % 100 * 60))
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in_month(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

// Both conversions count years from March, so that the leap day is the last day of a year, in
// eras of 400 years (146 097 days). 719 468 is the number of days from 0000-03-01 to the epoch.
fn days_from_civil(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let of_era = year % 400;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + day_of_year;
    year / 400 * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let day_of_era = days % 146_097;
    let of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * of_era + of_era / 4 - of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = days / 146_097 * 400 + of_era;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn known_dates_are_written_as_mailgun_writes_them() {
        assert_eq!(rfc2822(at(1_640_032_401), "UTC"), "Mon, 20 Dec 2021 20:33:21 UTC");
        assert_eq!(rfc2822(at(1_709_164_800), "GMT"), "Thu, 29 Feb 2024 00:00:00 GMT");
        assert_eq!(iso8601(at(1_640_032_401)), "2021-12-20T20:33:21");
        assert_eq!(rfc3339(at(1_640_032_401)), "2021-12-20T20:33:21Z");
        assert_eq!(compact(at(1_640_032_401)), "20211220203321");
    }

    #[test]
    fn every_day_survives_writing_and_reading() {
        for day in (0..80_000).step_by(13) {
            let time = at(day * DAY + 3_661);
            assert_eq!(parse_rfc2822(&rfc2822(time, "+0000")), Some(time));
        }
    }

    #[test]
    fn dates_in_iso_8601_are_read() {
        assert_eq!(parse_iso8601("2021-12-20T20:33:21Z"), Some(at(1_640_032_401)));
        assert_eq!(parse_iso8601("2021-12-20T20:33:21.183000Z"), Some(at(1_640_032_401)));
        for bad in ["", "2021-12-20", "2021-12-20T20:33:21", "2021-00-20T20:33:21Z", "x-y-zT1Z"] {
            assert_eq!(parse_iso8601(bad), None, "{bad}");
        }
    }

    #[test]
    fn zones_shift_and_looser_forms_are_refused() {
        let noon = parse_rfc2822("Fri, 14 Oct 2011 12:00:00 +0000");
        assert_eq!(noon, Some(at(1_318_593_600)));
        for same in [
            "14 Oct 2011 12:00:00 GMT",
            "Fri, 14 Oct 2011 14:00:00 +0200",
            "Fri, 14 Oct 2011 07:30:00 -0430",
            "Fri, 14 Oct 2011 12:00 -0000",
        ] {
            assert_eq!(parse_rfc2822(same), noon, "{same}");
        }
        for bad in [
            "",
            "2011-10-14T12:00:00Z",
            "Fri, 14 Oct 2011 12:00:00",
            "Fri, 14 Oct 2011 12:00:00 CEST",
            "Fri, 32 Oct 2011 12:00:00 +0000",
            "Tue, 29 Feb 2023 12:00:00 +0000",
            "Fri, 14 Okt 2011 12:00:00 +0000",
            "Fri, 14 Oct 2011 24:00:00 +0000",
            "1318593600",
        ] {
            assert_eq!(parse_rfc2822(bad), None, "{bad}");
        }
    }
}
