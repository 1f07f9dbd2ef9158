use std::{
    fmt,
    marker::PhantomData,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use http_body::Body;
use mailgun_core::{
    BoxError,
    http::{Request, Response, StatusCode},
};
use tower::{Layer, Service};

use super::{Payload, ReceiveError, Verifier, body};

/// A tower layer that verifies requests and passes their payload to the inner service.
///
/// The service receives a `Request<T>`, where `T` is the payload that it expects: an
/// [`Event`](mailgun_events::Event), an [`InboundMail`](super::InboundMail), or any [`Payload`]. The
/// status of its response settles the claim of the token; see
/// [`Claim::settle`](super::Claim::settle). An error of the service releases the token.
///
/// The response to a request that is not verified has [`ReceiveError::status`] and an empty body. For
/// another response, such as 503 for a stale signature, call [`Verifier::receive`] instead.
///
/// ```
/// use std::convert::Infallible;
///
/// use mailgun::http::{Request, Response};
/// use mailgun::webhooks::receive::{Payload, SigningKey, Verifier, VerifyLayer};
/// use tower::{Layer as _, service_fn};
///
/// async fn handler(request: Request<Payload>) -> Result<Response<String>, Infallible> {
///     println!("{}", request.body().kind());
///     Ok(Response::default())
/// }
///
/// let verifier = Verifier::new(SigningKey::new("8d4d...")?);
/// let service = VerifyLayer::<Payload>::new(verifier).layer(service_fn(handler));
/// # Ok::<(), mailgun::Error>(())
/// ```
pub struct VerifyLayer<T = Payload> {
    verifier: Verifier,
    payload: PhantomData<fn() -> T>,
}

impl<T> VerifyLayer<T> {
    /// Creates a layer with this verifier.
    pub fn new(verifier: Verifier) -> Self {
        Self { verifier, payload: PhantomData }
    }
}

impl<T> Clone for VerifyLayer<T> {
    fn clone(&self) -> Self {
        Self::new(self.verifier.clone())
    }
}

impl<T> fmt::Debug for VerifyLayer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VerifyLayer").field(&self.verifier).finish()
    }
}

impl<S, T> Layer<S> for VerifyLayer<T> {
    type Service = VerifyService<S, T>;

    fn layer(&self, inner: S) -> Self::Service {
        VerifyService { inner, layer: self.clone() }
    }
}

/// The service of a [`VerifyLayer`].
#[derive(Clone, Debug)]
pub struct VerifyService<S, T = Payload> {
    inner: S,
    layer: VerifyLayer<T>,
}

impl<S, T, B, R> Service<Request<B>> for VerifyService<S, T>
where
    S: Service<Request<T>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    T: TryFrom<Payload> + Send + 'static,
    ReceiveError: From<T::Error>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
    R: Default + Send,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // Call the service that is ready; the clone may not be.
        let next = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, next);
        let verifier = self.layer.verifier.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let verified = match body::receive::<B, T>(&verifier, &head.headers, body).await {
                Ok(verified) => verified,
                Err(error) => {
                    let mut response = Response::new(R::default());
                    *response.status_mut() = error.status();
                    return Ok(response);
                }
            };
            let (payload, claim) = verified.into_parts();
            match inner.call(Request::from_parts(head, payload)).await {
                Ok(mut response) => {
                    *response.status_mut() = claim.settle(response.status()).await;
                    Ok(response)
                }
                Err(error) => {
                    claim.settle(StatusCode::INTERNAL_SERVER_ERROR).await;
                    Err(error)
                }
            }
        })
    }
}
