use std::{error::Error, fmt};

use mailgun_core::{BoxError, http::StatusCode};

/// Why a request was rejected.
///
/// Its text contains nothing of the request.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The signature is missing or is not by any of the signing keys.
    BadSignature,
    /// The signature is valid, but the body is not an alert.
    Malformed(&'static str),
    /// The body is larger than [`Verifier::max_bytes`](super::Verifier::max_bytes).
    TooLarge,
    /// The connection broke while the body was read.
    Body(BoxError),
    /// The body did not arrive within [`Verifier::read_timeout`](super::Verifier::read_timeout).
    Timeout,
}

impl ReceiveError {
    /// The status to respond with: 406 for a bad signature, 408 for a timeout, 503 for anything
    /// else.
    ///
    /// Mailgun retries after each of them, so an alert is not lost if you correct the key or the
    /// settings of the receiver in time.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadSignature => StatusCode::NOT_ACCEPTABLE,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl fmt::Display for ReceiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadSignature => {
                f.write_str("the signature is missing or is not by any of the signing keys")
            }
            Self::Malformed(reason) => write!(f, "the request is malformed: {reason}"),
            Self::TooLarge => f.write_str("the body of the request is too large"),
            Self::Body(_) => {
                f.write_str("the connection broke while the body of the request was read")
            }
            Self::Timeout => f.write_str("the body of the request did not arrive in time"),
        }
    }
}

impl Error for ReceiveError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Body(source) => Some(&**source),
            _ => None,
        }
    }
}
