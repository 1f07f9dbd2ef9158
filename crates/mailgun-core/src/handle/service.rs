//! The boxed service type of the stack, and conversions to it.

use bytes::Bytes;
use http::{Request, Response};
use tower::{Layer, Service, ServiceExt as _, util::BoxCloneSyncService};

use crate::{Body, BoxError, Error, ResponseBody};

/// A boxed service that sends the requests of the SDK.
///
/// Layers passed to [`ClientBuilder::layer`](crate::ClientBuilder::layer) wrap a service of this
/// type.
pub type HttpService = BoxCloneSyncService<Request<Body>, Response<ResponseBody>, Error>;

/// A boxed layer of the application.
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
