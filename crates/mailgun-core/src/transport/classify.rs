//! Maps hyper's errors to an [`ErrorKind`] and an [`Outcome`].

use std::{error::Error as StdError, io};

use crate::{Error, ErrorKind, Outcome};

/// The error for a request that hyper returned unsent.
pub(super) fn unsent(error: hyper::Error) -> Error {
    let text = "the connection closed before the request was sent";
    Error::new(ErrorKind::Transport, Outcome::NotSent, text).with_source(error)
}

/// The error for a request that was sent, in full or in part, without a response.
///
/// The outcome is `NotSent` only if the request was incomplete, or the server states that it did
/// not process it. Otherwise it is `Unknown`. If a write has failed, the write error is the cause.
pub(super) fn broken(error: hyper::Error, write_error: Option<io::Error>) -> Error {
    let (kind, outcome, text) = if error.is_body_write_aborted() {
        let text = "the request body ended before its stated length";
        (ErrorKind::RequestBody, Outcome::NotSent, text)
    } else if unprocessed(&error) {
        (ErrorKind::Transport, Outcome::NotSent, "the server refused the stream")
    } else {
        (ErrorKind::Transport, Outcome::Unknown, "the connection broke")
    };
    let failed = Error::new(kind, outcome, text);
    match write_error {
        Some(write_error) => failed.with_source(write_error),
        None => failed.with_source(error),
    }
}

/// Whether an HTTP/2 server states that it did not process the request: with `REFUSED_STREAM`, or
/// with a `GOAWAY` without error that excludes the stream.
fn unprocessed(error: &hyper::Error) -> bool {
    find::<h2::Error>(error).is_some_and(|error| {
        error.is_remote()
            && (error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM)
                || error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR))
    })
}

pub(super) fn find<'a, T: StdError + 'static>(
    error: &'a (dyn StdError + 'static),
) -> Option<&'a T> {
    std::iter::successors(Some(error), |&error| error.source())
        .find_map(<dyn StdError>::downcast_ref)
}

/// An error and its causes on one line.
pub(super) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |&error| error.source()) {
        let cause = cause.to_string();
        if !text.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

/// The innermost error. `io::Error::source` skips the wrapped error, so `get_ref` is used instead.
pub(super) fn root_cause<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    let inner = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner as &(dyn StdError + 'static)),
        None => error.source(),
    };
    inner.map_or(error, root_cause)
}
