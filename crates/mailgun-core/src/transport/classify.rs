//! What a failed exchange means: which kind of fault, and whether the request was sent.

use std::{
    error::Error as StdError,
    fmt, io,
    sync::{Mutex, PoisonError},
};

use hyper_util::client::legacy;

use crate::{Delivery, Error, Kind};

/// An error of ours on its way through code that lends its sources but does not give them back.
pub(crate) struct Carried(Mutex<Option<Error>>);

impl Carried {
    pub(super) fn new(error: Error) -> Self {
        Self(Mutex::new(Some(error)))
    }

    pub(super) fn take(&self) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Debug for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0.lock().unwrap_or_else(PoisonError::into_inner), f)
    }
}

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => fmt::Display::fmt(error, f),
            None => f.write_str("no connection"),
        }
    }
}

impl StdError for Carried {}

/// The error of the pooled client as ours.
///
/// `NotSent` is said only where the request was never given to a connection, or where the server
/// vouches that it did not process it; everything else is `Unknown`.
pub(crate) fn classify(error: legacy::Error) -> Error {
    if let Some(ours) = find::<Carried>(&error).and_then(Carried::take) {
        return ours;
    }
    let cause = error.source().map(chain).unwrap_or_else(|| error.to_string());
    if error.is_connect() {
        let text = format!("could not connect: {cause}");
        return Error::new(Kind::Connect, Delivery::NotSent, text).with_source(error);
    }
    let hyper = find::<hyper::Error>(&error);
    if hyper.is_some_and(hyper::Error::is_body_write_aborted) {
        let text = "the request body ended before its stated length";
        return Error::new(Kind::RequestBody, Delivery::NotSent, text).with_source(error);
    }
    // Errors of a connection name it; without one, the request was still with the client. A
    // canceled request was queued for a connection that closed before taking it.
    let kept = error.connect_info().is_none() || hyper.is_some_and(hyper::Error::is_canceled);
    let (delivery, text) = if kept {
        (Delivery::NotSent, format!("the connection closed before the request was sent: {cause}"))
    } else if hyper.is_some_and(unprocessed) {
        (Delivery::NotSent, format!("the server did not take the request: {cause}"))
    } else {
        (Delivery::Unknown, format!("the connection broke: {cause}"))
    };
    Error::new(Kind::Transport, delivery, text).with_source(error)
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
