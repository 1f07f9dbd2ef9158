use std::{
    any::Any,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;

use super::cut_short;
#[cfg(feature = "transport")]
use crate::transport::Incoming;
use crate::{BoxError, Error};

/// The body of a response.
#[derive(Default)]
pub struct ResponseBody(Inner);

#[derive(Default)]
enum Inner {
    #[default]
    Empty,
    Bytes(Bytes),
    #[cfg(feature = "transport")]
    Network(Incoming),
    Other(Pin<Box<dyn Body<Data = Bytes, Error = Error> + Send>>),
}

impl ResponseBody {
    /// Wraps any other body, for example one from a layer.
    pub fn new<B>(body: B) -> Self
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        // The SDK's and hyper's own bodies are not boxed.
        let mut body = Some(body);
        let any: &mut dyn Any = &mut body;
        if let Some(body) = any.downcast_mut::<Option<Self>>() {
            return body.take().unwrap_or_default();
        }
        #[cfg(feature = "transport")]
        if let Some(network) = any.downcast_mut::<Option<Incoming>>() {
            return network.take().map(Self::from).unwrap_or_default();
        }
        #[cfg(feature = "transport")]
        if let Some(network) = any.downcast_mut::<Option<hyper::body::Incoming>>() {
            return network.take().map(Self::from).unwrap_or_default();
        }
        let Some(body) = body else { return Self::default() };
        let body = body.map_err(|error| match error.into().downcast::<Error>() {
            Ok(error) => *error,
            Err(other) => cut_short(other),
        });
        Self(Inner::Other(Box::pin(body)))
    }

    /// The bytes of a body that has been read. Empty for any other body.
    pub(crate) fn into_bytes(self) -> Bytes {
        match self.0 {
            Inner::Bytes(bytes) => bytes,
            _ => Bytes::new(),
        }
    }

    pub(crate) fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Inner::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

#[cfg(feature = "transport")]
impl From<Incoming> for ResponseBody {
    fn from(body: Incoming) -> Self {
        Self(Inner::Network(body))
    }
}

#[cfg(feature = "transport")]
impl From<hyper::body::Incoming> for ResponseBody {
    fn from(body: hyper::body::Incoming) -> Self {
        Self(Inner::Network(body.into()))
    }
}

impl From<Bytes> for ResponseBody {
    fn from(bytes: Bytes) -> Self {
        Self(Inner::Bytes(bytes))
    }
}

impl From<&'static str> for ResponseBody {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl Body for ResponseBody {
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
                Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
            }
            #[cfg(feature = "transport")]
            Inner::Network(body) => match std::task::ready!(Pin::new(&mut *body).poll_frame(cx)) {
                Some(frame) => Poll::Ready(Some(frame.map_err(cut_short))),
                // hyper reports some resets of an HTTP/2 stream as the end of the body.
                None if body.size_hint().lower() > 0 => {
                    let missing = format!("{} bytes are missing", body.size_hint().lower());
                    self.0 = Inner::Empty;
                    Poll::Ready(Some(Err(cut_short(missing))))
                }
                None => Poll::Ready(None),
            },
            Inner::Other(body) => body.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::Empty => true,
            Inner::Bytes(bytes) => bytes.is_empty(),
            #[cfg(feature = "transport")]
            Inner::Network(body) => body.is_end_stream() && body.size_hint().lower() == 0,
            Inner::Other(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Empty => SizeHint::with_exact(0),
            Inner::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            #[cfg(feature = "transport")]
            Inner::Network(body) => body.size_hint(),
            Inner::Other(body) => body.size_hint(),
        }
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ResponseBody").field(&self.size_hint().exact()).finish()
    }
}
