//! What a failed exchange means: which kind of fault, and whether the request was sent.

use std::{error::Error as StdError, io};

use crate::{Error, ErrorKind, Outcome};

/// A request that a connection did not take.
pub(super) fn unsent(error: hyper::Error) -> Error {
    let text = "the connection closed before the request was sent";
    Error::new(ErrorKind::Transport, Outcome::NotSent, text).with_source(error)
}

/// A request that a connection took, and whose response did not come.
///
/// `NotSent` is said only where no whole request went out, or where the server vouches that it did
/// not process it; everything else is `Unknown`. If the connection could not be written to, that
/// is what broke it, whatever came of it later.
pub(super) fn broken(error: hyper::Error, write_error: Option<io::Error>) -> Error {
    let (kind, outcome, text) = if error.is_body_write_aborted() {
        let text = "the request body ended before its stated length";
        (ErrorKind::RequestBody, Outcome::NotSent, text)
    } else if unprocessed(&error) {
        (ErrorKind::Transport, Outcome::NotSent, "the server did not take the request")
    } else {
        (ErrorKind::Transport, Outcome::Unknown, "the connection broke")
    };
    let failed = Error::new(kind, outcome, text);
    match write_error {
        Some(write_error) => failed.with_source(write_error),
        None => failed.with_source(error),
    }
}

/// Whether the server says, in HTTP/2, that it did not process the request: by `REFUSED_STREAM`,
/// or by a `GOAWAY` without error that leaves the stream out.
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

/// An error and what caused it, in one line.
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

/// The innermost error, also behind an `io::Error`, whose `source` passes over what it holds.
pub(super) fn root_cause<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    let inner = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner as &(dyn StdError + 'static)),
        None => error.source(),
    };
    inner.map_or(error, root_cause)
}
