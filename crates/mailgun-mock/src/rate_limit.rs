//! Rate limits and the ways in which Mailgun says when to retry.

use std::time::SystemTime;

use bytes::Bytes;
use http::{
    StatusCode,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::json;

use crate::{date, http::response::Response};

pub(crate) const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
pub(crate) const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
pub(crate) const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// How the response to [`Fault::rate_limit`] says when to retry.
///
/// [`Fault::rate_limit`]: crate::Fault::rate_limit
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RateLimit {
    /// `Retry-After: 7`.
    RetryAfterSeconds(u64),
    /// `Retry-After: Mon, 20 Dec 2021 20:33:21 GMT`.
    RetryAfterDate(SystemTime),
    /// `X-RateLimit-Reset: 1620637982656`, in milliseconds since the epoch.
    ResetMillis(u64),
    /// `{"retry-seconds": 60}` in the body.
    RetrySeconds(u64),
    /// `... limit exceeded, try again after 120 seconds` in the message.
    MessageSeconds(u64),
    /// `... limit exceeded, try again after Mon, 20 Dec 2021 20:33:21 UTC` in the message.
    MessageDate(SystemTime),
    /// Nothing says when to retry.
    Unhinted,
}

/// A rate limit with the changes that a test made to its response.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    hint: RateLimit,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<(HeaderValue, Bytes)>,
}

impl Limit {
    pub(crate) fn new(hint: RateLimit) -> Self {
        let status = StatusCode::TOO_MANY_REQUESTS;
        Self { hint, status, headers: HeaderMap::new(), body: None }
    }

    pub(crate) fn response(self, domain: &str) -> Response {
        let exceeded = |limit: &str, hint: String| {
            let refusal = format!("Domain {domain} is not allowed to send: {limit} limit exceeded");
            Response::message(self.status, refusal + &hint)
        };
        let bare = exceeded("request", String::new());
        let mut response = match self.hint {
            RateLimit::RetryAfterSeconds(seconds) => bare.with(header::RETRY_AFTER, seconds),
            RateLimit::RetryAfterDate(time) => {
                with_text(bare, header::RETRY_AFTER, date::rfc2822(time, "GMT"))
            }
            RateLimit::ResetMillis(millis) => {
                bare.with(LIMIT, 1).with(REMAINING, 0).with(RESET, millis)
            }
            RateLimit::RetrySeconds(seconds) => {
                Response::json(self.status, &json!({ "retry-seconds": seconds }))
            }
            RateLimit::MessageSeconds(seconds) => {
                exceeded("account-requests-per-sec", format!(", try again after {seconds} seconds"))
            }
            RateLimit::MessageDate(time) => {
                let time = date::rfc2822(time, "UTC");
                exceeded("request", format!(", try again after {time}"))
            }
            RateLimit::Unhinted => bare,
        };
        if let Some((content_type, body)) = self.body {
            response.headers.insert(header::CONTENT_TYPE, content_type);
            response.body = body;
        }
        response.headers.extend(self.headers);
        response
    }
}

fn with_text(response: Response, name: HeaderName, text: String) -> Response {
    match HeaderValue::try_from(text) {
        Ok(value) => response.with(name, value),
        Err(_) => response,
    }
}
