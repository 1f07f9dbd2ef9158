//! Request bodies: segments with a known length, most of which can be sent again.

mod fields;
mod file;
mod json;
mod multipart;
mod upload;

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Frame, SizeHint};

pub use self::{
    fields::{FieldValue, Fields, true_false, yes_no},
    file::{read_text, without_byte_order_mark},
    json::JsonFields,
    multipart::Form,
    upload::Upload,
};
use crate::{BoxError, Error, ErrorKind, Outcome};

/// The chunks of a body, as they become available.
pub(crate) type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

/// The body of a request.
///
/// It consists of segments: bytes, which are shared and not copied; files, which are opened again
/// for each attempt; and streams, which can be read only once. A call whose body contains a stream
/// is not retried.
///
/// ```
/// use http_body::Body as _;
/// use mailgun::Body;
///
/// let body = Body::from("hello");
/// assert_eq!(body.size_hint().exact(), Some(5));
/// assert!(body.replay().is_some());
/// ```
#[derive(Default)]
pub struct Body(Inner);

#[derive(Default)]
enum Inner {
    #[default]
    Empty,
    Bytes(Bytes),
    Segments(Box<Segments>),
    Other(Pin<Box<dyn http_body::Body<Data = Bytes, Error = Error> + Send>>),
}

/// One piece of a body.
pub(crate) enum Segment {
    /// Bytes in memory.
    Bytes(Bytes),
    /// A source that is opened again for each attempt.
    Open { label: Arc<str>, length: u64, open: Arc<dyn Fn() -> ByteStream + Send + Sync> },
    /// A stream that can be read only once. Without a length, the request is sent chunked.
    Once { label: Arc<str>, length: Option<u64>, stream: ByteStream },
}

struct Segments {
    /// In reverse order, so that the next one is popped off the end.
    waiting: Vec<Segment>,
    current: Option<Open>,
    started: bool,
    /// The number of bytes left to send. `None` if the length of a segment is unknown.
    remaining: Option<u64>,
}

/// A segment that is being read.
struct Open {
    label: Arc<str>,
    stream: ByteStream,
    sent: u64,
    length: Option<u64>,
}

impl Segment {
    fn length(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::Open { length, .. } => Some(*length),
            Self::Once { length, .. } => *length,
        }
    }

    fn replay(&self) -> Option<Self> {
        match self {
            Self::Bytes(bytes) => Some(Self::Bytes(bytes.clone())),
            Self::Open { label, length, open } => {
                Some(Self::Open { label: label.clone(), length: *length, open: open.clone() })
            }
            Self::Once { .. } => None,
        }
    }
}

impl Body {
    /// An empty body.
    pub const fn empty() -> Self {
        Self(Inner::Empty)
    }

    /// # Errors
    ///
    /// Returns [`ErrorKind::TooLarge`] if the sum of the lengths overflows.
    pub(crate) fn from_segments(mut segments: Vec<Segment>) -> Result<Self, Error> {
        let lengths = segments.iter().map(Segment::length).collect::<Option<Vec<_>>>();
        let remaining = lengths.map(total_length).transpose()?;
        segments.reverse();
        Ok(Self(Inner::Segments(Box::new(Segments {
            waiting: segments,
            current: None,
            started: false,
            remaining,
        }))))
    }

