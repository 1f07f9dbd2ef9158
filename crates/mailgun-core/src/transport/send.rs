//! The innermost service: sends requests over pooled connections.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use tower::Service;

use super::{Connector, TransportConfig, pool::Pool};
use crate::{BoxError, CallContext, Error, ErrorKind, Outcome, ResponseBody};

/// Sends requests over pooled connections.
pub(crate) struct Transport<B> {
    pool: Arc<Pool<ObservedBody<B>>>,
}

impl<B> Transport<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    /// Needs no runtime. With `needs_tls`, invalid TLS settings are reported here.
    pub(crate) fn new(config: &TransportConfig, needs_tls: bool) -> Result<Self, Error> {
        Ok(Self::with_connector(config, Connector::new(config, needs_tls)?))
    }

    pub(super) fn with_connector(config: &TransportConfig, connector: Connector) -> Self {
        Self { pool: Arc::new(Pool::new(config, connector)) }
    }
}

impl<B> Clone for Transport<B> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone() }
    }
}

impl<B> Service<Request<B>> for Transport<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let context = request.extensions().get::<CallContext>().cloned();
        if let Some(context) = &context {
            context.queued();
        }
        let body_error = BodyError::default();
        let slot = body_error.clone();
        let request =
            request.map(|body| ObservedBody { body, context, has_begun: false, error: slot });
        let pool = Arc::clone(&self.pool);
        Box::pin(async move {
            let response = pool.origin(request.uri())?.send(request).await;
            // If the body failed, its error is the cause of hyper's error.
            let response = response.map_err(|error| body_error.take().unwrap_or(error))?;
            Ok(response.map(ResponseBody::from))
        })
    }
}

/// The error of a request body, if it failed.
///
/// hyper does not return it: over HTTP/2 not at all, over HTTP/1.1 only as a reference.
#[derive(Clone, Default)]
struct BodyError(Arc<Mutex<Option<Error>>>);

impl BodyError {
    /// Stores the error. Its outcome is `NotSent`, because servers do not process an incomplete
    /// request.
    fn set(&self, error: BoxError) {
        let error = match error.downcast::<Error>() {
            Ok(error) => error.with_outcome(Outcome::NotSent),
            Err(other) => {
                Error::new(ErrorKind::RequestBody, Outcome::NotSent, "the request body failed")
                    .with_source(other)
            }
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    fn take(&self) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A request body that checks whether the call may still be sent, and stores its error.
pub(crate) struct ObservedBody<B> {
    body: B,
    context: Option<CallContext>,
    has_begun: bool,
    error: BodyError,
}

impl<B> ObservedBody<B> {
    /// Checks once, before the first byte is read.
    fn begin(&mut self) -> Result<(), Error> {
        if !self.has_begun {
            may_send(self.context.as_ref())?;
            self.has_begun = true;
        }
        Ok(())
    }
}

/// Checks that the call has not ended while hyper had the request queued.
pub(super) fn may_send(context: Option<&CallContext>) -> Result<(), Error> {
    if context.is_none_or(CallContext::may_send) {
        return Ok(());
    }
    Err(Error::ended_before_sending())
}

impl<B> Body for ObservedBody<B>
where
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = B::Data;
    type Error = BodyFailed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, BodyFailed>>> {
        let frame = match self.begin() {
            Ok(()) => {
                ready!(Pin::new(&mut self.body).poll_frame(cx)).map(|f| f.map_err(Into::into))
            }
            Err(error) => Some(Err(error.into())),
        };
        Poll::Ready(frame.map(|frame| {
            frame.map_err(|error| {
                self.error.set(error);
                BodyFailed
            })
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A placeholder for the error of a body, which is in [`BodyError`].
#[derive(Debug)]
pub(crate) struct BodyFailed;

impl fmt::Display for BodyFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request body failed")
    }
}

impl std::error::Error for BodyFailed {}
