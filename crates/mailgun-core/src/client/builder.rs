#[cfg(feature = "transport")]
use std::sync::Arc;
use std::{env, ffi::OsString, fmt, marker::PhantomData, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use tower::{Layer, Service, ServiceBuilder};

use super::Client;
use crate::{
    ApiKey, Body, BoxError, Credentials, Error, HttpService, IntoCredentials, Region, ResponseBody,
    guard::Guard,
    handle::{BaseUrl, BoxLayer, Handle, Limits, TrustedHosts, box_layer, box_service},
    layers::{
        AttemptTimeoutLayer, AuthorizationLayer, MetricsLayer, Next, ReadResponseLayer, RetryLayer,
        RetryPolicy, TimeLimit, TraceLayer, UserAgentLayer, from_fn,
    },
    metrics::{Recorder, SharedRecorder},
};
#[cfg(feature = "transport")]
use crate::{
    Certificate, HttpVersions, Proxy, Roots,
    transport::{ProxyConfig, Transport, TransportConfig},
};

const API_KEY: &str = "MAILGUN_API_KEY";
const ALLOW_HTTP: &str = "MAILGUN_ALLOW_HTTP";

/// Reads variables. A blank one counts as not set.
fn reader(
    get: impl Fn(&str) -> Option<OsString>,
) -> impl Fn(&'static str) -> Result<Option<String>, Error> {
    move |name| match get(name).map(OsString::into_string) {
        Some(Ok(value)) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
        Some(Err(_)) => Err(Error::config(name, "is not valid UTF-8")),
        None => Ok(None),
    }
}

/// The settings of a [`Client`], or of a type built from one.
///
/// [`build`](Self::build) checks all settings and names the one that is invalid.
///
/// | timeout | limits | default |
/// |---|---|---|
/// | [`connect_timeout`](Self::connect_timeout) | name resolution, TCP, proxy and TLS | 10 s |
/// | [`attempt_timeout`](Self::attempt_timeout) | one attempt, to the head of the response | 60 s |
/// | [`body_idle_timeout`](Self::body_idle_timeout) | a pause within the response body | 30 s |
/// | [`total_timeout`](Self::total_timeout) | the call, with all attempts and waits | 180 s |
///
/// The defaults of attempt and total grow by one second for each 64 KiB of the request body, and by
/// 400 s for a body of unknown length. A timeout that you set does not grow. `None` disables a
/// timeout.
///
/// ```
/// use std::time::Duration;
/// use mailgun::{Client, Region};
///
/// let client = Client::builder("key-0123456789")
///     .region(Region::Eu)
///     .user_agent("shop/2.1")
///     .total_timeout(Duration::from_secs(30))
///     .build()?;
/// # let _ = client;
/// # Ok::<(), mailgun::Error>(())
/// ```
#[must_use]
pub struct ClientBuilder<C = Client> {
    credentials: Result<Credentials, Error>,
    base_url: String,
    allow_plain_http: bool,
    trusted_hosts: Vec<String>,
    user_agent: Option<String>,
    attempt_timeout: AttemptTimeoutLayer,
    limits: Limits,
    retry: RetryPolicy,
    guard: Result<Guard, Error>,
    recorder: SharedRecorder,
    #[cfg(feature = "transport")]
    transport: TransportConfig,
    call_layers: Vec<BoxLayer>,
    attempt_layers: Vec<BoxLayer>,
    makes: PhantomData<fn() -> C>,
}

impl<C: From<Client>> ClientBuilder<C> {
    /// Starts with an API key: a string, an [`ApiKey`](crate::ApiKey), or [`Credentials`] if the
    /// key is to be replaced later.
    pub fn new(credentials: impl IntoCredentials) -> Self {
        Self::with(credentials.into_credentials())
    }

    fn with(credentials: Result<Credentials, Error>) -> Self {
        Self {
            credentials,
            base_url: Region::Us.base_url().to_owned(),
            allow_plain_http: false,
            trusted_hosts: Vec::new(),
            user_agent: None,
            attempt_timeout: AttemptTimeoutLayer::default(),
            limits: Limits::default(),
            retry: RetryPolicy::default(),
            guard: Ok(Guard::default()),
            recorder: SharedRecorder::default(),
            #[cfg(feature = "transport")]
            transport: TransportConfig::default(),
            call_layers: Vec::new(),
            attempt_layers: Vec::new(),
            makes: PhantomData,
        }
    }

    /// Reads `MAILGUN_API_KEY`, and `MAILGUN_REGION` or `MAILGUN_BASE_URL` if they are set.
    ///
    /// `MAILGUN_ALLOW_HTTP=1` is [`allow_plain_http`](Self::allow_plain_http), for a mock in another
    /// container. `0` forbids it, which is the default.
    ///
    /// If type inference fails, use [`Client::builder_from_env`].
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Config`](crate::ErrorKind::Config) if the key is missing or a variable
    /// is invalid.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| env::var_os(name))
    }

    fn from_variables(get: impl Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        let get = reader(get);
        let key =
            get(API_KEY)?.ok_or_else(|| Error::config(API_KEY, "is not set in the environment"))?;
        Self::new(ApiKey::from_setting(API_KEY, &key)?).with_variables(get)
    }

    /// Reads `MAILGUN_REGION`, `MAILGUN_BASE_URL` and `MAILGUN_ALLOW_HTTP` if they are set, for a key
    /// that comes from elsewhere.
    ///
    /// ```
    /// use mailgun::Client;
    ///
    /// let client = Client::builder("key-0123456789").settings_from_env()?.build()?;
    /// # let _ = client;
    /// # Ok::<(), mailgun::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Config`](crate::ErrorKind::Config), which names the variable.
    pub fn settings_from_env(self) -> Result<Self, Error> {
        self.with_variables(reader(|name| env::var_os(name)))
    }

    fn with_variables(
        self,
        get: impl Fn(&'static str) -> Result<Option<String>, Error>,
    ) -> Result<Self, Error> {
        let mut builder = self;
        if let Some(region) = get("MAILGUN_REGION")? {
            let region = region.parse();
            let region =
                region.map_err(|_| Error::config("MAILGUN_REGION", "is neither `us` nor `eu`"))?;
            builder = builder.region(region);
        }
        if let Some(base_url) = get("MAILGUN_BASE_URL")? {
            builder = builder.base_url(base_url);
        }
        match get(ALLOW_HTTP)?.as_deref().map(str::trim) {
            Some("1" | "true") => builder = builder.allow_plain_http(),
            Some("0" | "false") => builder.allow_plain_http = false,
            None => {}
            Some(_) => return Err(Error::config(ALLOW_HTTP, "is neither `1` nor `0`")),
        }
        Ok(builder)
    }

    /// Sets the region. Default: [`Region::Us`].
    pub fn region(self, region: Region) -> Self {
        self.base_url(region.base_url())
    }

    /// Sets the base URL in place of a region's. A slash or a version at its end is ignored.
    ///
    /// Plain http is allowed for loopback only; see [`allow_plain_http`](Self::allow_plain_http).
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Allows a base URL with plain http, which exposes the API key and all mails to the network.
    ///
    /// It is for a mock or a proxy whose network you trust, such as `http://mailgun:8025` between
    /// containers. Never use it with a key of a real account.
    pub fn allow_plain_http(mut self) -> Self {
        self.allow_plain_http = true;
        self
    }

    /// Trusts another host (scheme, host, port) with the API key, for URLs in responses.
    ///
    /// Mailgun's own hosts are trusted already.
    pub fn trust_host(mut self, url: impl Into<String>) -> Self {
        self.trusted_hosts.push(url.into());
        self
    }

    /// Adds the application's name to the user agent, for example `shop/2.1`.
    pub fn user_agent(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent = Some(suffix.into());
        self
    }

    /// Limits the time to open a connection, or to wait for a shared one. Default: 10 s.
    #[cfg(feature = "transport")]
    pub fn connect_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.transport.connect_timeout = limit.into();
        self
    }

    /// Limits one attempt, from its start to the head of the response. Default: 60 s, plus 1 s for
    /// each 64 KiB of the request body.
    pub fn attempt_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.attempt_timeout = AttemptTimeoutLayer::new(limit);
        self
    }

    /// Limits each pause while a response body is read. Default: 30 s.
    pub fn body_idle_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.limits.idle = limit.into();
        self
    }

    /// Limits a whole call. Default: 180 s, plus 1 s for each 64 KiB of the request body.
    /// [`Call::deadline`](crate::Call::deadline) overrides it for one call.
    pub fn total_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.limits.total = TimeLimit::Explicit(limit.into());
        self
    }

    /// Limits the size of a response. Default: 64 MiB. Streamed responses have no limit.
    pub fn max_response_bytes(mut self, limit: usize) -> Self {
        self.limits.response = limit;
        self
    }

    /// Sends all mail to this address and to nobody else, for staging and for tests.
    ///
    /// * To, Cc and Bcc of a message, of a chunk of a batch, of a MIME message and of a resend are
    ///   replaced by the address. The header `X-Original-To` names the first ten recipients, and
    ///   says how many more there were. A resent mail does not have this header.
    /// * The text of a MIME message is not changed: its own `To` and `Cc` still name the original
    ///   recipients, who get nothing from Mailgun, but do get a reply to all.
    /// * Each chunk of a batch becomes one mail, with the variables of its first recipient.
    /// * All other calls that make Mailgun send mail are refused with
    ///   [`ErrorKind::Guarded`](crate::ErrorKind::Guarded): tests of alerts and of inbox placement,
    ///   activation mail and sandbox invitations. So is a call whose recipients cannot be seen.
    ///
    /// It applies to every handle of the client, and to calls that are described by hand. It does not
    /// change the settings of the account: routes, alerts and mailing lists work as before. A later call
    /// replaces the address.
    ///
    /// ```
    /// use mailgun::Client;
    ///
    /// let mut builder = Client::builder("key-0123456789");
    /// if std::env::var("STAGE").as_deref() != Ok("production") {
    ///     builder = builder.redirect_all_to("staging@example.com");
    /// }
    /// let client = builder.build()?;
    /// # let _ = client;
    /// # Ok::<(), mailgun::Error>(())
    /// ```
    pub fn redirect_all_to(mut self, address: impl AsRef<str>) -> Self {
        self.guard = self.guard.and_then(|guard| guard.redirect_to(address.as_ref()));
        self
    }

    /// Allows mail only to these addresses and domains, in addition to those of earlier calls. A
    /// domain does not include its subdomains, nor addresses with a quoted local part. With no entry,
    /// nobody gets mail.
    ///
    /// If any recipient is not among them, the whole call is refused with
    /// [`ErrorKind::Guarded`](crate::ErrorKind::Guarded), and nothing is sent. The address of a mailing
    /// list counts as that address. Calls whose recipients cannot be seen are refused as with
    /// [`redirect_all_to`](Self::redirect_all_to). With both, mail is redirected first.
    ///
    /// ```
    /// use mailgun::Client;
    ///
    /// let client = Client::builder("key-0123456789")
    ///     .allow_recipients(["example.com", "tester@example.org"])
    ///     .build()?;
    /// # let _ = client;
    /// # Ok::<(), mailgun::Error>(())
    /// ```
    pub fn allow_recipients<P: AsRef<str>>(
        mut self,
        patterns: impl IntoIterator<Item = P>,
    ) -> Self {
        self.guard = self.guard.and_then(|guard| guard.allow(patterns));
        self
    }

    /// Sets when and how often attempts are retried. [`RetryPolicy::never`] disables retries.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Reports calls, attempts, waits and connections to `recorder`, in place of an earlier one.
    ///
    /// [`metrics`](crate::metrics) has the names, and recorders for OpenTelemetry and the crate
    /// `metrics`.
    pub fn metrics(mut self, recorder: impl Recorder) -> Self {
        self.recorder = SharedRecorder::new(recorder);
        self
    }
}

