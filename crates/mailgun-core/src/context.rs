use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{Idempotency, Operation, Outcome};

/// What the layers know about the call that a request belongs to, in the request's extensions.
///
/// A layer that replaces a request keeps its extensions, so that the layers below it still know the
/// call.
///
/// ```
/// use http::Request;
/// use mailgun_core::{Body, CallContext};
///
/// fn operation(request: &Request<Body>) -> &'static str {
///     request.extensions().get::<CallContext>().map_or("other", |c| c.operation().template())
/// }
/// # assert_eq!(operation(&Request::new(Body::empty())), "other");
/// ```
#[derive(Clone)]
pub struct CallContext {
    call: Arc<CallState>,
    attempt: u32,
}

struct CallState {
    operation: Operation,
    idempotency: Idempotency,
    deadline: Option<Instant>,
    may_retry: bool,
    is_streamed: bool,
    progress: Mutex<Progress>,
}

/// How far a call has come: the one place that decides whether its request may still go out.
struct Progress {
    attempt: u32,
    phase: Phase,
    /// Whether an attempt before this one may have taken effect.
    is_unknown: bool,
}

/// The phase of the current attempt.
#[cfg_attr(
    not(feature = "transport"),
    expect(dead_code, reason = "only the SDK's own transport tells when it sends")
)]
#[derive(Clone, Copy)]
enum Phase {
    /// No service was called yet: the first attempt, or the wait before the next.
    Idle,
    /// A service was called, which may be one that reads the body without telling.
    Called,
    /// The transport has the request and asks here before it reads the body.
    Queued,
    /// The body is being read.
    Sending,
    /// The attempt has ended; if its body was not read by then, it never is.
    GivenUp(Outcome),
}

impl CallContext {
    pub(crate) fn new(
        operation: Operation,
        idempotency: Idempotency,
        deadline: Option<Instant>,
        may_retry: bool,
        is_streamed: bool,
    ) -> Self {
        let progress = Progress { attempt: 0, phase: Phase::Idle, is_unknown: false };
        let progress = Mutex::new(progress);
        let call = CallState { operation, idempotency, deadline, may_retry, is_streamed, progress };
        Self { call: Arc::new(call), attempt: 0 }
    }

    /// The operation.
    pub fn operation(&self) -> Operation {
        self.call.operation
    }

    /// Whether this call may be repeated when its outcome is unknown.
    pub fn idempotency(&self) -> Idempotency {
        self.call.idempotency
    }

    /// The number of the attempt that the request belongs to, from 1.
    pub fn attempts(&self) -> u32 {
        self.attempt
    }

    /// The time until the call's deadline; `None` if it has none.
    pub fn time_left(&self) -> Option<Duration> {
        self.call.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Whether the caller wants the response's body as a stream.
    pub fn is_streamed(&self) -> bool {
        self.call.is_streamed
    }

    pub(crate) fn may_retry(&self) -> bool {
        self.call.may_retry
    }

    /// How many attempts the whole call has made so far.
    pub(crate) fn total_attempts(&self) -> u32 {
        self.progress().attempt
    }

    /// Begins the next attempt and returns the context for its request.
    pub(crate) fn begin_attempt(&self) -> Self {
        let mut progress = self.progress();
        progress.attempt = progress.attempt.saturating_add(1);
        progress.phase = Phase::Called;
        Self { call: Arc::clone(&self.call), attempt: progress.attempt }
    }

    /// The current attempt ended with `outcome`, and another one follows after a wait.
    pub(crate) fn end_attempt(&self, outcome: Outcome) {
        let mut progress = self.progress();
        progress.is_unknown |= outcome == Outcome::Unknown;
        progress.phase = Phase::Idle;
    }

    /// The transport has the request of this attempt, and asks [`may_send`](Self::may_send) before
    /// it sends.
    #[cfg(feature = "transport")]
    pub(crate) fn queued(&self) {
        self.advance(|phase| matches!(phase, Phase::Called), Phase::Queued);
    }

    /// Whether the transport may send: not once the attempt was given up, nor past the deadline.
    ///
    /// Who asks first decides. After `true`, the outcome is unknown until the response comes; after
    /// [`give_up`](Self::give_up), the answer stays `false`.
    #[cfg(feature = "transport")]
    pub(crate) fn may_send(&self) -> bool {
        if self.time_left().is_some_and(|left| left.is_zero()) {
            self.give_up();
        }
        self.advance(|phase| matches!(phase, Phase::Queued | Phase::Sending), Phase::Sending)
    }

    /// Keeps the current attempt from being sent if that has not begun, and tells what is known of
    /// the call.
    ///
    /// It is [`Outcome::NotSent`] only if neither this attempt nor one before it can have reached
    /// the server.
    pub(crate) fn give_up(&self) -> Outcome {
        let mut progress = self.progress();
        let outcome = match progress.phase {
            Phase::Idle | Phase::Queued => Outcome::NotSent,
            Phase::Called | Phase::Sending => Outcome::Unknown,
            Phase::GivenUp(outcome) => outcome,
        };
        progress.phase = Phase::GivenUp(outcome);
        progress.outcome(outcome)
    }

    /// As [`give_up`](Self::give_up), for this attempt alone.
    pub(crate) fn give_up_attempt(&self) -> Outcome {
        if self.progress().attempt == self.attempt { self.give_up() } else { Outcome::Unknown }
    }

    /// Whether the transport has begun to send the current attempt.
    pub(crate) fn is_sending(&self) -> bool {
        matches!(self.progress().phase, Phase::Sending)
    }

    /// What a call says in the end: no better than what its earlier attempts left open.
    pub(crate) fn outcome(&self, last: Outcome) -> Outcome {
        self.progress().outcome(last)
    }

    /// Moves this attempt to `next`, if it is the current one and its phase `allows` it.
    #[cfg(feature = "transport")]
    fn advance(&self, allows: impl FnOnce(Phase) -> bool, next: Phase) -> bool {
        let mut progress = self.progress();
        let allowed = progress.attempt == self.attempt && allows(progress.phase);
        if allowed {
            progress.phase = next;
        }
        allowed
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.call.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress {
    /// The outcome of the call, whose last attempt ended with `last`.
    fn outcome(&self, last: Outcome) -> Outcome {
        if self.is_unknown { Outcome::Unknown } else { last }
    }
}

impl fmt::Debug for CallContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallContext")
            .field("operation", &self.call.operation)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}
