//! Faults: what goes wrong between a client and Mailgun on demand.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{
    Method, StatusCode,
    header::{self, HeaderName, HeaderValue},
};
use serde_json::{Value, json};

use crate::{
    address,
    http::response::Response,
    rate_limit::{Limit, RateLimit},
};

/// Something that goes wrong with one request or several.
///
/// Faults wait in a queue. A request gets the first fault that applies to it. Each fault defines
/// whether the mock processes the request, which is what a client cannot see and must not guess.
///
/// ```
/// use mailgun_mock::{Fault, MockMailgun};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let mailgun = MockMailgun::start().await;
/// mailgun.inject(Fault::status(503).with_body("text/html", "<h1>Bad day</h1>").times(2));
/// mailgun.inject(Fault::lose_response().for_path("/messages"));
/// assert_eq!(mailgun.faults_left(), 3);
/// # }
/// ```
#[derive(Clone)]
pub struct Fault {
    effect: Effect,
    left: usize,
    method: Option<Method>,
    path: Option<PathFilter>,
    /// In lower case.
    recipient: Option<String>,
    /// Names the fault while it waits in the queue.
    pub(crate) id: u64,
}

type PathFilter = Arc<dyn Fn(&str) -> bool + Send + Sync>;

#[derive(Clone, Debug)]
pub(crate) enum Effect {
    Response(Response),
    RateLimit(Limit),
    Delay(Duration),
    Silence,
    ResetBeforeRead,
    ResetAfterRead,
    LoseResponse,
    Truncate { after: usize },
    Drip { chunk: usize, interval: Duration },
}

impl Fault {
    fn new(effect: Effect) -> Self {
        Self { effect, left: 1, method: None, path: None, recipient: None, id: 0 }
    }

    /// Responds with this status and a JSON message. The request is not processed.
    ///
    /// # Panics
    ///
    /// Panics if the status is not between 200 and 999.
    #[track_caller]
    pub fn status(status: u16) -> Self {
        let code = StatusCode::from_u16(status).ok().filter(|code| code.as_u16() >= 200);
        let code = valid(code, "the status must be between 200 and 999");
        let reason = code.canonical_reason().unwrap_or("Unknown");
        Self::new(Effect::Response(Response::message(code, reason)))
    }

    /// Responds that a rate limit is exceeded. The request is not processed.
    ///
    /// ```
    /// use mailgun_mock::{Fault, RateLimit};
    ///
    /// let soon = Fault::rate_limit(RateLimit::RetryAfterSeconds(2));
    /// let old_style = Fault::rate_limit(RateLimit::MessageSeconds(120)).as_420();
    /// ```
    pub fn rate_limit(limit: RateLimit) -> Self {
        Self::new(Effect::RateLimit(Limit::new(limit)))
    }

    /// Processes the request at once and delays the response: even if the client stops waiting, the
    /// mail is sent.
    pub fn delay(duration: Duration) -> Self {
        Self::new(Effect::Delay(duration))
    }

    /// Reads the request and never responds. The request is not processed.
    pub fn silence() -> Self {
        Self::new(Effect::Silence)
    }

    /// Resets the connection after the head of the request. The request is not processed.
    pub fn reset_before_read() -> Self {
        Self::new(Effect::ResetBeforeRead)
    }

    /// Reads the whole request, then resets the connection. The request is not processed.
    pub fn reset_after_read() -> Self {
        Self::new(Effect::ResetAfterRead)
    }

    /// Processes the request, then closes the connection without a response: the mail is accepted,
    /// but the client cannot know.
    pub fn lose_response() -> Self {
        Self::new(Effect::LoseResponse)
    }

    /// Processes the request and closes the connection after `bytes` bytes of the response body.
    /// The content-length announces the whole body.
    pub fn truncate_response(bytes: usize) -> Self {
        Self::new(Effect::Truncate { after: bytes })
    }

    /// Processes the request and writes the response body in pieces of `chunk` bytes, at least 1,
    /// with a pause of `interval` after each.
    pub fn drip_response(chunk: usize, interval: Duration) -> Self {
        Self::new(Effect::Drip { chunk: chunk.max(1), interval })
    }

    /// Applies to `n` requests. Default: 1.
    pub fn times(mut self, n: usize) -> Self {
        self.left = n;
        self
    }

    /// Applies only to requests with this method.
    pub fn for_method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Applies only to requests whose path contains this text, percent-encoded as sent.
    pub fn for_path(self, part: impl Into<String>) -> Self {
        let part = part.into();
        self.for_path_where(move |path| path.contains(&part))
    }

    /// Applies only to requests whose path, percent-encoded as sent, passes this test.
    ///
    /// ```
    /// use mailgun_mock::Fault;
    ///
    /// let fault = Fault::silence().for_path_where(|path| path.ends_with("/messages"));
    /// ```
    pub fn for_path_where(mut self, test: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.path = Some(Arc::new(test));
        self
    }

