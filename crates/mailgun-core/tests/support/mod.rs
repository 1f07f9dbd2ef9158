//! A server on a raw socket that records requests and fails on demand.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(unreachable_pub, reason = "each test file is a crate of its own")]

use std::{
    error::Error as StdError,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use mailgun_core::{Client, ClientBuilder, Error, Form, Upload, layers::RetryPolicy};
use serde::Deserialize;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
};

pub const KEY: &str = "key-canary-7f3a";
pub const KEY_HEADER: &str = "Basic YXBpOmtleS1jYW5hcnktN2YzYQ==";
pub const RECIPIENT: &str = "bob.canary@example.com";

/// What a server does with a request, after it has read the body unless stated otherwise.
#[derive(Clone, Debug)]
pub enum Reaction {
    /// Sends a response.
    Response(Vec<u8>),
    /// Sends a response and closes the connection.
    ResponseAndClose(Vec<u8>),
    /// Sends a response after the head, while the body is still being sent.
    EarlyResponse(Vec<u8>),
    /// Resets the connection after the head.
    ResetAtHead,
    /// Resets the connection after the body.
    Reset,
    /// Does nothing.
    Silence,
    /// Sends the pieces with a pause before each, then nothing.
    Drip(Vec<Vec<u8>>, Duration),
}

pub fn response_with(status: &str, headers: &[(&str, &str)], body: &str) -> Reaction {
    let mut head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    Reaction::Response(format!("{head}\r\n{body}").into())
}

pub fn response(status: &str, body: &str) -> Reaction {
    response_with(status, &[("content-type", "application/json")], body)
}

/// The API's response to a send.
pub const ACCEPTED: &str = r#"{"id":"<1@mg.example.com>","message":"Queued. Thank you."}"#;

pub fn accepted() -> Reaction {
    response("200 OK", ACCEPTED)
}

/// A request as received.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// The index of the connection.
    pub connection: usize,
    /// The index of the request.
    pub index: usize,
    pub head: String,
    /// The body, without chunked framing.
    pub body: Vec<u8>,
    /// Whether the body is complete.
    pub is_whole: bool,
}

impl Recorded {
    pub fn method(&self) -> &str {
        self.head.split(' ').next().unwrap()
    }

    /// Path and query from the request line.
    pub fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    /// All values of a header.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }

    /// The value of a header that must not be repeated.
    #[track_caller]
    pub fn header(&self, name: &str) -> Option<&str> {
        let values = self.headers(name);
        assert!(values.len() < 2, "{name} came {} times", values.len());
        values.first().copied()
    }

    pub fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }
}

#[derive(Default)]
struct State {
    requests: Mutex<Vec<Recorded>>,
    connections: AtomicUsize,
}

/// A server that stops with the runtime of the test.
#[derive(Clone)]
pub struct Server {
    pub address: SocketAddr,
    state: Arc<State>,
}

type Script = Arc<dyn Fn(&Recorded) -> Reaction + Send + Sync>;

impl Server {
    pub async fn new(script: impl Fn(&Recorded) -> Reaction + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        let script: Script = Arc::new(script);
        let server = Self { address, state: state.clone() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let connection = state.connections.fetch_add(1, Ordering::SeqCst);
                let (state, script) = (state.clone(), script.clone());
                tokio::spawn(async move {
                    // Connection errors are ignored. The requests are recorded.
                    let _ = serve(stream, connection, &state, &script).await;
                });
            }
        });
        server
    }

    /// Uses the reactions in order, and the last one for all further requests.
    pub async fn script(reactions: Vec<Reaction>) -> Self {
        Self::new(move |request| reactions[request.index.min(reactions.len() - 1)].clone()).await
    }

    pub async fn always(reaction: Reaction) -> Self {
        Self::script(vec![reaction]).await
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn requests(&self) -> Vec<Recorded> {
        self.state.requests.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.state.requests.lock().unwrap().len()
    }

    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// A client builder with short delays, which ignores the environment.
    pub fn builder(&self) -> ClientBuilder {
        builder(&self.url())
    }

    pub fn client(&self) -> Client {
        self.builder().build().unwrap()
    }
}

/// A URL at which nothing listens.
pub fn refused() -> String {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    // Bound but not listening, so that no other test can use the port.
    std::mem::forget(socket);
    url
}

pub fn policy() -> RetryPolicy {
    RetryPolicy::default()
        .max_attempts(3)
        .base_delay(Duration::from_millis(2))
        .max_delay(Duration::from_millis(4))
        .max_wait(Duration::from_secs(5))
}

