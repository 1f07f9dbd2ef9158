//! Connections: TCP, through a proxy or not, with TLS or not, all within one time limit.

use std::{
    error::Error as StdError,
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
    client::legacy::connect::{
        Connection, HttpConnector,
        proxy::{SocksV5, Tunnel},
    },
    rt::TokioIo,
};
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tower::{Service, ServiceExt, service_fn};

use super::{
    TransportConfig,
    classify::{chain, find, root_cause},
    proxy::{Hop, ProxyRules, with_port},
    tls::Tls,
};
use crate::{BoxError, Delivery, Error, Kind, TimeoutPhase};

/// A connection up to the point where TLS with the destination may begin; it is `Https` if the
/// connection to the proxy is encrypted.
type Dialed = MaybeHttpsStream<TokioIo<TcpStream>>;

/// A connection over which requests are sent.
pub(crate) type Stream = MaybeHttpsStream<Dialed>;

/// Makes connections for the pool.
///
/// An http proxy is asked for a tunnel to destinations with plain http, too: the same way for all
/// of them, which keeps the credentials of the proxy out of the requests.
pub(crate) struct Connector {
    tcp: HttpConnector,
    proxies: ProxyRules,
    tls: Tls,
    limit: Option<Duration>,
}

impl Connector {
    /// With `needs_tls`, faults of the TLS settings are found here rather than by the first call.
    pub(crate) fn new(config: &TransportConfig, needs_tls: bool) -> Result<Self, Error> {
        Self::with_proxies(config, needs_tls, ProxyRules::new(&config.proxy))
    }

    /// As if the environment said what the matcher says.
    #[cfg(test)]
    pub(super) fn with_environment(
        config: &TransportConfig,
        environment: hyper_util::client::proxy::matcher::Matcher,
    ) -> Result<Self, Error> {
        Self::with_proxies(config, false, ProxyRules::environment(environment))
    }

    fn with_proxies(
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
        // Shared out among the addresses of a host, so that a dead one leaves time for the next.
        tcp.set_connect_timeout(config.connect_timeout);
        Ok(Self { tcp, proxies, tls, limit: config.connect_timeout })
    }

    /// A connection to the host of `dst`.
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
        match self.proxies.hop(dst)? {
            None => {
                let tcp = self.tcp(dst, Peer::Destination(dst)).await?;
                Ok(MaybeHttpsStream::Http(tcp))
            }
            Some(Hop::Tunnel { proxy, auth }) => {
                let connection = self.dial_proxy(&proxy).await?;
                let mut tunnel = Tunnel::new(proxy.clone(), only(connection));
                if let Some(auth) = auth {
                    tunnel = tunnel.with_auth(auth);
                }
                tunnel.oneshot(target(dst)?).await.map_err(|error| refused(&proxy, error))
            }
            Some(Hop::Socks { proxy, auth }) => {
                let connection = self.dial_proxy(&proxy).await?;
                let mut socks = SocksV5::new(proxy.clone(), only(connection));
                if let Some((user, password)) = auth {
                    socks = socks.with_auth(user, password);
                }
                socks.oneshot(target(dst)?).await.map_err(|error| refused(&proxy, error))
            }
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
            Error::new(Kind::Connect, Delivery::NotSent, text).with_source(error)
        })
    }
}

/// TLS over a connection that is already there.
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
        let text = format!("no TLS session with {peer}: {}", chain(&*error));
        let unknown = matches!(
            root_cause(&*error).downcast_ref(),
            Some(rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer))
        );
        let failed = Error::new(Kind::Tls, Delivery::NotSent, text).with_source(error);
        if unknown {
            failed.with_hint("if the network inspects TLS, add its root certificate to the client")
        } else {
            failed
        }
    })
}

/// The proxy answered, and said no; nothing went to the destination.
fn refused<E: StdError + Send + Sync + 'static>(proxy: &Uri, error: E) -> Error {
    let text = chain(&error);
    let wants_login = text.contains("auth") || text.contains("credentials");
    let text = format!("{} opened no tunnel: {text}", Peer::Proxy(proxy));
    let failed = Error::new(Kind::Connect, Delivery::NotSent, text).with_source(error);
    if wants_login { failed.with_hint("check user name and password of the proxy") } else { failed }
}

/// Tunnels take 443 for a missing port, whatever the scheme.
fn target(dst: &Uri) -> Result<Uri, Error> {
    with_port(dst, if dst.scheme() == Some(&Scheme::HTTP) { 80 } else { 443 })
}

/// A connector that hands out one connection that was made before.
///
/// Each step then fails with its own error, instead of one wrapped by the steps after it.
fn only<T>(connection: T) -> impl Service<Uri, Response = T, Error = BoxError, Future = Once<T>> {
    let mut connection = Some(connection);
    service_fn(move |_| {
        ready(connection.take().ok_or_else(|| "the connection is in use already".into()))
    })
}

type Once<T> = Ready<Result<T, BoxError>>;

/// The other end, as it is named in errors: never with the path or user information.
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
