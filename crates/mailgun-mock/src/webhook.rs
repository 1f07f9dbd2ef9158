//! Posts webhooks, to this machine only.

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Request, Uri, header, uri::Scheme};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{net::TcpStream, sync::mpsc::UnboundedReceiver};

use crate::{
    account::Account, date, groups::events, mock::MockMailgun, sent::SentFile, server::Server,
};

/// How long a receiver may take to respond.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A webhook that was posted, or skipped because its URL is not on loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookDelivery {
    /// The URL of the receiver.
    pub url: String,
    /// The type of webhook, such as `delivered`; empty for inbound mail.
    pub event: String,
    /// The status of the response; `None` if there was no response, or if nothing was posted
    /// because the URL is not plain HTTP on loopback.
    pub status: Option<u16>,
}

impl MockMailgun {
    /// All webhooks that were posted and how the receivers responded, oldest first.
    ///
    /// A background task posts them one at a time.
    pub fn webhook_deliveries(&self) -> Vec<WebhookDelivery> {
        self.server.state().account.groups.webhooks.deliveries.clone()
    }

    /// Posts an inbound mail to a loopback URL, parsed and signed as by a route with
    /// `forward("https://..")`, and returns the status of the response.
    ///
    /// `fields` are the form fields: `recipient`, `sender`, `subject`, `body-plain` and so on.
    ///
    /// # Errors
    ///
    /// Returns an error if the URL is not plain HTTP on loopback, or if it does not respond within
    /// 10 s.
    pub async fn post_inbound(&self, url: &str, fields: &[(&str, &str)]) -> io::Result<u16> {
        let post = {
            let mut state = self.server.state();
            let fields =
                fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Post::form(&mut state.account, url, fields.collect(), &[])
        };
        post.send().await
    }

    /// Posts an event to a loopback URL as a signed webhook and returns the status of the response.
    ///
    /// The event is in the format of the events endpoint, and no search finds it. A missing `id` or
    /// `timestamp` is filled in.
    ///
    /// # Errors
    ///
    /// Returns an error if the URL is not plain HTTP on loopback, or if it does not respond within
    /// 10 s.
    pub async fn post_event(&self, url: &str, event: Value) -> io::Result<u16> {
        let post = {
            let account = &mut self.server.state().account;
            let event = events::completed(account, event);
            let kind = event["event"].as_str().unwrap_or_default().to_owned();
            Post::event(account, url, &kind, &event)
        };
        post.send().await
    }
}

/// A request in the queue of the background task.
#[derive(Debug)]
pub(crate) struct Post {
    url: String,
    event: String,
    content_type: String,
    /// The value of `X-Sign`, which alerts have.
    x_sign: Option<String>,
    body: Bytes,
}

impl Post {
    pub(crate) fn event(account: &mut Account, url: &str, webhook: &str, event: &Value) -> Self {
        let [timestamp, token, signature] = signature(account);
        let signature = json!({ "timestamp": timestamp, "token": token, "signature": signature });
        let body = json!({ "signature": signature, "event-data": event });
        Self {
            url: url.to_owned(),
            event: webhook.to_owned(),
            content_type: "application/json".to_owned(),
            x_sign: None,
            body: body.to_string().into(),
        }
    }

    pub(crate) fn alert(url: &str, event: &str, body: String, key: &str) -> Self {
        Self {
            url: url.to_owned(),
            event: event.to_owned(),
            content_type: "application/json".to_owned(),
            x_sign: Some(hmac(key, &[&body])),
            body: body.into(),
        }
    }

    /// A signed form: multipart if there are files.
    pub(crate) fn form(
        account: &mut Account,
        url: &str,
        mut fields: Vec<(String, String)>,
        files: &[(String, SentFile)],
    ) -> Self {
        let [timestamp, token, signature] = signature(account);
        let signed = [("timestamp", timestamp), ("token", token), ("signature", signature)];
        fields.extend(signed.map(|(name, value)| (name.to_owned(), value)));
        let (content_type, body) = match files {
            [] => {
                let body = form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(fields)
                    .finish()
                    .into();
                ("application/x-www-form-urlencoded".to_owned(), body)
            }
            _ => {
                let boundary = account.object_id();
                let body = multipart(&boundary, &fields, files);
                (format!("multipart/form-data; boundary={boundary}"), body)
            }
        };
        let (url, event) = (url.to_owned(), String::new());
        Self { url, event, content_type, x_sign: None, body }
    }

