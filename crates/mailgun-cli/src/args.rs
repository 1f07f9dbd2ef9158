//! Values of arguments that several commands take.

use std::{str::FromStr, time::Duration};

use mailgun::Timestamp;

/// A duration such as `90s`, `15m`, `2h`, `7d` or `4w`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let expected = "expected a number with a unit: 90s, 15m, 2h, 7d, 4w";
    let unit = match text.chars().last() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3600,
        Some('d') => 24 * 3600,
        Some('w') => 7 * 24 * 3600,
        _ => return Err(expected.to_owned()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| expected.to_owned())?;
    number.checked_mul(unit).map(Duration::from_secs).ok_or_else(|| "is too long".to_owned())
}

/// A time in the past: a date, or a duration before now.
pub(crate) fn since(text: &str) -> Result<Timestamp, String> {
    time(text, |now, before| now.checked_sub(before))
}

/// A time in the future: a date, or a duration from now.
pub(crate) fn later(text: &str) -> Result<Timestamp, String> {
    time(text, |now, after| now.checked_add(after))
}

fn time(
    text: &str,
    relative: impl Fn(Timestamp, Duration) -> Option<Timestamp>,
) -> Result<Timestamp, String> {
    if let Ok(distance) = duration(text) {
        return relative(Timestamp::now(), distance).ok_or_else(|| "is out of range".to_owned());
    }
    text.parse().map_err(|_| "expected a date (2026-11-30T09:00:00Z) or a duration (2h)".to_owned())
}

/// `NAME=VALUE`.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl FromStr for Pair {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                Ok(Self { name: name.trim().to_owned(), value: value.to_owned() })
            }
            _ => Err("expected NAME=VALUE".to_owned()),
        }
    }
}

/// `Name: value`, as in a mail or in HTTP.
pub(crate) fn header(text: &str) -> Result<Pair, String> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok(Pair { name: name.trim().to_owned(), value: value.trim().to_owned() })
        }
        _ => Err("expected `Name: value`".to_owned()),
    }
}
