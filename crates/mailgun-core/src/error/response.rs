//! Errors from responses.

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, response::Parts};

use super::{Error, ErrorKind, LimitScope, Outcome, ResponseFacts, retry_after::retry_after, text};
use crate::response::encoded;

/// The body of Mailgun's response, with status 200, to a path that does not exist.
pub(crate) const MAGNIFICENT: &[u8] = b"Mailgun Magnificent API";

impl Error {
    /// The error for a response whose status is not a success.
    pub(crate) fn from_response(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        // A compressed body has no readable message.
        let detail = encoded(&headers).unwrap_or_default();
        let message = if detail.is_empty() { text::message(&body) } else { None };
        let kind = match status.as_u16() {
            413 => ErrorKind::TooLarge,
            420 | 429 => ErrorKind::RateLimited,
            _ => ErrorKind::Api,
        };
        let outcome = match status.as_u16() {
            408 | 500.. => Outcome::Unknown,
            _ => Outcome::Rejected,
        };
        let hint = hint(status, message.as_deref().unwrap_or_default());
        let mut error =
            Self::new(kind, outcome, detail).with_response(status, headers, body, message);
        error.0.hint = hint;
        error
    }

    /// The error for a successful response whose body cannot be decoded.
    pub(crate) fn undecodable(
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        detail: String,
    ) -> Self {
        if body.trim_ascii() == MAGNIFICENT {
            return Self::new(ErrorKind::Api, Outcome::Rejected, "")
                .with_response(status, headers, body, Some("Mailgun Magnificent API".into()))
                .with_hint(
                    "Mailgun sends this for a path it does not know: check base URL and domain",
                );
        }
        let error = Self::new(ErrorKind::Decode, Outcome::Unknown, detail);
        let error = error.with_response(status, headers, body, None);
        if !status.is_success() {
            return error;
        }
        error.with_hint("the status is a success; only the body could not be read")
    }

    /// Adds the head of a response whose body is incomplete.
    pub(crate) fn with_head(mut self, parts: Parts) -> Self {
        self.0.response = Some(Box::new(ResponseFacts {
            status: parts.status,
            headers: parts.headers,
            body: Bytes::new(),
            message: None,
            retry_after: None,
            scope: None,
        }));
        self
    }

    fn with_response(
        mut self,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        message: Option<String>,
    ) -> Self {
        let limited = self.0.kind == ErrorKind::RateLimited;
        let retry_after =
            retry_after(status, &headers, &body, message.as_deref(), SystemTime::now());
        let scope = message.as_deref().filter(|_| limited).and_then(scope);
        self.0.response =
            Some(Box::new(ResponseFacts { status, headers, body, message, retry_after, scope }));
        self
    }
}

/// What to check first, found in the text of Mailgun's message.
fn hint(status: StatusCode, message: &str) -> Option<&'static str> {
    let says = |words: &str| message.to_ascii_lowercase().contains(words);
    match status.as_u16() {
        401 => Some(
            "check the API key and its role, the domain's account and region (US or EU), and the \
             account's IP allowlist",
        ),
        404 if says("domain not found") => {
            Some("check the domain's spelling and region: US and EU domains are on separate hosts")
        }
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

#[cfg(test)]
mod tests {
    use super::*;

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
