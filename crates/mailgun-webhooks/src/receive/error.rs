use std::{convert::Infallible, error::Error, fmt};

use mailgun_core::{BoxError, http::StatusCode};

use super::{Limit, PayloadKind};

/// Why a request is not handled.
///
/// Its text shows nothing of the request.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The request cannot be parsed, or is not one of Mailgun's.
    Malformed(&'static str),
    /// The request exceeds one of the [`Limits`](super::Limits).
    TooLarge(Limit),
    /// None of the keys made the signature.
    BadSignature,
    /// The signature is too old.
    Stale,
    /// The signature is in the future, so the clock of this machine is behind.
    InFuture,
    /// A request with the same token was handled before.
    Replayed,
    /// The request is valid, but has another payload than the handler expects.
    UnexpectedPayload {
        /// The payload that the handler expects.
        expected: &'static str,
        /// The payload of the request.
        arrived: PayloadKind,
    },
    /// A request with the same token is being handled.
    InProgress,
    /// The token store failed.
    Store(BoxError),
    /// The body of the request could not be read to its end.
    Body(BoxError),
    /// The body of the request did not arrive within the
    /// [read timeout](super::VerifierBuilder::read_timeout).
    Timeout,
}

impl ReceiveError {
    /// Returns the status for the response.
    ///
    /// * 406 for a bad, stale or replayed signature. Mailgun gives up.
    /// * 408 for a body that did not arrive in time. Mailgun tries again for 8 hours.
    /// * 503 for everything else. Mailgun tries again for 8 hours. This includes a request that cannot be
    ///   parsed, is too large or has another payload: by then, another setting or version may accept it.
    ///   A signature in the future is accepted at a later attempt, unless the clock stays more than 8
    ///   hours behind.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadSignature | Self::Stale | Self::Replayed => StatusCode::NOT_ACCEPTABLE,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl fmt::Display for ReceiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(reason) => write!(f, "the request is malformed: {reason}"),
            Self::TooLarge(limit) => write!(f, "the request has too many {limit}"),
            Self::BadSignature => f.write_str("none of the signing keys made the signature"),
            Self::Stale => f.write_str("the signature is too old"),
            Self::InFuture => {
                f.write_str("the signature is in the future: the clock of this machine is behind")
            }
            Self::Replayed => f.write_str("the token of the signature was used before"),
            Self::UnexpectedPayload { expected, arrived } => {
                write!(f, "the handler expects {expected}, but the request has {arrived}")
            }
            Self::InProgress => {
                f.write_str("a request with the token of the signature is being handled")
            }
            Self::Store(_) => f.write_str("the token store failed"),
            Self::Body(_) => f.write_str("the body of the request could not be read to its end"),
            Self::Timeout => f.write_str("the body of the request did not arrive in time"),
        }
    }
}

impl Error for ReceiveError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Store(source) | Self::Body(source) => Some(&**source),
            _ => None,
        }
    }
}

/// A [`Payload`](super::Payload) takes any kind, so the conversion cannot fail.
impl From<Infallible> for ReceiveError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
