//! Errors made from replies, and what they say about waiting.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header, response::Parts};
use serde_json::Value;

use super::{Delivery, Error, Kind, LimitScope, ReplyFacts, text};
use crate::{de, reply::encoded, types::Timestamp};

/// The body with which Mailgun answers, with status 200, a path that it does not know.
pub(crate) const MAGNIFICENT: &[u8] = b"Mailgun Magnificent API";

impl Error {
    /// The error that a reply with a status other than success stands for.
    pub(crate) fn from_reply(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        // Compressed bytes are no message.
        let detail = encoded(&headers).unwrap_or_default();
        let message = if detail.is_empty() { text::message(&body) } else { None };
        let kind = match status.as_u16() {
            413 => Kind::TooLarge,
            420 | 429 => Kind::RateLimited,
            _ => Kind::Api,
        };
        let delivery = match status.as_u16() {
            408 | 500.. => Delivery::Unknown,
            _ => Delivery::Rejected,
        };
        let hint = hint(status, message.as_deref().unwrap_or_default());
        let mut error =
            Self::new(kind, delivery, detail).with_reply(status, headers, body, message);
        error.0.hint = hint;
        error
    }

    /// A successful status with a body that is not what the operation returns.
    pub(crate) fn undecodable(
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        detail: String,
    ) -> Self {
        if body.trim_ascii() == MAGNIFICENT {
            return Self::new(Kind::Api, Delivery::Rejected, "")
                .with_reply(status, headers, body, Some("Mailgun Magnificent API".into()))
                .with_hint(
                    "Mailgun answers so to a path it does not know: check base URL and domain",
                );
        }
        let error = Self::new(Kind::Decode, Delivery::Unknown, detail);
        let error = error.with_reply(status, headers, body, None);
        if !status.is_success() {
            return error;
        }
        error.with_hint("the status is that of a success: only its reply could not be read")
    }

    /// Keeps the head of a reply whose body broke off.
    pub(crate) fn with_head(mut self, parts: Parts) -> Self {
        self.0.reply = Some(Box::new(ReplyFacts {
            status: parts.status,
            headers: parts.headers,
            body: Bytes::new(),
            message: None,
            retry_after: None,
            scope: None,
        }));
        self
    }

    fn with_reply(
        mut self,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        message: Option<String>,
    ) -> Self {
        let limited = self.0.kind == Kind::RateLimited;
        let retry_after =
            retry_after(status, &headers, &body, message.as_deref(), SystemTime::now());
        let scope = message.as_deref().filter(|_| limited).and_then(scope);
        self.0.reply =
            Some(Box::new(ReplyFacts { status, headers, body, message, retry_after, scope }));
        self
    }
}

/// What to check first, where Mailgun tells the cause only in prose.
fn hint(status: StatusCode, message: &str) -> Option<&'static str> {
    let says = |words: &str| message.to_ascii_lowercase().contains(words);
    match status.as_u16() {
        401 => Some(
            "check the API key, and that the domain belongs to this account and region (US or EU)",
        ),
        404 if says("domain not found") => Some(
            "check the domain's spelling and its region: US and EU domains live on separate hosts",
        ),
        400 | 403 if says("sandbox") || says("authorized recipients") => {
            Some("sandbox domains and free accounts send to authorized recipients only")
        }
        400 | 403 if says("activate") => Some("the account is not activated yet"),
        400 | 403 if says("disabled") => Some("the domain or account is disabled"),
        _ => None,
    }
}

fn scope(message: &str) -> Option<LimitScope> {
    let message = message.to_ascii_lowercase();
    let before = message.split("limit exceeded").next()?;
    [
        ("recipient", LimitScope::Recipients),
        ("byte", LimitScope::Bytes),
        ("request", LimitScope::Requests),
    ]
    .into_iter()
    .find_map(|(word, scope)| before.contains(word).then_some(scope))
}

