//! Repeats an attempt where that is certainly harmless.

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

use crate::{Body, BoxError, CallContext, Error, ErrorKind, Idempotency, Outcome, ResponseBody};

/// No settings make a client repeat its requests without a pause.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// When and how often an attempt is repeated.
///
/// What may be repeated is not a setting: an attempt that certainly did not reach Mailgun, or was
/// refused for its rate, is repeated for every operation; one whose outcome is unknown only where
/// the operation is [harmless](crate::Idempotency::Idempotent). Sending is not.
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
    /// The actual wait is random between half of that and that, and at least 1 ms. It is the
    /// shortest wait where the server gives a hint, too.
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
        let half = self.base_delay.saturating_mul(factor).min(self.max_delay) / 2;
        half.saturating_add(half.mul_f64(random())).max(SHORTEST_WAIT)
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
    S: Service<Request<Body>, Response = Response<ResponseBody>, Error: Into<BoxError>>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<ResponseBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(ours)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        // The service that was polled ready is the one to call; the clone was not.
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
                let outcome = service.call(request).await.map_err(ours);
                let Some(copy) = copy else { return outcome };
                let (fate, hint) = fate(&outcome);
                let Some(wait) = shared.wait(fate, hint, context.as_ref(), attempt) else {
                    return outcome;
                };
                drop(outcome);
                if let Some(context) = &context {
                    context.end_attempt(fate.outcome());
                }
                let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
                tracing::debug!(attempt, wait_ms, "waiting before the next attempt");
                tokio::time::sleep(wait).await;
                poll_fn(|cx| service.poll_ready(cx)).await.map_err(ours)?;
                attempt += 1;
                request = copy;
                if let Some(context) = &context {
                    request.extensions_mut().insert(context.begin_attempt());
                }
            }
        })
    }
}

/// The request for another attempt; `None` if its body can be read once only.
fn try_clone(request: &Request<Body>) -> Option<Request<Body>> {
    let mut copy = Request::new(request.body().replay()?);
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.version_mut() = request.version();
    *copy.headers_mut() = request.headers().clone();
    *copy.extensions_mut() = request.extensions().clone();
    Some(copy)
}

fn ours(error: impl Into<BoxError>) -> Error {
    Error::from_boxed(error.into())
}

impl Shared {
    /// How long to wait before the next attempt; `None` if there must be none.
    fn wait(
        &self,
        fate: Fate,
        hint: Option<Duration>,
        context: Option<&CallContext>,
        attempt: u32,
    ) -> Option<Duration> {
        let idempotent = context.is_some_and(|c| c.idempotency() == Idempotency::Idempotent);
        let may_repeat = match fate {
            Fate::NotSent | Fate::Refused => true,
            Fate::Unknown => idempotent,
            Fate::Final => false,
        };
        if !may_repeat || attempt >= self.policy.max_attempts {
            return None;
        }
        let backoff = self.policy.backoff(attempt);
        // Never earlier than asked for; a little later, so that clients do not come at once.
        let wait = hint.map_or(backoff, |hint| {
            let spread = (hint / 10).min(Duration::from_secs(1));
            hint.saturating_add(spread.mul_f64(random())).max(backoff)
        });
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

impl Fate {
    fn outcome(self) -> Outcome {
        match self {
            Self::NotSent => Outcome::NotSent,
            Self::Refused | Self::Final => Outcome::Rejected,
            Self::Unknown => Outcome::Unknown,
        }
    }
}

fn fate(outcome: &Result<Response<ResponseBody>, Error>) -> (Fate, Option<Duration>) {
    match outcome {
        Ok(response) => {
            let fate = match response.status().as_u16() {
                420 | 429 => Fate::Refused,
                408 | 500.. => Fate::Unknown,
                _ => return (Fate::Final, None),
            };
            let body = response.body().as_bytes().cloned().unwrap_or_default();
            let error = Error::from_response(response.status(), response.headers().clone(), body);
            (fate, error.retry_after())
        }
        Err(error) => {
            let fate = match (error.kind(), error.outcome()) {
                _ if error.is_permanent() => Fate::Final,
                (
                    ErrorKind::Connect | ErrorKind::Tls | ErrorKind::Timeout | ErrorKind::Transport,
                    outcome,
                ) => match outcome {
                    Outcome::NotSent => Fate::NotSent,
                    Outcome::Unknown => Fate::Unknown,
                    Outcome::Rejected => Fate::Final,
                },
                _ => Fate::Final,
            };
            (fate, None)
        }
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
            assert!(wait >= longest / 2 && wait <= longest, "{attempt}: {wait:?}");
            seen.insert(wait);
        }
        assert!(seen.len() > 50);
    }

    #[test]
    fn back_off_holds_for_extreme_settings() {
        let policy = |base, max| RetryPolicy::default().base_delay(base).max_delay(max);
        for attempt in [1, 2, 33, u32::MAX] {
            let long = policy(Duration::MAX, Duration::MAX).backoff(attempt);
            assert!(long >= Duration::MAX / 2 - Duration::from_secs(1), "{long:?}");
            assert_eq!(policy(Duration::ZERO, Duration::MAX).backoff(attempt), SHORTEST_WAIT);
            assert_eq!(policy(Duration::MAX, Duration::ZERO).backoff(attempt), SHORTEST_WAIT);
        }
    }
}
