//! Reports each attempt to a recorder.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, Uri};
use pin_project_lite::pin_project;
use tokio::time::Instant;
use tower::{Layer, Service};

use crate::{
    BoxError, CallContext, Error, Outcome,
    metrics::{AttemptEnd, Ending, Recorder, SharedRecorder, is_error, port},
};

/// Reports each attempt to a [`Recorder`].
///
/// [`ClientBuilder::metrics`](crate::ClientBuilder::metrics) adds this layer, and reports calls,
/// waits and connections, too. Add the layer yourself only to a stack of your own.
#[derive(Clone, Debug)]
pub struct MetricsLayer(SharedRecorder);

impl MetricsLayer {
    /// Creates a layer that reports to `recorder`.
    pub fn new(recorder: impl Recorder) -> Self {
        Self(SharedRecorder::new(recorder))
    }

    pub(crate) fn shared(recorder: SharedRecorder) -> Self {
        Self(recorder)
    }
}

impl<S> Layer<S> for MetricsLayer {
    type Service = Metrics<S>;

    fn layer(&self, inner: S) -> Metrics<S> {
        Metrics { inner, recorder: self.0.clone() }
    }
}

/// The service of [`MetricsLayer`].
#[derive(Clone, Debug)]
pub struct Metrics<S> {
    inner: S,
    recorder: SharedRecorder,
}

impl<S, B, R> Service<Request<B>> for Metrics<S>
where
    S: Service<Request<B>, Response = Response<R>, Error: Into<BoxError>>,
{
    type Response = S::Response;
    type Error = Error;
    type Future = MetricsFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(|error| Error::from_boxed(error.into()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let attempt = self.recorder.get().is_some().then(|| Attempt {
            recorder: self.recorder.clone(),
            method: request.method().clone(),
            uri: request.uri().clone(),
            context: request.extensions().get().cloned(),
            started: Instant::now(),
            is_ended: false,
        });
        MetricsFuture { inner: self.inner.call(request), attempt }
    }
}

pin_project! {
    /// The future of [`Metrics`].
    #[derive(Debug)]
    pub struct MetricsFuture<F> {
        #[pin]
        inner: F,
        attempt: Option<Attempt>,
    }
}

impl<F, R, E> Future for MetricsFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response<R>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = ready!(this.inner.poll(cx)).map_err(|error| Error::from_boxed(error.into()));
        if let Some(mut attempt) = this.attempt.take() {
            match &result {
                Ok(response) => attempt.end(ending(response), Some(response.status())),
                Err(error) => attempt.end(Ending::of(&result), error.status()),
            }
        }
        Poll::Ready(result)
    }
}

fn ending<R>(response: &Response<R>) -> Ending {
    if !is_error(response.status()) {
        return Ending::Success;
    }
    // Kind and outcome follow from the status.
    let error = Error::from_response(response.status(), response.headers().clone(), Bytes::new());
    Ending::Failed { kind: error.kind(), outcome: error.outcome() }
}

/// An attempt, which is reported when it ends or is dropped.
#[derive(Debug)]
struct Attempt {
    recorder: SharedRecorder,
    method: Method,
    uri: Uri,
    context: Option<CallContext>,
    started: Instant,
    is_ended: bool,
}

impl Attempt {
    fn end(&mut self, ending: Ending, status: Option<StatusCode>) {
        self.is_ended = true;
        let Some(recorder) = self.recorder.get() else { return };
        recorder.attempt_ended(&AttemptEnd {
            method: &self.method,
            template: self.context.as_ref().map(|context| context.operation().template()),
            server_address: self.uri.host().unwrap_or_default(),
            server_port: port(&self.uri),
            number: self.context.as_ref().map_or(1, CallContext::attempts),
            status,
            ending,
            duration: self.started.elapsed(),
        });
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if !self.is_ended {
            let context = self.context.as_ref();
            let outcome = context.map_or(Outcome::Unknown, CallContext::give_up_attempt);
            self.end(Ending::Cancelled { outcome }, None);
        }
    }
}
