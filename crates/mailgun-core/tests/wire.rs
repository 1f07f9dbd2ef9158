//! Requests on the wire, byte by byte.
#![cfg(feature = "transport")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{Method, Request, Response, header};
use http_body_util::BodyExt as _;
use mailgun_core::{
    Body, Client, ErrorKind, Fields, Form, Operation, ResponseBody, Upload, true_false, yes_no,
};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tower::service_fn;

use self::support::{KEY, KEY_HEADER, Reaction, Recorded, Server, mail, policy, response};

const SEND: Operation = Operation::post("/v3/{domain}/messages");
const LIST: Operation = Operation::get("/v4/domains");
const DOMAIN: &[&str] = &["mg.example.com"];

async fn server() -> Server {
    Server::always(response("200 OK", "{}")).await
}

fn only(server: &Server) -> Recorded {
    let mut requests = server.requests();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

#[tokio::test]
async fn bodies_in_memory_have_length_and_content_type() {
    let mut fields = Fields::new();
    fields.append("to", "a@b.c").append("to", "d+e@f.g").set("text", "ä b&c=d");
    let mut large = mail();
    large.text("html", "x".repeat(100_000)).file("inline", Upload::from_bytes("b.png", "png"));
    type Describe = Box<dyn FnOnce(Client) -> mailgun_core::Call<Value>>;
    let rows: Vec<(Describe, &str, Option<&[u8]>)> = vec![
        (
            Box::new(|client| client.call(SEND, DOMAIN).form(fields)),
            "application/x-www-form-urlencoded",
            Some(b"to=a%40b.c&to=d%2Be%40f.g&text=%C3%A4%20b%26c%3Dd"),
        ),
        (
            Box::new(|client| client.call(SEND, DOMAIN).json(&json!({"a": [1, "ä"], "b": null}))),
            "application/json",
            Some(r#"{"a":[1,"ä"],"b":null}"#.as_bytes()),
        ),
        (Box::new(|client| client.call(SEND, DOMAIN).multipart(mail())), "multipart/", None),
        (Box::new(|client| client.call(SEND, DOMAIN).multipart(large)), "multipart/", None),
        (
            Box::new(|client| client.call(SEND, DOMAIN).multipart(Form::new())),
            "multipart/form-data; boundary=",
            None,
        ),
    ];
    for (describe, content_type, body) in rows {
        let server = server().await;
        describe(server.client()).await.unwrap();
        let request = only(&server);
        assert!(request.header("content-type").unwrap().starts_with(content_type));
        assert_eq!(request.header("transfer-encoding"), None);
        assert_eq!(request.header("content-length"), Some(&*request.body.len().to_string()));
        if let Some(body) = body {
            assert_eq!(request.body, body);
        }
    }
}

#[tokio::test]
async fn a_call_without_a_body_has_content_length_zero() {
    for (operation, length) in [
        (LIST, None),
        (Operation::post("/v3/x"), Some("0")),
        (Operation::put("/v3/x"), Some("0")),
        (Operation::patch("/v3/x"), Some("0")),
    ] {
        let server = server().await;
        server.client().call::<Value>(operation, &[]).await.unwrap();
        let request = only(&server);
        assert_eq!(request.header("content-length"), length, "{operation:?}");
        assert_eq!(request.header("transfer-encoding"), None);
        assert_eq!(request.header("content-type"), None);
    }
}

/// Parses a multipart body strictly into heads and contents.
fn parts(request: &Recorded) -> Vec<(String, Vec<u8>)> {
    let content_type = request.header("content-type").unwrap();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let mark = format!("\r\n--{boundary}").into_bytes();
    let body = [b"\r\n", &request.body[..]].concat();
    let mut rest = body.strip_prefix(&mark[..]).unwrap();
    let mut parts = Vec::new();
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let end = part.windows(mark.len()).position(|window| window == mark).unwrap();
        let head = part.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let text = String::from_utf8(part[..head].to_vec()).unwrap();
        parts.push((text, part[head + 4..end].to_vec()));
        rest = &part[end + mark.len()..];
    }
    assert_eq!(rest, b"--\r\n");
    parts
}

#[tokio::test]
async fn a_form_arrives_part_by_part() {
    let server = server().await;
    let mut form = Form::new();
    form.text("to", "a@b.c").text("to", "d@e.f").text("text", "");
    let files: Vec<Vec<u8>> = [0_usize, 1, 9000, 200_000, 3]
        .iter()
        .map(|&size| (0..size).map(|i| (i * 7 % 256) as u8).collect())
        .collect();
    for (i, content) in files.iter().enumerate() {
        form.file("attachment", Upload::from_bytes(format!("ä\"{i}.bin"), content.clone()));
    }
    form.file("inline", Upload::from_bytes("logo.png", "\r\n--boundary--\r\n"));
    server.client().call::<Value>(SEND, DOMAIN).multipart(form).await.unwrap();

    let parts = parts(&only(&server));
    assert_eq!(parts.len(), 3 + 5 + 1);
    let field = |name| format!("Content-Disposition: form-data; name=\"{name}\"");
    assert_eq!(parts[0], (field("to"), b"a@b.c".to_vec()));
    assert_eq!(parts[1], (field("to"), b"d@e.f".to_vec()));
    assert_eq!(parts[2], (field("text"), Vec::new()));
    for (i, content) in files.iter().enumerate() {
        let (head, sent) = &parts[3 + i];
        assert_eq!(sent, content);
        let name = field("attachment");
        let file = format!("{name}; filename=\"ä%22{i}.bin\"\r\nContent-Type: application/");
        assert!(head.starts_with(&file), "{head}");
    }
    let (head, content) = &parts[8];
    assert!(head.contains("name=\"inline\"; filename=\"logo.png\"\r\nContent-Type: image/png"));
    assert_eq!(content, b"\r\n--boundary--\r\n");
}

#[tokio::test]
async fn every_request_has_a_user_agent() {
    let server = server().await;
    let client = server.builder().user_agent("shop/2.1").build().unwrap();
    client.call::<Value>(LIST, &[]).await.unwrap();
    let request = only(&server);
    assert_eq!(request.header("authorization"), Some(KEY_HEADER));
    assert_eq!(request.header("host"), Some(&*server.address.to_string()));
    let agent = request.header("user-agent").unwrap();
    assert!(agent.starts_with("mailgun-rust/") && agent.ends_with(" shop/2.1"), "{agent}");
    assert_eq!(request.header("x-mailgun-on-behalf-of"), None);
}

#[tokio::test]
async fn queries_repeat_fields_and_omit_unset_ones() {
    let server = server().await;
    let mut query = Fields::new();
    query.append("event", "opened").append("event", "clicked OR +failed");
    query.set("ascending", yes_no(false)).set("skip", 0_u32).set("name", "");
    query.set("pretty", true_false(true));
    let mut more = Fields::new();
    more.set("tag", "ä/b");
    server.client().call::<Value>(LIST, &[]).query(query).query(more).await.unwrap();
    let expected = "/v4/domains?event=opened&event=clicked%20OR%20%2Bfailed&ascending=no&skip=0\
                    &name=&pretty=true&tag=%C3%A4%2Fb";
    assert_eq!(only(&server).target(), expected);

    let server = self::server().await;
    server.client().call::<Value>(LIST, &[]).query(Fields::new()).await.unwrap();
    assert_eq!(only(&server).target(), "/v4/domains");
}

#[tokio::test]
async fn segments_with_special_characters_are_encoded_on_every_method() {
    const NAME: &str = "a+b/c%d é?#@x";
    const PATH: &str = "/v3/{domain}/tags/{tag}/x";
    for operation in [
        Operation::get(PATH),
        Operation::post(PATH),
        Operation::put(PATH),
        Operation::patch(PATH),
        Operation::delete(PATH),
    ] {
        let server = server().await;
        server.client().call::<Value>(operation, &["mg.example.com", NAME]).await.unwrap();
        let request = only(&server);
        assert_eq!(request.method(), operation.method().as_str());
        let path = request.target();
        assert_eq!(path, "/v3/mg.example.com/tags/a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x/x");
        let segment = path.split('/').nth(4).unwrap();
        assert_eq!(percent_decode_str(segment).decode_utf8().unwrap(), NAME);
        let as_form = segment.replace('+', " ");
        assert_eq!(percent_decode_str(&as_form).decode_utf8().unwrap(), NAME);
    }
}

#[tokio::test]
async fn segments_that_would_change_the_path_are_not_sent() {
    let server = server().await;
    let client = server.client();
    const TAG: Operation = Operation::delete("/v3/{domain}/tags/{tag}");
    for segments in [
        &["mg.example.com", ""][..],
        &["mg.example.com", "."],
        &["mg.example.com", ".."],
        &["mg.example.com", "a\r\nb"],
        &["a/b", "tag"],
        &["https://mg.example.com", "tag"],
        &["mg.example.com%2fx", "tag"],
        &["mg.example.com"],
        &["mg.example.com", "tag", "more"],
    ] {
        let error = client.call::<Value>(TAG, segments).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{segments:?}");
        assert_eq!(error.attempts(), 0);
        assert_eq!(error.operation(), Some(TAG));
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_base_url_keeps_its_prefix_but_not_its_version() {
    for (suffix, path) in [
        ("", "/v4/domains?limit=1"),
        ("/", "/v4/domains?limit=1"),
        ("/v3", "/v4/domains?limit=1"),
        ("/gateway/mailgun", "/gateway/mailgun/v4/domains?limit=1"),
        ("/gateway/mailgun/v3/", "/gateway/mailgun/v4/domains?limit=1"),
    ] {
        let server = server().await;
        let client = support::builder(&format!("{}{suffix}", server.url())).build().unwrap();
        let mut query = Fields::new();
        query.set("limit", 1_u32);
        client.call::<Value>(LIST, &[]).query(query).await.unwrap();
        assert_eq!(only(&server).target(), path, "{suffix}");
    }
}

#[tokio::test]
async fn a_call_has_its_own_headers_and_subaccount() {
    let server = server().await;
    let client = server.client();
    let tenant = client.for_subaccount("tenant").unwrap();
    let call = |client: &Client| client.call::<Value>(LIST, &[]);
    call(&client).header("X-Trace", "abc").subaccount("sub").await.unwrap();
    call(&tenant).await.unwrap();
    call(&tenant).subaccount("other").await.unwrap();
    call(&tenant.for_subaccount("inner").unwrap()).await.unwrap();
    call(&client).await.unwrap();
    let requests = server.requests();
    let subaccounts = requests.iter().map(|request| request.header("x-mailgun-on-behalf-of"));
    assert_eq!(
        subaccounts.collect::<Vec<_>>(),
        [Some("sub"), Some("tenant"), Some("other"), Some("inner"), None]
    );
    let traces = requests.iter().map(|request| request.header("x-trace"));
    assert_eq!(traces.collect::<Vec<_>>(), [Some("abc"), None, None, None, None]);
}

#[tokio::test]
async fn reserved_and_invalid_headers_are_rejected() {
    let server = server().await;
    let client = server.client();
    for (name, value) in [
        ("Authorization", "Basic x"),
        ("Host", "evil.test"),
        ("Content-Length", "1"),
        ("Transfer-Encoding", "chunked"),
        ("X-A", "a\r\nX-B: c"),
        ("X A", "a"),
    ] {
        let error = client.call::<Value>(LIST, &[]).header(name, value).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name}");
    }
    for id in ["", "a b", "a\r\nb"] {
        let error = client.call::<Value>(LIST, &[]).subaccount(id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(client.for_subaccount(id).is_err());
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn urls_of_responses_are_called_unchanged() {
    let server = server().await;
    let client = server.client();
    const STORED: Operation = Operation::get("{url}");
    let url = format!("{}/v3/domains/x/messages/a%2Bb%20c==?x=1&y=%2F", server.url());
    client.call_url::<Value>(STORED, &url).await.unwrap();
    client.call_url_bytes(STORED, &url).await.unwrap();
    let mut query = Fields::new();
    query.set("limit", 5_u32);
    client.call_url::<Value>(STORED, &url).query(query.clone()).await.unwrap();
    let bare = format!("{}/v3/x", server.url());
    client.call_url::<Value>(STORED, &bare).query(query).await.unwrap();
    let requests = server.requests();
    let given = "/v3/domains/x/messages/a%2Bb%20c==?x=1&y=%2F";
    assert_eq!(requests[0].target(), given);
    assert_eq!(requests[1].target(), given);
    // Added parameters must not be lost.
    assert_eq!(requests[2].target(), format!("{given}&limit=5"));
    assert_eq!(requests[3].target(), "/v3/x?limit=5");
}

#[tokio::test]
async fn the_key_goes_to_trusted_hosts_only() {
    let (server, other) = (server().await, server().await);
    const STORED: Operation = Operation::get("{url}");
    let url = format!("{}/v3/x", other.url());
    let error = server.client().call_url::<Value>(STORED, &url).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::UntrustedHost, 0));
    for url in [
        format!("http://user@{}/v3/x", server.address),
        format!("http://{}@{}/v3/x", server.address, other.address),
        format!("https://{}/v3/x", server.address),
        "https://storage-us-east4.api.mailgun.net/v3/x".to_owned(),
    ] {
        let error = server.client().call_url::<Value>(STORED, &url).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UntrustedHost, "{url}");
    }
    assert_eq!((server.connections(), other.connections()), (0, 0));

    let client = server.builder().trust_host(other.url()).build().unwrap();
    client.call_url::<Value>(STORED, &url).await.unwrap();
    assert_eq!(only(&other).header("authorization"), Some(KEY_HEADER));
}

#[tokio::test]
async fn downloads_from_other_hosts_carry_no_secrets() {
    const FILE: Operation = Operation::get("/v4/files/{id}");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let storage = |seen: &Arc<Mutex<Vec<Request<()>>>>| {
        let seen = seen.clone();
        service_fn(move |request: Request<Body>| {
            let mut seen = seen.lock().unwrap();
            seen.push(request.map(|_| ()));
            let status = if seen.len() == 1 { 503 } else { 200 };
            let response =
                Response::builder().status(status).body(ResponseBody::from("a,b\n")).unwrap();
            async move { Ok::<_, Infallible>(response) }
        })
    };
    let layer = tower::util::MapRequestLayer::new(|mut request: Request<Body>| {
        request.headers_mut().insert("x-gateway", "secret".parse().unwrap());
        request
    });
    let client = support::builder("https://api.mailgun.net")
        .retry(policy())
        .layer(layer)
        .build_with_transport(storage(&seen))
        .unwrap()
        .for_subaccount("red")
        .unwrap();
    let foreign = "https://files.s3.amazonaws.com/a%2Bb?X-Amz-Signature=c";
    assert_eq!(client.download(FILE, foreign).await.unwrap(), "a,b\n");
    let mut stream = client.download(FILE, foreign).stream().await.unwrap();
    assert_eq!(stream.chunk().await.unwrap().unwrap(), "a,b\n");
    let ours = "https://storage-us-east4.api.mailgun.net/v4/files/1";
    assert_eq!(client.download(FILE, ours).await.unwrap(), "a,b\n");
    let secrets = ["authorization", "x-mailgun-on-behalf-of", "x-gateway"];
    let requests = std::mem::take(&mut *seen.lock().unwrap());
    let [refused, whole, streamed, trusted] = &requests[..] else { panic!("{requests:?}") };
    for request in [refused, whole, streamed] {
        assert_eq!(request.uri(), foreign);
        assert!(secrets.iter().all(|name| !request.headers().contains_key(*name)), "{request:?}");
        assert!(request.headers().contains_key("user-agent"));
    }
    assert!(secrets.iter().all(|name| trusted.headers().contains_key(*name)), "{trusted:?}");

    for refused in [
        "http://files.s3.amazonaws.com/a",
        "http://api.mailgun.net/a",
        "https://api.mailgun.net@files.s3.amazonaws.com/a",
        "/a",
    ] {
        let error = client.download(FILE, refused).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::UntrustedHost, 0), "{refused}");
    }
    assert_eq!(client.download(FILE, "a b").await.unwrap_err().kind(), ErrorKind::InvalidInput);
    // The application's service may add a key.
    let whole = Client::from_service("https://api.mailgun.net", storage(&seen)).unwrap();
    let error = whole.download(FILE, foreign).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UntrustedHost);
    assert!(seen.lock().unwrap().is_empty());
}