    /// Applies only to sends whose `to`, `cc` or `bcc` has this address.
    ///
    /// Display names and case are ignored. [`Fault::reset_before_read`] resets after reading,
    /// because the recipients are in the body.
    ///
    /// ```
    /// use mailgun_mock::{Fault, RateLimit};
    ///
    /// let limit = Fault::rate_limit(RateLimit::Unhinted);
    /// let fault = limit.for_recipient("ada@example.com").times(3);
    /// ```
    pub fn for_recipient(mut self, address: &str) -> Self {
        self.recipient = Some(address::bare(address).unwrap_or(address).to_lowercase());
        self
    }

    /// Sets the response body of [`Fault::status`] or [`Fault::rate_limit`].
    ///
    /// # Panics
    ///
    /// Panics if the content type is not a valid header value.
    #[track_caller]
    pub fn with_body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        let content_type =
            valid(content_type.parse().ok(), "the content type must be a header value");
        self.effect.set_body(content_type, body.into());
        self
    }

    /// Sets a JSON response body of [`Fault::status`] or [`Fault::rate_limit`].
    pub fn with_json(mut self, value: Value) -> Self {
        let json = HeaderValue::from_static("application/json");
        self.effect.set_body(json, value.to_string().into());
        self
    }

    /// Sets a response header of [`Fault::status`] or [`Fault::rate_limit`].
    ///
    /// # Panics
    ///
    /// Panics if the name or the value is not valid in HTTP.
    #[track_caller]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = valid(name.parse().ok(), "the header name is not valid in HTTP");
        let value = valid(value.parse().ok(), "the header value is not valid in HTTP");
        match &mut self.effect {
            Effect::Response(response) => drop(response.headers.insert(name, value)),
            Effect::RateLimit(limit) => drop(limit.headers.insert(name, value)),
            _ => {}
        }
        self
    }

    /// Makes [`Fault::rate_limit`] respond with status 420, which Mailgun sometimes sends, instead
    /// of 429.
    pub fn as_420(mut self) -> Self {
        if let Effect::RateLimit(limit) = &mut self.effect {
            limit.status = valid(StatusCode::from_u16(420).ok(), "420 is a status");
        }
        self
    }

    pub(crate) fn left(&self) -> usize {
        self.left
    }

    /// Whether the method and the path match.
    fn is_for(&self, method: &Method, path: &str) -> bool {
        self.left > 0
            && self.method.as_ref().is_none_or(|wanted| wanted == method)
            && self.path.as_ref().is_none_or(|test| test(path))
    }

    /// What it does and to which requests, in the format of the control routes.
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id,
            "effect": self.effect.name(),
            "status": match &self.effect {
                Effect::Response(response) => Some(response.status.as_u16()),
                _ => None,
            },
            "left": self.left,
            "method": self.method.as_ref().map(Method::as_str),
            "has_path": self.path.is_some(),
            "recipient": self.recipient,
        })
    }
}

/// Takes the effect of the first fault that applies to this request from the queue.
///
/// Before the body is read, the recipients are unknown: that call takes faults that are for no
/// recipient, and the second call the others. So the filter of a fault is asked once for a request.
pub(crate) fn take(
    faults: &mut Vec<Fault>,
    method: &Method,
    path: &str,
    recipients: Option<&[String]>,
) -> Option<Effect> {
    let fault = faults.iter_mut().find(|fault| {
        let applies_now = match (&fault.recipient, recipients) {
            (None, None) => true,
            (Some(wanted), Some(all)) => all.contains(wanted),
            _ => false,
        };
        applies_now && fault.is_for(method, path)
    })?;
    fault.left -= 1;
    let effect = fault.effect.clone();
    faults.retain(|fault| fault.left > 0);
    Some(effect)
}

impl Effect {
    fn name(&self) -> &'static str {
        match self {
            Self::Response(_) => "status",
            Self::RateLimit(_) => "rate_limit",
            Self::Delay(_) => "delay",
            Self::Silence => "silence",
            Self::ResetBeforeRead => "reset_before_read",
            Self::ResetAfterRead => "reset_after_read",
            Self::LoseResponse => "lose_response",
            Self::Truncate { .. } => "truncate",
            Self::Drip { .. } => "drip",
        }
    }

    fn set_body(&mut self, content_type: HeaderValue, body: Bytes) {
        match self {
            Self::Response(response) => {
                response.headers.insert(header::CONTENT_TYPE, content_type);
                response.body = body;
            }
            Self::RateLimit(limit) => limit.body = Some((content_type, body)),
            _ => {}
        }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault")
            .field("effect", &self.effect)
            .field("left", &self.left)
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "a fault is written by a test, and a wrong one is its bug")]
fn valid<T>(value: Option<T>, rule: &str) -> T {
    value.unwrap_or_else(|| panic!("invalid fault: {rule}"))
}
