//! Metrics of calls, attempts, waits and connections.
//!
//! [`ClientBuilder::metrics`](crate::ClientBuilder::metrics) takes a [`Recorder`]. Two are ready:
//!
//! * [`OpenTelemetry`] (feature `opentelemetry`) records with an OpenTelemetry meter.
//! * [`Facade`] (feature `metrics`) records with the crate [`metrics`](https://docs.rs/metrics), for
//!   example for Prometheus.
//!
//! | what | OpenTelemetry | Prometheus and `metrics` | attributes |
//! |---|---|---|---|
//! | attempts and their duration | `http.client.request.duration` | `http_client_request_duration_seconds` | `http.request.method`, `url.template`, `server.address`, `server.port`, `http.response.status_code`, `error.type` |
//! | calls and their duration | `mailgun.client.call.duration` | `mailgun_client_call_duration_seconds` | `http.request.method`, `url.template`, `mailgun.outcome`, `error.type` |
//! | waits before another attempt | `mailgun.client.wait.duration` | `mailgun_client_wait_duration_seconds` | `url.template`, `mailgun.wait.reason` |
//! | connections opened | `mailgun.client.connections.opened` | `mailgun_client_connections_opened_total` | `server.address`, `server.port` |
//! | requests over a connection that was open | `mailgun.client.connections.reused` | `mailgun_client_connections_reused_total` | the same |
//! | connections open now | `mailgun.client.connections.open` | `mailgun_client_connections_open` | the same |
//!
//! Durations are in seconds, with [`BUCKETS`]. The first metric follows OpenTelemetry's
//! [conventions for HTTP clients](https://opentelemetry.io/docs/specs/semconv/http/http-metrics/).
//! In Prometheus, the dots of attributes are underscores.
//!
//! * `mailgun.outcome` is `success`, or the [`Outcome`] of the call: `not_sent`, `rejected` or
//!   `unknown`. Alert on `unknown`: a mail may have been sent.
//! * `error.type` of a call is the [`ErrorKind`], or `cancelled` if the call was dropped. After its
//!   deadline it is `timeout`. For an attempt it is the status of a failed response, the
//!   [`ErrorKind`], or `cancelled` if the call was dropped or its deadline passed.
//! * `mailgun.wait.reason` is `rate_limit` or `backoff`.
//! * `url.template` names the operation, such as `/v3/{domain}/messages`. No sending domain,
//!   email address or id is ever an attribute, and `server.address` is only the host of the API or of
//!   Mailgun's storage, or the one you set. So the number of series is bounded.

#[cfg(feature = "metrics")]
mod facade;
#[cfg(feature = "opentelemetry")]
mod open_telemetry;

use std::{fmt, sync::Arc, time::Duration};

use http::{Method, StatusCode, Uri};

#[cfg(feature = "metrics")]
pub use self::facade::Facade;
#[cfg(feature = "opentelemetry")]
pub use self::open_telemetry::OpenTelemetry;
use crate::{Error, ErrorKind, Operation, Outcome};

/// The buckets of the histograms, in seconds: those of OpenTelemetry's conventions for HTTP clients.
///
/// [`OpenTelemetry`] sets them. For an exporter of the crate `metrics`, pass them to it.
pub const BUCKETS: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// Takes measurements of a client; see [`ClientBuilder::metrics`](crate::ClientBuilder::metrics).
///
/// The methods are called on the task of the call or of the connection, so they must not block.
/// Each does nothing by default.
///
/// ```
/// use std::sync::{Arc, atomic::{AtomicU64, Ordering}};
/// use mailgun::{Client, Outcome, metrics::{CallEnd, Recorder}};
///
/// /// Counts the calls whose outcome is unknown.
/// #[derive(Clone, Default)]
/// struct Unknown(Arc<AtomicU64>);
///
/// impl Recorder for Unknown {
///     fn call_ended(&self, call: &CallEnd) {
///         if call.ending.outcome() == Some(Outcome::Unknown) {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
///
/// let unknown = Unknown::default();
/// let client = Client::builder("key-0123456789").metrics(unknown.clone()).build()?;
/// # let _ = client;
/// # Ok::<(), mailgun::Error>(())
/// ```
pub trait Recorder: Send + Sync + 'static {
    /// An attempt has ended: its response was read, it failed, or it was dropped.
    fn attempt_ended(&self, attempt: &AttemptEnd<'_>) {
        let _ = attempt;
    }

    /// A call has ended, after all its attempts. A call with an invalid argument is not reported: it
    /// fails before it begins.
    fn call_ended(&self, call: &CallEnd) {
        let _ = call;
    }

    /// A call begins to wait before another attempt.
    fn wait_began(&self, wait: &Wait) {
        let _ = wait;
    }

    /// A connection was opened, reused or closed. Only the SDK's own transport reports this.
    fn connection_changed(&self, connection: &ConnectionEvent<'_>) {
        let _ = connection;
    }
}