    /// Wraps any other body, for example one from a layer. It cannot be sent again.
    pub fn from_http_body<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        use http_body_util::BodyExt as _;
        let body = body.map_err(|error| match error.into().downcast::<Error>() {
            Ok(error) => *error,
            Err(other) => broken("request body", "failed").with_source(other),
        });
        Self(Inner::Other(Box::pin(body)))
    }

    /// A copy of the body, to send it again.
    ///
    /// `None` if it contains a stream, or if reading has begun.
    pub fn replay(&self) -> Option<Self> {
        let inner = match &self.0 {
            Inner::Empty => Inner::Empty,
            Inner::Bytes(bytes) => Inner::Bytes(bytes.clone()),
            Inner::Segments(segments) if segments.started => return None,
            Inner::Segments(segments) => {
                let waiting =
                    segments.waiting.iter().map(Segment::replay).collect::<Option<_>>()?;
                Inner::Segments(Box::new(Segments {
                    waiting,
                    current: None,
                    started: false,
                    remaining: segments.remaining,
                }))
            }
            Inner::Other(_) => return None,
        };
        Some(Self(inner))
    }

    /// The bytes of the body, if it is a single segment in memory.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match &self.0 {
            Inner::Empty => Some(&[]),
            Inner::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(if bytes.is_empty() { Inner::Empty } else { Inner::Bytes(bytes) })
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match &mut self.0 {
            Inner::Empty => Poll::Ready(None),
            Inner::Bytes(bytes) => {
                let bytes = std::mem::take(bytes);
                self.0 = Inner::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Inner::Segments(segments) => {
                segments.poll_bytes(cx).map(|item| item.map(|result| result.map(Frame::data)))
            }
            Inner::Other(body) => body.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::Empty => true,
            Inner::Bytes(_) => false,
            // The last source is read to its end even if its length is reached, to detect one that
            // is longer than declared.
            Inner::Segments(segments) => segments.waiting.is_empty() && segments.current.is_none(),
            Inner::Other(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Empty => SizeHint::with_exact(0),
            Inner::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Inner::Segments(segments) => {
                segments.remaining.map(SizeHint::with_exact).unwrap_or_default()
            }
            Inner::Other(body) => body.size_hint(),
        }
    }
}

impl Segments {
    fn poll_bytes(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        self.started = true;
        loop {
            if let Some(open) = &mut self.current {
                match ready!(open.poll_bytes(cx)) {
                    Some(Ok(bytes)) => return Poll::Ready(Some(Ok(self.count(bytes)))),
                    Some(Err(error)) => {
                        self.waiting.clear();
                        self.current = None;
                        return Poll::Ready(Some(Err(error)));
                    }
                    None => self.current = None,
                }
            }
            match self.waiting.pop() {
                None => return Poll::Ready(None),
                Some(Segment::Bytes(bytes)) => return Poll::Ready(Some(Ok(self.count(bytes)))),
                Some(Segment::Open { label, length, open }) => {
                    self.current =
                        Some(Open { label, stream: open(), sent: 0, length: Some(length) });
                }
                Some(Segment::Once { label, length, stream }) => {
                    self.current = Some(Open { label, stream, sent: 0, length });
                }
            }
        }
    }

    fn count(&mut self, bytes: Bytes) -> Bytes {
        self.remaining = self.remaining.map(|left| left.saturating_sub(bytes.len() as u64));
        bytes
    }
}

fn total_length(lengths: Vec<u64>) -> Result<u64, Error> {
    lengths.into_iter().try_fold(0, u64::checked_add).ok_or_else(|| {
        let reason = format_args!("has a total length over {} bytes", u64::MAX);
        Error::too_large("request body", reason)
    })
}

impl Open {
    /// The next bytes of the source. A source that does not have its declared length is an error:
    /// the transport would truncate a longer one, and the server would wait for the rest of a
    /// shorter one.
    fn poll_bytes(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        loop {
            let item = ready!(self.stream.as_mut().poll_next(cx));
            return Poll::Ready(match (item, self.length) {
                (Some(Ok(bytes)), _) if bytes.is_empty() => continue,
                (Some(Ok(bytes)), length) => {
                    self.sent = self.sent.saturating_add(bytes.len() as u64);
                    match length {
                        Some(length) if self.sent > length => Some(Err(broken(
                            &self.label,
                            format_args!("is longer than its declared length of {length} bytes"),
                        ))),
                        _ => Some(Ok(bytes)),
                    }
                }
                (Some(Err(error)), _) => Some(Err(error)),
                (None, Some(length)) if self.sent < length => Some(Err(broken(
                    &self.label,
                    format_args!("ended after {} of {length} declared bytes", self.sent),
                ))),
                (None, _) => None,
            });
        }
    }
}