/// Returns the subaccount of a request. Half of the requests fail first and are retried.
fn echo() -> impl tower::Service<
    Request<Body>,
    Response = Response<ResponseBody>,
    Error = Infallible,
    Future = impl Send,
> + Clone
+ Send
+ Sync {
    service_fn(|request: Request<Body>| async move {
        tokio::task::yield_now().await;
        let attempts = request.extensions().get::<mailgun_core::CallContext>().unwrap().attempts();
        let index: usize = request.uri().path().rsplit('/').next().unwrap().parse().unwrap();
        if index.is_multiple_of(2) && attempts == 1 {
            let refusal = Response::builder().status(429).header("retry-after", "0");
            return Ok(refusal.body(ResponseBody::default()).unwrap());
        }
        let tenant = &request.headers()["x-mailgun-on-behalf-of"];
        let text = json!([tenant.to_str().unwrap(), index]).to_string();
        Ok(Response::new(ResponseBody::from(Bytes::from(text))))
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_subaccounts_do_not_mix() {
    const ITEM: Operation = Operation::get("/v3/items/{item}");
    let client = support::builder("http://localhost")
        .retry(policy().budget(1000.0))
        .build_with_transport(echo());
    let client = client.unwrap();
    let tenants = [client.for_subaccount("red").unwrap(), client.for_subaccount("blue").unwrap()];
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..1000_usize {
        let tenant = tenants[index / 2 % 2].clone();
        tasks.spawn(async move {
            let call = tenant.call::<(String, usize)>(ITEM, &[&index.to_string()]);
            (index, call.await.unwrap())
        });
    }
    let mut seen = 0;
    while let Some(done) = tasks.join_next().await {
        let (index, (tenant, echoed)) = done.unwrap();
        assert_eq!(tenant, ["red", "blue"][index / 2 % 2]);
        assert_eq!(echoed, index);
        seen += 1;
    }
    assert_eq!(seen, 1000);
}

#[tokio::test]
async fn into_request_builds_the_request() {
    let server = server().await;
    let client = server.client().for_subaccount("tenant").unwrap();
    let describe = || {
        let mut query = Fields::new();
        query.set("a", "b c");
        let call = client.call::<Value>(SEND, DOMAIN).query(query).header("X-Trace", "1");
        call.json(&json!({"x": "ä"}))
    };
    let request = describe().into_request().unwrap();
    assert_eq!(server.connections(), 0);
    assert!(!request.headers().contains_key(header::AUTHORIZATION));

    describe().await.unwrap();
    let sent = only(&server);
    assert_eq!(request.method(), Method::POST);
    assert_eq!(request.method().as_str(), sent.method());
    assert_eq!(request.uri().to_string(), format!("{}{}", server.url(), sent.target()));
    for (name, value) in request.headers() {
        assert_eq!(sent.header(name.as_str()), value.to_str().ok(), "{name}");
    }
    // Layers add these headers later. The subaccount belongs to the call.
    let added = ["authorization", "user-agent", "host", "content-length"];
    for line in sent.head.lines().skip(1).filter(|line| !line.is_empty()) {
        let name = line.split_once(": ").unwrap().0.to_ascii_lowercase();
        assert!(request.headers().contains_key(&name) || added.contains(&&*name), "{line}");
    }
    let body = request.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, sent.body);

    let error = client.call::<Value>(SEND, &["a/b"]).into_request().unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidInput, Some(SEND)));
}

