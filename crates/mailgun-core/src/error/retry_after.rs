//! How long a response asks the client to wait.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::types::Timestamp;

/// A hundred years. Longer waits are capped, because clocks cannot represent their end.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Numbers from here on (the year 2001) are Unix times in seconds, not waits of decades.
const EPOCH_SECONDS: f64 = 1e9;
/// Numbers from here on are Unix times in milliseconds. In seconds this is the year 5138.
const EPOCH_MILLISECONDS: f64 = 1e11;

/// The wait that a response asks for, in whole seconds, rounded up: from the first header, or the
/// first place in the body, that has one.
///
/// `None` for a wait of zero, a time that has passed, or a text that cannot be read with certainty.
pub(super) fn retry_after(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    message: Option<&str>,
    now: SystemTime,
) -> Option<Duration> {
    let header = |name| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.filter_map(|value| in_value(value, now)).max()
    };
    // The other headers also appear on responses that are not rate-limited.
    let is_limited = matches!(status.as_u16(), 420 | 429);
    header("retry-after").or_else(|| {
        is_limited.then_some(())?;
        header("x-ratelimit-reset")
            .or_else(|| header("x-request-reset"))
            .or_else(|| in_json(body, now))
            .or_else(|| in_message(message?, now))
    })
}

/// Reads a header or JSON value: a number, a list of numbers (the largest counts), or a text.
fn in_value(value: &str, now: SystemTime) -> Option<Duration> {
    match value.split(',').map(number).collect::<Option<Vec<_>>>() {
        Some(numbers) => numbers.into_iter().filter_map(|number| from_number(number, now)).max(),
        None => in_text(value, now),
    }
}

fn in_json(body: &[u8], now: SystemTime) -> Option<Duration> {
    match serde_json::from_slice::<Value>(body).ok()?.get("retry-seconds")? {
        Value::String(text) => in_value(text, now),
        Value::Number(number) => in_value(&number.to_string(), now),
        _ => None,
    }
}

/// `… try again after 120 seconds`, `… in 2 minutes`, `… after Mon, 20 Dec 2021 20:33:21 UTC`.
fn in_message(message: &str, now: SystemTime) -> Option<Duration> {
    const MOST: usize = 100;
    let message = message.to_ascii_lowercase();
    ["after ", "again in ", "retry in "].into_iter().find_map(|before| {
        message.rmatch_indices(before).find_map(|(at, _)| {
            let rest = message[at + before.len()..].chars().take(MOST).collect::<String>();
            in_text(&rest, now)
        })
    })
}

/// Reads the duration or the date that a text begins with.
fn in_text(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if let Some(seconds) = duration(text) {
        return wait(seconds);
    }
    let at = date(text)?.to_system_time()?;
    wait(at.duration_since(now).ok()?.as_secs_f64())
}

fn wait(seconds: f64) -> Option<Duration> {
    let whole = Duration::from_secs(seconds.ceil() as u64);
    (seconds > 0.0).then_some(whole.min(LONGEST))
}

/// Reads a JSON number. `inf` and `nan` are not numbers.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_number = |b: u8| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E');
    if text.bytes().all(is_number) { text.parse().ok() } else { None }
}

/// Reads a number as seconds from now, or as a Unix time. Mailgun's reset headers are in
/// milliseconds, though its Go client reads them as seconds.
fn from_number(number: f64, now: SystemTime) -> Option<Duration> {
    if number < EPOCH_SECONDS {
        return wait(number);
    }
    let at = if number < EPOCH_MILLISECONDS { number } else { number / 1000.0 };
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    wait(at - now.as_secs_f64())
}

/// The seconds of `120 seconds`, `1.5 hours`, `1m30s` or `2 minutes and 30 seconds`.
fn duration(text: &str) -> Option<f64> {
    let mut sum = None;
    let mut rest = text;
    loop {
        let digits = rest.find(|c: char| !matches!(c, '0'..='9' | '.')).unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let after = after.trim_start();
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let (Ok(number), Some(unit)) = (number.parse::<f64>(), seconds_in(unit)) else {
            return sum;
        };
        sum = Some(sum.unwrap_or(0.0) + number * unit);
        let after = after.trim_start_matches([' ', ',']);
        rest = after.strip_prefix("and ").unwrap_or(after);
    }
}

