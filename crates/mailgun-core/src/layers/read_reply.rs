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
    reply::{ERROR_BODY, ReplyBody, read, unread},
};

/// Reads the body of each reply into memory, up to a cap, and bounds the pauses while it does.
///
/// Of an error's body 64 KiB are kept, also when it breaks off: the status must not be lost. The
/// successful reply of a call that wants a stream is left alone.
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
    S: Service<Request<B>, Response = Response<R>, Error: Into<BoxError>, Future: Send + 'static>,
    R: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<ReplyBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(|error| Error::from_boxed(error.into()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let context = request.extensions().get::<CallContext>();
        let is_stream = context.is_some_and(CallContext::is_streamed);
        let ReadReplyLayer { cap, idle } = self.bounds;
        let reply = self.inner.call(request);
        Box::pin(async move {
            let reply = reply.await.map_err(|error| Error::from_boxed(error.into()))?;
            let (parts, body) = reply.into_parts();
            let body = ReplyBody::new(body);
            if is_failure(parts.status) {
                let (bytes, _) = read(body, ERROR_BODY, idle).await;
                return Ok(Response::from_parts(parts, bytes.into()));
            }
            if is_stream || body.as_bytes().is_some() {
                return Ok(Response::from_parts(parts, body));
            }
            match read(body, cap, idle).await {
                (bytes, Ok(())) => Ok(Response::from_parts(parts, bytes.into())),
                (_, Err(fault)) => Err(unread(fault, parts, cap)),
            }
        })
    }
}

/// Whatever is not a success is an error, redirects too: following one could show the key.
pub(crate) fn is_failure(status: http::StatusCode) -> bool {
    !status.is_success()
}
