use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
};
use clap::Args;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use mailgun::webhooks::receive::{
    InboundMail, LegacyEvent, Payload, SigningKey, Verified, Verifier,
};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
    time::timeout,
};

use crate::{
    context::Context,
    event,
    exit::{Failure, Result},
    output::{Output, clean},
};

/// How long a request may take to arrive, and the application to respond.
const PATIENCE: Duration = Duration::from_secs(60);

/// Receive webhooks and inbound mail on this machine
///
/// Verifies each request with the signing key, shows it, and forwards it unchanged to your application.
/// Mailgun gets the status of your application. A request with a wrong signature is refused with 406
/// and not forwarded.
///
/// Mailgun must reach this machine: run a tunnel to the port, and register its public URL with
/// `mailgun webhooks set`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mailgun listen
  mailgun listen --port 8080 --forward 3000
  mailgun listen --forward http://127.0.0.1:3000/webhooks/mailgun --json")]
pub(crate) struct Listen {
    /// Port to listen on; 0 is any free port
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Address to listen on
    #[arg(long, default_value_t = Ipv4Addr::LOCALHOST.into())]
    host: IpAddr,
    /// Port on this machine, or URL, to forward verified requests to
    #[arg(long, value_name = "PORT|URL", value_parser = Target::parse)]
    forward: Option<Target>,
    /// File with the webhook signing key [default: MAILGUN_SIGNING_KEY, or ask Mailgun]
    #[arg(long, value_name = "FILE")]
    signing_key_file: Option<PathBuf>,
    /// End after so many verified requests
    #[arg(long, value_name = "NUMBER")]
    count: Option<usize>,
}

/// Where verified requests go.
#[derive(Clone, Debug)]
struct Target {
    authority: String,
    /// The path of the URL. A port alone keeps the path of the request.
    path: Option<String>,
}

impl Target {
    fn parse(text: &str) -> Result<Self, String> {
        if let Ok(port) = text.parse::<u16>() {
            return Ok(Self { authority: format!("127.0.0.1:{port}"), path: None });
        }
        let expected = "expected a port, or a URL such as http://127.0.0.1:3000/webhooks";
        let uri: axum::http::Uri = text.parse().map_err(|_| expected.to_owned())?;
        let (Some("http"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(expected.to_owned());
        };
        let port = authority.port_u16().unwrap_or(80);
        let path = uri.path_and_query().map(ToString::to_string);
        Ok(Self { authority: format!("{}:{port}", authority.host()), path })
    }
}

/// What the handler of a request needs.
struct Receiver {
    verifier: Verifier,
    forward: Option<Target>,
    out: Output,
    left: AtomicUsize,
    done: Notify,
}

impl Listen {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let key = signing_key(self.signing_key_file, context).await?;
        let address = (self.host, self.port);
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|error| {
            Failure::error(format!("cannot listen on {}:{}: {error}", self.host, self.port))
        })?;
        let out = context.out;
        out.note(format!("Listening on http://{}", listener.local_addr()?));
        if !self.host.is_loopback() {
            out.note(
                "Other machines can reach this port. Requests without a signature are refused.",
            );
        }
        let receiver = Arc::new(Receiver {
            verifier: Verifier::new(key),
            forward: self.forward,
            out,
            left: AtomicUsize::new(self.count.unwrap_or(usize::MAX)),
            done: Notify::new(),
        });
        let app = Router::new().fallback(receive).with_state(Arc::clone(&receiver));
        let end = async move { receiver.done.notified().await };
        Ok(axum::serve(listener, app).with_graceful_shutdown(end).await?)
    }
}

/// The signing key of a file, of the environment, or of the account.
pub(crate) async fn signing_key(file: Option<PathBuf>, context: &Context) -> Result<SigningKey> {
    let key = match (file, std::env::var("MAILGUN_SIGNING_KEY")) {
        (Some(path), _) => context.text(&path).await?,
        (None, Ok(key)) if !key.trim().is_empty() => key,
        _ => {
            let account = context.mailgun().await?.account();
            let response = account.webhook_signing_key().get().await;
            let response = response.map_err(|error| {
                Failure::from(error).advice(
                    "Set MAILGUN_SIGNING_KEY to the HTTP webhook signing key of the account.",
                )
            })?;
            response.http_signing_key.expose().to_owned()
        }
    };
    Ok(SigningKey::new(key)?)
}

