//! Bounds one attempt, from its start to the head of the reply.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::Request;
use http_body::Body;
use pin_project_lite::pin_project;
use tokio::time::Sleep;
use tower::{Layer, Service};

use crate::{BoxError, CallContext, Error, TimeoutPhase};

/// The slowest upload that an attempt waits for; a large body extends the limit accordingly.
const SLOWEST_UPLOAD: u64 = 64 * 1024;

/// The time that a body may take at the slowest upload; one that does not know its length counts
/// as the largest message that Mailgun takes.
pub(crate) fn upload_allowance(body: &impl Body) -> Duration {
    const LARGEST: u64 = 25 * 1024 * 1024;
    let length = body.size_hint().exact().unwrap_or(LARGEST);
    Duration::from_secs(length / SLOWEST_UPLOAD)
}

/// Bounds each attempt: a typed error ([`TimeoutPhase::Attempt`]) when the head of the reply does
/// not come in time.
///
/// The limit grows by one second for each 64 KiB of the request's body, so that a large attachment
/// on a slow line is not cut off.
#[derive(Clone, Copy, Debug)]
pub struct AttemptTimeoutLayer(Option<Duration>);

impl AttemptTimeoutLayer {
    /// With this limit; `None` sets none.
    pub fn new(limit: impl Into<Option<Duration>>) -> Self {
        Self(limit.into())
    }
}

impl<S> Layer<S> for AttemptTimeoutLayer {
    type Service = AttemptTimeout<S>;

    fn layer(&self, inner: S) -> AttemptTimeout<S> {
        AttemptTimeout { inner, limit: self.0 }
    }
}

/// The service of [`AttemptTimeoutLayer`].
#[derive(Clone, Debug)]
pub struct AttemptTimeout<S> {
    inner: S,
    limit: Option<Duration>,
}

impl<S, B> Service<Request<B>> for AttemptTimeout<S>
where
    S: Service<Request<B>, Error: Into<BoxError>>,
    B: Body + 'static,
{
    type Response = S::Response;
    type Error = Error;
    type Future = AttemptTimeoutFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(|error| Error::from_boxed(error.into()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let allowance = upload_allowance(request.body());
        let limit = self.limit.map(|limit| limit.saturating_add(allowance));
        // Between the call and here is nothing of the application, so both run in one task.
        let call = crate::Body::of(request.body()).and_then(crate::Body::context).cloned();
        AttemptTimeoutFuture { inner: self.inner.call(request), limit, call, sleep: None }
    }
}

pin_project! {
    /// The future of [`AttemptTimeout`].
    #[derive(Debug)]
    pub struct AttemptTimeoutFuture<F> {
        #[pin]
        inner: F,
        limit: Option<Duration>,
        // The call, if the timer of the attempt can stand in for its own.
        call: Option<CallContext>,
        // Made when the attempt first has to wait.
        #[pin]
        sleep: Option<Sleep>,
    }
}

impl<F, T, E> Future for AttemptTimeoutFuture<F>
where
    F: Future<Output = Result<T, E>>,
    E: Into<BoxError>,
{
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Poll::Ready(result) = this.inner.poll(cx) {
            if let Some(call) = this.call {
                call.set_timed(false);
            }
            return Poll::Ready(result.map_err(|error| Error::from_boxed(error.into())));
        }
        let Some(limit) = *this.limit else { return Poll::Pending };
        if this.sleep.is_none() {
            let sleep = tokio::time::sleep(limit);
            if let Some(call) = this.call {
                call.set_timed(call.covers(sleep.deadline()));
            }
            this.sleep.set(Some(sleep));
        }
        if let Some(sleep) = this.sleep.as_pin_mut() {
            ready!(sleep.poll(cx));
        }
        if let Some(call) = this.call {
            call.set_timed(false);
        }
        Poll::Ready(Err(Error::timeout(TimeoutPhase::Attempt, limit)))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use tower::{ServiceExt as _, service_fn};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_limit_grows_with_the_body_and_is_an_error_that_says_so() {
        let never =
            service_fn(|_: Request<crate::Body>| std::future::pending::<Result<(), Infallible>>());
        let service = AttemptTimeoutLayer::new(Duration::from_secs(10)).layer(never);
        for (length, seconds) in [(0, 10), (1024 * 1024, 26)] {
            let request = Request::new(crate::Body::from(vec![0; length]));
            let start = tokio::time::Instant::now();
            let error = service.clone().oneshot(request).await.unwrap_err();
            assert_eq!(start.elapsed().as_secs(), seconds);
            assert_eq!(error.timeout_phase(), Some(TimeoutPhase::Attempt));
            assert_eq!(error.delivery(), crate::Delivery::Unknown);
        }
    }
}
