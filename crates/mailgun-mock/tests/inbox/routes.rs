//! What the inbox answers, and to whom.

use std::time::Duration;

use mailgun_mock::MockMailgun;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{
    client::{self, Answer, MAIL, MESSAGES, MESSAGES_MIME, Multipart, connect, send_with},
    start,
};

/// Sends a request without a body and with these headers alone.
async fn ask(mailgun: &MockMailgun, line: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = format!("{line} HTTP/1.1\r\nConnection: close\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    let mut socket = connect(mailgun).await;
    socket.write_all(format!("{request}\r\n").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), socket.read_to_end(&mut answer));
    read.await.expect("an answer in time").expect("a whole answer");
    Answer::parse(&answer)
}

async fn get(mailgun: &MockMailgun, path: &str) -> Answer {
    ask(mailgun, &format!("GET {path}"), &[("Host", "localhost")]).await
}

/// The path of the newest mail.
async fn newest(mailgun: &MockMailgun) -> String {
    let list = get(mailgun, "/inbox/messages").await.json();
    format!("/inbox/messages/{}", list["items"][0]["key"].as_str().unwrap())
}

/// Whether a policy has this directive with exactly these sources.
fn assert_policy(answer: &Answer, directives: &[&str]) {
    let policy = answer.header("content-security-policy").expect("a policy");
    let has: Vec<&str> = policy.split("; ").collect();
    for directive in directives {
        assert!(has.contains(directive), "{directive} is not in {policy}");
    }
}

#[tokio::test]
async fn the_inbox_is_served_only_where_it_is_asked_for() {
    let without = MockMailgun::start().await;
    for path in ["/", "/inbox/app.js", "/inbox/messages"] {
        assert_eq!(get(&without, path).await.text(), "Mailgun Magnificent API");
    }
    let with = start().await;
    assert!(get(&with, "/").await.text().starts_with("<!doctype html>"));
    assert_eq!(get(&with, "/elsewhere").await.text(), "Mailgun Magnificent API");
    assert!(get(&with, "/v3/domains").await.status == 401);
}

#[tokio::test]
async fn the_page_runs_scripts_of_this_server_alone() {
    let mailgun = start().await;
    let page = get(&mailgun, "/").await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_policy(
        &page,
        &[
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ],
    );
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-dns-prefetch-control", "off"),
    ] {
        assert_eq!(page.header(name), Some(value), "{name}");
    }
    // Everything that the page refers to is here, and nothing is elsewhere.
    let text = page.text();
    assert!(!text.contains("http://") && !text.contains("https://") && !text.contains("<script>"));
    let references = text.split(['"', '\'']).filter(|text| text.starts_with("/inbox/"));
    let mut seen = 0;
    for path in references {
        assert_eq!(get(&mailgun, path).await.status, 200, "{path}");
        seen += 1;
    }
    assert!(seen >= 3, "{seen}");
}

#[tokio::test]
async fn other_host_names_are_refused() {
    let mailgun = MockMailgun::builder().inbox(true).allow_host("mailgun").start().await.unwrap();
    for (host, status) in [
        ("localhost:8025", 200),
        ("127.0.0.1", 200),
        ("[::1]:8025", 200),
        ("mailgun:8025", 200),
        ("attacker.example", 403),
        ("localhost.attacker.example:8025", 403),
    ] {
        for path in ["/", "/inbox/messages", "/inbox/live-not"] {
            let answer = ask(&mailgun, &format!("GET {path}"), &[("Host", host)]).await;
            let expected = if path == "/inbox/live-not" && status == 200 { 404 } else { status };
            assert_eq!(answer.status, expected, "{host} {path}");
        }
    }
}

#[tokio::test]
async fn the_api_is_guarded_as_the_inbox_is() {
    let mailgun = MockMailgun::builder().inbox(true).allow_host("mailgun").start().await.unwrap();
    for (host, status) in [
        ("localhost:8025", 200),
        ("127.0.0.1", 200),
        ("mailgun:8025", 200),
        ("attacker.example", 403),
    ] {
        let answer = ask(&mailgun, "GET /v4/domains", &[client::AUTH, ("Host", host)]).await;
        assert_eq!(answer.status, status, "{host}");
    }
    assert_eq!(mailgun.requests().len(), 3);
    let host = ("Host", "localhost:8025");
    for (header, status) in [
        (("Origin", "https://attacker.example"), 403),
        (("Sec-Fetch-Site", "cross-site"), 403),
        (("Origin", "http://localhost:8025"), 200),
        (("Accept", "*/*"), 200),
    ] {
        let answer = ask(&mailgun, "POST /v1/keys/public", &[client::AUTH, host, header]).await;
        assert_eq!(answer.status, status, "{header:?}");
    }
    // Without an inbox, browsers have nothing to do with it.
    let mailgun = MockMailgun::start().await;
    let headers = [client::AUTH, ("Host", "attacker.example")];
    assert_eq!(ask(&mailgun, "GET /v4/domains", &headers).await.status, 200);
}

