//! Opens connections: TCP, proxy and TLS, within one time limit.

use std::{
    fmt,
    future::{Ready, ready},
    io,
    sync::Arc,
    time::Duration,
};

use http::{Uri, uri::Scheme};
use hyper::rt;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::{
    client::legacy::connect::{Connection, HttpConnector, proxy::SocksV5},
    rt::TokioIo,
};
use rustls::{CertificateError, ClientConfig};
use tokio::net::TcpStream;
use tower::{Service, ServiceExt, service_fn};

use super::{
    TransportConfig,
    classify::{chain, find, root_cause},
    proxy::{Proxy, ProxyRules},
    tls::{self, Tls},
    tunnel,
};
use crate::{BoxError, Error, ErrorKind, Outcome, TimeoutPhase};

/// A connection before the TLS handshake with the destination. `Https` if the connection to the
/// proxy is encrypted.
type Dialed = MaybeHttpsStream<TokioIo<TcpStream>>;

/// A connection over which requests are sent.
pub(crate) type Stream = MaybeHttpsStream<Dialed>;

/// Opens connections for the pool.
///
/// An HTTP proxy opens a tunnel to every destination, even with plain http. This keeps the proxy's
/// credentials out of the requests.
pub(crate) struct Connector {
    tcp: HttpConnector,
    proxies: ProxyRules,
    tls: Tls,
    limit: Option<Duration>,
}

impl Connector {
    /// With `needs_tls`, invalid TLS settings are reported here, not by the first call.
    pub(crate) fn new(config: &TransportConfig, needs_tls: bool) -> Result<Self, Error> {
        Self::with_proxies(config, needs_tls, ProxyRules::new(&config.proxy)?)
    }

    pub(super) fn with_proxies(
        config: &TransportConfig,
        needs_tls: bool,
        proxies: ProxyRules,
    ) -> Result<Self, Error> {
        let tls = Tls::new(config.tls.clone(), config.http_versions);
        if needs_tls {
            tls.configs()?;
        }
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(config.tcp_keepalive);
        // hyper-util divides it among the addresses of a host, so that a dead one leaves time for
        // the next.
        tcp.set_connect_timeout(config.connect_timeout);
        Ok(Self { tcp, proxies, tls, limit: config.connect_timeout })
    }

    /// Opens a connection to the host of `dst`.
    pub(super) async fn connect(&self, dst: &Uri) -> Result<Stream, Error> {
        match self.limit {
            Some(limit) => tokio::time::timeout(limit, self.open(dst))
                .await
                .unwrap_or_else(|_| Err(Error::timeout(TimeoutPhase::Connect, limit))),
            None => self.open(dst).await,
        }
    }

    async fn open(&self, dst: &Uri) -> Result<Stream, Error> {
        if dst.scheme() != Some(&Scheme::HTTPS) {
            return Ok(MaybeHttpsStream::Http(self.dial(dst).await?));
        }
        let tls = Arc::clone(&self.tls.configs()?.destination);
        let connection = self.dial(dst).await?;
        secure(connection, dst, tls, Peer::Destination(dst)).await
    }

    async fn dial(&self, dst: &Uri) -> Result<Dialed, Error> {
        let Some(proxy) = self.proxies.proxy(dst) else {
            let tcp = self.tcp(dst, Peer::Destination(dst)).await?;
            return Ok(MaybeHttpsStream::Http(tcp));
        };
        let connection = self.dial_proxy(proxy.uri()).await?;
        if proxy.is_socks() {
            socks(connection, proxy, dst).await
        } else {
            let destination = host_and_port(dst);
            let tunnel = tunnel::open(connection, &destination, proxy.login()).await;
            tunnel.map_err(|error| {
                let (is_permanent, is_login) = (error.is_permanent(), error.is_login());
                tunnel_failed(proxy, &chain(&error), is_permanent, is_login).with_source(error)
            })
        }
    }

    async fn dial_proxy(&self, proxy: &Uri) -> Result<Dialed, Error> {
        let peer = Peer::Proxy(proxy);
        if proxy.scheme() != Some(&Scheme::HTTPS) {
            return Ok(MaybeHttpsStream::Http(self.tcp(proxy, peer).await?));
        }
        let tls = Arc::clone(&self.tls.configs()?.proxy);
        secure(self.tcp(proxy, peer).await?, proxy, tls, peer).await
    }

