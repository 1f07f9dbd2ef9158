//! Layers that set one header: user agent, authorization, subaccount.

use std::{
    fmt,
    task::{Context, Poll},
};

use http::{HeaderName, HeaderValue, Request, header};
use tower::{Layer, Service};

use crate::{Credentials, Error};

/// The source of a header that [`SetHeader`] sets.
pub trait HeaderSource: Clone {
    /// The name of the header.
    fn name(&self) -> HeaderName;

    /// The current value.
    fn value(&self) -> HeaderValue;
}

/// Sets a header on requests that do not have it.
#[derive(Clone, Debug)]
pub struct SetHeader<S, H> {
    inner: S,
    source: H,
}

impl<S, H, B> Service<Request<B>> for SetHeader<S, H>
where
    S: Service<Request<B>>,
    H: HeaderSource,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        if let header::Entry::Vacant(entry) = request.headers_mut().entry(self.source.name()) {
            entry.insert(self.source.value());
        }
        self.inner.call(request)
    }
}

/// The SDK's own part of the user agent.
pub(crate) const USER_AGENT: &str = concat!("mailgun-rust/", env!("CARGO_PKG_VERSION"));

/// Sets the user agent: `mailgun-rust/` and the version, then the application's suffix.
///
/// ```
/// use mailgun::layers::UserAgentLayer;
///
/// let layer = UserAgentLayer::new(Some("shop/2.1"))?;
/// # let _ = layer;
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct UserAgentLayer(HeaderValue);

impl UserAgentLayer {
    /// Takes an optional suffix that names the application, for example `shop/2.1`.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Config`](crate::ErrorKind::Config) if the suffix is not printable
    /// ASCII.
    pub fn new(suffix: Option<&str>) -> Result<Self, Error> {
        let value = match suffix.map(str::trim).filter(|suffix| !suffix.is_empty()) {
            None => return Ok(Self(HeaderValue::from_static(USER_AGENT))),
            Some(suffix) => format!("{USER_AGENT} {suffix}"),
        };
        if !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err(Error::config(
                "user_agent",
                "contains characters other than printable ASCII",
            ));
        }
        HeaderValue::try_from(value)
            .map(Self)
            .map_err(|_| Error::config("user_agent", "cannot be sent in a header"))
    }
}

/// Adds the API key to every request.
///
/// It reads the [`Credentials`] for each request, so the next attempt uses a replaced key. Make it
/// the innermost layer: layers below it see the key.
#[derive(Clone, Debug)]
pub struct AuthorizationLayer(Credentials);

impl AuthorizationLayer {
    /// Reads the key from `credentials`.
    pub fn new(credentials: Credentials) -> Self {
        Self(credentials)
    }
}

/// Makes calls on behalf of a subaccount: sets `X-Mailgun-On-Behalf-Of` unless the request has it.
///
/// The API key must belong to the parent account.
#[derive(Clone)]
pub struct SubaccountLayer(HeaderValue);

pub(crate) const ON_BEHALF_OF: HeaderName = HeaderName::from_static("x-mailgun-on-behalf-of");

impl SubaccountLayer {
    /// Makes calls on behalf of the subaccount `id`.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if `id` is empty or
    /// contains spaces or characters other than printable ASCII.
    pub fn new(id: &str) -> Result<Self, Error> {
        subaccount_header(id).map(Self)
    }
}

pub(crate) fn subaccount_header(id: &str) -> Result<HeaderValue, Error> {
    let usable = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic());
    usable.then(|| HeaderValue::try_from(id).ok()).flatten().ok_or_else(|| {
        Error::invalid("subaccount", "must be printable ASCII without spaces, and not empty")
    })
}

impl fmt::Debug for SubaccountLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SubaccountLayer").field(&self.0).finish()
    }
}

macro_rules! header_layer {
    ($layer:ty, $name:expr, |$self:ident| $value:expr) => {
        impl HeaderSource for $layer {
            fn name(&self) -> HeaderName {
                $name
            }

            fn value(&$self) -> HeaderValue {
                $value
            }
        }

        impl<S> Layer<S> for $layer {
            type Service = SetHeader<S, Self>;

            fn layer(&self, inner: S) -> Self::Service {
                SetHeader { inner, source: self.clone() }
            }
        }
    };
}
header_layer!(UserAgentLayer, header::USER_AGENT, |self| self.0.clone());
header_layer!(AuthorizationLayer, header::AUTHORIZATION, |self| self.0.header());
header_layer!(SubaccountLayer, ON_BEHALF_OF, |self| self.0.clone());

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use tower::{ServiceExt as _, service_fn};

    use super::*;
    use crate::ApiKey;

    async fn through<L>(layer: L, request: Request<()>) -> http::HeaderMap
    where
        L: Layer<tower::util::BoxCloneSyncService<Request<()>, http::HeaderMap, Infallible>>,
        L::Service: Service<Request<()>, Response = http::HeaderMap, Error = Infallible>,
    {
        let echo = service_fn(|request: Request<()>| async move {
            Ok::<_, Infallible>(request.headers().clone())
        });
        let echo = tower::util::BoxCloneSyncService::new(echo);
        layer.layer(echo).oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn each_layer_sets_its_header() {
        let headers =
            through(UserAgentLayer::new(Some("shop/2.1")).unwrap(), Request::new(())).await;
        let agent = headers["user-agent"].to_str().unwrap();
        assert!(agent.starts_with("mailgun-rust/") && agent.ends_with(" shop/2.1"), "{agent}");

        let key = ApiKey::new("key-test").unwrap();
        let headers = through(AuthorizationLayer::new(key.into()), Request::new(())).await;
        assert_eq!(headers["authorization"], "Basic YXBpOmtleS10ZXN0");

        let headers = through(SubaccountLayer::new("646d00a1").unwrap(), Request::new(())).await;
        assert_eq!(headers["x-mailgun-on-behalf-of"], "646d00a1");
    }

    #[tokio::test]
    async fn a_header_of_the_request_takes_precedence() {
        let request = Request::get("/").header(ON_BEHALF_OF, "inner").body(()).unwrap();
        let headers = through(SubaccountLayer::new("outer").unwrap(), request).await;
        assert_eq!(headers["x-mailgun-on-behalf-of"], "inner");
    }

    #[test]
    fn invalid_header_values_are_rejected() {
        assert!(UserAgentLayer::new(Some("a\r\nb: c")).is_err());
        assert!(UserAgentLayer::new(Some("é")).is_err());
        for id in ["", "a b", "a\r\nb", "é"] {
            assert!(SubaccountLayer::new(id).is_err(), "{id:?}");
        }
    }
}
