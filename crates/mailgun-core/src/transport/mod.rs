//! How requests reach the server: pooled connections, proxies, TLS, and what their failures mean.

mod classify;
mod connector;
mod no_proxy;
mod pool;
mod proxy;
mod send;
mod tls;
mod tunnel;

use std::time::Duration;

use self::connector::Connector;
pub(crate) use self::{pool::Incoming, proxy::ProxyConfig, send::Transport, tls::TlsConfig};
pub use self::{
    proxy::Proxy,
    tls::{Certificate, Roots},
};

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
    /// A connection takes no request after this time.
    pub(crate) pool_max_lifetime: Option<Duration>,
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
            // A busy client never closes its connections otherwise, and would not follow DNS.
            pool_max_lifetime: Some(Duration::from_secs(5 * 60)),
            pool_max_idle_per_host: 128,
            http_versions: HttpVersions::default(),
            tcp_keepalive: Some(Duration::from_secs(30)),
            proxy: ProxyConfig::default(),
            tls: TlsConfig::default(),
        }
    }
}

#[cfg(test)]
mod tests;