#[tokio::test]
async fn a_response_has_status_headers_and_body() {
    let body = r#"{"items": []}"#;
    let headers = [("x-ratelimit-remaining", "7"), ("content-type", "application/json")];
    let server = Server::script(vec![
        response("429 X", ""),
        support::response_with("201 Created", &headers, body),
    ])
    .await;
    let response = server.client().call::<Value>(LIST, &[]).response().await.unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["x-ratelimit-remaining"], "7");
    assert_eq!(response.body(), body);
    assert_eq!(response.value, json!({"items": []}));
    assert_eq!(response.attempts(), 2);
}

#[tokio::test]
async fn large_responses_are_errors_or_streamed() {
    let server = Server::always(response("200 OK", &format!("\"{}\"", "x".repeat(200_000)))).await;
    let client = server.builder().max_response_bytes(100_000).build().unwrap();
    let error = client.call::<Value>(LIST, &[]).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 200);
    assert!(error.to_string().contains("larger than the limit of 100000 bytes"), "{error}");
    assert_eq!(server.count(), 1);

    let mut download = client.call_bytes(LIST, &[]).stream().await.unwrap();
    assert_eq!(download.size(), Some(200_002));
    let mut length = 0;
    while let Some(piece) = download.chunk().await.unwrap() {
        length += piece.len();
    }
    assert_eq!(length, 200_002);

    let download = client.call_bytes(LIST, &[]).stream().await.unwrap();
    assert_eq!(download.bytes(200_001).await.unwrap_err().kind(), ErrorKind::TooLarge);
    let mut file = Vec::new();
    let download = client.call_bytes(LIST, &[]).stream().await.unwrap();
    assert_eq!(download.write_to(&mut file).await.unwrap(), 200_002);
    assert_eq!(file.len(), 200_002);
}

