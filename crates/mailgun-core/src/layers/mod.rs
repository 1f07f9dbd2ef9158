//! The client's own tower layers, each usable alone.
//!
//! The default stack, outermost first:
//!
//! ```text
//! call       operation span, total deadline                 (in the client)
//!            layers of the application, once per call        ClientBuilder::layer
//!            RetryLayer                                      repeats what may be repeated
//! attempt    TraceLayer                                      the attempt's span
//!            ReadResponseLayer                                  reads the response, bounded
//!            layers of the application, once per attempt     ClientBuilder::attempt_layer
//!            AttemptTimeoutLayer
//!            UserAgentLayer, AuthorizationLayer
//!            hyper's connections, pooled
//! ```
//!
//! The key is added below all layers of the application, which therefore never see it.

mod attempt_timeout;
mod from_fn;
mod headers;
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
    read_response::{ReadResponse, ReadResponseLayer},
    retry::{Retry, RetryLayer, RetryPolicy},
    trace::{Trace, TraceFuture, TraceLayer},
};
