use std::fmt;

/// The category of an [`Error`](crate::Error).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A client setting is invalid. Reported when the client is built.
    Config,
    /// An argument is invalid. Reported before anything is sent.
    InvalidInput,
    /// A size limit was exceeded. Reported before sending, or by a response with status 413.
    TooLarge,
    /// The call would have sent the API key to a host that is not trusted with it.
    UntrustedHost,
    /// The client's guard refused the call, and nothing was sent:
    /// [`redirect_all_to`](crate::ClientBuilder::redirect_all_to) or
    /// [`allow_recipients`](crate::ClientBuilder::allow_recipients).
    Guarded,
    /// Async code made a call that blocks. Nothing was sent.
    AsyncContext,
    /// The connection failed: name resolution, TCP or the proxy.
    Connect,
    /// The TLS handshake with the server failed.
    Tls,
    /// A timeout expired. [`Error::timeout_phase`](crate::Error::timeout_phase) says which.
    Timeout,
    /// The connection broke after it was established.
    Transport,
    /// The source of the request body failed: a file changed, a stream ended early.
    RequestBody,
    /// Mailgun refused the request, or failed to process it.
    Api,
    /// Mailgun's rate limit was exceeded (status 429 or 420).
    RateLimited,
    /// A successful response could not be decoded.
    Decode,
    /// A layer of the application failed.
    Middleware,
    /// Nothing was sent, because the outcome of an earlier attempt is unknown.
    OutcomeUnknown,
}

/// What the client knows about the effect of a request that failed.
///
/// It is about the request to the API, not about mail. A message that Mailgun accepted and later
/// could not deliver is reported by events (`failed`, `rejected`), never by an `Outcome`.
///
/// After retries, it is the outcome of the last attempt, or [`Unknown`](Self::Unknown) if an earlier
/// attempt may have been processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The request was not sent in full, so it took no effect.
    NotSent,
    /// Mailgun refused the request, so it took no effect. This is not Mailgun's `rejected` event.
    Rejected,
    /// The request may have been processed; the client cannot tell.
    Unknown,
}

/// Which timeout expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutPhase {
    /// Connecting: name resolution, TCP, proxy and TLS together.
    Connect,
    /// One attempt, from its start to the head of the response.
    Attempt,
    /// A pause between two chunks of the response body.
    BodyIdle,
    /// The whole call: all attempts, the waits between them, and reading the response body.
    Total,
}

/// What a rate limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitScope {
    /// The number of requests.
    Requests,
    /// The number of recipients.
    Recipients,
    /// The number of bytes.
    Bytes,
}

/// Gives an enumeration a stable name for each value, and a `Display` that writes it.
macro_rules! labels {
    ($type:ident { $($variant:ident = $label:literal),+ $(,)? }) => {
        impl $type {
            /// A stable name in snake case, for metric labels and logs.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)+
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

labels!(ErrorKind {
    Config = "config",
    InvalidInput = "invalid_input",
    TooLarge = "too_large",
    UntrustedHost = "untrusted_host",
    Guarded = "guarded",
    AsyncContext = "async_context",
    Connect = "connect",
    Tls = "tls",
    Timeout = "timeout",
    Transport = "transport",
    RequestBody = "request_body",
    Api = "api",
    RateLimited = "rate_limited",
    Decode = "decode",
    Middleware = "middleware",
    OutcomeUnknown = "outcome_unknown",
});

labels!(Outcome { NotSent = "not_sent", Rejected = "rejected", Unknown = "unknown" });

labels!(TimeoutPhase {
    Connect = "connect",
    Attempt = "attempt",
    BodyIdle = "body_idle",
    Total = "total",
});

labels!(LimitScope { Requests = "requests", Recipients = "recipients", Bytes = "bytes" });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_snake_case_and_what_display_writes() {
        assert_eq!(ErrorKind::RateLimited.as_str(), "rate_limited");
        assert_eq!(Outcome::NotSent.to_string(), "not_sent");
        assert_eq!(TimeoutPhase::BodyIdle.as_str(), "body_idle");
        assert_eq!(format!("{:>9}|", LimitScope::Bytes), "    bytes|");
    }
}
