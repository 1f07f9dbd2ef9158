use lettre::transport::stub;
use mailgun_core::{ErrorKind, Outcome};

use crate::Error;

/// An error that says whether the mail may have been accepted. [`Failover`](crate::Failover) asks it.
///
/// Implement it for the error of a transport of your own. Return [`Outcome::Unknown`] unless it is
/// certain that the transport did not accept the mail.
///
/// With the feature `smtp`, the errors of lettre's SMTP transports have these outcomes:
///
/// | error | outcome |
/// |---|---|
/// | no connection: name resolution, TCP, TLS (with the blocking transport and rustls, a failed TLS handshake is unknown) | not sent |
/// | [`is_client`](https://docs.rs/lettre/0.11/lettre/transport/smtp/struct.Error.html#method.is_client): the server lacks STARTTLS, 8BITMIME or an authentication mechanism | not sent |
/// | a negative reply, 4yz or 5yz, at any stage | rejected |
/// | the connection broke, a reply timed out or cannot be read | unknown |
///
/// After `DATA`, a broken connection leaves open whether the server has the mail. lettre's error does
/// not say whether `DATA` was sent, so every broken connection counts as unknown.
///
/// ```
/// use mailgun_lettre::{Outcome, SendOutcome};
///
/// enum QueueError {
///     Full,
///     Io(std::io::Error),
/// }
///
/// impl SendOutcome for QueueError {
///     fn outcome(&self) -> Outcome {
///         match self {
///             Self::Full => Outcome::Rejected,
///             Self::Io(_) => Outcome::Unknown,
///         }
///     }
/// }
/// ```
pub trait SendOutcome {
    /// Returns whether the mail may have been accepted.
    fn outcome(&self) -> Outcome;

    /// Returns whether another transport may be tried. Default: if the outcome is not unknown.
    fn may_fail_over(&self) -> bool {
        self.outcome() != Outcome::Unknown
    }
}

/// After a refusal by the client's guard, no other transport may be tried: it might have no guard.
impl SendOutcome for Error {
    fn outcome(&self) -> Outcome {
        self.outcome()
    }

    fn may_fail_over(&self) -> bool {
        self.outcome() != Outcome::Unknown && self.as_inner().kind() != ErrorKind::Guarded
    }
}

/// lettre's stub transports accept nothing if they return an error.
impl SendOutcome for stub::Error {
    fn outcome(&self) -> Outcome {
        Outcome::Rejected
    }
}

#[cfg(feature = "smtp")]
impl SendOutcome for lettre::transport::smtp::Error {
    fn outcome(&self) -> Outcome {
        if self.status().is_some() {
            return Outcome::Rejected;
        }
        // Only the text of lettre's error shows this. If the text changes, the outcome becomes
        // unknown.
        let is_unconnected = self.to_string().starts_with("Connection error");
        if is_unconnected || self.is_client() || self.is_transport_shutdown() {
            return Outcome::NotSent;
        }
        Outcome::Unknown
    }
}