/// The error for a failed source of a request body. Servers do not process an incomplete request.
pub(crate) fn broken(label: &str, reason: impl fmt::Display) -> Error {
    Error::new(ErrorKind::RequestBody, Outcome::NotSent, format!("`{label}` {reason}"))
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.0 {
            Inner::Empty => "empty",
            Inner::Bytes(_) => "bytes",
            Inner::Segments(_) => "segments",
            Inner::Other(_) => "other",
        };
        let length = http_body::Body::size_hint(self).exact();
        f.debug_struct("Body").field("kind", &kind).field("length", &length).finish()
    }
}

#[cfg(test)]
mod tests {
    use http_body::Body as _;
    use http_body_util::BodyExt as _;

    use super::*;

    fn stream(chunks: &[&'static str]) -> ByteStream {
        let chunks: Vec<_> = chunks.iter().map(|p| Ok(Bytes::from_static(p.as_bytes()))).collect();
        Box::pin(futures_util::stream::iter(chunks))
    }

    fn opened(length: u64, chunks: &'static [&'static str]) -> Segment {
        Segment::Open { label: "file".into(), length, open: Arc::new(move || stream(chunks)) }
    }

    fn once(length: Option<u64>, chunks: &[&'static str]) -> Segment {
        Segment::Once { label: "file".into(), length, stream: stream(chunks) }
    }

    fn body(segments: Vec<Segment>) -> Body {
        Body::from_segments(segments).unwrap()
    }

    async fn read(body: Body) -> Result<String, String> {
        let bytes = body.collect().await.map_err(|e| e.to_string())?.to_bytes();
        Ok(String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn segments_are_sent_in_order_and_can_be_replayed() {
        let make = || {
            body(vec![
                Segment::Bytes(Bytes::from_static(b"head ")),
                opened(4, &["fi", "", "le"]),
                Segment::Bytes(Bytes::from_static(b" tail")),
            ])
        };
        let body = make();
        assert_eq!(body.size_hint().exact(), Some(14));
        let again = body.replay().unwrap();
        assert_eq!(read(body).await.unwrap(), "head file tail");
        assert_eq!(read(again).await.unwrap(), "head file tail");
    }

    #[tokio::test]
    async fn a_body_that_is_being_read_or_contains_a_stream_has_no_replay() {
        assert!(body(vec![once(Some(1), &["x"])]).replay().is_none());
        let mut body = body(vec![opened(2, &["a", "b"])]);
        body.frame().await.unwrap().unwrap();
        assert!(body.replay().is_none());
    }

    #[tokio::test]
    async fn a_wrong_declared_length_is_an_error_that_names_the_part() {
        for segment in [opened(3, &["four"]), once(Some(3), &["fo", "ur"])] {
            let error = read(body(vec![segment])).await.unwrap_err();
            assert!(error.contains("`file` is longer than its declared length of 3"), "{error}");
        }
        for segment in [opened(5, &["four"]), once(Some(5), &["fo", "ur"])] {
            let error = read(body(vec![segment])).await.unwrap_err();
            assert!(error.contains("`file` ended after 4 of 5 declared bytes"), "{error}");
        }
        assert_eq!(read(body(vec![once(Some(4), &["four"])])).await.unwrap(), "four");
    }

    #[test]
    fn a_total_length_that_overflows_is_rejected() {
        let segments = |last| vec![once(Some(u64::MAX - 5), &[]), once(Some(last), &[])];
        let largest = body(segments(5));
        assert_eq!(largest.size_hint().exact(), Some(u64::MAX));
        let error = Body::from_segments(segments(6)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert!(error.to_string().contains("has a total length over"), "{error}");
    }

    #[tokio::test]
    async fn an_unknown_length_has_no_exact_size() {
        let body = body(vec![once(None, &["a", "b"])]);
        assert_eq!(body.size_hint().exact(), None);
        assert_eq!(read(body).await.unwrap(), "ab");
    }
}
