//! Repeats an attempt where that is certainly harmless.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::{Extensions, HeaderName, HeaderValue, Method, Request, Response, Uri, Version};
use pin_project_lite::pin_project;
use tokio::time::Sleep;
use tower::{
    Layer, Service,
    retry::budget::{Budget as _, TpsBudget},
};

use crate::{Body, BoxError, CallContext, Delivery, Error, Kind, Repeatability, ReplyBody};

/// When and how often an attempt is repeated.
///
/// What may be repeated is not a setting: an attempt that certainly did not reach Mailgun, or was
/// refused for its rate, is repeated for every operation; one whose outcome is unknown only where
/// the operation is [harmless](crate::Repeatability::Harmless). Sending is not.
///
/// ```
/// use std::time::Duration;
/// use mailgun_core::{Client, layers::RetryPolicy};
///
/// let policy = RetryPolicy::default().max_attempts(6).max_wait(Duration::from_secs(20));
/// let client = Client::builder("key-test").retry(policy).build()?;
/// # let _ = client;
/// # Ok::<(), mailgun_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct RetryPolicy {
    max_attempts: u32,
    base_delay: Duration,
    max_delay: Duration,
    max_wait: Duration,
    budget: f32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 4,
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(10),
            max_wait: Duration::from_secs(60),
            budget: 0.2,
        }
    }
}

impl RetryPolicy {
    /// One attempt and no more.
    pub fn never() -> Self {
        Self::default().max_attempts(1)
    }

    /// At most so many attempts a call, the first included; default 4.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// The longest first wait where the server gives no hint, doubled each time; default 0.5 s.
    ///
    /// The actual wait is random between nothing and that.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// The longest wait where the server gives no hint; default 10 s.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The longest wait that the server may ask for; default 60 s.
    ///
    /// A longer one, or one that goes beyond the call's deadline, is not shortened: the call fails
    /// at once and [`Error::retry_after`] tells the wait.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    /// How much load repeats may add, as a share of the calls of all clones of the client;
    /// default 0.2, above a reserve of 10 repeats a second.
    ///
    /// Values outside 0 to 1000 are moved to the nearer end.
    pub fn budget(mut self, share: f32) -> Self {
        self.budget = if share.is_finite() { share.clamp(0.0, 1000.0) } else { 0.2 };
        self
    }

    fn backoff(&self, attempt: u32) -> Duration {
        let factor = 1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        let longest = self.base_delay.saturating_mul(factor).min(self.max_delay);
        longest.mul_f64(random())
    }
}

/// Repeats attempts by a [`RetryPolicy`]; the budget is shared by all services that it makes.
#[derive(Clone, Debug)]
pub struct RetryLayer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    policy: RetryPolicy,
    budget: TpsBudget,
}

impl RetryLayer {
    /// By `policy`, with a fresh budget.
    pub fn new(policy: RetryPolicy) -> Self {
        const WINDOW: Duration = Duration::from_secs(10);
        const RESERVE_PER_SECOND: u32 = 10;
        let budget = TpsBudget::new(WINDOW, RESERVE_PER_SECOND, policy.budget);
        Self(Arc::new(Shared { policy, budget }))
    }
}

impl<S> Layer<S> for RetryLayer {
    type Service = Retry<S>;

    fn layer(&self, inner: S) -> Retry<S> {
        Retry { inner, shared: self.0.clone() }
    }
}

/// The service of [`RetryLayer`].
#[derive(Clone, Debug)]
pub struct Retry<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S> Service<Request<Body>> for Retry<S>
where
    S: Service<Request<Body>, Response = Response<ReplyBody>, Error: Into<BoxError>>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<ReplyBody>;
    type Error = Error;
    type Future = RetryFuture<S>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(ours)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The service that was polled ready is the one to call; the clone was not.
        let clone = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, clone);
        Self { inner, shared: self.shared.clone() }.run(request)
    }
}

impl<S> Retry<S>
where
    S: Service<Request<Body>>,
{
    /// Sends a request by this very service, which must be ready.
    pub(crate) fn run(self, request: Request<Body>) -> RetryFuture<S> {
        let Self { inner: mut service, shared } = self;
        shared.budget.deposit();
        let context = CallContext::of(&request).cloned();
        let may_retry =
            shared.policy.max_attempts > 1 && context.as_ref().is_none_or(CallContext::may_retry);
        let again = if may_retry { Again::new(&request) } else { None };
        let stage = Stage::Calling { reply: service.call(request) };
        RetryFuture { service, shared, context, again, attempt: 1, stage }
    }
}

pin_project! {
    /// The future of [`Retry`].
    #[allow(missing_debug_implementations, reason = "it holds a service")]
    pub struct RetryFuture<S>
    where
        S: Service<Request<Body>>,
    {
        service: S,
        shared: Arc<Shared>,
        context: Option<CallContext>,
        // For the next attempt, if there may be one.
        again: Option<Again>,
        attempt: u32,
        #[pin]
        stage: Stage<S::Future>,
    }
}

