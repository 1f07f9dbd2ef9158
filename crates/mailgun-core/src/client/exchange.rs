//! A call on its way: one request, its deadline and its span, and what comes back.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::{Request, Response, StatusCode, response::Parts};
use http_body::Body as _;
use tokio::time::{Instant, Sleep};
use tracing::{Span, field::Empty};

use super::{Client, Limits, service::Reply};
use crate::{
    Body, CallContext, Error, Kind, ReplyBody, Route, TimeoutPhase,
    call::Options,
    layers::{is_failure, upload_allowance},
    reply::{Collect, ERROR_BODY, Frames, decoded, encoded, unread},
};

/// A call that has been given to the stack; it runs when it is polled.
///
/// It gives the reply of a success: read to its end, or with its body as it comes for a call that
/// wants a stream.
pub(crate) struct Exchange {
    stage: Stage,
    limits: Limits,
    context: CallContext,
    wants_redirect: bool,
    /// When the call must end, and the limit that this comes from.
    deadline: Option<(Instant, Duration)>,
    /// Made when the call has to wait and no attempt's timer ends it in time.
    sleep: Option<Pin<Box<Sleep>>>,
    span: Span,
}

enum Stage {
    Head(Reply),
    /// A foreign service, or a layer that wraps replies, leaves the reading to us.
    Body(Option<Box<Parts>>, Collect),
}

impl Exchange {
    pub(crate) fn new(
        client: &Client,
        request: Request<Body>,
        route: Route,
        options: &Options,
        is_streamed: bool,
    ) -> Self {
        let limits = client.0.limits;
        let limit = options.deadline().or_else(|| {
            let allowance = upload_allowance(request.body());
            limits.total.map(|total| total.saturating_add(allowance))
        });
        let deadline = limit.and_then(|limit| Some((Instant::now().checked_add(limit)?, limit)));
        let context = options.context(route, deadline.map(|(at, _)| at), is_streamed);
        let span = call_span(&context);
        let stage = Stage::Head(client.0.stack.send(request, &context));
        let wants_redirect = options.wants_redirect() && !is_streamed;
        Self { stage, limits, context, wants_redirect, deadline, sleep: None, span }
    }

    pub(crate) fn context(&self) -> &CallContext {
        &self.context
    }

    pub(crate) fn idle_limit(&self) -> Option<Duration> {
        self.limits.idle
    }
}

impl Stage {
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        limits: Limits,
        is_streamed: bool,
        wants_redirect: bool,
    ) -> Poll<Result<Response<ReplyBody>, Error>> {
        let is_failure = |status| is_failure(status) && !(wants_redirect && is_redirect(status));
        if let Self::Head(reply) = self {
            let (parts, body) = decoded(ready!(reply.as_mut().poll(cx))?).into_parts();
            let is_failure = is_failure(parts.status);
            let is_read = body.as_bytes().is_some();
            if is_read && is_failure {
                let body = body.as_bytes().cloned().unwrap_or_default();
                return Poll::Ready(Err(Error::from_reply(parts.status, parts.headers, body)));
            }
            if is_read || (is_streamed && !is_failure) {
                return Poll::Ready(Ok(Response::from_parts(parts, body)));
            }
            let cap = if is_failure { ERROR_BODY } else { limits.reply };
            *self = Self::Body(Some(Box::new(parts)), Frames::new(body, limits.idle).collect(cap));
        }
        let Self::Body(parts, collect) = self else { return Poll::Pending };
        let (bytes, outcome) = ready!(Pin::new(collect).poll(cx));
        let Some(parts) = parts.take().map(|parts| *parts) else { return Poll::Pending };
        Poll::Ready(match outcome {
            _ if is_failure(parts.status) => {
                Err(Error::from_reply(parts.status, parts.headers, bytes))
            }
            Err(fault) => Err(unread(fault, parts, limits.reply)),
            Ok(()) => Ok(Response::from_parts(parts, bytes.into())),
        })
    }
}

impl Future for Exchange {
    type Output = Result<Response<ReplyBody>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let entered = this.span.enter();
        let is_streamed = this.context.is_streamed();
        let mut outcome = this.stage.poll(cx, this.limits, is_streamed, this.wants_redirect);
        outcome = outcome.map(|outcome| outcome.and_then(legible));
        if let (Poll::Pending, Some((at, limit))) = (&outcome, this.deadline)
            && !this.context.is_timed()
        {
            let sleep = || Box::pin(tokio::time::sleep_until(at));
            ready!(this.sleep.get_or_insert_with(sleep).as_mut().poll(cx));
            let error = Error::timeout(TimeoutPhase::Total, limit);
            outcome = Poll::Ready(Err(error.with_delivery(this.context.delivery_so_far())));
        }
        drop(entered);
        let outcome = ready!(outcome);
        Poll::Ready(outcome.map_err(|error| explained(error, &this.context, &this.span)))
    }
}

/// A success is of no use to anybody if its body is compressed in a way that nobody asked for.
fn legible(reply: Response<ReplyBody>) -> Result<Response<ReplyBody>, Error> {
    let (parts, body) = reply.into_parts();
    match encoded(&parts.headers) {
        Some(detail) if !body.is_end_stream() => {
            let body = body.as_bytes().cloned().unwrap_or_default();
            Err(Error::undecodable(parts.status, parts.headers, body, detail))
        }
        _ => Ok(Response::from_parts(parts, body)),
    }
}

/// 304 and the like have nowhere to point to.
fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301..=303 | 307 | 308)
}

fn explained(error: Error, context: &CallContext, span: &Span) -> Error {
    span.record("error.type", tracing::field::debug(error.kind()));
    span.record("otel.status_code", "ERROR");
    // A fault found before the service was asked has had no attempt.
    let attempts = match error.kind() {
        Kind::UntrustedHost | Kind::InvalidInput | Kind::Config => 0,
        _ => context.attempts(),
    };
    error.in_operation(context.route()).with_attempts(attempts)
}

fn call_span(context: &CallContext) -> Span {
    tracing::info_span!(
        "call",
        otel.name = %context.route(),
        otel.status_code = Empty,
        url.template = context.route().template(),
        error.type = Empty,
    )
}