/// How an attempt or a call has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// With success.
    Success,
    /// With an error.
    Failed {
        /// The category of the error.
        kind: ErrorKind,
        /// Whether it may have taken effect.
        outcome: Outcome,
    },
    /// It was dropped. An attempt is also dropped if the deadline of its call passes.
    Cancelled {
        /// Whether it may have taken effect.
        outcome: Outcome,
    },
}

impl Ending {
    pub(crate) fn of<T>(result: &Result<T, Error>) -> Self {
        match result {
            Ok(_) => Self::Success,
            Err(error) => Self::Failed { kind: error.kind(), outcome: error.outcome() },
        }
    }

    /// Returns whether it may have taken effect. `None` for a success.
    pub fn outcome(&self) -> Option<Outcome> {
        match *self {
            Self::Success => None,
            Self::Failed { outcome, .. } | Self::Cancelled { outcome } => Some(outcome),
        }
    }

    /// Returns `success`, or the name of the outcome: a label with four values.
    pub fn outcome_label(&self) -> &'static str {
        self.outcome().map_or("success", Outcome::as_str)
    }

    /// Returns the kind of the error, or `cancelled`. `None` for a success.
    pub fn error_type(&self) -> Option<&'static str> {
        match self {
            Self::Success => None,
            Self::Failed { kind, .. } => Some(kind.as_str()),
            Self::Cancelled { .. } => Some("cancelled"),
        }
    }
}

/// An attempt that has ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AttemptEnd<'a> {
    /// The HTTP method.
    pub method: &'a Method,
    /// The path template of the operation. `None` for a request that belongs to no call.
    pub template: Option<&'static str>,
    /// The host.
    pub server_address: &'a str,
    /// The port.
    pub server_port: u16,
    /// The number of the attempt, starting at 1.
    pub number: u32,
    /// The status of the response, if there was one.
    pub status: Option<StatusCode>,
    /// How it ended.
    pub ending: Ending,
    /// The time from its start until its response was read. For a streamed response, until its
    /// headers.
    pub duration: Duration,
}

impl AttemptEnd<'_> {
    /// Returns the status of a response if it is 4xx or 5xx, or
    /// [`Ending::error_type`].
    pub fn error_type(&self) -> Option<&str> {
        match &self.status {
            Some(status) if is_error(*status) => Some(status.as_str()),
            _ => self.ending.error_type(),
        }
    }
}

/// Whether OpenTelemetry's conventions count a status as an error. Redirects do not count: a call
/// may want one.
pub(crate) fn is_error(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

/// A call that has ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallEnd {
    /// The operation.
    pub operation: Operation,
    /// The number of attempts.
    pub attempts: u32,
    /// How it ended.
    pub ending: Ending,
    /// The time from its start to its end, with all waits. For a streamed response, until its
    /// headers.
    pub duration: Duration,
}

/// A wait of a call before its next attempt.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Wait {
    /// The path template of the operation. `None` for a request that belongs to no call.
    pub template: Option<&'static str>,
    /// Why the call waits.
    pub reason: WaitReason,
    /// How long it will wait.
    pub duration: Duration,
}

/// Why a call waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitReason {
    /// Mailgun limited the rate.
    RateLimit,
    /// The last attempt failed.
    Backoff,
}

impl WaitReason {
    /// A stable name in snake case, for labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RateLimit => "rate_limit",
            Self::Backoff => "backoff",
        }
    }
}

/// A change of a connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConnectionEvent<'a> {
    /// The host.
    pub server_address: &'a str,
    /// The port.
    pub server_port: u16,
    /// What happened.
    pub change: ConnectionChange,
}

/// What happened to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectionChange {
    /// It was opened, with TLS if the URL asks for it.
    Opened,
    /// A request other than the one it was opened for uses it.
    Reused,
    /// It was closed, by either side.
    Closed,
}

/// The recorder of a client, if it has one.
#[derive(Clone, Default)]
pub(crate) struct SharedRecorder(Option<Arc<dyn Recorder>>);

impl SharedRecorder {
    pub(crate) fn new(recorder: impl Recorder) -> Self {
        Self(Some(Arc::new(recorder)))
    }

    pub(crate) fn get(&self) -> Option<&dyn Recorder> {
        self.0.as_deref()
    }
}

impl fmt::Debug for SharedRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Some(..)" } else { "None" })
    }
}

/// The port of a URL, or the default port of its scheme.
pub(crate) fn port(uri: &Uri) -> u16 {
    let default = if uri.scheme_str() == Some("http") { 80 } else { 443 };
    uri.port_u16().unwrap_or(default)
}