#[tokio::test]
async fn a_stream_that_breaks_or_stalls_ends_with_an_error() {
    use futures_util::StreamExt as _;
    let Reaction::Response(mut bytes) = response("200 OK", &"x".repeat(1000)) else {
        unreachable!()
    };
    bytes.truncate(bytes.len() - 500);
    let idle = Duration::from_millis(300);
    let stall = Reaction::Drip(vec![bytes.clone()], Duration::ZERO);
    for (reaction, kind) in
        [(Reaction::ResponseAndClose(bytes), ErrorKind::Transport), (stall, ErrorKind::Timeout)]
    {
        let server = Server::always(reaction).await;
        let client = server.builder().body_idle_timeout(idle).build().unwrap();
        let mut download = client.call_bytes(LIST, &[]).stream().await.unwrap();
        let mut length = 0;
        let error = loop {
            match download.chunk().await {
                Ok(piece) => length += piece.expect("an error before the end").len(),
                Err(error) => break error,
            }
        };
        assert_eq!((error.kind(), length), (kind, 500));

        let mut download = client.call_bytes(LIST, &[]).stream().await.unwrap();
        let error = loop {
            if let Err(error) = download.next().await.expect("an error before the end") {
                break error;
            }
        };
        assert_eq!(error.kind(), kind);
        assert_eq!(server.count(), 2);
    }
}

