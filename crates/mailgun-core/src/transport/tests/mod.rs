mod early;
mod headers;
mod http2;
mod outcome;
mod pool;
mod proxy;
mod runtimes;
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
use crate::{Error, ErrorKind, Outcome, TimeoutPhase};

/// Settings that ignore proxies of the environment and certificates of the system.
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
    within(10, async {
        let response = transport.clone().oneshot(request).await?;
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Ok(String::from_utf8(body.to_vec()).unwrap())
    })
    .await
}

async fn get(config: &TransportConfig, url: impl AsRef<str>) -> Result<String, Error> {
    get_with(&Transport::new(config, false)?, url).await
}

/// All text of an error that may be logged: `Display` and `Debug` of the error and its sources.
fn everything(error: &Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(error) = source {
        text += &format!(" | {error} {error:?}");
        source = error.source();
    }
    text
}

/// Fails instead of hanging.
async fn within<T>(seconds: u64, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(seconds), future).await.expect("it hangs")
}

/// A request body whose remaining copies can be counted.
struct Upload(Vec<u8>, #[expect(dead_code, reason = "is dropped with the bytes")] Arc<()>);

impl AsRef<[u8]> for Upload {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// A request that is larger than all buffers.
fn upload(url: impl AsRef<str>) -> (Request<Full<Bytes>>, Arc<()>) {
    let held = Arc::new(());
    let body = Bytes::from_owner(Upload(vec![b'x'; 20 * 1024 * 1024], Arc::clone(&held)));
    (Request::post(url.as_ref()).body(Full::new(body)).unwrap(), held)
}

#[track_caller]
fn assert_outcome(error: &Error, kind: ErrorKind, outcome: Outcome) {
    assert_eq!((error.kind(), error.outcome()), (kind, outcome), "{}", everything(error));
}