/// The wait that a reply asks for, from the first of Mailgun's carriers that has one.
fn retry_after(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    message: Option<&str>,
    now: SystemTime,
) -> Option<Duration> {
    let header =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let until = |at: SystemTime| at.duration_since(now).unwrap_or_default();

    if let Some(value) = header(header::RETRY_AFTER.as_str()) {
        if let Ok(seconds) = value.parse::<u64>() {
            return Some(Duration::from_secs(seconds));
        }
        if let Some(at) = value.parse::<Timestamp>().ok().and_then(Timestamp::to_system_time) {
            return Some(until(at));
        }
    }
    // The other carriers also appear on replies that limit nothing.
    if !matches!(status.as_u16(), 420 | 429) {
        return None;
    }
    if let Some(reset) = ["x-ratelimit-reset", "x-request-reset"].into_iter().find_map(header)
        && let Some(at) = epoch(reset)
    {
        return Some(until(at));
    }
    if let Ok(Value::Object(object)) = de::from_slice(body)
        && let Some(seconds) = object.get("retry-seconds")
        && let Some(seconds) = seconds.as_f64().or_else(|| seconds.as_str()?.parse().ok())
        && let Ok(wait) = Duration::try_from_secs_f64(seconds)
    {
        return Some(wait);
    }
    in_words(message?, until)
}

/// Epoch seconds or milliseconds; Mailgun sends the latter, its own Go client reads the former.
fn epoch(text: &str) -> Option<SystemTime> {
    const YEAR_5138_IN_SECONDS: u64 = 100_000_000_000;
    let number: u64 = text.parse().ok()?;
    let since = if number >= YEAR_5138_IN_SECONDS {
        Duration::from_millis(number)
    } else {
        Duration::from_secs(number)
    };
    SystemTime::UNIX_EPOCH.checked_add(since)
}

/// `… try again after 120 seconds`, or `… after Mon, 20 Dec 2021 20:33:21 UTC`.
fn in_words(message: &str, until: impl Fn(SystemTime) -> Duration) -> Option<Duration> {
    let (_, rest) = message.split_once("after ")?;
    let rest = rest.trim().trim_end_matches('.');
    let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let unit = rest[number.len()..].trim_start();
    let factor = match unit.get(..3) {
        Some("sec") => Some(1),
        Some("min") => Some(60),
        Some("hou") => Some(3600),
        _ => None,
    };
    if let (Some(factor), Ok(number)) = (factor, number.parse::<u64>()) {
        return Some(Duration::from_secs(number.saturating_mul(factor)));
    }
    let at = rest.parse::<Timestamp>().ok()?.to_system_time()?;
    Some(until(at))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        retry_after(status, &headers, body.as_bytes(), message.as_deref(), now())
            .map(|w| w.as_secs())
    }

    #[test]
    fn every_carrier_of_the_wait_is_read() {
        let words = |rest: &str| {
            format!(
                r#"{{"message": "Domain x is not allowed to send: request limit exceeded, try again after {rest}"}}"#
            )
        };
        assert_eq!(wait(429, &[("retry-after", "7")], ""), Some(7));
        assert_eq!(wait(503, &[("retry-after", "7")], ""), Some(7));
        assert_eq!(wait(429, &[("retry-after", "Mon, 20 Dec 2021 20:33:21 GMT")], ""), Some(21));
        assert_eq!(wait(429, &[("x-ratelimit-reset", "1640032390000")], ""), Some(10));
        assert_eq!(wait(429, &[("x-ratelimit-reset", "1640032390")], ""), Some(10));
        assert_eq!(wait(429, &[("x-request-reset", "1640032390000")], ""), Some(10));
        assert_eq!(wait(429, &[], r#"{"retry-seconds": 60}"#), Some(60));
        assert_eq!(wait(429, &[], r#"{"retry-seconds": "60"}"#), Some(60));
        assert_eq!(wait(429, &[], &words("120 seconds")), Some(120));
        assert_eq!(wait(420, &[], &words("2 minutes")), Some(120));
        assert_eq!(wait(420, &[], &words("Mon, 20 Dec 2021 20:33:21 UTC")), Some(21));
        assert_eq!(wait(429, &[], "slow down"), None);
        assert_eq!(wait(429, &[("retry-after", "soon")], ""), None);
        assert_eq!(wait(200, &[("x-ratelimit-reset", "1640032390000")], ""), None);
    }

    #[test]
    fn a_time_that_has_passed_means_no_wait() {
        assert_eq!(wait(429, &[("x-ratelimit-reset", "1")], ""), Some(0));
    }

    #[test]
    fn the_exceeded_limit_is_named() {
        for (word, expected) in [
            ("account-requests-per-sec", Some(LimitScope::Requests)),
            ("recipient", Some(LimitScope::Recipients)),
            ("bytes", Some(LimitScope::Bytes)),
            ("other", None),
        ] {
            let text = format!("Domain x is not allowed to send: {word} limit exceeded, try again");
            assert_eq!(scope(&text), expected, "{word}");
        }
    }
}
