//! Reads replies within bounds, below the retry, so that a reply that breaks off is one attempt.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use tower::{Layer, Service};

use crate::{
    BoxError, CallContext, Error,
    reply::{ReplyBody, read_body},
};

/// Reads the body of each reply into memory, up to a cap, and bounds the pauses while it does.
///
/// Of an error's body 64 KiB are kept, also when it breaks off: the status must not be lost. The
/// successful reply of a call that wants a stream is left alone.
///
/// With the feature `gzip`, replies that come compressed by gzip or deflate are decompressed; the
/// bounds are those of the result.
#[derive(Clone, Copy, Debug)]
pub struct ReadReplyLayer {
    cap: usize,
    idle: Option<Duration>,
}

impl ReadReplyLayer {
    /// At most `cap` bytes a reply, and at most `idle` between two pieces of it.
    pub fn new(cap: usize, idle: impl Into<Option<Duration>>) -> Self {
        Self { cap, idle: idle.into() }
    }
}

impl<S> Layer<S> for ReadReplyLayer {
    type Service = ReadReply<S>;

    fn layer(&self, inner: S) -> ReadReply<S> {
        ReadReply { inner, bounds: *self }
    }
}

/// The service of [`ReadReplyLayer`].
#[derive(Clone, Debug)]
pub struct ReadReply<S> {
    inner: S,
    bounds: ReadReplyLayer,
}

impl<S, B, R> Service<Request<B>> for ReadReply<S>
where
    S: Service<Request<B>, Response = Response<R>, Error: Into<BoxError>>,
    S::Future: Send + 'static,
    R: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<ReplyBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ReplyBody>, Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(|error| Error::from_boxed(error.into()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let is_streamed =
            request.extensions().get().is_some_and(|context: &CallContext| context.is_streamed());
        let ReadReplyLayer { cap, idle } = self.bounds;
        let reply = self.inner.call(request);
        Box::pin(async move {
            let reply = reply.await.map_err(|error| Error::from_boxed(error.into()))?;
            read_body(reply.map(ReplyBody::new), cap, idle, is_streamed).await
        })
    }
}

/// Whatever is not a success is an error, redirects too: following one could show the key.
pub(crate) fn is_failure(status: http::StatusCode) -> bool {
    !status.is_success()
}
