//! A client without mercy or magic.

use std::time::Duration;

use mailgun_mock::MockMailgun;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// `api:key-mock`.
pub(crate) const AUTH: (&str, &str) = ("Authorization", "Basic YXBpOmtleS1tb2Nr");
pub(crate) const URLENCODED: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
pub(crate) const MESSAGES: &str = "POST /v3/mg.example.com/messages";
pub(crate) const MESSAGES_MIME: &str = "POST /v3/mg.example.com/messages.mime";
/// A form that the mock accepts.
pub(crate) const MAIL: [(&str, &str); 4] = [
    ("from", "shop@mg.example.com"),
    ("to", "ada@example.com"),
    ("subject", "Hello"),
    ("text", "Hi"),
];

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head, body: bytes[end + 4..].to_vec() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn assert_message(&self, status: u16, message: &str) {
        assert_eq!((self.status, self.json()["message"].as_str()), (status, Some(message)));
    }
}

pub(crate) fn request(line: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut request = format!("{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("Content-Length: {}\r\n\r\n", body.len());
    [request.as_bytes(), body].concat()
}

pub(crate) async fn connect(mailgun: &MockMailgun) -> TcpStream {
    let address = mailgun.base_url().replace("http://", "");
    TcpStream::connect(address).await.unwrap()
}

pub(crate) async fn exchange(
    mailgun: &MockMailgun,
    line: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut socket = connect(mailgun).await;
    socket.write_all(&request(line, headers, body)).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), socket.read_to_end(&mut answer));
    read.await.expect("an answer in time").expect("a whole answer");
    Answer::parse(&answer)
}

pub(crate) async fn get(mailgun: &MockMailgun, path: &str) -> Answer {
    exchange(mailgun, &format!("GET {path}"), &[AUTH], b"").await
}

/// Fetches an absolute link that the mock gave out.
pub(crate) async fn follow(mailgun: &MockMailgun, link: &str) -> Answer {
    let path = link.strip_prefix("http://localhost").expect("a link to the host asked for");
    get(mailgun, path).await
}

pub(crate) fn urlencode(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

pub(crate) async fn post_form(
    mailgun: &MockMailgun,
    line: &str,
    fields: &[(&str, &str)],
) -> Answer {
    exchange(mailgun, line, &[AUTH, URLENCODED], urlencode(fields).as_bytes()).await
}

/// Sends [`MAIL`] with some fields replaced or added; an empty value takes a field away.
pub(crate) async fn send_with(mailgun: &MockMailgun, changes: &[(&str, &str)]) -> Answer {
    let replaced = |name: &str| changes.iter().any(|(changed, _)| *changed == name);
    let kept = MAIL.into_iter().filter(|(name, _)| !replaced(name));
    let added = changes.iter().copied().filter(|(_, value)| !value.is_empty());
    let fields: Vec<_> = kept.chain(added).collect();
    post_form(mailgun, MESSAGES, &fields).await
}

#[derive(Default)]
pub(crate) struct Multipart(Vec<u8>);

impl Multipart {
    const BOUNDARY: &str = "b0undary";

    pub(crate) fn new(fields: &[(&str, &str)]) -> Self {
        fields.iter().fold(Self::default(), |form, (name, value)| {
            form.part(&format!("name=\"{name}\""), None, value.as_bytes())
        })
    }

    /// A part with these parameters of its content disposition.
    pub(crate) fn part(
        mut self,
        disposition: &str,
        content_type: Option<&str>,
        bytes: &[u8],
    ) -> Self {
        let mut head =
            format!("--{}\r\nContent-Disposition: form-data; {disposition}\r\n", Self::BOUNDARY);
        if let Some(content_type) = content_type {
            head += &format!("Content-Type: {content_type}\r\n");
        }
        self.0.extend_from_slice(format!("{head}\r\n").as_bytes());
        self.0.extend_from_slice(bytes);
        self.0.extend_from_slice(b"\r\n");
        self
    }

    pub(crate) async fn post(self, mailgun: &MockMailgun, line: &str) -> Answer {
        let body = [&self.0[..], format!("--{}--\r\n", Self::BOUNDARY).as_bytes()].concat();
        let kind = format!("multipart/form-data; boundary={}", Self::BOUNDARY);
        exchange(mailgun, line, &[AUTH, ("Content-Type", &kind)], &body).await
    }
}
