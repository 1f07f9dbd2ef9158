//! The innermost service: one request over a pooled connection.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use tower::Service;

use super::{Connector, Incoming, TransportConfig, pool::Pool};
use crate::{BoxError, CallContext, Delivery, Error, Kind};

/// Sends requests over pooled connections; all its errors are ours.
pub(crate) struct Transport<B> {
    pool: Arc<Pool<Watched<B>>>,
}

impl<B> Transport<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    /// Needs no runtime. With `needs_tls`, faults of the TLS settings are found here.
    pub(crate) fn new(config: &TransportConfig, needs_tls: bool) -> Result<Self, Error> {
        Ok(Self::over(config, Connector::new(config, needs_tls)?))
    }

    pub(super) fn over(config: &TransportConfig, connector: Connector) -> Self {
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
    type Response = Response<Incoming>;
    type Error = Error;
    type Future = Sending;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Sending {
        // What is in memory cannot fail.
        let in_memory =
            crate::Body::of(request.body()).is_some_and(|body| body.as_bytes().is_some());
        let failure = (!in_memory).then(Failure::default);
        let context = CallContext::of(&request).cloned();
        if let Some(context) = &context {
            context.upload_waits();
            // hyper does not ask for a body that is empty.
            if request.body().is_end_stream() {
                context.upload_begins();
            }
        }
        let kept = failure.clone();
        let request = request.map(|body| Watched { body, failure: kept, context });
        let exchange: Exchange = match self.pool.origin(request.uri()) {
            Ok(origin) => Box::pin(origin.send(request)),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        };
        Sending { exchange, failure }
    }
}

/// The exchange of one request for the head of its reply.
#[must_use = "futures do nothing unless polled"]
pub(crate) struct Sending {
    exchange: Exchange,
    failure: Option<Failure>,
}

type Exchange = Pin<Box<dyn Future<Output = Result<Response<Incoming>, Error>> + Send>>;

impl Future for Sending {
    type Output = Result<Response<Incoming>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let result = ready!(self.exchange.as_mut().poll(cx));
        Poll::Ready(
            result.map_err(|error| self.failure.as_ref().and_then(Failure::take).unwrap_or(error)),
        )
    }
}

/// Why the body of a request broke off, if it did.
///
/// hyper keeps the error of a body for itself when the connection is HTTP/2, and lends but does
/// not give it back when it is HTTP/1.1.
#[derive(Clone, Default)]
struct Failure(Arc<Mutex<Option<Error>>>);

impl Failure {
    /// A request that was never whole is not processed, whatever the body's error says.
    fn keep(&self, error: BoxError) {
        let error = match error.downcast::<Error>() {
            Ok(ours) => ours.with_delivery(Delivery::NotSent),
            Err(other) => {
                Error::new(Kind::RequestBody, Delivery::NotSent, "the request body failed")
                    .with_source(other)
            }
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    fn take(&self) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A request body that tells when it is first asked for, and whose error is kept for the caller.
pub(crate) struct Watched<B> {
    body: B,
    /// For a body that can fail.
    failure: Option<Failure>,
    /// Until the body is first asked for.
    context: Option<CallContext>,
}

impl<B> Body for Watched<B>
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
        if let Some(context) = self.context.take() {
            context.upload_begins();
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        Poll::Ready(frame.map(|frame| {
            frame.map_err(|error| {
                if let Some(failure) = &self.failure {
                    failure.keep(error.into());
                }
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

/// Stands for the error of a body, which is kept elsewhere.
#[derive(Debug)]
pub(crate) struct BodyFailed;

impl fmt::Display for BodyFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request body failed")
    }
}

impl std::error::Error for BodyFailed {}