pin_project! {
    #[project = StageProjection]
    enum Stage<F> {
        Calling { #[pin] reply: F },
        Waiting { #[pin] sleep: Sleep },
        Readying,
    }
}

impl<S> Future for RetryFuture<S>
where
    S: Service<Request<Body>, Response = Response<ReplyBody>, Error: Into<BoxError>>,
{
    type Output = Result<Response<ReplyBody>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            match this.stage.as_mut().project() {
                StageProjection::Calling { reply } => {
                    let outcome = ready!(reply.poll(cx)).map_err(ours);
                    let (context, attempt) = (this.context.as_ref(), *this.attempt);
                    if this.again.is_none() {
                        return Poll::Ready(outcome);
                    }
                    let Some(wait) = this.shared.wait(&outcome, context, attempt) else {
                        return Poll::Ready(outcome);
                    };
                    let wait_ms = wait.as_millis() as u64;
                    tracing::debug!(attempt, wait_ms, "waiting to repeat");
                    this.stage.set(Stage::Waiting { sleep: tokio::time::sleep(wait) });
                }
                StageProjection::Waiting { sleep } => {
                    ready!(sleep.poll(cx));
                    this.stage.set(Stage::Readying);
                }
                StageProjection::Readying => {
                    ready!(this.service.poll_ready(cx)).map_err(ours)?;
                    let request = this.again.as_ref().and_then(Again::request);
                    let Some(mut request) = request else { return Poll::Pending };
                    *this.attempt += 1;
                    if let Some(context) = this.context {
                        context.count_attempt();
                        if CallContext::of(&request).is_none() {
                            request.extensions_mut().insert(context.clone());
                        }
                    }
                    this.stage.set(Stage::Calling { reply: this.service.call(request) });
                }
            }
        }
    }
}

fn ours(error: impl Into<BoxError>) -> Error {
    Error::from_boxed(error.into())
}

impl Shared {
    /// How long to wait before the next attempt; `None` if there must be none.
    fn wait(
        &self,
        outcome: &Result<Response<ReplyBody>, Error>,
        context: Option<&CallContext>,
        attempt: u32,
    ) -> Option<Duration> {
        let (fate, hint) = fate(outcome);
        let harmless = context.is_some_and(|c| c.repeatability() == Repeatability::Harmless);
        let may_repeat = match fate {
            Fate::NotSent | Fate::Refused => true,
            Fate::Unknown => harmless,
            Fate::Final => false,
        };
        if !may_repeat || attempt >= self.policy.max_attempts {
            return None;
        }
        let wait = match hint {
            // Never earlier than asked for; a little later, so that clients do not come at once.
            Some(hint) => {
                let spread = (hint / 10).min(Duration::from_secs(1));
                hint.saturating_add(spread.mul_f64(random()))
            }
            None => self.policy.backoff(attempt),
        };
        let time_left = context.and_then(CallContext::time_left).unwrap_or(Duration::MAX);
        if hint.is_some_and(|hint| hint > self.policy.max_wait) || wait >= time_left {
            return None;
        }
        self.budget.withdraw().then_some(wait)
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It did not reach Mailgun.
    NotSent,
    /// Mailgun refused it for its rate and did not process it.
    Refused,
    /// It may have been processed.
    Unknown,
    /// Another attempt would end the same.
    Final,
}

fn fate(outcome: &Result<Response<ReplyBody>, Error>) -> (Fate, Option<Duration>) {
    match outcome {
        Ok(reply) => {
            let fate = match reply.status().as_u16() {
                420 | 429 => Fate::Refused,
                408 | 500.. => Fate::Unknown,
                _ => return (Fate::Final, None),
            };
            let body = reply.body().as_bytes().cloned().unwrap_or_default();
            let error = Error::from_reply(reply.status(), reply.headers().clone(), body);
            (fate, error.retry_after())
        }
        Err(error) => {
            let fate = match (error.kind(), error.delivery()) {
                _ if error.is_permanent() => Fate::Final,
                (Kind::Connect | Kind::Tls | Kind::Timeout | Kind::Transport, delivery) => {
                    match delivery {
                        Delivery::NotSent => Fate::NotSent,
                        Delivery::Unknown => Fate::Unknown,
                        Delivery::Rejected => Fate::Final,
                    }
                }
                _ => Fate::Final,
            };
            (fate, None)
        }
    }
}

/// What another attempt is made of, kept as cheaply as it can be: hardly any is ever made.
struct Again {
    method: Method,
    uri: Uri,
    version: Version,
    // Most requests have one here, and need no list.
    header: Option<(HeaderName, HeaderValue)>,
    more_headers: Vec<(HeaderName, HeaderValue)>,
    extensions: Extensions,
    body: Body,
}

impl Again {
    /// `None` if the body of the request can be read once only.
    fn new(request: &Request<Body>) -> Option<Self> {
        let body = request.body().replay()?;
        let headers = request.headers().iter();
        let mut headers = headers.map(|(name, value)| (name.clone(), value.clone()));
        // A context that is alone is put in when the copy is used.
        let extensions = request.extensions();
        let is_alone = extensions.len() == 1 && extensions.get::<CallContext>().is_some();
        Some(Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            version: request.version(),
            header: headers.next(),
            more_headers: headers.collect(),
            extensions: if is_alone { Extensions::new() } else { extensions.clone() },
            body,
        })
    }

    fn request(&self) -> Option<Request<Body>> {
        let mut request = Request::new(self.body.replay()?);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.version_mut() = self.version;
        for (name, value) in self.header.iter().chain(&self.more_headers) {
            request.headers_mut().append(name, value.clone());
        }
        *request.extensions_mut() = self.extensions.clone();
        Some(request)
    }
}

/// A random number from 0 to 1.
fn random() -> f64 {
    // Without randomness clients would come back together; the middle is no worse than failing.
    getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_up_to_its_limit_and_is_jittered() {
        let policy = RetryPolicy::default();
        let mut seen = std::collections::BTreeSet::new();
        for attempt in 1..100 {
            let longest = Duration::from_millis(500 << (attempt - 1).min(10)).min(policy.max_delay);
            let wait = policy.backoff(attempt);
            assert!(wait <= longest, "{attempt}: {wait:?}");
            seen.insert(wait);
        }
        assert!(seen.len() > 50);
    }
}
