//! The lenient date parser.

use std::borrow::Cow;

use super::calendar::{Civil, MICROS_PER_SECOND, MONTHS, WEEKDAYS};

type Reason = &'static str;

pub(super) const OUT_OF_RANGE: Reason = "must be in the years 1 to 9999";
const INVALID_DATE: Reason = "must be a date in RFC 2822 or ISO 8601 form, or seconds since 1970";
const INVALID_TIME: Reason = "has an invalid time of day";
const INVALID_ZONE: Reason = "has an invalid time zone";

/// Parses a date into microseconds since 1970. The range of years is checked later.
pub(super) fn micros(text: &str) -> Result<i64, Reason> {
    let text = text.trim();
    if text.is_empty() {
        return Err("must not be empty");
    }
    if let Some(number) = number(text) {
        let scale = if number.abs() < 1e11 { 1e6 } else { 1e3 };
        // The rounding error is less than a microsecond, and the conversion saturates.
        return Ok((number * scale).round() as i64);
    }
    let text = without_comments(text);
    let mut words = text.split([' ', '\t', '\r', '\n', ',']).filter(|word| !word.is_empty());

    let (date, clock) = date(&mut words).ok_or(INVALID_DATE)?;
    let clock = clock.or_else(|| words.next()).unwrap_or("00:00");
    let end = clock.find(|c: char| !matches!(c, '0'..='9' | ':' | '.')).unwrap_or(clock.len());
    let (time, attached) = clock.split_at(end);
    let zone = if attached.is_empty() { words.next().unwrap_or("Z") } else { attached };
    let offset = offset_seconds(zone).ok_or(INVALID_ZONE)?;
    // Go writes the zone twice and may append its monotonic clock.
    if !words.all(|word| offset_seconds(word).is_some() || word.starts_with("m=")) {
        return Err(INVALID_ZONE);
    }

    let local = time_of_day(date, time).ok_or(INVALID_TIME)?.to_micros();
    let local = local.ok_or("must be a date and time that exist")?;
    local.checked_sub(offset * MICROS_PER_SECOND).ok_or(OUT_OF_RANGE)
}

/// Replaces comments by spaces. Dates in message headers may have them, as in `+0000 (UTC)`.
fn without_comments(text: &str) -> Cow<'_, str> {
    if !text.contains('(') {
        return text.into();
    }
    let mut depth = 0_usize;
    let visible = text.chars().map(|c| {
        let is_comment = depth > 0 || matches!(c, '(' | ')');
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if is_comment { ' ' } else { c }
    });
    visible.collect()
}

/// Reads a JSON number. `inf` and `nan` are not numbers.
fn number(text: &str) -> Option<f64> {
    let is_number = |b: u8| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E');
    if text.bytes().all(is_number) { text.parse().ok() } else { None }
}

/// Year, month and day, and the time of day if it is part of the date.
type Date<'a> = ((i64, i64, i64), Option<&'a str>);

fn date<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<Date<'a>> {
    let first = words.next()?;
    if position_of_name(&WEEKDAYS, first).is_none() {
        return if first.contains('-') { dashed(first) } else { day_first(first, words) };
    }
    let first = words.next()?;
    if first.contains('-') {
        return dashed(first);
    }
    let Some(month) = position_of_name(&MONTHS, first) else { return day_first(first, words) };
    // The form of C's `asctime`, `Sun Nov  6 08:49:37 1994`.
    let day = digits(words.next()?, 1, 2)?;
    let clock = words.next()?;
    let year = digits(words.next()?, 4, 4)?;
    Some(((year, month + 1, day), Some(clock)))
}

fn day_first<'a>(day: &str, words: &mut impl Iterator<Item = &'a str>) -> Option<Date<'a>> {
    let day = digits(day, 1, 2)?;
    let month = position_of_name(&MONTHS, words.next()?)? + 1;
    let year = words.next()?;
    // The rules of RFC 5322, section 4.3, for years of two and three digits.
    let year = match (year.len(), digits(year, 2, 4)?) {
        (2, short @ 0..50) => 2000 + short,
        (2 | 3, short) => 1900 + short,
        (_, year) => year,
    };
    Some(((year, month, day), None))
}

