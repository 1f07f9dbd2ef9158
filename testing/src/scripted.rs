use std::{
    convert::Infallible,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use http_body_util::{BodyExt as _, Full};
use mailgun_core::{
    Body, Client, ClientBuilder, Error,
    bytes::Bytes,
    http::{HeaderMap, Method, Request, Response, Uri, header},
    layers::RetryPolicy,
};
use serde_json::Value;

/// A part of a multipart form, as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The name of the field.
    pub name: String,
    /// The filename, for files.
    pub filename: Option<String>,
    /// The content type of the part.
    pub content_type: Option<String>,
    /// The content.
    pub bytes: Bytes,
}

impl Part {
    /// The content as text.
    pub fn text(&self) -> &str {
        str::from_utf8(&self.bytes).unwrap()
    }
}

/// All parts of a multipart body, in order.
pub async fn parts(content_type: &str, body: Bytes) -> Vec<Part> {
    let boundary = multer::parse_boundary(content_type).unwrap();
    let close = format!("--{boundary}--\r\n");
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

/// The texts of all parts with a name, in order.
pub fn values<'a>(parts: &'a [Part], name: &str) -> Vec<&'a str> {
    parts.iter().filter(|part| part.name == name).map(Part::text).collect()
}

/// A request, as the transport received it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The method.
    pub method: Method,
    /// The whole URL.
    pub uri: Uri,
    /// All headers.
    pub headers: HeaderMap,
    /// The body as sent.
    pub body: Bytes,
    /// The parts of a multipart body.
    pub parts: Vec<Part>,
}

impl Seen {
    async fn new(request: Request<Body>) -> Self {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let parts =
            match head.headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap()) {
                Some(content_type) if content_type.starts_with("multipart/") => {
                    parts(content_type, body.clone()).await
                }
                _ => Vec::new(),
            };
        Self { method: head.method, uri: head.uri, headers: head.headers, body, parts }
    }

    /// The texts of all parts with a name, in order.
    pub fn values(&self, name: &str) -> Vec<&str> {
        values(&self.parts, name)
    }

    /// The content type without parameters. `none` if there is none.
    pub fn content_type(&self) -> &str {
        let value = self.headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap());
        value.map_or("none", |value| value.split(';').next().unwrap())
    }

    /// The pairs of the query, decoded, in order.
    pub fn query(&self) -> Vec<(String, String)> {
        let query = self.uri.query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    /// The pairs of a form, multipart or URL-encoded, in order.
    pub fn fields(&self) -> Vec<(String, String)> {
        if self.parts.is_empty() {
            return form_urlencoded::parse(&self.body).into_owned().collect();
        }
        let parts = self.parts.iter();
        parts.map(|part| (part.name.clone(), part.text().to_owned())).collect()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Records the request of a call without sending it.
pub async fn request_of(request: Result<Request<Body>, Error>) -> Seen {
    Seen::new(request.unwrap()).await
}

/// A response of the service, and its delay.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: String,
    /// The delay.
    pub delay: Duration,
}

impl Answer {
    /// A response without delay.
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, body: body.into(), delay: Duration::ZERO }
    }

    /// A successful response with this JSON.
    pub fn json(value: &Value) -> Self {
        Self::new(200, value.to_string())
    }

    /// Sets the delay.
    #[must_use]
    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }
}

/// A service in memory. Its responses may depend on the request, and tests with it can pause the
/// clock.
#[derive(Clone)]
pub struct Scripted {
    seen: Arc<Mutex<Vec<Seen>>>,
    in_flight: Arc<AtomicUsize>,
    most_in_flight: Arc<AtomicUsize>,
    answer: Arc<dyn Fn(&Seen) -> Answer + Send + Sync>,
}

impl Scripted {
    /// A service whose responses are computed.
    pub fn new(answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        Self {
            seen: Arc::default(),
            in_flight: Arc::default(),
            most_in_flight: Arc::default(),
            answer: Arc::new(answer),
        }
    }

    /// A service that returns these responses in order, and repeats the last one.
    pub fn script(answers: Vec<Answer>) -> Self {
        let number = AtomicUsize::new(0);
        Self::new(move |_| {
            let number = number.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
            answers[number].clone()
        })
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The highest number of concurrent requests.
    pub fn most_in_flight(&self) -> usize {
        self.most_in_flight.load(Ordering::SeqCst)
    }

    /// A client of the service with Mailgun's base URL, without retries.
    pub fn client(&self) -> Client {
        self.client_with(Client::builder("key-test").retry(RetryPolicy::never()))
    }

    /// A client of the service with these settings.
    pub fn client_with(&self, builder: ClientBuilder) -> Client {
        let this = self.clone();
        let service = tower::service_fn(move |request| this.clone().respond(request));
        builder.build_with_transport(service).unwrap()
    }

    async fn respond(self, request: Request<Body>) -> Result<Response<Full<Bytes>>, Infallible> {
        let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_in_flight.fetch_max(now, Ordering::SeqCst);
        let seen = Seen::new(request).await;
        let answer = (self.answer)(&seen);
        self.seen.lock().unwrap().push(seen);
        tokio::time::sleep(answer.delay).await;
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        let mut response = Response::new(Full::from(answer.body));
        *response.status_mut() = answer.status.try_into().unwrap();
        Ok(response)
    }
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scripted").field("seen", &self.seen().len()).finish_non_exhaustive()
    }
}
