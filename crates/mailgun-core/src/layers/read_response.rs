//! Reads response bodies within limits. It is below the retry, so that an incomplete response can
//! be retried.

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

/// Reads the body of each response into memory, with limits on its size and on pauses.
///
/// For an error status, it keeps 64 KiB of the body. If that body breaks off, it keeps what has
/// arrived, so that the status is not lost. Successful responses of streaming calls are not read.
///
/// With the feature `gzip`, it decompresses gzip and deflate. The size limit applies to the
/// decompressed body.
#[derive(Clone, Copy, Debug)]
pub struct ReadResponseLayer {
    cap: usize,
    idle: Option<Duration>,
}

impl ReadResponseLayer {
    /// Limits a response to `cap` bytes, and each pause between two chunks to `idle`.
    pub fn new(cap: usize, idle: impl Into<Option<Duration>>) -> Self {
        Self { cap, idle: idle.into() }
    }
}

impl<S> Layer<S> for ReadResponseLayer {
    type Service = ReadResponse<S>;

    fn layer(&self, inner: S) -> ReadResponse<S> {
        ReadResponse { inner, limits: *self }
    }
}

/// The service of [`ReadResponseLayer`].
#[derive(Clone, Debug)]
pub struct ReadResponse<S> {
    inner: S,
    limits: ReadResponseLayer,
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
        let ReadResponseLayer { cap, idle } = self.limits;
        let response = self.inner.call(request);
        Box::pin(async move {
            let response = response.await.map_err(|error| Error::from_boxed(error.into()))?;
            read_body(response.map(ResponseBody::new), cap, idle, is_streamed).await
        })
    }
}

/// Whether a status is an error. Redirects are errors too: following one could expose the key.
pub(crate) fn is_failure(status: http::StatusCode) -> bool {
    !status.is_success()
}
