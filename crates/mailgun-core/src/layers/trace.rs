//! A span for each attempt, with OpenTelemetry's names for HTTP clients.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower::{Layer, Service};
use tracing::{Span, field::Empty};

use crate::{BoxError, CallContext, Error, metrics::port};

/// Opens a span for each attempt (level `INFO`, target `mailgun_core::layers::trace`).
///
/// The fields follow OpenTelemetry's conventions for HTTP clients. `url.template` names the
/// operation. The path is never recorded, because it may contain an address.
#[derive(Clone, Copy, Debug, Default)]
pub struct TraceLayer(());

impl TraceLayer {
    /// Creates the layer.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<S> Layer<S> for TraceLayer {
    type Service = Trace<S>;

    fn layer(&self, inner: S) -> Trace<S> {
        Trace { inner }
    }
}

/// The service of [`TraceLayer`].
#[derive(Clone, Debug)]
pub struct Trace<S> {
    inner: S,
}

impl<S, B, R> Service<Request<B>> for Trace<S>
where
    S: Service<Request<B>, Response = Response<R>, Error: Into<BoxError>>,
{
    type Response = S::Response;
    type Error = Error;
    type Future = TraceFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(|error| Error::from_boxed(error.into()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let span = attempt_span(&request);
        let entered = span.enter();
        let inner = self.inner.call(request);
        drop(entered);
        TraceFuture { inner, span }
    }
}

fn attempt_span<B>(request: &Request<B>) -> Span {
    let span = tracing::info_span!(
        "attempt",
        otel.name = Empty,
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = %request.method(),
        http.request.resend_count = Empty,
        http.response.status_code = Empty,
        server.address = request.uri().host(),
        server.port = port(request.uri()),
        url.template = Empty,
        error.type = Empty,
    );
    if !span.is_disabled()
        && let Some(context) = request.extensions().get::<CallContext>()
    {
        span.record("otel.name", tracing::field::display(context.operation()));
        span.record("url.template", context.operation().template());
        if context.attempts() > 1 {
            span.record("http.request.resend_count", context.attempts() - 1);
        }
    }
    span
}

pin_project! {
    /// The future of [`Trace`].
    #[derive(Debug)]
    pub struct TraceFuture<F> {
        #[pin]
        inner: F,
        span: Span,
    }
}

impl<F, R, E> Future for TraceFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response<R>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let entered = this.span.enter();
        let result = std::task::ready!(this.inner.poll(cx));
        drop(entered);
        let result = result.map_err(|error| Error::from_boxed(error.into()));
        match &result {
            Ok(response) => {
                this.span.record("http.response.status_code", response.status().as_u16());
                if !response.status().is_success() {
                    this.span.record("error.type", response.status().as_str());
                    this.span.record("otel.status_code", "ERROR");
                }
            }
            Err(error) => {
                this.span.record("error.type", error.kind().as_str());
                this.span.record("otel.status_code", "ERROR");
            }
        }
        Poll::Ready(result)
    }
}
