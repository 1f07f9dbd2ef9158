//! Retries attempts that are safe to repeat.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Response};
use tower::{
    Layer, Service,
    retry::budget::{Budget as _, TpsBudget},
};

use crate::{
    Body, BoxError, CallContext, Error, ErrorKind, Idempotency, Outcome, ResponseBody,
    metrics::{SharedRecorder, Wait, WaitReason},
};

/// The shortest wait, whatever the settings: a client never retries without a pause.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// When and how often attempts are retried.
///
/// Which attempts are retried is not a setting. An attempt that was not sent, or that exceeded a
/// rate limit, is retried for every operation. An attempt with an unknown outcome is retried only
/// if the operation is [idempotent](crate::Idempotency::Idempotent); sending a message is not.
///
/// ```
/// use std::time::Duration;
/// use mailgun::{Client, layers::RetryPolicy};
///
/// let policy = RetryPolicy::default().max_attempts(6).max_wait(Duration::from_secs(20));
/// let client = Client::builder("key-test").retry(policy).build()?;
/// # let _ = client;
/// # Ok::<(), mailgun::Error>(())
/// ```
#[doc(alias = "backoff")]
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
    /// A single attempt, without retries.
    pub fn never() -> Self {
        Self::default().max_attempts(1)
    }

    /// Sets the number of attempts of a call, including the first. Default: 4.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the delay before the first retry, which doubles for each retry. Default: 0.5 s.
    ///
    /// The actual wait is random, from half the delay to the whole, and at least 1 ms. If the
    /// server asks for a longer wait, that one applies.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Limits the delay if the server does not ask for a wait. Default: 10 s.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Limits the wait that the server may ask for. Default: 60 s.
    ///
    /// If the server asks for a longer wait, or one that exceeds the call's deadline, the call
    /// fails at once. [`Error::retry_after`] returns the wait.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    /// Limits retries to a share of the calls of a client and its clones, 0 to 1000. Default: 0.2.
    ///
    /// Ten retries per second are always allowed. A value out of range is clamped.
    pub fn budget(mut self, share: f32) -> Self {
        self.budget = if share.is_finite() { share.clamp(0.0, 1000.0) } else { 0.2 };
        self
    }

    fn backoff(&self, attempt: u32) -> Duration {
        let factor = 1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        let half = self.base_delay.saturating_mul(factor).min(self.max_delay) / 2;
        half.saturating_add(half.mul_f64(random())).max(SHORTEST_WAIT)
    }
}

/// Retries attempts according to a [`RetryPolicy`]. All services of one layer share the budget.
#[derive(Clone, Debug)]
pub struct RetryLayer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    policy: RetryPolicy,
    budget: TpsBudget,
    recorder: SharedRecorder,
}

impl RetryLayer {
    /// Creates a layer with its own budget.
    pub fn new(policy: RetryPolicy) -> Self {
        Self::with_recorder(policy, SharedRecorder::default())
    }

    pub(crate) fn with_recorder(policy: RetryPolicy, recorder: SharedRecorder) -> Self {
        const WINDOW: Duration = Duration::from_secs(10);
        const RESERVE_PER_SECOND: u32 = 10;
        let budget = TpsBudget::new(WINDOW, RESERVE_PER_SECOND, policy.budget);
        Self(Arc::new(Shared { policy, budget, recorder }))
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
    S: Service<Request<Body>, Response = Response<ResponseBody>, Error: Into<BoxError>>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<ResponseBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(into_error)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        // Only this service was polled ready, so the clone takes its place.
        let clone = self.inner.clone();
        let mut service = std::mem::replace(&mut self.inner, clone);
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            shared.budget.deposit();
            let context = request.extensions().get::<CallContext>().cloned();
            let may_retry = context.as_ref().is_none_or(CallContext::may_retry);
            let mut attempt = 1;
            loop {
                let is_last = !may_retry || attempt >= shared.policy.max_attempts;
                let copy = if is_last { None } else { try_clone(&request) };
                let result = service.call(request).await.map_err(into_error);
                let Some(copy) = copy else { return result };
                let Some(retryable) = retryable(&result) else { return result };
                let Some(wait) = shared.wait(retryable, context.as_ref(), attempt) else {
                    return result;
                };
                drop(result);
                if let Some(context) = &context {
                    context.end_attempt(retryable.outcome);
                }
                let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
                tracing::debug!(attempt, wait_ms, "waiting before the next attempt");
                if let Some(recorder) = shared.recorder.get() {
                    recorder.wait_began(&Wait {
                        template: context.as_ref().map(|context| context.operation().template()),
                        reason: retryable.reason,
                        duration: wait,
                    });
                }
                tokio::time::sleep(wait).await;
                poll_fn(|cx| service.poll_ready(cx)).await.map_err(into_error)?;
                attempt += 1;
                request = copy;
                if let Some(context) = &context {
                    request.extensions_mut().insert(context.begin_attempt());
                }
            }
        })
    }
}

