//! The tower layers of the client. Each can be used on its own.
//!
//! The default stack, outermost first:
//!
//! ```text
//! call       the call's span, total deadline                 (in the client)
//!            layers of the application, once per call        ClientBuilder::layer
//!            RetryLayer                                      retries what is safe to retry
//! attempt    TraceLayer                                      the attempt's span
//!            MetricsLayer                                    the attempt's metrics
//!            ReadResponseLayer                               reads the response, within limits
//!            layers of the application, once per attempt     ClientBuilder::attempt_layer
//!            AttemptTimeoutLayer
//!            UserAgentLayer, AuthorizationLayer
//!            hyper's connections, pooled
//! ```
//!
//! The API key is added below all layers of the application, so they never see it.

mod attempt_timeout;
mod from_fn;
mod headers;
mod metrics;
mod read_response;
mod retry;
mod trace;

#[cfg(feature = "transport")]
pub(crate) use self::headers::USER_AGENT;
pub(crate) use self::{
    attempt_timeout::TimeLimit,
    from_fn::from_fn,
    headers::{ON_BEHALF_OF, subaccount_header},
    read_response::is_failure,
};
pub use self::{
    attempt_timeout::{AttemptTimeout, AttemptTimeoutFuture, AttemptTimeoutLayer},
    from_fn::Next,
    headers::{AuthorizationLayer, HeaderSource, SetHeader, SubaccountLayer, UserAgentLayer},
    metrics::{Metrics, MetricsFuture, MetricsLayer},
    read_response::{ReadResponse, ReadResponseLayer},
    retry::{Retry, RetryLayer, RetryPolicy},
    trace::{Trace, TraceFuture, TraceLayer},
};
