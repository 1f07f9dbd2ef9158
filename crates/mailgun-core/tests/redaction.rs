//! No key, password or recipient appears in anything that may be logged.
#![cfg(feature = "transport")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::{
    fmt::Debug,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::Engine as _;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use mailgun_core::{
    ApiKey, Body, Client, Credentials, Error, ErrorKind, Fields, Form, HttpVersions, LinkPage,
    Mailbox, Operation, Pager, Proxy, Region, ResponseBody, Secret, Upload,
    layers::{
        AttemptTimeoutLayer, AuthorizationLayer, ReadResponseLayer, RetryLayer, RetryPolicy,
        SubaccountLayer, TraceLayer, UserAgentLayer,
    },
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tower::Layer as _;
use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};

use self::support::{
    KEY, KEY_HEADER, RECIPIENT, builder, everything, listen, read_http2_head, refused, serve_http,
};

const PASSWORD: &str = "proxy-canary-51c9";
const SEND: Operation = Operation::post("/v3/{domain}/messages");
const BOUNCE: Operation = Operation::get("/v3/{domain}/bounces/{address}");
const BOUNCES: Operation = Operation::get("/v3/{domain}/bounces");

/// The captured traces.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    /// Captures the traces of this thread, at all levels and from all crates.
    fn start() -> (Self, tracing::subscriber::DefaultGuard) {
        let captured = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(captured.clone())
            .finish();
        (captured, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The secrets that must not be found, in all their encodings.
fn canaries() -> Vec<(&'static str, String)> {
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let header = KEY_HEADER.strip_prefix("Basic ").unwrap();
    assert_eq!(base64(&format!("api:{KEY}")), header);
    vec![
        ("the key", KEY.into()),
        ("the key's base64", header.trim_end_matches('=').into()),
        ("the proxy's password", PASSWORD.into()),
        ("the proxy's base64", base64(&format!("user:{PASSWORD}")).trim_end_matches('=').into()),
        ("a recipient", RECIPIENT.into()),
        ("a recipient in a URL", RECIPIENT.replace('@', "%40")),
        ("a recipient in a URL in a URL", RECIPIENT.replace('@', "%2540")),
        ("a recipient's local part", "bob.canary".into()),
    ]
}

#[track_caller]
fn assert_clean(what: &str, text: &str) {
    for (name, canary) in canaries() {
        if let Some(at) = text.find(&canary) {
            let start = text[..at].rfind('\n').map_or(0, |start| start + 1);
            let line = text[start..].lines().next().unwrap();
            panic!("{name} is in {what}: {line}");
        }
    }
}

/// A server for both HTTP versions, whose response depends on the domain in the path.
async fn server() -> SocketAddr {
    let limited = Arc::new(Mutex::new(false));
    listen(move |stream| {
        let limited = limited.clone();
        serve_http(stream, move |request| {
            let limited = limited.clone();
            async move { respond(request, &limited).await }
        })
    })
    .await
}

async fn respond(request: Request<Incoming>, limited: &Mutex<bool>) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    // The secrets were sent.
    assert_eq!(parts.headers["authorization"], KEY_HEADER);
    let _ = body.collect().await;
    let response = |status: u16, body: String| {
        let mut response = Response::new(Full::new(Bytes::from(body)));
        *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
        response
    };
    match parts.uri.path().split('/').nth(2).unwrap() {
        "accepted.example.com" => response(200, json!({"id": "1", "to": RECIPIENT}).to_string()),
        "forbidden.example.com" => response(401, "Forbidden".into()),
        "invalid.example.com" => {
            response(400, json!({"message": format!("{RECIPIENT} is not valid")}).to_string())
        }
        "limited.example.com" => {
            let first = !std::mem::replace(&mut *limited.lock().unwrap(), true);
            if first { response(429, "slow down".into()) } else { response(200, "{}".into()) }
        }
        "unreadable.example.com" => response(200, json!({"items": RECIPIENT}).to_string()),
        "slow.example.com" => std::future::pending().await,
        "linking.example.com" => {
            let next = format!("https://evil.test/v3/bounces?address={RECIPIENT}");
            response(200, json!({"items": [1], "paging": {"next": next}}).to_string())
        }
        other => panic!("{other}"),
    }
}

fn mail() -> Form {
    let mut form = support::mail();
    form.text("cc", format!("Bob <{RECIPIENT}>").as_str());
    form
}

/// Runs the main flows and returns all their errors.
async fn run_flows(address: SocketAddr, versions: HttpVersions) -> Vec<Error> {
    let client = builder(&format!("http://{address}"))
        .http_versions(versions)
        .attempt_timeout(Duration::from_millis(800))
        .build()
        .unwrap();
    let send = |domain: &str| client.call::<Value>(SEND, &[domain]).multipart(mail());
    let read = |domain: &str, address: &str| {
        let mut query = Fields::new();
        query.set("address", RECIPIENT);
        client.call::<Value>(BOUNCE, &[domain, address]).query(query)
    };
    let mut errors = Vec::new();
    send("accepted.example.com").await.unwrap();
    let mut fields = Fields::new();
    fields.set("to", RECIPIENT);
    client.call::<Value>(SEND, &["accepted.example.com"]).form(fields).await.unwrap();
    client.call::<Value>(SEND, &["accepted.example.com"]).json(&[RECIPIENT]).await.unwrap();
    read("accepted.example.com", RECIPIENT).await.unwrap();
    send("limited.example.com").await.unwrap();

    errors.push(send("forbidden.example.com").await.unwrap_err());
    errors.push(send("invalid.example.com").await.unwrap_err());
    errors.push(read("invalid.example.com", RECIPIENT).await.unwrap_err());
    errors.push(read("slow.example.com", RECIPIENT).no_retry().await.unwrap_err());
    errors.push(send("slow.example.com").deadline(Duration::from_millis(300)).await.unwrap_err());
    let list = |domain: &str| client.call::<LinkPage<u32>>(BOUNCES, &[domain]);
    errors.push(list("unreadable.example.com").await.unwrap_err());
    let mut pager = Pager::links(list("linking.example.com"));
    pager.next_page().await.unwrap();
    errors.push(pager.next_page().await.unwrap_err());
    assert_eq!(errors.last().unwrap().kind(), ErrorKind::UntrustedHost);

    errors.push(read("accepted.example.com", &format!("{RECIPIENT}\n")).await.unwrap_err());
    errors.push(client.call::<Value>(SEND, &[RECIPIENT]).await.unwrap_err());
    let mut fields = Fields::new();
    fields.set_json("x", &std::collections::BTreeMap::from([(vec![RECIPIENT], 1)]));
    errors.push(client.call::<Value>(SEND, &["a.b"]).form(fields).await.unwrap_err());
    errors.push(
        client.call::<Value>(SEND, &["a.b"]).header("X-A", "bob.canary\n").await.unwrap_err(),
    );
    let foreign = format!("https://user:{KEY}@evil.test/{RECIPIENT}");
    errors.push(client.call_url::<Value>(BOUNCES, &foreign).await.unwrap_err());
    errors.push(format!("Bob {RECIPIENT}> <").parse::<Mailbox>().unwrap_err());

    let broken = futures_util::stream::iter([Err::<Bytes, _>(io::Error::other("gone"))]);
    let mut form = mail();
    form.file("attachment", Upload::from_stream("a.txt", Some(3), broken));
    let call = client.call::<Value>(SEND, &["accepted.example.com"]).multipart(form);
    errors.push(call.await.unwrap_err());

    let nowhere = builder(&refused()).http_versions(versions).build().unwrap();
    let call = nowhere.call::<Value>(BOUNCE, &["a.b", RECIPIENT]);
    errors.push(call.await.unwrap_err());
    errors
}

async fn check_flows(versions: HttpVersions, witness: &str) {
    // The server traces into the same text. hyper does not trace its headers either.
    let address = server().await;
    let (captured, guard) = Captured::start();
    let errors = run_flows(address, versions).await;
    drop(guard);
    let traced = captured.text();
    for witness in
        [witness, "hyper_util", "mailgun_core", "TRACE", "waiting before the next attempt"]
    {
        assert!(traced.contains(witness), "nothing captured of {witness}:\n{traced}");
    }
    assert_clean("the trace", &traced);
    assert!(errors.len() > 10);
    for error in &errors {
        assert_clean("an error", &everything(error));
    }
}

#[tokio::test]
async fn no_secret_is_traced_over_http_1() {
    check_flows(HttpVersions::Http1Only, "mailgun_core::transport").await;
}

#[tokio::test]
async fn no_secret_is_traced_over_http_2() {
    check_flows(HttpVersions::Http2Only, "h2::").await;
}

/// A proxy that rejects the password, on a raw socket.
async fn refusing_proxy() -> SocketAddr {
    let reaction = support::response_with("407 Proxy Authentication Required", &[], "");
    support::Server::always(reaction).await.address
}

#[tokio::test]
async fn no_secret_of_a_proxy_is_traced() {
    let address = refusing_proxy().await;
    let (captured, guard) = Captured::start();
    let mut errors = Vec::new();
    let urls = [
        format!("http://user:{PASSWORD}@{address}"),
        format!("http://user:{PASSWORD}@{}", refused().trim_start_matches("http://")),
        format!("socks5h://user:{PASSWORD}@{address}"),
    ];
    for url in urls {
        let proxy = Proxy::new(&url).unwrap();
        assert_clean("a proxy's Debug", &format!("{proxy:?} {proxy:#?}"));
        let builder = builder("http://mailgun.test").allow_plain_http().proxy(proxy);
        let builder = builder.connect_timeout(Duration::from_millis(300));
        assert_clean("a builder's Debug", &format!("{builder:?} {builder:#?}"));
        let client = builder.build().unwrap();
        let call = client.call::<Value>(SEND, &["a.b"]).multipart(mail());
        errors.push(call.await.unwrap_err());
    }
    for bad in [format!("ftp://user:{PASSWORD}@h"), format!("http://u:{PASSWORD}@@h: x")] {
        errors.push(Proxy::new(&bad).unwrap_err());
    }
    let base = format!("https://user:{PASSWORD}@api.mailgun.net");
    errors.push(builder(&base).build().unwrap_err());
    errors.push(Client::builder(format!("{KEY} {KEY}")).build().unwrap_err());
    errors.push(Client::builder(KEY).trust_host(base).build().unwrap_err());
    drop(guard);
    assert_clean("the trace", &captured.text());
    for error in &errors {
        assert_clean("an error", &everything(error));
    }
}

#[tokio::test]
async fn spans_have_opentelemetry_fields_but_no_path() {
    let address = server().await;
    let (captured, guard) = Captured::start();
    let client = builder(&format!("http://{address}")).build().unwrap();
    client.call::<Value>(SEND, &["limited.example.com"]).multipart(mail()).await.unwrap();
    client.call::<Value>(SEND, &["forbidden.example.com"]).await.unwrap_err();
    drop(guard);
    let traced = captured.text();
    let ours: Vec<_> = traced.lines().filter(|line| line.contains("mailgun_core")).collect();
    let closed: Vec<_> = ours
        .iter()
        .filter(|line| line.contains("layers::trace") && line.contains(" close "))
        .collect();
    assert_eq!(closed.len(), 3, "{ours:#?}");
    for line in &closed {
        for field in [
            "otel.name=POST /v3/{domain}/messages".to_owned(),
            "otel.kind=\"client\"".into(),
            "url.template=\"/v3/{domain}/messages\"".into(),
            "http.request.method=POST".into(),
            "server.address=\"127.0.0.1\"".into(),
            format!("server.port={}", address.port()),
        ] {
            assert!(line.contains(&field), "{field} is not in {line}");
        }
    }
    for (line, status, resent) in [(0, 429, None), (1, 200, Some(1)), (2, 401, None)]
        .map(|(index, status, resent): (usize, u16, Option<u32>)| (closed[index], status, resent))
    {
        assert!(line.contains(&format!("http.response.status_code={status}")), "{line}");
        assert_eq!(line.contains("http.request.resend_count"), resent.is_some(), "{line}");
        if let Some(resent) = resent {
            assert!(line.contains(&format!("http.request.resend_count={resent}")), "{line}");
        }
        assert_eq!(line.contains("error.type"), status != 200, "{line}");
        assert_eq!(line.contains("otel.status_code=\"ERROR\""), status != 200, "{line}");
    }
    for line in &ours {
        assert!(!line.contains("limited.example.com"), "{line}");
        assert!(!line.contains("/v3/forbidden"), "{line}");
    }
}

#[tokio::test]
async fn debug_shows_no_secret() {
    fn check(value: &dyn Debug) {
        assert_clean("a Debug", &format!("{value:?} {value:#?}"));
    }
    let key = ApiKey::new(KEY).unwrap();
    check(&key);
    check(&Credentials::new(key.clone()));
    check(&Secret::new(KEY));
    check(&RECIPIENT.parse::<Mailbox>().unwrap());
    check(&Mailbox::parse_list(&format!("{RECIPIENT}, x@y.z")).unwrap());
    let base = format!("https://{PASSWORD}@api.mailgun.net");
    check(&Client::builder(KEY).base_url(base.clone()).trust_host(base));
    let client = builder("https://api.mailgun.net").region(Region::Eu).build().unwrap();
    check(&client);
    check(&client.for_subaccount("x").unwrap());
    check(&client.credentials());

    let mut fields = Fields::new();
    fields.set("to", RECIPIENT);
    check(&fields);
    check(&mail());
    check(&Upload::from_bytes("a.txt", RECIPIENT));
    check(&Body::from(RECIPIENT));
    check(&mail().finish().unwrap());
    check(&ResponseBody::from(RECIPIENT));

    let call = || {
        let call = client.call::<Value>(BOUNCE, &["a.b", RECIPIENT]).query(fields.clone());
        call.form(fields.clone()).header("X-Trace", RECIPIENT)
    };
    check(&call());
    check(&client.call::<Value>(BOUNCE, &["a.b", &format!("{RECIPIENT}\n")]));
    check(&Pager::links(client.call::<LinkPage<Value>>(BOUNCE, &["a.b", RECIPIENT])));
    check(&Pager::json_token(
        client.call::<LinkPage<Value>>(BOUNCES, &["a.b"]),
        &json!({"recipient": RECIPIENT}),
    ));

    check(&AuthorizationLayer::new(key.clone().into()));
    check(&AuthorizationLayer::new(key.into()).layer(()));
    check(&UserAgentLayer::new(None).unwrap().layer(()));
    check(&SubaccountLayer::new("x").unwrap().layer(()));
    check(&RetryLayer::new(RetryPolicy::default()).layer(()));
    check(&ReadResponseLayer::new(1, None).layer(()));
    check(&AttemptTimeoutLayer::new(None).layer(()));
    check(&TraceLayer::new().layer(()));

    let server = server().await;
    let client = builder(&format!("http://{server}")).build().unwrap();
    let send = || client.call_bytes(SEND, &["accepted.example.com"]);
    check(&send().stream().await.unwrap());
    let unit = client.call::<serde::de::IgnoredAny>(SEND, &["accepted.example.com"]);
    let response: mailgun_core::Response<_> = unit.response().await.unwrap();
    check(&response);

    let next = format!("/v3/a.b/bounces?page=next&address={RECIPIENT}");
    let page = json!({"items": [1], "paging": {"next": next}}).to_string();
    let server = support::Server::always(support::response("200 OK", &page)).await;
    let mut pager = Pager::links(server.client().call::<LinkPage<u32>>(BOUNCES, &["a.b"]));
    pager.next_page().await.unwrap();
    assert!(serde_json::to_string(&pager.cursor()).unwrap().contains(RECIPIENT));
    check(&pager.cursor());
    check(&pager);
    let page: LinkPage<u32> = serde_json::from_str(&page).unwrap();
    check(&page);
    check(&mailgun_core::PageResponse::into_parts(page));
}

/// A gateway that does not know the path and echoes the request.
#[tokio::test]
async fn nothing_secret_in_an_echoed_request_is_shown() {
    let encoded = RECIPIENT.replace('@', "%40");
    let twice = RECIPIENT.replace('@', "%2540");
    let header = format!("authorization: {KEY_HEADER} host: api.mailgun.net");
    let token = KEY_HEADER.trim_start_matches("Basic ");
    let texts = [
        format!("No such page: GET /v3/lists/{encoded}/members?limit=1 {header}"),
        format!("GET /go?to=/v3/lists/{twice} proxy-{header}"),
        format!("key {KEY}, token {token}, {RECIPIENT}"),
        format!("https://user:{PASSWORD}@proxy.test:3128 is not reachable"),
        format!("{} {KEY} {token}", "x".repeat(290)),
    ];
    let mut bodies = Vec::new();
    for text in &texts {
        bodies.push(text.clone());
        bodies.push(json!({"message": text}).to_string());
        bodies.push(json!({"error": {"message": text}}).to_string());
        bodies.push(format!("<html><body><pre>{text}</pre></body></html>"));
    }
    let (captured, guard) = Captured::start();
    for status in ["400 Bad Request", "404 Not Found", "429 Too Many Requests", "502 Bad Gateway"] {
        for body in &bodies {
            let server = support::Server::always(support::response(status, body)).await;
            let client = server.builder().retry(RetryPolicy::never()).build().unwrap();
            let call = client.call::<Value>(BOUNCE, &["a.b", RECIPIENT]);
            let error = call.await.unwrap_err();
            assert_clean("an error", &everything(&error));
            // The full text is available on request.
            assert_eq!(error.body(), body.as_bytes());
        }
    }
    drop(guard);
    assert_clean("the trace", &captured.text());
}

/// hyper's error contains the reason of a `GOAWAY`, which is text of the server.
#[tokio::test]
async fn nothing_secret_in_a_goaway_reason_is_shown() {
    let address = listen(|mut stream: TcpStream| async move {
        read_http2_head(&mut stream).await.unwrap();
        let reason = format!("{KEY} {RECIPIENT} {KEY_HEADER}");
        let length = (reason.len() + 8) as u8;
        let mut frame = vec![0, 0, length, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11];
        frame.extend(reason.as_bytes());
        stream.write_all(&frame).await.unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
    })
    .await;
    let client = builder(&format!("http://{address}")).http_versions(HttpVersions::Http2Only);
    let client = client.retry(RetryPolicy::never()).build().unwrap();
    let error = client.call::<Value>(BOUNCES, &["a.b"]).await.unwrap_err();
    let all = everything(&error);
    assert!(all.contains("excessive load") && all.contains("[secret] [address]"), "{all}");
    assert_clean("an error", &everything(&error));
}
