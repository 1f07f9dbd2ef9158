//! Reads responses within bounds, below the retry, so that a response that breaks off is one attempt.

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
    response::{ResponseBody, read_body},
};

/// Reads the body of each response into memory, up to a cap, and bounds the pauses while it does.
///
/// Of an error's body 64 KiB are kept, also when it breaks off: the status must not be lost. The
/// successful response of a call that wants a stream is left alone.
///
/// With the feature `gzip`, responses that come compressed by gzip or deflate are decompressed; the
/// bounds are those of the result.
#[derive(Clone, Copy, Debug)]
pub struct ReadResponseLayer {
    cap: usize,
    idle: Option<Duration>,
}

impl ReadResponseLayer {
    /// At most `cap` bytes a response, and at most `idle` between two pieces of it.
    pub fn new(cap: usize, idle: impl Into<Option<Duration>>) -> Self {
        Self { cap, idle: idle.into() }
    }
}

impl<S> Layer<S> for ReadResponseLayer {
    type Service = ReadResponse<S>;

    fn layer(&self, inner: S) -> ReadResponse<S> {
        ReadResponse { inner, bounds: *self }
    }
}

/// The service of [`ReadResponseLayer`].
#[derive(Clone, Debug)]
pub struct ReadResponse<S> {
    inner: S,
    bounds: ReadResponseLayer,
}

impl<S, B, R> Service<Request<B>> for ReadResponse<S>
where
    S: Service<Request<B>, Response = Response<R>, Error: Into<BoxError>>,
    S::Future: Send + 'static,
    R: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<ResponseBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(|error| Error::from_boxed(error.into()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let is_streamed =
            request.extensions().get().is_some_and(|context: &CallContext| context.is_streamed());
        let ReadResponseLayer { cap, idle } = self.bounds;
        let response = self.inner.call(request);
        Box::pin(async move {
            let response = response.await.map_err(|error| Error::from_boxed(error.into()))?;
            read_body(response.map(ResponseBody::new), cap, idle, is_streamed).await
        })
    }
}

/// Whatever is not a success is an error, redirects too: following one could show the key.
pub(crate) fn is_failure(status: http::StatusCode) -> bool {
    !status.is_success()
}
