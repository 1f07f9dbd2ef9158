//! The one error type of the SDK: opaque, with accessors.

mod kind;
mod redact;
mod response;
mod retry_after;
mod text;

use std::{borrow::Cow, error::Error as StdError, fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use tokio::runtime::TryCurrentError;

pub use self::kind::{ErrorKind, LimitScope, Outcome, TimeoutPhase};
use self::{redact::redacted, text::Shown};
use crate::Operation;

/// A boxed error of any type, as tower's layers return it.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Why a call failed.
///
/// [`kind`](Self::kind) returns the category of the error, [`outcome`](Self::outcome) whether the
/// operation may have taken effect, and [`retry_after`](Self::retry_after) how long to wait before
/// the next try. `Display` is complete on its own: it names the operation, the status and
/// Mailgun's message.
///
/// Neither `Display` nor `Debug` shows the API key, a password or an email address, even if a
/// response quotes them. [`api_message`](Self::api_message) and [`body`](Self::body) return the
/// text of the response as received.
///
/// ```
/// use mailgun::{Error, ErrorKind, Outcome};
///
/// fn may_send_again(error: &Error) -> bool {
///     error.outcome() != Outcome::Unknown && error.kind() != ErrorKind::InvalidInput
/// }
/// # assert!(!may_send_again(&Error::invalid("to", "must not be empty")));
/// ```
pub struct Error(Box<Inner>);

pub(crate) struct Inner {
    kind: ErrorKind,
    outcome: Outcome,
    /// What failed. For invalid input, the name of the parameter and the reason.
    detail: Cow<'static, str>,
    phase: Option<TimeoutPhase>,
    operation: Option<Operation>,
    attempts: u32,
    response: Option<Box<ResponseFacts>>,
    hint: Option<&'static str>,
    is_permanent: bool,
    /// The `Authorization` header of the request, whose key is redacted.
    authorization: Option<HeaderValue>,
    source: Option<BoxError>,
}

/// The parts of a response that an error keeps.
pub(crate) struct ResponseFacts {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    message: Option<String>,
    retry_after: Option<Duration>,
    scope: Option<LimitScope>,
}

impl Error {
    pub(crate) fn new(
        kind: ErrorKind,
        outcome: Outcome,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Inner {
            kind,
            outcome,
            detail: detail.into(),
            phase: None,
            operation: None,
            attempts: 0,
            response: None,
            hint: None,
            is_permanent: false,
            authorization: None,
            source: None,
        }))
    }

    /// An error for an invalid argument, which names the parameter and the reason.
    ///
    /// The reason must not contain the value, which may be personal data.
    #[doc(hidden)]
    pub fn invalid(parameter: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self::new(ErrorKind::InvalidInput, Outcome::NotSent, format!("`{parameter}` {reason}"))
    }

    /// An error for an invalid client setting, which names the setting and the reason.
    #[doc(hidden)]
    pub fn config(setting: &str, reason: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Config, Outcome::NotSent, format!("setting `{setting}` {reason}"))
    }

    /// An error for an argument that exceeds a size limit, found before anything was sent.
    #[doc(hidden)]
    pub fn too_large(parameter: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self::new(ErrorKind::TooLarge, Outcome::NotSent, format!("`{parameter}` {reason}"))
    }

    /// Nothing was sent now, because the outcome of an earlier attempt is unknown.
    #[doc(hidden)]
    pub fn outcome_unknown(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::OutcomeUnknown, Outcome::Unknown, reason)
    }

    /// The client's guard refused to send a mail.
    pub(crate) fn guarded(reason: String) -> Self {
        Self::new(ErrorKind::Guarded, Outcome::NotSent, reason)
    }

    /// A call that blocks was made in async code.
    #[cfg(feature = "blocking")]
    pub(crate) fn async_context() -> Self {
        let reason = "async code must not wait for a call by blocking: use `.await`, or \
                      `tokio::task::spawn_blocking`";
        Self::new(ErrorKind::AsyncContext, Outcome::NotSent, reason)
    }

    /// A call was polled outside of a tokio runtime.
    pub(crate) fn without_runtime(error: TryCurrentError) -> Self {
        let text = "a call needs a tokio runtime, and none is running";
        Self::new(ErrorKind::Config, Outcome::NotSent, text)
            .with_source(error)
            .with_hint("without async code, use the feature `blocking`")
    }

    /// Converts the error of a service or layer. An [`Error`] in the box is returned unchanged.
    #[doc(hidden)]
    pub fn from_boxed(error: BoxError) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => *ours,
            Err(other) => Self::new(ErrorKind::Middleware, Outcome::Unknown, "a layer failed")
                .with_source(other),
        }
    }

    pub(crate) fn timeout(phase: TimeoutPhase, limit: Duration) -> Self {
        let outcome = match phase {
            TimeoutPhase::Connect => Outcome::NotSent,
            _ => Outcome::Unknown,
        };
        let mut error = Self::new(
            ErrorKind::Timeout,
            outcome,
            format!("the {} timeout of {limit:?} expired", phase.as_str().replace('_', " ")),
        );
        error.0.phase = Some(phase);
        error
    }

    /// The call ended, by its deadline or because it was dropped, before its request was sent.
    #[cfg(feature = "transport")]
    pub(crate) fn ended_before_sending() -> Self {
        let text = "the call ended before its request was sent";
        let mut error = Self::new(ErrorKind::Timeout, Outcome::NotSent, text);
        error.0.phase = Some(TimeoutPhase::Total);
        error
    }

    pub(crate) fn with_outcome(mut self, outcome: Outcome) -> Self {
        self.0.outcome = outcome;
        self
    }

    pub(crate) fn with_hint(mut self, hint: &'static str) -> Self {
        self.0.hint = Some(hint);
        self
    }

    /// Marks the error as permanent: a retry would fail the same way.
    #[cfg(feature = "transport")]
    pub(crate) fn permanent(mut self) -> Self {
        self.0.is_permanent = true;
        self
    }

    /// Whether a retry would fail the same way. It may even do harm: repeated wrong passwords lock
    /// accounts.
    #[doc(hidden)]
    pub fn is_permanent(&self) -> bool {
        self.0.is_permanent
    }

    /// Adds the header that the request was sent with, in case the peer echoes it.
    pub(crate) fn with_authorization(mut self, authorization: Option<HeaderValue>) -> Self {
        self.0.authorization = authorization;
        self
    }

    /// Names the operation that failed, unless the error names one already.
    #[doc(hidden)]
    pub fn in_operation(mut self, operation: Operation) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Prefixes the message with the name of a parameter, as in `` `to` #3: … ``.
    #[doc(hidden)]
    pub fn in_parameter(mut self, parameter: impl fmt::Display) -> Self {
        self.0.detail = format!("`{parameter}`: {}", self.0.detail).into();
        self
    }

    /// The category of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the operation may have taken effect.
    ///
    /// If a send ends with [`Outcome::Unknown`], look for the message in the events before you send
    /// it again. Give messages a `Message-Id` or a variable of your own to find them by.
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// The status of the response, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.response().map(|response| response.status)
    }

    /// Whether the response has status 404: there is no such object, or no such domain in this
    /// account and region.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// The headers of the response, if there was one.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.response().map(|response| &response.headers)
    }

    /// The body of the response as received, cut after 64 KiB; empty if there was none.
    pub fn body(&self) -> &[u8] {
        self.response().map_or(&[], |response| &response.body)
    }

    /// Mailgun's error message from the body, in full.
    ///
    /// It may contain addresses, and the API key if a gateway echoes the request. `Display` redacts
    /// both.
    pub fn api_message(&self) -> Option<&str> {
        self.response().and_then(|response| response.message.as_deref())
    }

    /// How long Mailgun asks to wait before the next try, in whole seconds, rounded up.
    ///
    /// It is read from the headers, or from the body of a rate-limited response. `None` if the
    /// response asks for no wait or for a time that has passed; never zero.
    pub fn retry_after(&self) -> Option<Duration> {
        self.response().and_then(|response| response.retry_after)
    }

    /// Which limit a rate-limited call exceeded, if the response says so.
    pub fn limit_scope(&self) -> Option<LimitScope> {
        self.response().and_then(|response| response.scope)
    }

    /// How many attempts were made. 0 if the call failed before the first.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The operation that failed; its `Display` is `POST /v3/{domain}/messages`.
    pub fn operation(&self) -> Option<Operation> {
        self.0.operation
    }

    /// Which timeout expired, for [`ErrorKind::Timeout`].
    pub fn timeout_phase(&self) -> Option<TimeoutPhase> {
        self.0.phase
    }

    /// What to check first, if the error has a usual cause.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint
    }

    /// The error that caused this one, for downcasting: from a layer, from I/O, from TLS.
    ///
    /// `Display` already includes its text and that of its causes, with secrets and addresses
    /// redacted. [`source`](StdError::source) therefore returns `None`; otherwise error reporters
    /// would print the causes twice, unredacted.
    pub fn get_ref(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }

    /// A layer of the application that stopped an attempt before it reached the network.
    ///
    /// A custom tower layer returns this (as its boxed error) so that [`outcome`](Self::outcome)
    /// can say that nothing was sent; any other error of a layer counts as
    /// [`Outcome::Unknown`].
    pub fn not_sent(source: impl Into<BoxError>) -> Self {
        Self::new(ErrorKind::Middleware, Outcome::NotSent, "a layer stopped the request")
            .with_source(source)
    }

    /// The same error with its cause, which `Display` shows and [`get_ref`](Self::get_ref) returns.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The detail, followed by the text of each cause.
    fn detail_with_causes(&self) -> String {
        let mut causes = String::new();
        let first = self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static));
        for cause in std::iter::successors(first, |&cause| cause.source()) {
            let cause = cause.to_string();
            // Some errors quote their causes.
            if !self.0.detail.contains(&cause) && !causes.contains(&cause) {
                causes.push_str(": ");
                causes.push_str(&cause);
            }
        }
        let authorization = self.0.authorization.as_ref();
        let causes = redacted(&causes, authorization);
        // The detail of these kinds may quote the peer.
        let may_quote_peer = matches!(
            self.0.kind,
            ErrorKind::Connect | ErrorKind::Tls | ErrorKind::Transport | ErrorKind::Decode
        );
        if may_quote_peer {
            redacted(&self.0.detail, authorization) + &causes
        } else {
            format!("{}{causes}", self.0.detail)
        }
    }

    fn response(&self) -> Option<&ResponseFacts> {
        self.0.response.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = &self.0.operation {
            write!(f, "{operation} failed: ")?;
        }
        let detail = self.detail_with_causes();
        match self.response() {
            Some(response) => {
                write!(f, "{}", response.status)?;
                if !detail.is_empty() {
                    write!(f, ": {detail}")?;
                }
                if let Some(text) = &response.message {
                    write!(
                        f,
                        ": {}",
                        Shown { text, authorization: self.0.authorization.as_ref() }
                    )?;
                }
            }
            None => f.write_str(&detail)?,
        }
        if self.0.outcome == Outcome::Unknown {
            f.write_str(" (the operation may have taken effect)")?;
        }
        if let Some(hint) = self.0.hint {
            write!(f, " [{hint}]")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("outcome", &self.0.outcome)
            .field("attempts", &self.0.attempts)
            .field("text", &format_args!("{self}"))
            .finish_non_exhaustive()
    }
}

/// Has no `source`; see [`Error::get_ref`].
impl StdError for Error {}

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug)]
    struct Outer(io::Error);

    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the pipe broke")
        }
    }

    impl StdError for Outer {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn display_shows_each_cause_once_and_source_is_none() {
        use ErrorKind::*;
        for kind in [
            Config,
            InvalidInput,
            TooLarge,
            UntrustedHost,
            Connect,
            Tls,
            Timeout,
            Transport,
            RequestBody,
            Api,
            RateLimited,
            Decode,
            Middleware,
            OutcomeUnknown,
        ] {
            let error = Error::new(kind, Outcome::NotSent, "it failed");
            let error = error.with_source(Outer(io::Error::other("no water")));
            assert_eq!(error.to_string(), "it failed: the pipe broke: no water", "{kind:?}");
            assert!(error.source().is_none(), "{kind:?}");
            let outer = error.get_ref().and_then(|cause| cause.downcast_ref::<Outer>());
            assert!(outer.is_some(), "{kind:?}");
        }
    }

    #[test]
    fn a_layer_that_stops_a_request_is_quoted() {
        for error in [Error::not_sent("no more today"), Error::from_boxed("no more today".into())] {
            assert!(error.to_string().contains("no more today"), "{error}");
        }
    }
}
