//! Sends one call: deadline, span, and the details of its error.

use http::{Request, Response, StatusCode};
use http_body::Body as _;
use tokio::{
    runtime,
    time::{Instant, timeout_at},
};
use tower::ServiceExt as _;
use tracing::{Instrument as _, Span, debug, field::Empty, warn};

use super::Options;
use crate::{
    Body, CallContext, Credentials, Error, ErrorKind, Operation, Outcome, ResponseBody,
    TimeoutPhase,
    handle::{Handle, Limits},
    layers::is_failure,
    metrics::{CallEnd, Ending, Recorder},
    response::{encoded, read_body},
};

/// Sends `request` and passes its response to `finish`.
///
/// The body of the response has been read, except for a success with `is_streamed`.
pub(super) async fn send<T>(
    handle: &Handle,
    request: Request<Body>,
    operation: Operation,
    options: &Options,
    is_streamed: bool,
    finish: impl FnOnce(Response<ResponseBody>, u32) -> Result<T, Error>,
) -> Result<T, Error> {
    let limit = match options.deadline {
        Some(deadline) => Some(deadline),
        None => handle.limits.total.for_body(request.body()),
    };
    let started = Instant::now();
    // A limit that overflows the clock is no limit.
    let deadline = limit.and_then(|limit| Some((started.checked_add(limit)?, limit)));
    let idempotency = options.idempotency.unwrap_or(operation.idempotency());
    let at = deadline.map(|(at, _)| at);
    let context = CallContext::new(operation, idempotency, at, options.may_retry, is_streamed);
    let span = call_span(operation);
    let call = async {
        let running = Running { context: &context, recorder: handle.recorder.get(), started };
        let exchange = exchange(handle, request, &context);
        // Without a runtime, tokio's timers panic.
        let runtime = runtime::Handle::try_current().map(drop).map_err(Error::without_runtime);
        let response = match (runtime, deadline) {
            (Err(error), _) => Err(error),
            (Ok(()), None) => exchange.await,
            (Ok(()), Some((at, limit))) => timeout_at(at, exchange).await.unwrap_or_else(|_| {
                let error = Error::timeout(TimeoutPhase::Total, limit);
                Err(error.with_outcome(context.give_up()))
            }),
        };
        let result = response
            .and_then(|response| success(response, options.wants_redirect && !is_streamed))
            .and_then(|response| finish(response, context.total_attempts()))
            .map_err(|error| {
                let authorization = handle.credentials.as_ref().map(Credentials::header);
                with_context(error, &context).with_authorization(authorization)
            });
        report(&result, &context, started);
        running.end(&result);
        result
    };
    call.instrument(span).await
}

/// Calls the stack when it is ready, and reads the body if no layer has.
async fn exchange(
    handle: &Handle,
    mut request: Request<Body>,
    context: &CallContext,
) -> Result<Response<ResponseBody>, Error> {
    let mut stack = handle.stack.clone();
    let stack = stack.ready().await?;
    request.extensions_mut().insert(context.begin_attempt());
    let response = tower::Service::call(stack, request).await?;
    let Limits { response: cap, idle, .. } = handle.limits;
    read_body(response, cap, idle, context.is_streamed()).await
}

/// A call until it ends or is dropped.
///
/// Its drop prevents a call that has ended from being sent later: by a task of the transport that
/// has queued the request, or by a task that a layer has spawned.
struct Running<'a> {
    context: &'a CallContext,
    /// `None` after the end was reported.
    recorder: Option<&'a dyn Recorder>,
    started: Instant,
}

impl Running<'_> {
    fn end<T>(mut self, result: &Result<T, Error>) {
        self.report(Ending::of(result));
    }

    fn report(&mut self, ending: Ending) {
        if let Some(recorder) = self.recorder.take() {
            recorder.call_ended(&CallEnd {
                operation: self.context.operation(),
                attempts: self.context.total_attempts(),
                ending,
                duration: self.started.elapsed(),
            });
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let outcome = self.context.give_up();
        self.report(Ending::Cancelled { outcome });
    }
}

fn success(
    response: Response<ResponseBody>,
    wants_redirect: bool,
) -> Result<Response<ResponseBody>, Error> {
    let status = response.status();
    let is_failure = is_failure(status) && !(wants_redirect && is_redirect(status));
    let encoded = encoded(response.headers()).filter(|_| !response.body().is_end_stream());
    if !is_failure && encoded.is_none() {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    Err(match encoded {
        Some(detail) if !is_failure => {
            Error::undecodable(status, parts.headers, body.into_bytes(), detail)
        }
        _ => Error::from_response(status, parts.headers, body.into_bytes()),
    })
}

/// The redirects with a `Location`; 304 has none.
fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301..=303 | 307 | 308)
}

/// Adds operation, attempts and outcome to an error.
fn with_context(error: Error, context: &CallContext) -> Error {
    let attempts = match error.kind() {
        // Reported before the first attempt was sent.
        ErrorKind::UntrustedHost | ErrorKind::InvalidInput | ErrorKind::Config => 0,
        _ => context.total_attempts(),
    };
    // A layer may be wrong about `Error::not_sent`.
    let is_claim = error.kind() == ErrorKind::Middleware && error.outcome() == Outcome::NotSent;
    let last = if is_claim && context.is_sending() { Outcome::Unknown } else { error.outcome() };
    error
        .in_operation(context.operation())
        .with_attempts(attempts)
        .with_outcome(context.outcome(last))
}

fn call_span(operation: Operation) -> Span {
    tracing::info_span!(
        "call",
        otel.name = %operation,
        otel.status_code = Empty,
        url.template = operation.template(),
        error.type = Empty,
    )
}

fn report<T>(result: &Result<T, Error>, context: &CallContext, started: Instant) {
    let attempts = context.total_attempts();
    let elapsed_ms = || u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let Err(error) = result else {
        debug!(attempts, elapsed_ms = elapsed_ms(), "the call succeeded");
        return;
    };
    let span = Span::current();
    span.record("error.type", error.kind().as_str());
    span.record("otel.status_code", "ERROR");
    if error.outcome() == Outcome::Unknown {
        warn!(attempts, elapsed_ms = elapsed_ms(), %error, "the outcome of the call is unknown");
    } else {
        debug!(attempts, elapsed_ms = elapsed_ms(), %error, "the call failed");
    }
}
