//! Faults: what goes wrong between a client and Mailgun, on demand.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{
    Method, StatusCode,
    header::{self, HeaderName, HeaderValue},
};
use serde_json::Value;

use crate::{
    http::response::Response,
    rate_limit::{Limit, RateLimit},
};

/// Something that goes wrong with one request, or with the next `n` of them.
///
/// Faults wait in a queue; a request gets the first one that is meant for it. Whether the mail of
/// a faulty request is accepted is part of the fault: that is what a client cannot see, and must
/// not guess.
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
        Self { effect, left: 1, method: None, path: None }
    }

    /// Answers with this status and a JSON message; the request is not processed.
    ///
    /// # Panics
    ///
    /// If the status is not between 200 and 999.
    #[track_caller]
    pub fn status(status: u16) -> Self {
        let code = StatusCode::from_u16(status).ok().filter(|code| code.as_u16() >= 200);
        let code = valid(code, "a status is between 200 and 999");
        let reason = code.canonical_reason().unwrap_or("Unknown");
        Self::new(Effect::Response(Response::message(code, reason)))
    }

    /// Answers that a rate limit is exceeded; the request is not processed.
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

    /// Processes the request at once and holds the response back: a client that stops waiting has
    /// sent its mail.
    pub fn delay(duration: Duration) -> Self {
        Self::new(Effect::Delay(duration))
    }

    /// Reads the request and never answers; the request is not processed.
    pub fn silence() -> Self {
        Self::new(Effect::Silence)
    }

    /// Resets the connection as soon as the head of the request is there; the request is not
    /// processed.
    pub fn reset_before_read() -> Self {
        Self::new(Effect::ResetBeforeRead)
    }

    /// Reads the whole request, then resets the connection; the request is not processed.
    pub fn reset_after_read() -> Self {
        Self::new(Effect::ResetAfterRead)
    }

    /// Processes the request, then closes the connection without a response: the mail is accepted,
    /// and the client does not know.
    pub fn lose_response() -> Self {
        Self::new(Effect::LoseResponse)
    }

    /// Processes the request and closes the connection after so many bytes of the response's body;
    /// its content-length announces all of them.
    pub fn truncate_response(bytes: usize) -> Self {
        Self::new(Effect::Truncate { after: bytes })
    }

    /// Processes the request and writes the response's body in pieces of `chunk` bytes (at least
    /// one), with a pause after each.
    pub fn drip_response(chunk: usize, interval: Duration) -> Self {
        Self::new(Effect::Drip { chunk: chunk.max(1), interval })
    }

    /// Happens to `n` requests instead of one.
    pub fn times(mut self, n: usize) -> Self {
        self.left = n;
        self
    }

    /// Happens only to requests with this method.
    pub fn for_method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Happens only to requests whose path, as sent, contains this text.
    pub fn for_path(self, part: impl Into<String>) -> Self {
        let part = part.into();
        self.for_path_where(move |path| path.contains(&part))
    }

    /// Happens only to requests whose path, as sent, passes this test.
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

    /// Sets the body of the answer; for [`Fault::status`] and [`Fault::rate_limit`].
    ///
    /// # Panics
    ///
    /// If the content type is not a valid header value.
    #[track_caller]
    pub fn with_body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        let content_type = valid(content_type.parse().ok(), "a content type is a header value");
        self.effect.set_body(content_type, body.into());
        self
    }

    /// Sets a JSON body of the answer; for [`Fault::status`] and [`Fault::rate_limit`].
    pub fn with_json(mut self, value: Value) -> Self {
        let json = HeaderValue::from_static("application/json");
        self.effect.set_body(json, value.to_string().into());
        self
    }

    /// Sets a header of the answer; for [`Fault::status`] and [`Fault::rate_limit`].
    ///
    /// # Panics
    ///
    /// If the name or the value is not valid in HTTP.
    #[track_caller]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = valid(name.parse().ok(), "a header name");
        let value = valid(value.parse().ok(), "a header value");
        match &mut self.effect {
            Effect::Response(response) => drop(response.headers.insert(name, value)),
            Effect::RateLimit(limit) => drop(limit.headers.insert(name, value)),
            _ => {}
        }
        self
    }

    /// Uses status 420, which Mailgun sends at times, instead of 429; for [`Fault::rate_limit`].
    pub fn as_420(mut self) -> Self {
        if let Effect::RateLimit(limit) = &mut self.effect {
            limit.status = valid(StatusCode::from_u16(420).ok(), "420 is a status");
        }
        self
    }

    pub(crate) fn left(&self) -> usize {
        self.left
    }

    fn is_for(&self, method: &Method, path: &str) -> bool {
        self.left > 0
            && self.method.as_ref().is_none_or(|wanted| wanted == method)
            && self.path.as_ref().is_none_or(|test| test(path))
    }
}

/// Takes what the first fault for this request does out of the queue.
pub(crate) fn take(faults: &mut Vec<Fault>, method: &Method, path: &str) -> Option<Effect> {
    let fault = faults.iter_mut().find(|fault| fault.is_for(method, path))?;
    fault.left -= 1;
    let effect = fault.effect.clone();
    faults.retain(|fault| fault.left > 0);
    Some(effect)
}

impl Effect {
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
    value.unwrap_or_else(|| panic!("not valid in HTTP: {rule}"))
}