/// A copy of the request for another attempt. `None` if its body can be read only once.
fn try_clone(request: &Request<Body>) -> Option<Request<Body>> {
    let mut copy = Request::new(request.body().replay()?);
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.version_mut() = request.version();
    *copy.headers_mut() = request.headers().clone();
    *copy.extensions_mut() = request.extensions().clone();
    Some(copy)
}

fn into_error(error: impl Into<BoxError>) -> Error {
    Error::from_boxed(error.into())
}

impl Shared {
    /// How long to wait before the next attempt. `None` if there is no next attempt.
    fn wait(
        &self,
        Retryable { outcome, retry_after, .. }: Retryable,
        context: Option<&CallContext>,
        attempt: u32,
    ) -> Option<Duration> {
        let is_idempotent = context.is_some_and(|c| c.idempotency() == Idempotency::Idempotent);
        let is_safe = outcome != Outcome::Unknown || is_idempotent;
        if !is_safe || attempt >= self.policy.max_attempts {
            return None;
        }
        let backoff = self.policy.backoff(attempt);
        // A little longer than asked for, so that clients do not all come back at once.
        let wait = retry_after.map_or(backoff, |asked| {
            let jitter = (asked / 10).min(Duration::from_secs(1));
            asked.saturating_add(jitter.mul_f64(random())).max(backoff)
        });
        let time_left = context.and_then(CallContext::time_left).unwrap_or(Duration::MAX);
        if retry_after.is_some_and(|asked| asked > self.policy.max_wait) || wait >= time_left {
            return None;
        }
        self.budget.withdraw().then_some(wait)
    }
}

/// An attempt that may succeed if it is repeated.
#[derive(Clone, Copy)]
struct Retryable {
    outcome: Outcome,
    /// How long the server asks to wait.
    retry_after: Option<Duration>,
    reason: WaitReason,
}

/// The outcome of an attempt that may succeed if it is repeated. `None` for a success, and for an
/// error that another attempt would return again.
fn retryable(result: &Result<Response<ResponseBody>, Error>) -> Option<Retryable> {
    match result {
        Ok(response) => {
            if !matches!(response.status().as_u16(), 408 | 420 | 429 | 500..) {
                return None;
            }
            let body = response.body().as_bytes().cloned().unwrap_or_default();
            let error = Error::from_response(response.status(), response.headers().clone(), body);
            let reason = match error.kind() {
                ErrorKind::RateLimited => WaitReason::RateLimit,
                _ => WaitReason::Backoff,
            };
            Some(Retryable { outcome: error.outcome(), retry_after: error.retry_after(), reason })
        }
        Err(error) => {
            let is_retryable = matches!(
                error.kind(),
                ErrorKind::Connect | ErrorKind::Tls | ErrorKind::Timeout | ErrorKind::Transport
            ) && error.outcome() != Outcome::Rejected
                && !error.is_permanent();
            is_retryable.then(|| Retryable {
                outcome: error.outcome(),
                retry_after: None,
                reason: WaitReason::Backoff,
            })
        }
    }
}

/// A random number from 0 to 1.
fn random() -> f64 {
    // If the system has no randomness, a fixed jitter is better than an error.
    getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_up_to_its_limit_with_jitter() {
        let policy = RetryPolicy::default();
        let mut seen = std::collections::BTreeSet::new();
        for attempt in 1..100 {
            let longest = Duration::from_millis(500 << (attempt - 1).min(10)).min(policy.max_delay);
            let wait = policy.backoff(attempt);
            assert!(wait >= longest / 2 && wait <= longest, "{attempt}: {wait:?}");
            seen.insert(wait);
        }
        assert!(seen.len() > 50);
    }

    #[test]
    fn backoff_does_not_overflow() {
        let policy = |base, max| RetryPolicy::default().base_delay(base).max_delay(max);
        for attempt in [1, 2, 33, u32::MAX] {
            let long = policy(Duration::MAX, Duration::MAX).backoff(attempt);
            assert!(long >= Duration::MAX / 2 - Duration::from_secs(1), "{long:?}");
            assert_eq!(policy(Duration::ZERO, Duration::MAX).backoff(attempt), SHORTEST_WAIT);
            assert_eq!(policy(Duration::MAX, Duration::ZERO).backoff(attempt), SHORTEST_WAIT);
        }
    }
}
