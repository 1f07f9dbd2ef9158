//! The stack as one type, and how layers of any kind are put into it.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use tower::{Layer, Service, util::BoxCloneSyncService};

use crate::{Body, BoxError, Error, ReplyBody};

/// A service that takes requests of the SDK and gives its replies, whatever it is made of.
///
/// It is what [`ClientBuilder::layer`](crate::ClientBuilder::layer) hands to a layer.
pub type HttpService = BoxCloneSyncService<Request<Body>, Response<ReplyBody>, Error>;

/// What puts a layer of the application around a stack.
pub(crate) type BoxLayer = Box<dyn FnOnce(HttpService) -> HttpService + Send + Sync>;

pub(crate) fn box_layer<L, R>(layer: L) -> BoxLayer
where
    L: Layer<HttpService> + Send + Sync + 'static,
    L::Service: Service<Request<Body>, Response = Response<R>, Error: Into<BoxError>>,
    L::Service: Clone + Send + Sync + 'static,
    <L::Service as Service<Request<Body>>>::Future: Send + 'static,
    R: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    Box::new(move |inner| box_service(layer.layer(inner)))
}

pub(crate) fn box_service<S, R>(service: S) -> HttpService
where
    S: Service<Request<Body>, Response = Response<R>, Error: Into<BoxError>>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
    R: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    HttpService::new(Foreign(service))
}

/// Makes any service's replies and errors ours.
#[derive(Clone)]
struct Foreign<S>(S);

impl<S, R> Service<Request<Body>> for Foreign<S>
where
    S: Service<
            Request<Body>,
            Response = Response<R>,
            Error: Into<BoxError>,
            Future: Send + 'static,
        >,
    R: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<ReplyBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_ready(cx).map_err(|error| Error::from_boxed(error.into()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let reply = self.0.call(request);
        Box::pin(async move {
            match reply.await {
                Ok(reply) => Ok(reply.map(ReplyBody::new)),
                Err(error) => Err(Error::from_boxed(error.into())),
            }
        })
    }
}
