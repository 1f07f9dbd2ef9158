//! The stack as one type, and how layers of any kind are put into it.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use tower::{Layer, Service, ServiceExt as _, util::BoxCloneSyncService};

use crate::{Body, BoxError, CallContext, Error, ReplyBody, layers::Retry};

/// A service that takes requests of the SDK and gives its replies, whatever it is made of.
///
/// It is what [`ClientBuilder::layer`](crate::ClientBuilder::layer) hands to a layer.
pub type HttpService = BoxCloneSyncService<Request<Body>, Response<ReplyBody>, Error>;

/// A reply on its way.
pub(crate) type Reply = Pin<Box<dyn Future<Output = Result<Response<ReplyBody>, Error>> + Send>>;

/// The finished stack, shared by all clones of a client; each call runs on a copy of it.
pub(crate) trait Stack: Send + Sync {
    fn send(&self, request: Request<Body>, context: &CallContext) -> Reply;
}

impl Stack for HttpService {
    fn send(&self, mut request: Request<Body>, context: &CallContext) -> Reply {
        request.extensions_mut().insert(context.clone());
        Box::pin(self.clone().oneshot(request))
    }
}

/// A stack of our own layers over our own transport, which take a request at any time.
pub(crate) struct AlwaysReady<S>(pub(crate) Retry<S>);

impl<S> Stack for AlwaysReady<S>
where
    S: Service<Request<Body>, Response = Response<ReplyBody>, Error: Into<BoxError>>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send,
{
    fn send(&self, mut request: Request<Body>, context: &CallContext) -> Reply {
        request.body_mut().set_context(context.clone());
        Box::pin(self.0.clone().run(request))
    }
}

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
