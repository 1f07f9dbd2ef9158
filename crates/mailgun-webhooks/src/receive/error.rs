use std::{convert::Infallible, error::Error, fmt};

use mailgun_core::{BoxError, http::StatusCode};

use super::{Limit, PayloadKind};

/// Why a request is not handled.
///
/// Its text holds nothing of the request.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReceiveError {
    /// It is not what Mailgun posts, or cannot be read.
    Malformed(&'static str),
    /// It has more than the [`Limits`](super::Limits) allow.
    TooLarge(Limit),
    /// No key has signed it.
    BadSignature,
    /// It was signed too long ago, or in the future.
    Stale,
    /// A request with its token was handled before.
    Replayed,
    /// It is right, but of another kind than this handler is for.
    UnexpectedPayload {
        /// What the handler is for.
        expected: &'static str,
        /// What arrived.
        arrived: PayloadKind,
    },
    /// A request with its token is being handled now.
    InProgress,
    /// The token store failed.
    Store(BoxError),
    /// The body of the request broke off.
    Body(BoxError),
    /// The body of the request did not arrive within the
    /// [time for it](super::VerifierBuilder::read_timeout).
    Timeout,
}

impl ReceiveError {
    /// The status to answer with: 406, so that Mailgun gives up, for what is forged, stale or
    /// replayed; 408 for a body that is too slow and 503 for everything else, so that Mailgun tries
    /// again for 8 hours.
    ///
    /// A request that cannot be read, is too large or of another kind is one of the latter: a fixed
    /// setting or another version of the receiver may be right for it by then.
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
            Self::BadSignature => f.write_str("the signature is not by any of the signing keys"),
            Self::Stale => f.write_str("the signature is too old, or of the future"),
            Self::Replayed => f.write_str("the token of the signature was used before"),
            Self::UnexpectedPayload { expected, arrived } => {
                write!(f, "{arrived} arrived where {expected} is expected")
            }
            Self::InProgress => f.write_str("the token of the signature is in use"),
            Self::Store(_) => f.write_str("the token store failed"),
            Self::Body(_) => f.write_str("the body of the request broke off"),
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

/// A [`Payload`](super::Payload) is a payload of any kind.
impl From<Infallible> for ReceiveError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
