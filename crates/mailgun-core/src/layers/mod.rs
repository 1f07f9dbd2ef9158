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
//!
//! # A layer of your own
//!
//! [`ClientBuilder::layer`](crate::ClientBuilder::layer) takes a tower layer, and
//! [`layer_fn`](crate::ClientBuilder::layer_fn) a function. A path may hold an address. In logs and metrics,
//! name the operation instead, which is in the request's [`CallContext`](crate::CallContext):
//!
//! ```
//! use std::time::Instant;
//!
//! use mailgun::{CallContext, Client};
//!
//! let client = Client::builder("key-0123456789")
//!     .layer_fn(|request, next| {
//!         let operation = request.extensions().get().map(CallContext::operation);
//!         let start = Instant::now();
//!         async move {
//!             let response = next.run(request).await;
//!             if let Some(operation) = operation {
//!                 println!("{operation} took {:?}", start.elapsed());
//!             }
//!             response
//!         }
//!     })
//!     .build()?;
//! # let _ = client;
//! # Ok::<(), mailgun::Error>(())
//! ```

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