    pub(crate) async fn send(self) -> io::Result<u16> {
        let Self { url, content_type, x_sign, body, .. } = self;
        let uri: Uri = url.parse().map_err(io::Error::other)?;
        let (address, authority) = loopback(&uri).ok_or_else(|| {
            io::Error::other("webhooks are posted only to plain HTTP URLs on loopback")
        })?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::post(path)
            .header(header::HOST, authority)
            .header(header::USER_AGENT, "mailgun-mock")
            .header(header::CONTENT_TYPE, content_type);
        if let Some(signature) = x_sign {
            request = request.header("X-Sign", signature);
        }
        let request = request.body(Full::new(body)).map_err(io::Error::other)?;
        let exchange = async {
            let stream = TcpStream::connect(address).await?;
            let (mut sender, connection) =
                http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
            let answer = sender.send_request(request);
            tokio::pin!(answer, connection);
            let answer = tokio::select! {
                biased;
                answer = &mut answer => answer,
                // The connection ends after the response, or because there is none.
                _ = connection => answer.await,
            };
            answer.map(|answer| answer.status().as_u16()).map_err(io::Error::other)
        };
        tokio::time::timeout(TIMEOUT, exchange).await?
    }
}

/// Posts what is queued, in order, until the task is aborted.
pub(crate) async fn post_all(mut posts: UnboundedReceiver<Post>, server: Arc<Server>) {
    while let Some(post) = posts.recv().await {
        let (url, event) = (post.url.clone(), post.event.clone());
        let status = post.send().await.ok();
        let delivery = WebhookDelivery { url, event, status };
        server.state().account.groups.webhooks.deliveries.push(delivery);
    }
}

fn multipart(boundary: &str, fields: &[(String, String)], files: &[(String, SentFile)]) -> Bytes {
    // As browsers escape names.
    let escape = |name: &str| name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    let mut body = Vec::new();
    let mut part = |head: String, bytes: &[u8]| {
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    };
    for (name, value) in fields {
        part(format!("name=\"{}\"", escape(name)), value.as_bytes());
    }
    for (name, SentFile { filename, content_type, bytes }) in files {
        let content_type = content_type.replace(char::is_control, "");
        let filename = escape(filename);
        let head =
            format!("name=\"{name}\"; filename=\"{filename}\"\r\nContent-Type: {content_type}");
        part(head, bytes);
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    body.into()
}

/// A timestamp, a token and their signature.
fn signature(account: &mut Account) -> [String; 3] {
    let timestamp = date::epoch_seconds(SystemTime::now()).to_string();
    let token = account.signature_token();
    let hex = hmac(&account.signing_key, &[&timestamp, &token]);
    [timestamp, token, hex]
}

/// The signature of these texts, one after the other, in hexadecimal digits.
fn hmac(key: &str, texts: &[&str]) -> String {
    let mut hex = String::new();
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) {
        texts.iter().for_each(|text| mac.update(text.as_bytes()));
        hex.extend(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")));
    }
    hex
}

/// The socket address and the authority of a URL, if it is plain HTTP on this machine.
fn loopback(uri: &Uri) -> Option<((IpAddr, u16), &str)> {
    let authority = uri.authority()?;
    let host = authority.host().trim_matches(['[', ']']);
    let ip = match host {
        // Not resolved: a resolver could return another address.
        "localhost" => Ipv4Addr::LOCALHOST.into(),
        _ => host.parse::<IpAddr>().ok()?,
    };
    let is_local = uri.scheme() == Some(&Scheme::HTTP) && ip.is_loopback();
    is_local.then(|| ((ip, authority.port_u16().unwrap_or(80)), authority.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_http_to_loopback_is_posted() {
        for (url, is_loopback) in [
            ("http://127.0.0.1:8080/a?b=c", true),
            ("http://localhost/a", true),
            ("http://[::1]:80/", true),
            ("http://127.9.9.9", true),
            ("https://127.0.0.1/a", false),
            ("http://example.com/a", false),
            ("http://localhost.example.com/a", false),
            ("http://127.0.0.1@example.com/a", false),
            ("http://127.0.0.1.example.com/a", false),
            ("http://10.0.0.1/a", false),
            ("/a", false),
        ] {
            assert_eq!(loopback(&url.parse().unwrap()).is_some(), is_loopback, "{url}");
        }
    }
}
