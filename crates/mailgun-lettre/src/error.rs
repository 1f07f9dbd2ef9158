use std::{fmt, time::Duration};

use mailgun_core::{ErrorKind, Outcome, http::StatusCode};

/// Why a message was not sent, or may have been sent.
///
/// Each error is exactly one of these:
///
/// | question | what it means | what to do |
/// |---|---|---|
/// | [`is_transient`](Self::is_transient) | not accepted, for a reason that may pass | send it again, after [`retry_after`](Self::retry_after) |
/// | [`is_permanent`](Self::is_permanent) | not accepted, and a repeat would fail too | change the message or the settings |
/// | [`is_unknown`](Self::is_unknown) | it may have been accepted | look for the mail in the events first |
///
/// `Display` is that of [`mailgun_core::Error`]: it shows the cause, and neither keys nor addresses.
///
/// ```
/// use mailgun_lettre::Error;
///
/// fn may_send_again(error: &Error) -> bool {
///     error.is_transient()
/// }
/// ```
pub struct Error(mailgun_core::Error);

impl Error {
    /// Returns whether the mail may have been accepted.
    pub fn outcome(&self) -> Outcome {
        self.0.outcome()
    }

    /// Returns how long Mailgun asks to wait before the next try; never zero.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after()
    }

    /// Returns whether Mailgun may have accepted the mail: a timeout, a broken connection, or
    /// status 5xx after the mail was sent.
    pub fn is_unknown(&self) -> bool {
        self.outcome() == Outcome::Unknown
    }

    /// Returns whether the mail was not accepted for a reason that may pass: a rate limit, or no
    /// connection.
    pub fn is_transient(&self) -> bool {
        !self.is_unknown() && !self.is_permanent()
    }

    /// Returns whether the mail was not accepted, and a repeat of the same call would fail the same
    /// way: the SDK, Mailgun or the proxy refused it, or a TLS handshake failed for a reason that does not
    /// pass, such as an invalid certificate.
    pub fn is_permanent(&self) -> bool {
        let is_refused = self.is_client() || self.0.kind() == ErrorKind::Api;
        !self.is_unknown() && (is_refused || self.0.is_permanent())
    }

    /// Returns whether the SDK refused the message or a setting, or would have blocked async code. The
    /// client's guard counts as a setting.
    pub fn is_client(&self) -> bool {
        use ErrorKind::{AsyncContext, Config, Guarded, InvalidInput, TooLarge, UntrustedHost};
        let kind = self.0.kind();
        matches!(kind, AsyncContext | Config | Guarded | InvalidInput | TooLarge | UntrustedHost)
    }

    /// Returns whether a timeout expired.
    pub fn is_timeout(&self) -> bool {
        self.0.kind() == ErrorKind::Timeout
    }

    /// Returns whether the TLS handshake failed.
    pub fn is_tls(&self) -> bool {
        self.0.kind() == ErrorKind::Tls
    }

    /// Returns the status of Mailgun's response, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status()
    }

    /// Returns the error of the SDK, which has more to tell.
    pub fn as_inner(&self) -> &mailgun_core::Error {
        &self.0
    }
}

impl From<mailgun_core::Error> for Error {
    fn from(error: mailgun_core::Error) -> Self {
        Self(error)
    }
}

impl From<Error> for mailgun_core::Error {
    fn from(error: Error) -> Self {
        error.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {}