fn seconds_in(unit: &str) -> Option<f64> {
    Some(match &*unit.to_ascii_lowercase() {
        "ms" | "millisecond" | "milliseconds" => 0.001,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        _ => return None,
    })
}

/// Reads a date that is the whole text, or the start of a longer one.
///
/// If text follows, the date must have a time of day and end with punctuation or a zone. Otherwise
/// the text could change its meaning: `20 Dec 2021 8:33 at night`.
fn date(text: &str) -> Option<Timestamp> {
    const MOST_WORDS: usize = 10;
    let read = |text: &str| {
        let text = text.trim_end_matches(PUNCTUATION);
        // `Timestamp` also reads plain numbers, which are not dates here.
        if number(text).is_some() { None } else { text.parse().ok() }
    };
    let ends = text.match_indices(' ').map(|(at, _)| at).take(MOST_WORDS);
    let parts = ends.map(|end| &text[..end]).filter(|part| part.contains(':') && is_complete(part));
    read(text).or_else(|| parts.filter_map(read).last())
}

const PUNCTUATION: [char; 5] = ['.', ',', ';', '!', ')'];

/// Whether the last word ends a date: with punctuation, a zone or an offset.
fn is_complete(date: &str) -> bool {
    let word = date.rsplit(' ').next().unwrap_or_default();
    let zone = word.to_ascii_uppercase();
    let offset = word.rsplit(['+', '-']).next().filter(|offset| offset.len() < word.len());
    word.ends_with(PUNCTUATION)
        || ["UTC", "GMT", "Z"].iter().any(|name| zone.ends_with(name))
        || offset.is_some_and(|offset| {
            matches!(offset.len(), 4 | 5) && offset.bytes().all(|b| b.is_ascii_digit() || b == b':')
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::text;

    /// 2021-12-20T20:33:00Z, shortly before the date of the examples.
    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_640_032_380)
    }

    fn wait(status: u16, headers: &[(&'static str, &str)], body: &str) -> Option<u64> {
        let headers = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        let status = StatusCode::from_u16(status).unwrap();
        let message = text::message(body.as_bytes());
        let wait = retry_after(status, &headers, body.as_bytes(), message.as_deref(), now())?;
        assert_eq!(wait.subsec_nanos(), 0);
        assert!(!wait.is_zero());
        Some(wait.as_secs())
    }

    fn message(rest: &str) -> String {
        let start = "Domain x is not allowed to send: request limit exceeded, try again";
        serde_json::json!({"message": format!("{start} {rest}")}).to_string()
    }

    #[test]
    fn the_wait_is_read_from_headers_body_and_message() {
        assert_eq!(wait(429, &[("retry-after", "7")], ""), Some(7));
        assert_eq!(wait(503, &[("retry-after", "7")], ""), Some(7));
        assert_eq!(wait(429, &[("x-ratelimit-reset", "1640032390000")], ""), Some(10));
        assert_eq!(wait(429, &[("x-request-reset", "1640032390000")], ""), Some(10));
        assert_eq!(wait(429, &[], r#"{"retry-seconds": 60}"#), Some(60));
        assert_eq!(wait(429, &[], r#"{"retry-seconds": "60"}"#), Some(60));
        assert_eq!(wait(429, &[], &message("after 120 seconds")), Some(120));
        assert_eq!(wait(420, &[], &message("after Mon, 20 Dec 2021 20:33:21 UTC")), Some(21));
        assert_eq!(wait(429, &[], "slow down"), None);
        assert_eq!(wait(200, &[("x-ratelimit-reset", "1640032390000")], ""), None);
    }

    #[test]
    fn every_header_takes_the_same_formats() {
        const LONGEST: u64 = super::LONGEST.as_secs();
        for (value, expected) in [
            ("120", Some(120)),
            (" 120 ", Some(120)),
            ("0.2", Some(1)),
            ("1.000001", Some(2)),
            ("120.0", Some(120)),
            ("1640032390", Some(10)),
            ("1640032390.5", Some(11)),
            ("1640032390000", Some(10)),
            ("30s", Some(30)),
            ("1m30s", Some(90)),
            ("30, 120, 7", Some(120)),
            ("0, 30", Some(30)),
            ("Mon, 20 Dec 2021 20:33:21 GMT", Some(21)),
            ("Monday, 20-Dec-21 20:33:21 GMT", Some(21)),
            ("Mon Dec 20 20:33:21 2021", Some(21)),
            ("2021-12-20T20:33:20.5Z", Some(21)),
            // Capped.
            ("99999999999999999999", Some(LONGEST)),
            ("18446744073709551616", Some(LONGEST)),
            ("1e400", Some(LONGEST)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(LONGEST)),
            // No wait.
            ("0", None),
            ("0.0", None),
            ("-0", None),
            ("-5", None),
            ("0 seconds", None),
            ("1640032350", None),
            ("1640032350000", None),
            ("Mon, 20 Dec 2021 20:32:21 GMT", None),
            ("Monday, 20-Dec-21 20:32:21 GMT", None),
            ("Thu, 01 Jan 1970 00:00:00 GMT", None),
            // Ambiguous or unreadable.
            ("", None),
            ("soon", None),
            ("nan", None),
            ("inf", None),
            ("30-60", None),
            ("5 to 10 minutes", None),
            ("1, soon", None),
            ("0x10", None),
            ("Mon, 20 Dec 2021 8:33:21 PM", None),
        ] {
            for name in ["retry-after", "x-ratelimit-reset", "x-request-reset"] {
                assert_eq!(wait(429, &[(name, value)], ""), expected, "{name}: {value}");
            }
            let body = serde_json::json!({"retry-seconds": value}).to_string();
            assert_eq!(wait(429, &[], &body), expected, "retry-seconds: {value}");
        }
        assert_eq!(wait(429, &[("retry-after", "5"), ("retry-after", "9")], ""), Some(9));
        assert_eq!(wait(429, &[], r#"{"retry-seconds": 1.5}"#), Some(2));
        assert_eq!(wait(429, &[], r#"{"retry-seconds": 1e300}"#), Some(LONGEST));
        assert_eq!(wait(429, &[], r#"{"retry-seconds": [60]}"#), None);
    }

    #[test]
    fn a_header_without_a_wait_does_not_hide_the_next() {
        let reset = ("x-ratelimit-reset", "1640032390000");
        for nothing in ["0", "soon", "Mon, 20 Dec 2021 20:32:21 GMT"] {
            assert_eq!(wait(429, &[("retry-after", nothing), reset], ""), Some(10), "{nothing}");
        }
    }

    #[test]
    fn text_may_follow_the_wait_in_a_message() {
        for (rest, expected) in [
            ("after 2 minutes", Some(120)),
            ("after 2 minutes.", Some(120)),
            ("in 2 minutes and 30 seconds, or contact support", Some(150)),
            ("after 1.5 hours. 3 attempts are left", Some(5400)),
            ("after Mon, 20 Dec 2021 20:33:21 UTC.", Some(21)),
            ("after Mon, 20 Dec 2021 20:33:21 UTC. See https://example.com/a", Some(21)),
            ("after Mon, 20 Dec 2021 20:33:21 UTC or ask help@example.com", Some(21)),
            ("after Mon, 20 Dec 2021 15:33:21 -0500 or ask help@example.com", Some(21)),
            ("after 2021-12-20T20:33:21Z, request #7", Some(21)),
            ("after 2021-12-20T20:33:21+00:00 (request #7)", Some(21)),
            ("after the 3rd of May, that is, after 30 seconds", Some(30)),
            // The part that can be read would be another time.
            ("after 20 Dec 2021, at 20:33:21 UTC", None),
            ("after 20 Dec 2021 11:33:21 p.m. UTC", None),
            ("after 3 attempts", None),
            ("after 9999999999 requests", None),
            ("after a while", None),
            ("after ", None),
        ] {
            assert_eq!(wait(429, &[], &message(rest)), expected, "{rest}");
        }
    }

    #[test]
    fn long_messages_are_read_quickly() {
        for part in ["after ", "utc ", "after 20 dec 2021 20:33:21 utc, ", "1 s ", "é after 1"] {
            let _ = wait(429, &[], &part.repeat(64 * 1024 / part.len()));
        }
    }
}
