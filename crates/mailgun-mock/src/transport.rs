//! The mock without sockets.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Either;
use tower::Service;

use crate::{
    control::Peer,
    http::{connection::Cut, response::PacedBody, service},
    inbox::Live,
    server::Server,
};

/// A service that answers requests as the mock, made by
/// [`MockMailgun::transport`](crate::MockMailgun::transport).
///
/// A reset or closed connection is an error of the kind [`io::ErrorKind::ConnectionReset`].
#[derive(Clone)]
pub struct MockTransport {
    server: Arc<Server>,
}

impl MockTransport {
    pub(crate) fn new(server: Arc<Server>) -> Self {
        Self { server }
    }
}

impl<B> Service<Request<B>> for MockTransport
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Send,
{
    type Response = Response<ResponseBody>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let server = Arc::clone(&self.server);
        Box::pin(async move {
            let cut = Cut::default();
            tokio::select! {
                biased;
                () = cut.ordered() => Err(io::ErrorKind::ConnectionReset.into()),
                response = service::answer(&server, &cut, Peer::Local, request) => {
                    Ok(response.map(ResponseBody))
                }
            }
        })
    }
}

impl fmt::Debug for MockTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockTransport").finish_non_exhaustive()
    }
}

/// The body of a response of [`MockTransport`].
#[derive(Debug)]
pub struct ResponseBody(Either<PacedBody, Live>);

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<http_body::Frame<Bytes>>>> {
        match &mut self.0 {
            Either::Left(body) => Pin::new(body).poll_frame(context),
            Either::Right(body) => {
                let frame = Pin::new(body).poll_frame(context);
                frame.map_err(|never: Infallible| match never {})
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Either::Left(body) => body.is_end_stream(),
            Either::Right(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> http_body::SizeHint {
        match &self.0 {
            Either::Left(body) => body.size_hint(),
            Either::Right(body) => body.size_hint(),
        }
    }
}
