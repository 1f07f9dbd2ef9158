//! Limits the time of one attempt, from its start to the head of the response.

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

/// A time limit: the default, which grows with the upload, or one that the application has set.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TimeLimit {
    Default(Duration),
    Explicit(Option<Duration>),
}

impl TimeLimit {
    /// The limit of a request with this body; `None` if there is none.
    pub(crate) fn for_body(self, body: &impl Body) -> Option<Duration> {
        /// The slowest upload that the default allows, in bytes per second.
        const SLOWEST_UPLOAD: u64 = 64 * 1024;
        /// The largest message that Mailgun accepts: the assumed length if it is unknown.
        const LARGEST: u64 = 25 * 1024 * 1024;
        match self {
            Self::Explicit(limit) => limit,
            Self::Default(limit) => {
                let length = body.size_hint().exact().unwrap_or(LARGEST);
                Some(limit.saturating_add(Duration::from_secs(length / SLOWEST_UPLOAD)))
            }
        }
    }
}

/// Fails an attempt with [`TimeoutPhase::Attempt`] if the head of the response does not arrive in
/// time.
///
/// The default is 60 s, plus one second for each 64 KiB of the request body, to leave time for
/// large attachments on slow connections. A body of unknown length counts as 25 MiB.
#[derive(Clone, Copy, Debug)]
pub struct AttemptTimeoutLayer(TimeLimit);

impl AttemptTimeoutLayer {
    /// Sets a limit that does not depend on the size of the body. `None` disables it.
    pub fn new(limit: impl Into<Option<Duration>>) -> Self {
        Self(TimeLimit::Explicit(limit.into()))
    }
}

impl Default for AttemptTimeoutLayer {
    fn default() -> Self {
        Self(TimeLimit::Default(Duration::from_secs(60)))
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
    limit: TimeLimit,
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
        let limit = self.limit.for_body(request.body());
        let context = request.extensions().get::<CallContext>().cloned();
        AttemptTimeoutFuture { inner: self.inner.call(request), limit, context, sleep: None }
    }
}

pin_project! {
    /// The future of [`AttemptTimeout`].
    #[derive(Debug)]
    pub struct AttemptTimeoutFuture<F> {
        #[pin]
        inner: F,
        limit: Option<Duration>,
        context: Option<CallContext>,
        // Created when the attempt is first pending.
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
            return Poll::Ready(result.map_err(|error| Error::from_boxed(error.into())));
        }
        let Some(limit) = *this.limit else { return Poll::Pending };
        if this.sleep.is_none() {
            this.sleep.set(Some(tokio::time::sleep(limit)));
        }
        if let Some(sleep) = this.sleep.as_pin_mut() {
            ready!(sleep.poll(cx));
        }
        let error = Error::timeout(TimeoutPhase::Attempt, limit);
        // From here on, the transport does not send the request if it only has it queued.
        Poll::Ready(Err(match this.context {
            Some(context) => error.with_outcome(context.give_up_attempt()),
            None => error,
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use tower::{ServiceExt as _, service_fn};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_default_grows_with_the_body_and_an_explicit_limit_does_not() {
        let never =
            service_fn(|_: Request<crate::Body>| std::future::pending::<Result<(), Infallible>>());
        let explicit = AttemptTimeoutLayer::new(Duration::from_secs(3));
        let unsized_body = || {
            let stream = futures_util::stream::pending::<Result<bytes::Bytes, crate::Error>>();
            crate::Body::from_http_body(http_body_util::StreamBody::new(
                futures_util::StreamExt::map(stream, |bytes| bytes.map(http_body::Frame::data)),
            ))
        };
        let megabyte = || crate::Body::from(vec![0; 1024 * 1024]);
        for (layer, body, seconds) in [
            (AttemptTimeoutLayer::default(), crate::Body::empty(), 60),
            (AttemptTimeoutLayer::default(), megabyte(), 76),
            (AttemptTimeoutLayer::default(), unsized_body(), 460),
            (explicit, megabyte(), 3),
            (explicit, unsized_body(), 3),
        ] {
            let start = tokio::time::Instant::now();
            let error = layer.layer(never).oneshot(Request::new(body)).await.unwrap_err();
            assert_eq!(start.elapsed().as_secs(), seconds);
            assert_eq!(error.timeout_phase(), Some(TimeoutPhase::Attempt));
            assert_eq!(error.outcome(), crate::Outcome::Unknown);
        }
    }
}