pub fn builder(url: &str) -> ClientBuilder {
    Client::builder(KEY)
        .base_url(url)
        .no_proxy()
        .connect_timeout(Duration::from_secs(10))
        .attempt_timeout(Duration::from_secs(20))
        .body_idle_timeout(Duration::from_secs(20))
        .total_timeout(Duration::from_secs(60))
        .retry(policy())
}

/// The result of a send.
#[derive(Debug, Deserialize, PartialEq)]
pub struct Receipt {
    pub id: String,
}

pub fn mail() -> Form {
    let mut form = Form::new();
    form.text("to", RECIPIENT)
        .text("text", "hello")
        .file("attachment", Upload::from_bytes("a.bin", vec![0_u8, 255, 13, 10]));
    form
}

/// All text of an error that may be logged: `Display` and `Debug` of the error and its sources.
pub fn everything(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        text += &format!(" | {error} {error:?} {error:#?}");
        source = error.source();
    }
    text
}

async fn serve(
    mut stream: TcpStream,
    connection: usize,
    state: &State,
    script: &Script,
) -> io::Result<()> {
    let mut input = Vec::new();
    loop {
        let end = loop {
            if let Some(at) = find(&input, b"\r\n\r\n") {
                break at + 4;
            }
            if stream.read_buf(&mut input).await? == 0 {
                return Ok(());
            }
        };
        let head = String::from_utf8(input.drain(..end).collect()).unwrap();
        let mut request = Recorded { connection, head, ..Recorded::default() };
        let index = {
            let mut requests = state.requests.lock().unwrap();
            request.index = requests.len();
            requests.push(request.clone());
            request.index
        };
        // These two do not read the body.
        match script(&request) {
            Reaction::ResetAtHead => return stream.set_zero_linger(),
            Reaction::EarlyResponse(response) => {
                stream.write_all(&response).await?;
                // Closing with unread input would reset the connection and lose the response.
                tokio::time::sleep(Duration::from_secs(30)).await;
                return Ok(());
            }
            _ => {}
        }
        let result = read_body(&mut stream, &mut input, &mut request).await;
        state.requests.lock().unwrap()[index] = request.clone();
        result?;
        match script(&request) {
            Reaction::Response(response) => stream.write_all(&response).await?,
            Reaction::ResponseAndClose(response) => {
                stream.write_all(&response).await?;
                return stream.shutdown().await;
            }
            Reaction::ResetAtHead | Reaction::EarlyResponse(_) => unreachable!(),
            Reaction::Reset => return stream.set_zero_linger(),
            Reaction::Silence => return wait_for_close(&mut stream).await,
            Reaction::Drip(pieces, pause) => {
                for piece in pieces {
                    tokio::time::sleep(pause).await;
                    stream.write_all(&piece).await?;
                }
                return wait_for_close(&mut stream).await;
            }
        }
    }
}

async fn wait_for_close(stream: &mut TcpStream) -> io::Result<()> {
    while stream.read(&mut [0; 1024]).await? > 0 {}
    Ok(())
}

async fn read_body(
    stream: &mut TcpStream,
    input: &mut Vec<u8>,
    request: &mut Recorded,
) -> io::Result<()> {
    if request.header("transfer-encoding").is_some_and(|value| value == "chunked") {
        loop {
            let line = read_until(stream, input, b"\r\n").await?;
            let size = usize::from_str_radix(str::from_utf8(&line).unwrap().trim(), 16).unwrap();
            fill(stream, input, size + 2).await?;
            request.body.extend(input.drain(..size));
            assert_eq!(input.drain(..2).collect::<Vec<_>>(), b"\r\n");
            if size == 0 {
                break;
            }
        }
    } else {
        let length = request.header("content-length").map_or(0, |value| value.parse().unwrap());
        let filled = fill(stream, input, length).await;
        let available = length.min(input.len());
        request.body.extend(input.drain(..available));
        filled?;
    }
    request.is_whole = true;
    Ok(())
}

async fn read_until(
    stream: &mut TcpStream,
    input: &mut Vec<u8>,
    mark: &[u8],
) -> io::Result<Vec<u8>> {
    loop {
        if let Some(at) = find(input, mark) {
            return Ok(input.drain(..at + mark.len()).collect());
        }
        fill(stream, input, input.len() + 1).await?;
    }
}

async fn fill(stream: &mut TcpStream, input: &mut Vec<u8>, length: usize) -> io::Result<()> {
    while input.len() < length {
        if stream.read_buf(input).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