#[tokio::test]
async fn html_is_served_for_a_frame_in_which_nothing_runs() {
    let mailgun = start().await;
    send_with(&mailgun, &[("html", "<script>1</script><img src='https://a.example/b.png'>")]).await;
    let path = newest(&mailgun).await;

    let frame = get(&mailgun, &format!("{path}/html")).await;
    assert_eq!(frame.header("content-type"), Some("text/html; charset=utf-8"));
    assert_policy(
        &frame,
        &[
            "sandbox allow-popups allow-popups-to-escape-sandbox",
            "default-src 'none'",
            "style-src 'unsafe-inline'",
            "img-src data:",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        ],
    );
    let remote = get(&mailgun, &format!("{path}/html?remote=1")).await;
    assert_policy(
        &remote,
        &[
            "sandbox allow-popups allow-popups-to-escape-sandbox",
            "default-src 'none'",
            "img-src data: http: https:",
        ],
    );
    for frame in [&frame, &remote] {
        let policy = frame.header("content-security-policy").unwrap();
        assert!(!policy.contains("script") && !policy.contains("allow-same-origin"), "{policy}");
    }
}

#[tokio::test]
async fn files_are_saved_and_never_shown_as_pages() {
    let mailgun = start().await;
    Multipart::new(&MAIL)
        .part(
            "name=\"attachment\"; filename=\"../a\u{202e}gpj.svg\"",
            Some("image/svg+xml"),
            b"<svg/>",
        )
        .part(
            "name=\"attachment\"; filename=\"page.html\"",
            Some("text/html"),
            b"<script>1</script>",
        )
        .part("name=\"inline\"; filename=\"logo.png\"", Some("image/png"), b"\x89PNG")
        .post(&mailgun, MESSAGES)
        .await;
    let path = newest(&mailgun).await;

    let svg = get(&mailgun, &format!("{path}/files/0")).await;
    assert_eq!(svg.header("content-type"), Some("application/octet-stream"));
    assert_eq!(svg.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(
        svg.header("content-disposition"),
        Some("attachment; filename=\"agpj.svg\"; filename*=UTF-8''agpj.svg"),
    );
    assert_policy(&svg, &["default-src 'none'", "sandbox"]);
    assert_eq!(svg.body, b"<svg/>");

    for (path, status) in
        [("images/0", 404), ("images/1", 404), ("images/2", 200), ("files/3", 404)]
    {
        assert_eq!(
            get(&mailgun, &format!("{}/{path}", newest(&mailgun).await)).await.status,
            status
        );
    }
    let png = get(&mailgun, &format!("{path}/images/2")).await;
    assert_eq!(png.header("content-type"), Some("image/png"));
}

#[tokio::test]
async fn the_list_is_searched_by_address_subject_and_tag() {
    let mailgun = start().await;
    send_with(&mailgun, &[("to", "Ada <ada@example.com>"), ("subject", "Invoice 7")]).await;
    send_with(&mailgun, &[("to", "bob@example.com"), ("o:tag", "newsletter")]).await;
    for (search, found) in [
        ("", 2),
        ("ADA", 1),
        ("bob@example.com", 1),
        ("invoice", 1),
        ("invoice%20ada", 1),
        ("invoice%20bob", 0),
        ("newsletter", 1),
    ] {
        let list = get(&mailgun, &format!("/inbox/messages?search={search}")).await.json();
        assert_eq!(
            (list["total"].as_u64(), list["found"].as_u64()),
            (Some(2), Some(found)),
            "{search}"
        );
        assert_eq!(list["items"].as_array().unwrap().len() as u64, found);
    }
}

#[tokio::test]
async fn the_list_shows_what_the_first_recipient_sees() {
    let mailgun = start().await;
    let html = "<html><head><title>No</title></head><style>no</style><p>Hi %recipient.name%,</p>";
    send_with(
        &mailgun,
        &[
            ("subject", "For %recipient.name%"),
            ("text", ""),
            ("html", html),
            ("recipient-variables", r#"{"ada@example.com": {"name": "Ada"}}"#),
        ],
    )
    .await;
    let list = get(&mailgun, "/inbox/messages").await.json();
    assert_eq!(list["items"][0]["subject"], "For Ada");
    assert_eq!(list["items"][0]["preview"], "Hi Ada,");
    assert_eq!(list["items"][0]["events"]["delivered"], 1);
}

#[tokio::test]
async fn a_stored_attachment_runs_no_script_in_the_origin_of_the_inbox() {
    let mailgun = start().await;
    Multipart::new(&MAIL)
        .part("name=\"attachment\"; filename=\"a.html\"", Some("text/html"), b"<script>1</script>")
        .post(&mailgun, MESSAGES)
        .await;
    let key = mailgun.sent()[0].storage_key().replace('=', "%3D");
    let path = format!("/v3/domains/mg.example.com/messages/{key}/attachments/0");
    let file = client::get(&mailgun, &path).await;
    assert_eq!(file.header("content-type"), Some("text/html"));
    assert_policy(&file, &["sandbox"]);
}

#[tokio::test]
async fn browsers_on_other_machines_are_asked_for_the_key() {
    let address = ([0, 0, 0, 0], 0).into();
    let mailgun = MockMailgun::builder().inbox(true).address(address).start().await.unwrap();
    // The address of this machine that others use. Nothing is sent to the one that is asked about.
    let probe = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    let Ok(ip) = probe.connect("192.0.2.1:9").and_then(|()| probe.local_addr()) else {
        return eprintln!("SKIPPED, since this machine has no network");
    };
    let port = mailgun.base_url().rsplit(':').next().unwrap().parse::<u16>().unwrap();
    for (authorization, status) in [("", 401), (client::AUTH.1, 200), ("Basic YXBpOm5v", 401)] {
        for path in ["/", "/inbox/messages", "/inbox/app.js"] {
            let mut socket = tokio::net::TcpStream::connect((ip.ip(), port)).await.unwrap();
            let request = format!(
                "GET {path} HTTP/1.1\r\nHost: {}:{port}\r\nConnection: close\r\n\
                 Authorization: {authorization}\r\n\r\n",
                ip.ip(),
            );
            socket.write_all(request.as_bytes()).await.unwrap();
            let mut answer = Vec::new();
            let read =
                tokio::time::timeout(Duration::from_secs(10), socket.read_to_end(&mut answer));
            read.await.expect("an answer in time").expect("a whole answer");
            let answer = Answer::parse(&answer);
            assert_eq!(answer.status, status, "{path} {authorization}");
            let asks = answer.header("www-authenticate").is_some();
            assert_eq!(asks, status == 401, "{path}");
        }
    }
}

#[tokio::test]
async fn mime_text_is_shown_by_its_parts() {
    let mailgun = start().await;
    let mime = "From: shop@mg.example.com\r\nSubject: =?utf-8?q?Gr=C3=B6=C3=9Fe?=\r\n\
        Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n\
        <p>Hi</p>\r\n--b\r\nContent-Type: text/plain\r\n\
        Content-Disposition: attachment; filename=a.txt\r\n\r\nfile\r\n--b--\r\n";
    Multipart::new(&[("to", "ada@example.com")])
        .part("name=\"message\"; filename=\"m.eml\"", Some("message/rfc2822"), mime.as_bytes())
        .post(&mailgun, MESSAGES_MIME)
        .await
        .assert_message(200, "Queued. Thank you.");
    let path = newest(&mailgun).await;
    let mail = get(&mailgun, &path).await.json();
    assert_eq!(mail["subject"], "Größe");
    assert_eq!(mail["files"][0]["name"], "a.txt");
    assert!(get(&mailgun, &format!("{path}/html")).await.text().ends_with("<p>Hi</p>"));
    assert_eq!(get(&mailgun, &format!("{path}/files/0")).await.body, b"file");
    assert_eq!(get(&mailgun, &format!("{path}/source")).await.text(), mime);
}

#[tokio::test]
async fn requests_are_shown_without_the_key() {
    let mailgun = start().await;
    send_with(&mailgun, &[]).await;
    let log = get(&mailgun, "/inbox/requests").await.json();
    assert_eq!(log["total"], 1);
    assert_eq!(log["requests"][0]["path"], "/v3/mg.example.com/messages");
    let request = get(&mailgun, "/inbox/requests/0").await;
    assert!(request.text().contains("(hidden)") && request.text().contains("ada%40example.com"));
    assert!(!request.text().contains(client::AUTH.1));
}

#[tokio::test]
async fn the_stream_tells_of_a_new_mail() {
    let mailgun = start().await;
    let mut socket = connect(&mailgun).await;
    socket.write_all(b"GET /inbox/live HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut seen = String::new();
    let mut until = async |text: &str| {
        let reading = async {
            while !seen.contains(text) {
                let mut buffer = [0; 4096];
                let read = socket.read(&mut buffer).await.unwrap();
                assert!(read > 0, "the stream ends");
                seen += std::str::from_utf8(&buffer[..read]).unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(10), reading).await.expect("in time");
    };
    until("content-type: text/event-stream").await;
    until("\"messages\":0").await;
    send_with(&mailgun, &[]).await;
    until("\"messages\":1").await;
}
