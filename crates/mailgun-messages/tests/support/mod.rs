//! What the tests share: reading a request back, a scripted service in memory, files that vanish.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use std::{
    collections::BTreeMap,
    convert::Infallible,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use http_body_util::{BodyExt as _, Full};
use mailgun_core::{
    Body, Call, Client, ClientBuilder, Error,
    bytes::Bytes,
    http::{HeaderMap, Method, Request, Response, Uri, header},
    layers::RetryPolicy,
};
use mailgun_messages::{Message, Messages};
use mailgun_mock::{LoggedRequest, MockMailgun};
use serde_json::Value;

pub const ACCEPTED: &str = r#"{"id":"<1@mg.example.com>","message":"Queued. Thank you."}"#;

/// A message to which nothing need be added.
pub fn complete() -> Message {
    Message::new()
        .from("shop@mg.example.com")
        .to("bob@example.com")
        .subject("Hello")
        .text("Hello, Bob.")
}

pub fn messages(mock: &MockMailgun) -> Messages {
    Messages::new(&mock.client(), mock.domain())
}

/// Of a client that repeats without a wait where the service asks for none.
pub fn hasty(mock: &MockMailgun) -> Messages {
    let policy = RetryPolicy::default().base_delay(Duration::from_millis(1));
    let client: Client = mock.client_builder().retry(policy).build().unwrap();
    Messages::new(&client, mock.domain())
}

/// Of a client that makes one attempt, so that what repeats is the code under test.
pub fn single_attempt(mock: &MockMailgun) -> Messages {
    let client: Client = mock.client_builder().retry(RetryPolicy::never()).build().unwrap();
    Messages::new(&client, mock.domain())
}

/// Of a client that must not be used to send anything.
pub fn offline() -> Messages {
    let client = Client::builder("key-test").base_url("http://127.0.0.1:9").build().unwrap();
    Messages::new(&client, "mg.example.com")
}

/// A part of a multipart form as it stood on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    pub filename: Option<String>,
    pub content_type: Option<String>,
    pub bytes: Bytes,
}

impl Part {
    pub fn text(&self) -> &str {
        str::from_utf8(&self.bytes).unwrap()
    }
}

/// All parts of a multipart body, in order.
pub async fn parts(content_type: &str, body: Bytes) -> Vec<Part> {
    let boundary = multer::parse_boundary(content_type).unwrap();
    let close = format!("\r\n--{boundary}--\r\n");
    assert!(body.ends_with(close.as_bytes()), "the body does not end with its boundary");
    let body = http_body_util::BodyDataStream::new(Full::new(body));
    let mut form = multer::Multipart::new(body, boundary);
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.unwrap() {
        let disposition = field.headers()[header::CONTENT_DISPOSITION].as_bytes().to_vec();
        let outside_quotes = disposition.split(|b| *b == b'"').step_by(2).collect::<Vec<_>>();
        assert!(!outside_quotes.concat().contains(&b'*'), "an extended parameter: {field:?}");
        parts.push(Part {
            name: field.name().unwrap_or_else(|| panic!("no name: {field:?}")).to_owned(),
            filename: field.file_name().map(str::to_owned),
            content_type: field
                .headers()
                .get(header::CONTENT_TYPE)
                .map(|value| value.to_str().unwrap().to_owned()),
            bytes: field.bytes().await.unwrap(),
        });
    }
    parts
}

/// The parts that a call would send.
pub async fn parts_of<T>(call: Call<T>) -> Vec<Part> {
    let (head, body) = call.into_request().unwrap().into_parts();
    let content_type = head.headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
    parts(&content_type, body.collect().await.unwrap().to_bytes()).await
}

/// The parts that reached the mock.
pub async fn parts_logged(request: &LoggedRequest) -> Vec<Part> {
    parts(request.header("content-type").unwrap(), request.body().clone()).await
}

/// The texts of all parts of a name, in order.
pub fn values<'a>(parts: &'a [Part], name: &str) -> Vec<&'a str> {
    parts.iter().filter(|part| part.name == name).map(Part::text).collect()
}

/// The fault that a call has before anything is sent.
#[track_caller]
pub fn fault_of<T>(call: Call<T>) -> Error {
    call.into_request().map(|_| ()).expect_err("the call is refused")
}

/// A request as the transport got it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub parts: Vec<Part>,
}

impl Seen {
    pub fn values(&self, name: &str) -> Vec<&str> {
        values(&self.parts, name)
    }

    pub fn recipient_variables(&self) -> BTreeMap<String, Value> {
        serde_json::from_str(self.values("recipient-variables")[0]).unwrap()
    }
}

/// An answer, and how long the service takes for it.
pub struct Answer {
    pub status: u16,
    pub body: String,
    pub delay: Duration,
}

impl Answer {
    pub fn accepted() -> Self {
        Self::new(200, ACCEPTED)
    }

    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, body: body.into(), delay: Duration::ZERO }
    }

    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }
}

/// A service in memory, for answers that depend on the mail, and for a clock that stands still
/// while there is no I/O.
#[derive(Clone)]
pub struct Scripted {
    seen: Arc<Mutex<Vec<Seen>>>,
    in_flight: Arc<AtomicUsize>,
    most_in_flight: Arc<AtomicUsize>,
    answer: Arc<dyn Fn(&Seen) -> Answer + Send + Sync>,
}

impl Scripted {
    pub fn new(answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        Self {
            seen: Arc::default(),
            in_flight: Arc::default(),
            most_in_flight: Arc::default(),
            answer: Arc::new(answer),
        }
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// How many requests were on their way at once, at most.
    pub fn most_in_flight(&self) -> usize {
        self.most_in_flight.load(Ordering::SeqCst)
    }

    /// A client of it with one attempt a call, which believes it talks to Mailgun.
    pub fn client(&self) -> Client {
        self.client_with(Client::builder("key-test").retry(RetryPolicy::never()))
    }

    pub fn client_with(&self, builder: ClientBuilder) -> Client {
        let this = self.clone();
        let service = tower::service_fn(move |request| this.clone().respond(request));
        builder.build_with_transport(service).unwrap()
    }

    pub fn messages(&self) -> Messages {
        Messages::new(&self.client(), "mg.example.com")
    }

    async fn respond(self, request: Request<Body>) -> Result<Response<Full<Bytes>>, Infallible> {
        let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_in_flight.fetch_max(now, Ordering::SeqCst);
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let parts = match head.headers.get(header::CONTENT_TYPE) {
            Some(content_type) => parts(content_type.to_str().unwrap(), body.clone()).await,
            None => Vec::new(),
        };
        let (method, uri, headers) = (head.method, head.uri, head.headers);
        let seen = Seen { method, uri, headers, body, parts };
        let answer = (self.answer)(&seen);
        self.seen.lock().unwrap().push(seen);
        tokio::time::sleep(answer.delay).await;
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        let mut response = Response::new(Full::from(answer.body));
        *response.status_mut() = answer.status.try_into().unwrap();
        Ok(response)
    }
}

/// A file below the system's folder for temporary files, removed at the end.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(name: &str, content: &[u8]) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let folder = format!("mailgun-messages-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        std::fs::write(&path, content).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.parent().unwrap());
    }
}

/// Bytes without a pattern, the same for the same seed.
pub fn random_bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

/// The error and all its causes, as a log would have them.
pub fn everything_shown(error: &Error) -> String {
    let mut shown = format!("{error}\n{error:?}");
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        shown += &format!("\n{error}\n{error:?}");
        cause = error.source();
    }
    shown
}