/// Connections: proxies, HTTP versions, TLS, and the pool.
#[cfg(feature = "transport")]
impl<C: From<Client>> ClientBuilder<C> {
    /// Sends everything through `proxy` and ignores the environment.
    ///
    /// Default: the variables `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, except for
    /// loopback addresses. If one of them is invalid, [`build`](Self::build) returns an error.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.transport.proxy = ProxyConfig::Explicit(proxy);
        self
    }

    /// Uses no proxy and ignores the environment.
    pub fn no_proxy(mut self) -> Self {
        self.transport.proxy = ProxyConfig::None;
        self
    }

    /// Sets the HTTP versions to use. Default: [`HttpVersions::Auto`].
    ///
    /// Over HTTP/2, all requests to a host share one connection. A streamed response that is not
    /// read does not block other requests. It buffers up to 1 MiB and occupies one of the server's
    /// streams, commonly 100. If a call is dropped before the first response on a connection, later
    /// calls use a new connection.
    pub fn http_versions(mut self, versions: HttpVersions) -> Self {
        self.transport.http_versions = versions;
        self
    }

    /// Sets which root certificates are trusted. Default: [`Roots::All`].
    pub fn roots(mut self, roots: Roots) -> Self {
        self.transport.tls.roots = roots;
        self
    }

    /// Trusts additional root certificates, for example those of a company.
    pub fn root_certificates(mut self, roots: impl IntoIterator<Item = Certificate>) -> Self {
        self.transport.tls.added.extend(roots);
        self
    }

    /// Sets the crypto provider for TLS. Default: the one that the crate's features select.
    pub fn crypto_provider(mut self, provider: Arc<rustls::crypto::CryptoProvider>) -> Self {
        self.transport.tls.provider = Some(provider);
        self
    }

    /// Sets the whole TLS configuration, for example with a client certificate. All other TLS
    /// settings are ignored.
    pub fn tls_config(mut self, config: Arc<rustls::ClientConfig>) -> Self {
        self.transport.tls.custom = Some(config);
        self
    }

    /// Closes a connection after it was idle for this long. Default: 50 s. With `None`, only the
    /// server closes idle connections.
    ///
    /// Keep it below the server's own limit. If the server closes a connection while a request is
    /// being sent, the outcome is unknown and a send is not retried. A shorter limit that the server
    /// announces (`Keep-Alive: timeout=5`) is observed, less 1 s, even with `None`.
    pub fn pool_idle_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.transport.pool_idle_timeout = limit.into();
        self
    }

    /// Sends no new requests over a connection of this age. Default: 5 min. `None` sets no limit.
    ///
    /// It bounds how long a busy client takes to follow DNS changes. Requests in flight are
    /// completed.
    pub fn pool_max_lifetime(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.transport.pool_max_lifetime = limit.into();
        self
    }

    /// Limits the idle connections to a host. Default: 128. With 0, every request opens a new
    /// connection.
    ///
    /// Connections in use do not count. Over HTTP/2, all requests share one connection.
    pub fn pool_max_idle_per_host(mut self, connections: usize) -> Self {
        self.transport.pool_max_idle_per_host = connections;
        self
    }

    /// Sends TCP keep-alive probes after this long without traffic. Default: 30 s. `None` disables
    /// them.
    pub fn tcp_keepalive(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.transport.tcp_keepalive = interval.into();
        self
    }
}

