//! Responses and how their bodies are written.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{
    StatusCode,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use http_body::{Body, Frame, SizeHint};
use serde_json::{Value, json};
use tokio::time::Sleep;

/// A response with its whole body.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Response {
    pub(crate) fn new(
        status: StatusCode,
        content_type: HeaderValue,
        body: impl Into<Bytes>,
    ) -> Self {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, content_type)]);
        Self { status, headers, body: body.into() }
    }

    /// JSON, indented as by Mailgun's messages service.
    pub(crate) fn json(status: StatusCode, value: &Value) -> Self {
        Self::new(status, HeaderValue::from_static("application/json"), format!("{value:#}"))
    }

    pub(crate) fn ok(value: &Value) -> Self {
        Self::json(StatusCode::OK, value)
    }

    pub(crate) fn message(status: StatusCode, message: impl AsRef<str>) -> Self {
        Self::json(status, &json!({ "message": message.as_ref() }))
    }

    pub(crate) fn text(status: StatusCode, text: &'static str) -> Self {
        Self::new(status, HeaderValue::from_static("text/plain; charset=utf-8"), text)
    }

    pub(crate) fn html(status: StatusCode, page: &'static str) -> Self {
        Self::new(status, HeaderValue::from_static("text/html; charset=utf-8"), page)
    }

    pub(crate) fn with(mut self, name: HeaderName, value: impl Into<HeaderValue>) -> Self {
        self.headers.insert(name, value.into());
        self
    }

    pub(crate) fn into_response(self, pace: Pace) -> http::Response<PacedBody> {
        let length = self.body.len();
        let mut response = http::Response::new(PacedBody { data: self.body, pace, pause: None });
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
        response
    }
}

/// Why a request is refused. Becomes a [`Response`], and is small enough for an error.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    message: String,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        Self::message(refusal.status, refusal.message)
    }
}

/// How the body of a response is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    AtOnce,
    Truncated { after: usize },
    Dripping { chunk: usize, interval: Duration },
    Broken,
}

// An error of the body closes the connection at once, even if bytes are still to be written.
const TIME_TO_FLUSH: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(crate) struct PacedBody {
    data: Bytes,
    pace: Pace,
    pause: Option<Pin<Box<Sleep>>>,
}

impl PacedBody {
    fn pause(&mut self, duration: Duration) {
        self.pause = Some(Box::pin(tokio::time::sleep(duration)));
    }

    fn take(&mut self, length: usize) -> Option<Result<Frame<Bytes>, io::Error>> {
        let length = length.min(self.data.len());
        (length > 0).then(|| Ok(Frame::data(self.data.split_to(length))))
    }
}

impl Body for PacedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(context));
            self.pause = None;
        }
        match self.pace {
            Pace::AtOnce => Poll::Ready(self.take(usize::MAX)),
            Pace::Dripping { chunk, interval } => {
                self.pause(interval);
                Poll::Ready(self.take(chunk))
            }
            Pace::Truncated { after } => {
                self.pace = Pace::Broken;
                self.pause(TIME_TO_FLUSH);
                match self.take(after) {
                    None => self.poll_frame(context),
                    frame => Poll::Ready(frame),
                }
            }
            Pace::Broken => {
                Poll::Ready(Some(Err(io::Error::other("the response is truncated here"))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_empty() && !matches!(self.pace, Pace::Truncated { .. } | Pace::Broken)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.data.len() as u64)
    }
}
