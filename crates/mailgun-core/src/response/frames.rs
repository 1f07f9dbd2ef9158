//! A body read piece by piece, with a bound on the pauses and, where all of it is wanted, on its
//! size.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use tokio::time::Sleep;

use super::ResponseBody;
use crate::{Error, TimeoutPhase};

/// The data of a body, trailers skipped.
pub(crate) struct Frames {
    body: ResponseBody,
    idle: Option<Duration>,
    // Made when a piece first has to be waited for.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Frames {
    pub(crate) fn new(body: ResponseBody, idle: Option<Duration>) -> Self {
        Self { body, idle, waiting: None }
    }

    /// The length in bytes, where the server told it.
    pub(super) fn length(&self) -> Option<u64> {
        self.body.size_hint().exact()
    }

    pub(super) async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        loop {
            let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else { break };
            self.waiting = None;
            match frame {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
            }
        }
        let Some(limit) = self.idle else { return Poll::Pending };
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        ready!(waiting.as_mut().poll(cx));
        Poll::Ready(Some(Err(Error::timeout(TimeoutPhase::BodyIdle, limit))))
    }

    /// All of it, if it is at most `cap` bytes.
    ///
    /// What was read before a fault is returned beside it; of a body over the cap, that is the cap.
    pub(super) async fn collect(mut self, cap: usize) -> (Bytes, Result<(), ReadError>) {
        let mut whole = BytesMut::new();
        let outcome = loop {
            let data = match self.next().await {
                None => break Ok(()),
                Some(Err(error)) => break Err(ReadError::Broken(error)),
                Some(Ok(data)) => data,
            };
            let room = cap - whole.len();
            if data.len() > room {
                whole.extend_from_slice(&data[..room]);
                break Err(ReadError::TooLarge);
            }
            whole.extend_from_slice(&data);
        };
        (whole.freeze(), outcome)
    }
}

/// Why a body was not read to its end.
pub(super) enum ReadError {
    TooLarge,
    Broken(Error),
}