/// Layers, and building the client.
impl<C: From<Client>> ClientBuilder<C> {
    /// Adds a layer around each call, outside the retry. It sees one request for each call.
    ///
    /// The layer added first is outermost. A layer that stops a request returns
    /// [`Error::not_sent`]; any other error of a layer counts as an unknown outcome.
    pub fn layer<L, R>(mut self, layer: L) -> Self
    where
        L: Layer<HttpService> + Send + Sync + 'static,
        L::Service: Service<Request<Body>, Response = Response<R>, Error: Into<BoxError>>,
        L::Service: Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Future: Send + 'static,
        R: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        self.call_layers.push(box_layer(layer));
        self
    }

    /// Adds a layer around each attempt, inside the retry, for example to limit the rate or to
    /// measure attempts. It does not see the API key.
    ///
    /// The layer added first is outermost. Errors count as for [`layer`](Self::layer).
    pub fn attempt_layer<L, R>(mut self, layer: L) -> Self
    where
        L: Layer<HttpService> + Send + Sync + 'static,
        L::Service: Service<Request<Body>, Response = Response<R>, Error: Into<BoxError>>,
        L::Service: Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Future: Send + 'static,
        R: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        self.attempt_layers.push(box_layer(layer));
        self
    }

    /// Puts a function around each call, outside the retry, as [`layer`](Self::layer) does with a
    /// layer.
    pub fn layer_fn<F, R>(self, function: F) -> Self
    where
        F: Fn(Request<Body>, Next) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Response<ResponseBody>, Error>> + Send + 'static,
    {
        self.layer(from_fn(function))
    }

    /// Puts a function around each attempt, inside the retry, as
    /// [`attempt_layer`](Self::attempt_layer) does with a layer.
    ///
    /// ```
    /// use std::sync::{Arc, atomic::{AtomicU64, Ordering}};
    /// use mailgun::Client;
    ///
    /// let attempts = Arc::new(AtomicU64::new(0));
    /// let counter = attempts.clone();
    /// let client = Client::builder("key-0123456789")
    ///     .attempt_layer_fn(move |request, next| {
    ///         counter.fetch_add(1, Ordering::Relaxed);
    ///         next.run(request)
    ///     })
    ///     .build()?;
    /// # let _ = client;
    /// # Ok::<(), mailgun::Error>(())
    /// ```
    pub fn attempt_layer_fn<F, R>(self, function: F) -> Self
    where
        F: Fn(Request<Body>, Next) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Response<ResponseBody>, Error>> + Send + 'static,
    {
        self.attempt_layer(from_fn(function))
    }

    /// Builds the client. Opens no connection and needs no runtime.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Config`](crate::ErrorKind::Config), which names the invalid setting or
    /// variable.
    #[cfg(feature = "transport")]
    pub fn build(mut self) -> Result<C, Error> {
        let destinations = self.destinations()?;
        self.transport.recorder = self.recorder.clone();
        let transport = Transport::new(&self.transport, destinations.0.is_https())?;
        self.build_over(transport, destinations)
    }

    /// Builds a client that sends requests through `service` instead of hyper: an in-memory server,
    /// a recorder, another HTTP client. All layers of the SDK apply.
    ///
    /// [`Client::from_service`] applies none of them.
    ///
    /// # Errors
    ///
    /// The same as [`build`](Self::build).
    pub fn build_with_transport<S, R>(mut self, service: S) -> Result<C, Error>
    where
        S: Service<Request<Body>, Response = Response<R>, Error: Into<BoxError>>,
        S: Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
        R: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        let destinations = self.destinations()?;
        self.build_over(service, destinations)
    }

    fn destinations(&mut self) -> Result<(BaseUrl, TrustedHosts), Error> {
        let base = BaseUrl::parse(&self.base_url, self.allow_plain_http)?;
        let extra = self.trusted_hosts.iter();
        let extra = extra.map(|url| {
            BaseUrl::parse(url, self.allow_plain_http)
                .map_err(|error| error.in_parameter("trust_host"))
        });
        let trusted = TrustedHosts::new(base.clone(), extra.collect::<Result<_, _>>()?);
        Ok((base, trusted))
    }

    fn build_over<S, R>(
        self,
        transport: S,
        (base, trusted): (BaseUrl, TrustedHosts),
    ) -> Result<C, Error>
    where
        S: Service<Request<Body>, Response = Response<R>, Error: Into<BoxError>>,
        S: Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
        R: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        let credentials = self.credentials?;
        let guard = self.guard?.build();
        let attempt = ServiceBuilder::new()
            .layer(self.attempt_timeout)
            .layer(UserAgentLayer::new(self.user_agent.as_deref())?);
        let around = ServiceBuilder::new()
            .layer(RetryLayer::with_recorder(self.retry, self.recorder.clone()))
            .layer(TraceLayer::new())
            .layer(MetricsLayer::shared(self.recorder.clone()))
            .layer(ReadResponseLayer::new(self.limits.response, self.limits.idle));
        // Without the key, and without the application's layers, which may add other secrets.
        let keyless = attempt.clone().service(box_service(transport.clone()));
        let keyless = Some(HttpService::new(around.clone().service(box_service(keyless))));
        let attempt = attempt.layer(AuthorizationLayer::new(credentials.clone()));
        let attempt = attempt.service(transport);
        let attempt = wrap(box_service(attempt), self.attempt_layers);
        let stack = wrap(HttpService::new(around.service(attempt)), self.call_layers);
        let credentials = Some(credentials);
        Ok(Client::from_handle(Handle {
            stack,
            keyless,
            base,
            trusted,
            limits: self.limits,
            recorder: self.recorder,
            credentials,
            guard,
            subaccount: None,
        })
        .into())
    }
}

