use std::{error::Error, fmt};

use mailgun_core::{BoxError, http::StatusCode};

/// Why a request is not handled.
///
/// Its text holds nothing of the request.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReceiveError {
    /// No key has signed it.
    BadSignature,
    /// It is signed, and not what Mailgun posts.
    Malformed(&'static str),
    /// It has more bytes than the [limit](super::Verifier::max_bytes).
    TooLarge,
    /// The body of the request broke off.
    Body(BoxError),
    /// The body of the request did not arrive within the
    /// [time for it](super::Verifier::read_timeout).
    Timeout,
}

impl ReceiveError {
    /// The status to answer with: 406 for what is forged, 408 for a body that is too slow, and 503
    /// for everything else.
    ///
    /// Mailgun posts again after each of them: a corrected key or another version of the receiver
    /// may be right for it by then.
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
            Self::BadSignature => f.write_str("the signature is not by any of the signing keys"),
            Self::Malformed(reason) => write!(f, "the request is malformed: {reason}"),
            Self::TooLarge => f.write_str("the request has too many bytes"),
            Self::Body(_) => f.write_str("the body of the request broke off"),
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
