//! Reads replies within bounds, below the retry, so that a reply that breaks off is one attempt.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, response::Parts};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::{
    BoxError, CallContext, Error,
    reply::{Collect, ERROR_BODY, Frames, ReplyBody, decoded, unread},
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
    B: 'static,
    R: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<ReplyBody>;
    type Error = Error;
    type Future = ReadReplyFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(|error| Error::from_boxed(error.into()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let is_stream = CallContext::of(&request).is_some_and(CallContext::is_streamed);
        let reply = self.inner.call(request);
        ReadReplyFuture { reply, bounds: self.bounds, is_stream, reading: None }
    }
}

pin_project! {
    /// The future of [`ReadReply`].
    #[allow(missing_debug_implementations, reason = "it holds the body of a reply")]
    pub struct ReadReplyFuture<F> {
        #[pin]
        reply: F,
        bounds: ReadReplyLayer,
        is_stream: bool,
        // Once the head has come.
        reading: Option<(Parts, Collect)>,
    }
}

impl<F, R, E> Future for ReadReplyFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    E: Into<BoxError>,
    R: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Output = Result<Response<ReplyBody>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let ReadReplyLayer { cap, idle } = *this.bounds;
        if this.reading.is_none() {
            let reply = ready!(this.reply.poll(cx)).map_err(|e| Error::from_boxed(e.into()))?;
            let (parts, body) = decoded(reply.map(ReplyBody::new)).into_parts();
            let is_failure = is_failure(parts.status);
            if !is_failure && (*this.is_stream || body.as_bytes().is_some()) {
                return Poll::Ready(Ok(Response::from_parts(parts, body)));
            }
            let cap = if is_failure { ERROR_BODY } else { cap };
            *this.reading = Some((parts, Frames::new(body, idle).collect(cap)));
        }
        let Some((_, collect)) = this.reading else { return Poll::Pending };
        let (bytes, outcome) = ready!(Pin::new(collect).poll(cx));
        let Some((parts, _)) = this.reading.take() else { return Poll::Pending };
        Poll::Ready(match outcome {
            // The status of an error must not be lost with its body.
            Err(fault) if !is_failure(parts.status) => Err(unread(fault, parts, cap)),
            _ => Ok(Response::from_parts(parts, bytes.into())),
        })
    }
}

/// Whatever is not a success is an error, redirects too: following one could show the key.
pub(crate) fn is_failure(status: http::StatusCode) -> bool {
    !status.is_success()
}
