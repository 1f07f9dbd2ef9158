mod fate;
mod pool;
mod proxy;
mod servers;
mod settings;
mod tls;

use std::{error::Error as StdError, sync::Arc, time::Duration};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use rustls::crypto::ring;
use tower::ServiceExt;

use self::servers::TestCa;
use super::{connector::Connector, *};
use crate::{Delivery, Error, Kind, TimeoutPhase};

/// Settings without the environment's proxies and the system's certificates.
fn config() -> TransportConfig {
    TransportConfig {
        connect_timeout: Some(Duration::from_secs(5)),
        proxy: ProxyConfig::None,
        tls: TlsConfig {
            roots: Roots::AddedOnly,
            provider: Some(Arc::new(ring::default_provider())),
            ..TlsConfig::default()
        },
        ..TransportConfig::default()
    }
}

fn trusting(ca: &TestCa) -> TransportConfig {
    let mut config = config();
    config.tls.added = Certificate::from_pem(ca.pem()).unwrap();
    config
}

fn through(proxy: Proxy, mut config: TransportConfig) -> TransportConfig {
    config.proxy = ProxyConfig::Explicit(proxy);
    config
}

async fn get_with(
    transport: &Transport<Full<Bytes>>,
    url: impl AsRef<str>,
) -> Result<String, Error> {
    let request = Request::get(url.as_ref()).body(Full::default()).unwrap();
    let reply = transport.clone().oneshot(request).await?;
    let body = reply.into_body().collect().await.unwrap().to_bytes();
    Ok(String::from_utf8(body.to_vec()).unwrap())
}

async fn get(config: &TransportConfig, url: impl AsRef<str>) -> Result<String, Error> {
    get_with(&Transport::new(config, false)?, url).await
}

/// Everything that a log could show of an error: both forms, and those of all its sources.
fn everything(error: &Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(error) = source {
        text += &format!(" | {error} {error:?}");
        source = error.source();
    }
    text
}

#[track_caller]
fn assert_fate(error: &Error, kind: Kind, delivery: Delivery) {
    assert_eq!((error.kind(), error.delivery()), (kind, delivery), "{}", everything(error));
}