/// `1994-11-06` with or without a time of day, or `06-Nov-94` as in RFC 850.
fn dashed(word: &str) -> Option<Date<'_>> {
    let mut parts = word.split('-');
    let (first, second) = (parts.next()?, parts.next()?);
    if let Some(month) = position_of_name(&MONTHS, second) {
        let (day, month) = (digits(first, 1, 2)?, month + 1);
        let year = parts.next()?;
        let year = match digits(year, 2, 2) {
            Some(short) => full_year(short, (month, day), &Civil::now()),
            None => digits(year, 4, 4)?,
        };
        return parts.next().is_none().then_some(((year, month, day), None));
    }
    let (date, clock) = match word.split_once(['T', 't']) {
        Some((date, clock)) => (date, Some(clock)),
        None => (word, None),
    };
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4, 4)?;
    let month = digits(parts.next()?, 1, 2)?;
    let day = digits(parts.next()?, 1, 2)?;
    parts.next().is_none().then_some(((year, month, day), clock))
}

/// Expands a year of two digits (RFC 9110, section 5.6.7): a date more than 50 years in the future
/// is in the previous century.
pub(super) fn full_year(short: i64, (month, day): (i64, i64), now: &Civil) -> i64 {
    let year = now.year - now.year % 100 + short;
    let is_far = (year, month, day) > (now.year + 50, now.month, now.day);
    if is_far { year - 100 } else { year }
}

fn time_of_day((year, month, day): (i64, i64, i64), time: &str) -> Option<Civil> {
    let (whole, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut parts = whole.split(':');
    let hour = digits(parts.next()?, 1, 2)?;
    let minute = digits(parts.next()?, 2, 2)?;
    let second = parts.next().map_or(Some(0), |second| digits(second, 2, 2))?;
    if parts.next().is_some()
        || fraction.is_empty()
        || !fraction.bytes().all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let micros = fraction
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(6)
        .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    Some(Civil { year, month, day, hour, minute, second, micros })
}

/// Seconds east of UTC.
fn offset_seconds(zone: &str) -> Option<i64> {
    // Java writes `GMT+02:00`.
    let zone = match zone.split_at_checked(3) {
        Some(("GMT" | "UTC", offset)) if offset.starts_with(['+', '-']) => offset,
        _ => zone,
    };
    if let Some(offset) = zone.strip_prefix(['+', '-']) {
        let (hours, minutes) = match offset.split_once(':') {
            Some(parts) => parts,
            None => offset.split_at_checked(2)?,
        };
        let hours = digits(hours, 2, 2)?;
        let minutes = if minutes.is_empty() { 0 } else { digits(minutes, 2, 2)? };
        let seconds = (hours * 60 + minutes) * 60;
        return (hours < 24 && minutes < 60).then_some(if zone.starts_with('-') {
            -seconds
        } else {
            seconds
        });
    }
    let hours = match &*zone.to_ascii_uppercase() {
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        // A 12-hour clock is ambiguous here.
        "AM" | "PM" => return None,
        // According to RFC 2822, other names, including the military letters, mean UTC.
        name if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic()) => 0,
        _ => return None,
    };
    Some(hours * 3600)
}

/// The index of an English name, in full or abbreviated, in any case.
fn position_of_name(names: &[&str], word: &str) -> Option<i64> {
    let is_word = word.bytes().all(|b| b.is_ascii_alphabetic());
    let start = word.get(..3).filter(|_| is_word)?;
    let position = names.iter().position(|name| name.eq_ignore_ascii_case(start))?;
    i64::try_from(position).ok()
}

/// Parses an unsigned number of `min` to `max` digits.
fn digits(text: &str, min: usize, max: usize) -> Option<i64> {
    let fits = (min..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}