    async fn tcp(&self, uri: &Uri, peer: Peer<'_>) -> Result<TokioIo<TcpStream>, Error> {
        self.tcp.clone().oneshot(uri.clone()).await.map_err(|error| {
            if let Some(limit) = self.limit
                && let Some(cause) = find::<io::Error>(&error)
                && cause.kind() == io::ErrorKind::TimedOut
            {
                return Error::timeout(TimeoutPhase::Connect, limit).with_source(error);
            }
            let text = format!("could not connect to {peer}: {}", chain(&error));
            Error::new(ErrorKind::Connect, Outcome::NotSent, text).with_source(error)
        })
    }
}

/// Performs the TLS handshake over an open connection.
async fn secure<T>(
    connection: T,
    uri: &Uri,
    tls: Arc<ClientConfig>,
    peer: Peer<'_>,
) -> Result<MaybeHttpsStream<T>, Error>
where
    T: Connection + rt::Read + rt::Write + Send + Unpin + 'static,
{
    HttpsConnector::from((only(connection), tls)).oneshot(uri.clone()).await.map_err(|error| {
        let text = format!("the TLS handshake with {peer} failed: {}", chain(&*error));
        let cause = root_cause(&*error).downcast_ref();
        let is_permanent = cause.is_some_and(tls::is_permanent);
        let hint = match (peer, cause) {
            (_, Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer))) => {
                Some("if a proxy inspects TLS, add its root certificate to the client")
            }
            (Peer::Proxy(_), Some(rustls::Error::InvalidMessage(_))) => {
                Some("if the proxy speaks plain http, its URL begins with `http://`")
            }
            _ => None,
        };
        let mut failed = Error::new(ErrorKind::Tls, Outcome::NotSent, text).with_source(error);
        if is_permanent {
            failed = failed.permanent();
        }
        match hint {
            Some(hint) => failed.with_hint(hint),
            None => failed,
        }
    })
}

/// Opens a SOCKS tunnel. The proxy resolves the host name.
async fn socks(connection: Dialed, proxy: &Proxy, dst: &Uri) -> Result<Dialed, Error> {
    let mut socks = SocksV5::new(proxy.uri().clone(), only(connection));
    if let Some(login) = proxy.login() {
        socks = socks.with_auth(login.user.clone(), login.password.clone());
    }
    let dst = Uri::builder()
        .scheme("socks5")
        .authority(host_and_port(dst))
        .path_and_query("/")
        .build()
        .map_err(|error| Error::config("base url", "has an unusable host").with_source(error))?;
    socks.oneshot(dst).await.map_err(|error| {
        // The error type is private. Only its `Debug` output names the variant.
        let variant = format!("{error:?}");
        let is = |names: &[&str]| names.iter().any(|name| variant.contains(name));
        let is_login = is(&["Auth("]);
        let is_permanent = is_login || is(&["NotAllowed", "NotSupported", "Parsing("]);
        tunnel_failed(proxy, &chain(&error), is_permanent, is_login).with_source(error)
    })
}

/// The error for a proxy that was reached but did not open a tunnel.
fn tunnel_failed(proxy: &Proxy, reason: &str, is_permanent: bool, is_login: bool) -> Error {
    let text = format!("{} opened no tunnel: {reason}", Peer::Proxy(proxy.uri()));
    let mut error = Error::new(ErrorKind::Connect, Outcome::NotSent, text);
    if is_permanent {
        error = error.permanent();
    }
    if is_login { error.with_hint("check the user name and password of the proxy") } else { error }
}

fn host_and_port(dst: &Uri) -> String {
    let default = if dst.scheme() == Some(&Scheme::HTTP) { 80 } else { 443 };
    format!("{}:{}", dst.host().unwrap_or_default(), dst.port_u16().unwrap_or(default))
}

/// A connector that returns an open connection, once.
///
/// It lets each step fail with its own error, which later steps do not wrap.
fn only<T>(connection: T) -> impl Service<Uri, Response = T, Error = BoxError, Future = Once<T>> {
    let mut connection = Some(connection);
    service_fn(move |_| {
        ready(connection.take().ok_or_else(|| "the connection is already in use".into()))
    })
}

type Once<T> = Ready<Result<T, BoxError>>;

/// The peer, displayed in errors as host and port, without path and user information.
#[derive(Clone, Copy)]
enum Peer<'a> {
    Destination(&'a Uri),
    Proxy(&'a Uri),
}

impl fmt::Display for Peer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri = match self {
            Self::Destination(uri) => uri,
            Self::Proxy(uri) => {
                f.write_str("the proxy ")?;
                uri
            }
        };
        f.write_str(uri.host().unwrap_or_default())?;
        match uri.port() {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}
