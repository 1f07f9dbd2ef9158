//! Sends requests over pooled connections, with proxies and TLS.

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
use crate::metrics::SharedRecorder;

/// Which HTTP versions a client uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HttpVersions {
    /// HTTP/2 if the server supports it (ALPN), otherwise HTTP/1.1.
    #[default]
    Auto,
    /// HTTP/1.1.
    Http1Only,
    /// HTTP/2 without negotiation, even over plain http.
    Http2Only,
}

/// The settings of the transport.
#[derive(Clone, Debug)]
pub(crate) struct TransportConfig {
    /// Limits name resolution, TCP, proxy and TLS together.
    pub(crate) connect_timeout: Option<Duration>,
    /// An idle connection is closed after this time.
    pub(crate) pool_idle_timeout: Option<Duration>,
    /// A connection takes no new requests after this time.
    pub(crate) pool_max_lifetime: Option<Duration>,
    pub(crate) pool_max_idle_per_host: usize,
    pub(crate) http_versions: HttpVersions,
    pub(crate) tcp_keepalive: Option<Duration>,
    pub(crate) proxy: ProxyConfig,
    pub(crate) tls: TlsConfig,
    pub(crate) recorder: SharedRecorder,
}

impl Default for TransportConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Some(Duration::from_secs(10)),
            // Shorter than the 60 to 75 seconds of most servers. If a server closes a connection
            // while a request is being sent, the outcome is unknown and a send is not retried.
            pool_idle_timeout: Some(Duration::from_secs(50)),
            // Otherwise a busy client would never close its connections and never follow DNS.
            pool_max_lifetime: Some(Duration::from_secs(5 * 60)),
            pool_max_idle_per_host: 128,
            http_versions: HttpVersions::default(),
            tcp_keepalive: Some(Duration::from_secs(30)),
            proxy: ProxyConfig::default(),
            tls: TlsConfig::default(),
            recorder: SharedRecorder::default(),
        }
    }
}

#[cfg(test)]
mod tests;