#[tokio::test]
async fn a_domain_is_looked_up_in_the_clients_region() {
    for (reaction, expected) in [
        (response("200 OK", r#"{"domain": {}}"#), Some(true)),
        (response("404 X", r#"{"message": "Domain not found"}"#), Some(false)),
        (response("401 X", "Forbidden"), None),
        (response("500 X", ""), None),
    ] {
        let server = Server::always(reaction).await;
        let found = server.client().has_domain("mg.example.com").await;
        assert_eq!(found.ok(), expected);
        assert_eq!(server.requests()[0].target(), "/v4/domains/mg.example.com");
    }
}

#[tokio::test]
async fn an_independent_server_parses_the_same_request() {
    let mut server = mockito::Server::new_async().await;
    let mock = server
        .mock("POST", "/v3/mg.example.com/messages")
        .match_header("authorization", KEY_HEADER)
        .match_header("content-type", "application/x-www-form-urlencoded")
        .match_body(mockito::Matcher::AllOf(vec![
            mockito::Matcher::UrlEncoded("to".into(), "a+b@c.d".into()),
            mockito::Matcher::UrlEncoded("text".into(), "ä & ö = ü %".into()),
        ]))
        .with_body("{}")
        .expect(1)
        .create_async()
        .await;
    let client = Client::builder(KEY).base_url(server.url()).no_proxy().build().unwrap();
    let mut fields = Fields::new();
    fields.set("to", "a+b@c.d").set("text", "ä & ö = ü %");
    client.call::<Value>(SEND, DOMAIN).form(fields).await.unwrap();
    mock.assert_async().await;
}

/// A 200 to a send means that the message was accepted, even if the JSON has invalid details.
#[tokio::test]
async fn invalid_json_details_do_not_hide_the_response_to_a_send() {
    for invalid in [
        &br#""Queued. Thank you \udce9""#[..],
        b"\"Queued. Thank you, J\xe9r\xf4me\"",
        b"\"Queued.\nThank\x00you\"",
        b"1e999",
        b"NaN",
        b"\"\\q\"",
    ] {
        for mark in [&b""[..], b"\xef\xbb\xbf"] {
            let body = [mark, br#"{"message": "#, invalid, br#", "id": "<1@b.c>"}"#].concat();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            let server =
                Server::always(Reaction::Response([head.as_bytes(), &body].concat())).await;
            let response = server.client().call::<Value>(SEND, DOMAIN).multipart(mail()).await;
            assert_eq!(response.unwrap()["id"], "<1@b.c>", "{}", String::from_utf8_lossy(invalid));
        }
    }
}

#[tokio::test]
async fn invalid_json_details_do_not_hide_an_error_message() {
    for invalid in [&br#""\udce9""#[..], b"\"\xe9\"", b"\"\x01\"", b"1e999"] {
        let start = &b"\xef\xbb\xbf{\"message\": \"no\", \"x\": "[..];
        let body = [start, invalid, b"}"].concat();
        let head = format!("HTTP/1.1 400 X\r\ncontent-length: {}\r\n\r\n", body.len());
        let server = Server::always(Reaction::Response([head.as_bytes(), &body].concat())).await;
        let error = server.client().call::<Value>(LIST, &[]).await.unwrap_err();
        assert_eq!(error.api_message(), Some("no"));
    }
}

/// Responses that cannot be decoded, for different reasons.
#[tokio::test]
async fn a_decode_error_names_the_field_and_the_expected_type() {
    #[derive(Debug, serde::Deserialize)]
    #[allow(dead_code, reason = "only its errors are tested")]
    struct Bounce {
        #[serde(default, deserialize_with = "mailgun_core::de::optional_timestamp")]
        created_at: Option<mailgun_core::Timestamp>,
        #[serde(default, deserialize_with = "mailgun_core::de::number_or_string")]
        limit: Option<u64>,
    }
    for (body, words) in [
        (r#"{"created_at": {}}"#, "field `created_at` is not a date"),
        (r#"{"created_at": ["canary@example.com"]}"#, "field `created_at` is not a date"),
        (r#"{"created_at": "canary"}"#, "field `created_at` is not a date"),
        (r#"{"limit": -1}"#, "field `limit` is not a number of type u64"),
        (r#"{"limit": "canary"}"#, "field `limit` is not a number of type u64"),
        (r#""canary""#, "the response is not an object"),
    ] {
        let server = Server::always(response("200 OK", body)).await;
        let error = server.client().call::<Bounce>(LIST, &[]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        let text = support::everything(&error);
        assert!(text.contains(words) && !text.contains("canary"), "{text}");
        assert!(!text.contains("line 1"), "{text}");
    }
}

#[tokio::test]
async fn an_optional_call_takes_404_alone_for_nothing() {
    for (reaction, expected) in [
        (response("200 OK", "5"), Ok(Some(5))),
        (response("404 X", r#"{"message": "Address not found"}"#), Ok(None)),
        (response("400 X", ""), Err(400)),
        (response("410 X", ""), Err(410)),
    ] {
        let server = Server::always(reaction).await;
        let result = server.client().call::<u32>(LIST, &[]).optional().await;
        assert_eq!(result.map_err(|error| error.status().unwrap().as_u16()), expected);
    }
}
