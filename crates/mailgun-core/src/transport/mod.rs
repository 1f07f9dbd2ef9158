//! How requests reach the server: pooled connections, proxies, TLS, and what their failures mean.

mod classify;
mod connector;
mod proxy;
mod send;
mod tcp;
mod tls;

use std::time::Duration;

use http_body::Body;
use hyper_util::{
    client::legacy,
    rt::{TokioExecutor, TokioTimer},
};

use self::{classify::classify, connector::Connector};
pub use self::{
    proxy::Proxy,
    tls::{Certificate, Roots},
};
pub(crate) use self::{proxy::ProxyConfig, send::Transport, tls::TlsConfig};

/// Which versions of HTTP a client speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HttpVersions {
    /// HTTP/2 where the server agrees during the TLS handshake, HTTP/1.1 elsewhere.
    #[default]
    Auto,
    /// HTTP/1.1.
    Http1Only,
    /// HTTP/2, without asking: over plain http too.
    Http2Only,
}

/// Settings of the transport.
#[derive(Clone, Debug)]
pub(crate) struct TransportConfig {
    /// For name resolution, TCP, the proxy and TLS together.
    pub(crate) connect_timeout: Option<Duration>,
    /// An unused connection is closed after this time.
    pub(crate) pool_idle_timeout: Option<Duration>,
    pub(crate) pool_max_idle_per_host: usize,
    pub(crate) http_versions: HttpVersions,
    pub(crate) tcp_keepalive: Option<Duration>,
    pub(crate) proxy: ProxyConfig,
    pub(crate) tls: TlsConfig,
}

impl Default for TransportConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Some(Duration::from_secs(10)),
            // Shorter than the usual 60 to 75 seconds of servers: a request that meets a server's
            // close on the way may have been processed, and a mail is then not sent again.
            pool_idle_timeout: Some(Duration::from_secs(50)),
            pool_max_idle_per_host: 32,
            http_versions: HttpVersions::default(),
            tcp_keepalive: Some(Duration::from_secs(30)),
            proxy: ProxyConfig::default(),
            tls: TlsConfig::default(),
        }
    }
}

/// Without a frame for this long while a reply is awaited, an HTTP/2 connection is probed.
const HTTP2_PROBE: Duration = Duration::from_secs(30);

/// The pooled client over a connector.
fn client<B>(config: &TransportConfig, connector: Connector) -> legacy::Client<Connector, B>
where
    B: Body + Send,
    B::Data: Send,
{
    legacy::Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        // Without a timer of its own the pool drops idle connections only when it is next used.
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(config.pool_idle_timeout)
        .pool_max_idle_per_host(config.pool_max_idle_per_host)
        .http2_only(config.http_versions == HttpVersions::Http2Only)
        // All calls share one HTTP/2 connection; a dead one must not hold them until they time out.
        .http2_keep_alive_interval(HTTP2_PROBE)
        // Repeats only requests of which nothing was written.
        .retry_canceled_requests(true)
        .set_host(true)
        .build(connector)
}

#[cfg(test)]
mod tests;
