use std::fmt;

/// The class of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting of the client cannot work; reported when the client is built.
    Config,
    /// An argument cannot be sent; nothing was connected.
    InvalidInput,
    /// Something is over a size limit: found before sending, or answered with 413.
    TooLarge,
    /// The key would have gone to a host that is neither Mailgun's nor the configured one.
    UntrustedHost,
    /// No connection could be made: name resolution, TCP, or the proxy.
    Connect,
    /// No TLS session could be made with the server.
    Tls,
    /// A time-out ran out; [`Error::timeout_phase`](crate::Error::timeout_phase) says which.
    Timeout,
    /// The connection broke after it was made.
    Transport,
    /// The source of the request body failed: a file changed, a stream ended early.
    RequestBody,
    /// Mailgun refused the call, or failed on it.
    Api,
    /// Mailgun limits the rate (status 429 or 420).
    RateLimited,
    /// A successful response could not be read as what the operation returns.
    Decode,
    /// A layer of the application failed.
    Middleware,
    /// Nothing was sent now, because the outcome of an earlier attempt is unknown.
    OutcomeUnknown,
}

/// Whether an operation took effect, as far as the client can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Certainly not: no whole request reached Mailgun.
    NotSent,
    /// Certainly not: Mailgun refused it.
    Rejected,
    /// Nobody knows: the request may have been processed.
    Unknown,
}

/// Which time-out ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutPhase {
    /// Making a connection: name resolution, TCP, proxy and TLS together.
    Connect,
    /// One attempt, from its start to the head of the response.
    Attempt,
    /// A pause between two pieces of the response's body.
    BodyIdle,
    /// The whole call: all attempts, the waits between them, and the response's body.
    Total,
}

/// Which limit a rate-limited call exceeded.
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
