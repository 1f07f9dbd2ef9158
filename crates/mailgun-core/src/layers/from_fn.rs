//! Layers made of a function.

use std::{fmt, sync::Arc};

use http::{Request, Response};
use tower::{Layer, Service, ServiceExt as _, layer::layer_fn, service_fn};

use crate::{Body, Error, HttpService, ResponseBody};

/// What is below a layer made of a function: the layers further in, and the transport.
///
/// See [`ClientBuilder::attempt_layer_fn`](crate::ClientBuilder::attempt_layer_fn). A clone lets a
/// layer run a second request.
#[derive(Clone)]
pub struct Next(HttpService);

impl Next {
    /// Sends the request on, once the service below is ready.
    ///
    /// # Errors
    ///
    /// The error of the service below. Return it unchanged, so that the call still knows the
    /// outcome.
    pub async fn run(self, request: Request<Body>) -> Result<Response<ResponseBody>, Error> {
        self.0.oneshot(request).await
    }
}

impl fmt::Debug for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").finish_non_exhaustive()
    }
}

/// The layer that calls `function` for each request.
pub(crate) fn from_fn<F, R>(
    function: F,
) -> impl Layer<
    HttpService,
    Service: Service<
        Request<Body>,
        Response = Response<ResponseBody>,
        Error = Error,
        Future: Send + 'static,
    > + Clone
                 + Send
                 + Sync
                 + 'static,
> + Send
+ Sync
+ 'static
where
    F: Fn(Request<Body>, Next) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Response<ResponseBody>, Error>> + Send + 'static,
{
    let function = Arc::new(function);
    layer_fn(move |inner: HttpService| {
        let function = Arc::clone(&function);
        service_fn(move |request| function(request, Next(inner.clone())))
    })
}