/// Wraps a service in layers, the first one outermost.
fn wrap(service: HttpService, layers: Vec<BoxLayer>) -> HttpService {
    layers.into_iter().rev().fold(service, |service, layer| layer(service))
}

impl Client {
    /// Creates a client that sends requests directly through `service`, without the SDK's layers:
    /// no API key, no retries.
    ///
    /// The total timeout and the limit on the response size still apply, and errors are converted
    /// to [`Error`]. To replace only the transport, use [`ClientBuilder::build_with_transport`].
    ///
    /// ```
    /// use mailgun::{
    ///     Body, Client, Operation, ResponseBody,
    ///     http::{Request, Response},
    /// };
    /// use tower::service_fn;
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let canned = service_fn(|request: Request<Body>| async move {
    ///     assert_eq!(request.uri().path(), "/v4/domains");
    ///     Ok::<_, std::convert::Infallible>(Response::new(ResponseBody::from(r#"{"items": []}"#)))
    /// });
    /// let client = Client::from_service("https://api.mailgun.net", canned)?;
    /// let response: serde_json::Value = client.call(Operation::get("/v4/domains"), &[]).await?;
    /// assert_eq!(response["items"], serde_json::json!([]));
    /// # Ok::<(), mailgun::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Config`](crate::ErrorKind::Config) if the base URL is invalid.
    pub fn from_service<S, R>(base_url: &str, service: S) -> Result<Self, Error>
    where
        S: Service<Request<Body>, Response = Response<R>, Error: Into<BoxError>>,
        S: Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
        R: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        let base = BaseUrl::parse(base_url, false)?;
        let trusted = TrustedHosts::new(base.clone(), Vec::new());
        let limits = Limits::default();
        let stack = box_service(service);
        Ok(Self::from_handle(Handle {
            stack,
            keyless: None,
            base,
            trusted,
            limits,
            recorder: SharedRecorder::default(),
            credentials: None,
            guard: None,
            subaccount: None,
        }))
    }
}

impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL may hold a password until `build` has refused it.
        let mut builder = f.debug_struct("ClientBuilder");
        builder
            .field("attempt_timeout", &self.attempt_timeout)
            .field("limits", &self.limits)
            .field("retry", &self.retry);
        #[cfg(feature = "transport")]
        builder.field("transport", &self.transport);
        builder
            .field("layers", &(self.call_layers.len() + self.attempt_layers.len()))
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "transport"))]
mod tests {
    use super::*;

