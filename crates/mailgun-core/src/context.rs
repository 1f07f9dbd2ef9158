use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{Idempotency, Operation, Outcome};

/// The call that a request belongs to. Layers find it in the request's extensions.
///
/// A layer that replaces the request must keep its extensions, or the layers below it lose the
/// context.
///
/// ```
/// use mailgun::{Body, CallContext, http::Request};
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

/// The progress of a call. It alone decides whether the request may still be sent.
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
    /// Before the first attempt, or waiting before the next.
    Idle,
    /// The service was called. A transport of the application may already be sending.
    Called,
    /// Our transport has the request. It calls `may_send` before it sends.
    Queued,
    /// The transport is sending the request.
    Sending,
    /// The attempt was given up. It can no longer start to send.
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

    /// Whether this call is safe to retry when its outcome is unknown.
    pub fn idempotency(&self) -> Idempotency {
        self.call.idempotency
    }

    /// The number of the attempt that the request belongs to, starting at 1.
    pub fn attempts(&self) -> u32 {
        self.attempt
    }

    /// The time until the call's deadline. `None` if it has no deadline.
    pub fn time_left(&self) -> Option<Duration> {
        self.call.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Whether the caller reads the response body as a stream.
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

    /// Ends the current attempt with `outcome`. Another one follows after a wait.
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

    /// Whether the transport may send. `false` after [`give_up`](Self::give_up) and past the
    /// deadline.
    ///
    /// Once it has returned `true`, the outcome is unknown until the response arrives.
    #[cfg(feature = "transport")]
    pub(crate) fn may_send(&self) -> bool {
        if self.time_left().is_some_and(|left| left.is_zero()) {
            self.give_up();
        }
        self.advance(|phase| matches!(phase, Phase::Queued | Phase::Sending), Phase::Sending)
    }

    /// Prevents the current attempt from being sent, unless sending has begun, and returns the
    /// outcome of the call.
    ///
    /// It is [`Outcome::NotSent`] only if no attempt of the call can have taken effect.
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

    /// Like [`give_up`](Self::give_up), but only if this attempt is the current one.
    pub(crate) fn give_up_attempt(&self) -> Outcome {
        if self.progress().attempt == self.attempt { self.give_up() } else { Outcome::Unknown }
    }

    /// Whether the transport has begun to send the current attempt.
    pub(crate) fn is_sending(&self) -> bool {
        matches!(self.progress().phase, Phase::Sending)
    }

    /// The outcome of the call if its last attempt ended with `last`.
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
