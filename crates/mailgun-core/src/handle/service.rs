//! The stack as one type, and how services and layers of any kind are put into it.

use bytes::Bytes;
use http::{Request, Response};
use tower::{Layer, Service, ServiceExt as _, util::BoxCloneSyncService};

use crate::{Body, BoxError, Error, ResponseBody};

/// A service that takes requests of the SDK and gives its responses, whatever it is made of.
///
/// It is what [`ClientBuilder::layer`](crate::ClientBuilder::layer) hands to a layer.
pub type HttpService = BoxCloneSyncService<Request<Body>, Response<ResponseBody>, Error>;

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
    let service = service
        .map_response(|response| response.map(ResponseBody::new))
        .map_err(|error| Error::from_boxed(error.into()));
    HttpService::new(service)
}
