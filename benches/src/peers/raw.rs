//! hyper-util's pooled client with a pre-encoded body.

use std::{hint::black_box, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use mailgun::http::{HeaderMap, HeaderValue, Method, Request, Uri, header};

use super::{Peer, ours};
use crate::{
    Result,
    fixtures::{Load, PATH},
};

const AUTHORIZATION: &str = "Basic YXBpOmtleS0wMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg==";

/// A client, and the request that it sends repeatedly.
#[derive(Clone, Debug)]
pub struct Raw {
    client: Client<HttpConnector, Full<Bytes>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

impl Raw {
    /// Sends the simple message to a server at `base_url`, with the settings of the SDK.
    ///
    /// # Errors
    ///
    /// Returns an error if the URL is invalid.
    pub async fn new(base_url: &str) -> Result<Self> {
        let (headers, body) = ready_made(&Load::Simple).await?;
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_keepalive(Some(Duration::from_secs(30)));
        connector.set_connect_timeout(Some(Duration::from_secs(10)));
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(50))
            .pool_max_idle_per_host(128)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_max_headers(200)
            .build(connector);
        Ok(Self { client, uri: format!("{base_url}{PATH}").parse()?, headers, body })
    }

    /// Sends a message with `load` over the same connections.
    ///
    /// # Errors
    ///
    /// Returns an error if the message is invalid.
    pub async fn with(&self, load: &Load) -> Result<Self> {
        let (headers, body) = ready_made(load).await?;
        Ok(Self { headers, body, ..self.clone() })
    }
}

/// Sends the message and reads the response without decoding it.
impl Peer for Raw {
    async fn once(&self) -> Result<()> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        let response = self.client.request(request).await?;
        if !response.status().is_success() {
            return Err(format!("status {}", response.status()).into());
        }
        black_box(response.into_body().collect().await?.to_bytes());
        Ok(())
    }
}

async fn ready_made(load: &Load) -> Result<(HeaderMap, Bytes)> {
    let (mut headers, body) = ours::encoded(load).await?;
    headers.insert(header::AUTHORIZATION, HeaderValue::from_static(AUTHORIZATION));
    headers.insert(header::USER_AGENT, HeaderValue::from_static("raw"));
    Ok((headers, body))
}