async fn receive(State(receiver): State<Arc<Receiver>>, request: Request) -> StatusCode {
    let (parts, body) = request.into_parts();
    if parts.method != Method::POST {
        return StatusCode::METHOD_NOT_ALLOWED;
    }
    let limit = receiver.verifier.limits().total_bytes;
    let body = match timeout(PATIENCE, Limited::new(body, limit).collect()).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE,
        Err(_) => return StatusCode::REQUEST_TIMEOUT,
    };
    let body = body.to_bytes();
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let out = receiver.out;
    let verified: Verified = match receiver.verifier.receive(&content_type, body.clone()).await {
        Ok(verified) => verified,
        Err(error) => {
            out.note(format!("Refused with status {}: {error}", error.status().as_u16()));
            return error.status();
        }
    };
    let (payload, claim) = verified.into_parts();
    let status = match &receiver.forward {
        None => StatusCode::OK,
        Some(target) => {
            let forwarded = timeout(PATIENCE, forward(target, parts, body)).await;
            let forwarded = forwarded.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
            forwarded.unwrap_or_else(|error| {
                out.note(format!("Not forwarded to {}: {error}", target.authority));
                StatusCode::BAD_GATEWAY
            })
        }
    };
    let status = claim.settle(status).await;
    if show(&payload, status, out).is_err() {
        receiver.done.notify_one();
    }
    if receiver.left.fetch_sub(1, Ordering::Relaxed) == 1 {
        receiver.done.notify_one();
    }
    status
}

fn show(payload: &Payload, status: StatusCode, out: Output) -> Result<()> {
    if out.is_json {
        let (kind, content) = match payload {
            Payload::Event(event) => ("event", json!(**event)),
            Payload::LegacyEvent(event) => ("legacy_event", legacy(event)),
            Payload::Inbound(mail) => ("inbound", inbound(mail)),
            other => return out.ndjson(&json!({ "kind": other.kind().to_string() })),
        };
        return out.ndjson(&json!({ "kind": kind, "status": status.as_u16(), kind: content }));
    }
    let text = match payload {
        Payload::Event(event) => event::line(event, out),
        Payload::Inbound(mail) => clean(&format!(
            "inbound  {} -> {}  {}",
            mail.sender(),
            mail.recipient(),
            mail.subject().unwrap_or_default()
        )),
        other => clean(&other.kind().to_string()),
    };
    out.line(format!("{}  {text}", status.as_u16()))
}

fn legacy(event: &LegacyEvent) -> Value {
    event.fields().iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
}

fn inbound(mail: &InboundMail) -> Value {
    json!({
        "sender": mail.sender(),
        "recipient": mail.recipient(),
        "subject": mail.subject(),
        "text": mail.body_plain(),
    })
}

/// Sends the request to the application as it came, and returns the status of its response.
async fn forward(target: &Target, parts: Parts, body: Bytes) -> io::Result<StatusCode> {
    let stream = TcpStream::connect(&target.authority).await?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    tokio::spawn(connection);
    let own = parts.uri.path_and_query().map(ToString::to_string);
    let mut request = hyper::Request::new(Full::new(body));
    *request.method_mut() = parts.method;
    let path = target.path.clone().or(own).unwrap_or_default();
    *request.uri_mut() = path.parse().map_err(io::Error::other)?;
    *request.headers_mut() = forwarded(parts.headers);
    let response = sender.send_request(request).await.map_err(io::Error::other)?;
    Ok(response.status())
}

/// The headers of the request, but for those that are about its connection.
fn forwarded(mut headers: HeaderMap) -> HeaderMap {
    for name in [header::CONNECTION, header::TRANSFER_ENCODING, header::UPGRADE] {
        headers.remove(name);
    }
    headers
}