    fn from(variables: &[(&str, &str)]) -> Result<Client, Error> {
        ClientBuilder::<Client>::from_variables(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
        })?
        .build()
    }

    #[test]
    fn the_environment_gives_key_region_and_base_url() {
        let base = |variables: &[(&str, &str)]| format!("{:?}", from(variables).unwrap().0.base);
        let key = ("MAILGUN_API_KEY", "key-test");
        assert_eq!(base(&[key]), "https://api.mailgun.net");
        assert_eq!(base(&[key, ("MAILGUN_REGION", "EU")]), "https://api.eu.mailgun.net");
        assert_eq!(
            base(&[key, ("MAILGUN_BASE_URL", "http://localhost:1/v3")]),
            "http://localhost:1"
        );
        for (variables, named) in [
            (&[][..], "MAILGUN_API_KEY"),
            (&[key, ("MAILGUN_REGION", "mars")][..], "MAILGUN_REGION"),
            (&[key, ("MAILGUN_BASE_URL", "http://example.com")][..], "base_url"),
            (&[("MAILGUN_API_KEY", "a b")][..], "MAILGUN_API_KEY"),
            (&[("MAILGUN_API_KEY", "'key-test'")][..], "MAILGUN_API_KEY"),
        ] {
            let error = from(variables).unwrap_err();
            assert!(error.to_string().contains(named), "{error}");
            assert_eq!(error.kind(), crate::ErrorKind::Config);
        }
    }

    #[test]
    fn the_environment_allows_plain_http_beyond_loopback_on_request() {
        let base_url = ("MAILGUN_BASE_URL", "http://mailgun:8025");
        let of =
            |allowed| from(&[("MAILGUN_API_KEY", "key-test"), base_url, (ALLOW_HTTP, allowed)]);
        for allowed in ["1", "true", " 1 "] {
            let client = of(allowed).unwrap();
            assert_eq!(format!("{:?}", client.0.base), "http://mailgun:8025");
        }
        for (forbidden, named) in
            [("0", "base_url"), ("false", "base_url"), ("", "base_url"), ("yes", ALLOW_HTTP)]
        {
            let error = of(forbidden).unwrap_err();
            assert!(error.to_string().contains(named), "{error}");
            assert_eq!(error.kind(), crate::ErrorKind::Config);
        }
    }

    #[test]
    fn region_and_base_url_are_read_for_a_key_from_elsewhere() {
        let client = |variable: (&'static str, &'static str)| {
            let read = reader(move |name| (name == variable.0).then(|| variable.1.into()));
            ClientBuilder::<Client>::new("key-test").with_variables(read)?.build()
        };
        let url = |variable| client(variable).unwrap().base_url();
        assert_eq!(url(("MAILGUN_REGION", "eu")), "https://api.eu.mailgun.net");
        assert_eq!(url(("MAILGUN_BASE_URL", "http://localhost:1/v3/")), "http://localhost:1");
        assert_eq!(url(("MAILGUN_REGION", " ")), "https://api.mailgun.net");
        let error = client(("MAILGUN_REGION", "mars")).unwrap_err();
        assert!(error.to_string().contains("MAILGUN_REGION"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_not_utf8_is_named() {
        use std::os::unix::ffi::OsStringExt as _;

        for bad in ["MAILGUN_API_KEY", "MAILGUN_REGION", "MAILGUN_BASE_URL", "MAILGUN_ALLOW_HTTP"] {
            let builder = ClientBuilder::<Client>::from_variables(|name| match name {
                _ if name == bad => Some(OsString::from_vec(vec![0xff])),
                "MAILGUN_API_KEY" => Some("key-test".into()),
                _ => None,
            });
            let error = builder.unwrap_err();
            assert!(error.to_string().contains(&format!("`{bad}` is not valid UTF-8")), "{error}");
        }
    }

    #[test]
    fn build_names_the_invalid_setting() {
        let builder = || Client::builder("key-test");
        for (builder, named) in [
            (Client::builder(""), "api_key"),
            (builder().base_url("ftp://x"), "base_url"),
            (builder().trust_host("http://example.com"), "trust_host"),
            (builder().user_agent("a\nb"), "user_agent"),
        ] {
            let error = builder.build().unwrap_err();
            assert!(error.to_string().contains(named), "{error}");
        }
    }
}
