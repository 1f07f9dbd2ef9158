//! Reads a body in chunks, with limits on pauses and size.

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

/// The data frames of a body. Trailers are skipped.
pub(crate) struct Frames {
    body: ResponseBody,
    idle: Option<Duration>,
    // Created when the body is first pending.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Frames {
    pub(crate) fn new(body: ResponseBody, idle: Option<Duration>) -> Self {
        Self { body, idle, sleep: None }
    }

    /// The length in bytes, if it is known.
    pub(super) fn length(&self) -> Option<u64> {
        self.body.size_hint().exact()
    }

    pub(super) async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        loop {
            let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else { break };
            self.sleep = None;
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
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        ready!(sleep.as_mut().poll(cx));
        Poll::Ready(Some(Err(Error::timeout(TimeoutPhase::BodyIdle, limit))))
    }

    /// Reads the whole body, up to `cap` bytes.
    ///
    /// On an error, the bytes read so far are returned too.
    pub(super) async fn collect(mut self, cap: usize) -> (Bytes, Result<(), ReadError>) {
        let mut bytes = BytesMut::new();
        let result = loop {
            let data = match self.next().await {
                None => break Ok(()),
                Some(Err(error)) => break Err(ReadError::Broken(error)),
                Some(Ok(data)) => data,
            };
            let left = cap - bytes.len();
            if data.len() > left {
                bytes.extend_from_slice(&data[..left]);
                break Err(ReadError::TooLarge);
            }
            bytes.extend_from_slice(&data);
        };
        (bytes.freeze(), result)
    }
}

/// Why a body was not read completely.
pub(super) enum ReadError {
    TooLarge,
    Broken(Error),
}
