use std::{error::Error, fmt};

use mailgun_core::{BoxError, http::StatusCode};

/// Why a request does not unsubscribe anybody.
///
/// Its text shows nothing of the request.
#[derive(Debug)]
#[non_exhaustive]
pub enum UnsubscribeError {
    /// The link has no token, or a token that none of the secrets made.
    BadToken,
    /// The link has expired.
    Expired,
    /// The request is not a `POST`.
    Method,
    /// The body is not `List-Unsubscribe=One-Click`, as a URL-encoded or a multipart form.
    NotOneClick,
    /// The body has more than 16 KiB.
    TooLarge,
    /// The body of the request could not be read to its end.
    Body(BoxError),
    /// The body of the request did not arrive within 30 seconds.
    Timeout,
}

impl UnsubscribeError {
    /// Returns the status for the response: 400, 405, 408, 410 or 413.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadToken | Self::NotOneClick | Self::Body(_) => StatusCode::BAD_REQUEST,
            Self::Expired => StatusCode::GONE,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
        }
    }
}

impl fmt::Display for UnsubscribeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadToken => "the unsubscribe link is not valid",
            Self::Expired => "the unsubscribe link has expired",
            Self::Method => "only a POST unsubscribes",
            Self::NotOneClick => "the request is not a one-click unsubscribe",
            Self::TooLarge => "the body of the request is too large",
            Self::Body(_) => "the body of the request could not be read to its end",
            Self::Timeout => "the body of the request did not arrive in time",
        })
    }
}

impl Error for UnsubscribeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Body(source) => Some(&**source),
            _ => None,
        }
    }
}
