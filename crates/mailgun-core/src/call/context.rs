use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering},
    },
    time::Duration,
};

use http::Request;
use tokio::time::Instant;

use crate::{Body, Delivery, Repeatability, Route};

/// What the layers know about the call that a request belongs to, in the request's extensions.
///
/// ```
/// use http::Request;
/// use mailgun_core::{Body, CallContext};
///
/// fn operation(request: &Request<Body>) -> &'static str {
///     request.extensions().get::<CallContext>().map_or("other", |c| c.route().template())
/// }
/// # assert_eq!(operation(&Request::new(Body::empty())), "other");
/// ```
#[derive(Clone)]
pub struct CallContext(Arc<Inner>);

struct Inner {
    route: Route,
    repeatability: Repeatability,
    deadline: Option<Instant>,
    may_retry: bool,
    is_streamed: bool,
    attempts: AtomicU32,
    upload: AtomicU8,
    is_timed: AtomicBool,
}

/// How much of the current attempt's request has left, for the transports that tell.
const UNTOLD: u8 = 0;
const WAITING: u8 = 1;
const BEGUN: u8 = 2;

impl CallContext {
    pub(super) fn new(
        route: Route,
        repeatability: Repeatability,
        deadline: Option<Instant>,
        may_retry: bool,
        is_streamed: bool,
    ) -> Self {
        Self(Arc::new(Inner {
            route,
            repeatability,
            deadline,
            may_retry,
            is_streamed,
            attempts: AtomicU32::new(1),
            upload: AtomicU8::new(UNTOLD),
            is_timed: AtomicBool::new(false),
        }))
    }

    /// What a request says of its call: in its extensions, where any layer can find it, or with its
    /// body, which costs no allocation.
    pub(crate) fn of<B: 'static>(request: &Request<B>) -> Option<&Self> {
        let with_body = || Body::of(request.body()).and_then(Body::context);
        request.extensions().get().or_else(with_body)
    }

    /// The operation.
    pub fn route(&self) -> Route {
        self.0.route
    }

    /// Whether this call may be repeated when its outcome is unknown.
    pub fn repeatability(&self) -> Repeatability {
        self.0.repeatability
    }

    /// The number of the current attempt, from 1.
    pub fn attempts(&self) -> u32 {
        self.0.attempts.load(Ordering::Relaxed)
    }

    /// The time until the call's deadline; `None` if it has none.
    pub fn time_left(&self) -> Option<Duration> {
        self.0.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Whether the caller wants the reply's body as a stream.
    pub fn is_streamed(&self) -> bool {
        self.0.is_streamed
    }

    pub(crate) fn may_retry(&self) -> bool {
        self.0.may_retry
    }

    pub(crate) fn count_attempt(&self) {
        self.0.attempts.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether a timer that runs out at `at` ends what it bounds within the call's deadline.
    pub(crate) fn covers(&self, at: Instant) -> bool {
        self.0.deadline.is_some_and(|deadline| at <= deadline)
    }

    /// Says whether the call's task is woken in time for the deadline without a timer of the call.
    pub(crate) fn set_timed(&self, yes: bool) {
        self.0.is_timed.store(yes, Ordering::Relaxed);
    }

    pub(crate) fn is_timed(&self) -> bool {
        self.0.is_timed.load(Ordering::Relaxed)
    }

    /// The transport has the request, and none of its body has been asked for.
    pub(crate) fn upload_waits(&self) {
        // What an earlier attempt sent may have been processed.
        let _ =
            self.0.upload.compare_exchange(UNTOLD, WAITING, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// The body is on its way.
    pub(crate) fn upload_begins(&self) {
        self.0.upload.store(BEGUN, Ordering::Relaxed);
    }

    /// What can be said of the operation if the call ends now.
    pub(crate) fn delivery_so_far(&self) -> Delivery {
        match self.0.upload.load(Ordering::Relaxed) {
            WAITING => Delivery::NotSent,
            _ => Delivery::Unknown,
        }
    }
}

impl fmt::Debug for CallContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallContext")
            .field("route", &self.0.route)
            .field("attempts", &self.attempts())
            .finish_non_exhaustive()
    }
}
