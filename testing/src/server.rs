use std::{
    convert::Infallible,
    fmt, io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use http_body::Body;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use mailgun_core::{
    BoxError, Client, ClientBuilder,
    http::{Request, Response},
    layers::RetryPolicy,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
};

use crate::limit::{Watchdog, within};

/// The key of [`builder`].
pub const KEY: &str = "key-canary-7f3a";
/// The header in which [`KEY`] is sent.
pub const KEY_HEADER: &str = "Basic YXBpOmtleS1jYW5hcnktN2YzYQ==";

/// What a [`Server`] does with a request, once it has read the body unless stated otherwise.
#[derive(Clone, Debug)]
pub enum Reaction {
    /// A whole response.
    Response(Vec<u8>),
    /// A response, then the end of the connection.
    ResponseAndClose(Vec<u8>),
    /// A response to the head alone, while the body is still on its way.
    EarlyResponse(Vec<u8>),
    /// A reset after the head.
    ResetAtHead,
    /// A reset after the body.
    Reset,
    /// Nothing, for as long as the client waits.
    Silence,
    /// Pieces with a pause before each, then silence.
    Drip(Vec<Vec<u8>>, Duration),
}

/// A whole response with these headers and its length.
pub fn response_with(status: &str, headers: &[(&str, &str)], body: &str) -> Reaction {
    let mut head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    Reaction::Response(format!("{head}\r\n{body}").into())
}

/// A whole response with JSON.
pub fn response(status: &str, body: &str) -> Reaction {
    response_with(status, &[("content-type", "application/json")], body)
}

/// What Mailgun answers to a send that it accepts.
pub const ACCEPTED: &str = r#"{"id":"<1@mg.example.com>","message":"Queued. Thank you."}"#;

/// The response to a send that was accepted.
pub fn accepted() -> Reaction {
    response("200 OK", ACCEPTED)
}

/// A request as it was sent.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// The number of its connection, from 0.
    pub connection: usize,
    /// The number of the request, from 0, over all connections.
    pub index: usize,
    /// The request line and the headers, up to the empty line.
    pub head: String,
    /// The body, without the framing of chunks.
    pub body: Vec<u8>,
    /// Whether the body arrived to its end.
    pub is_whole: bool,
}

impl Recorded {
    /// The method of the request line.
    pub fn method(&self) -> &str {
        self.head.split(' ').next().unwrap()
    }

    /// Path and query as they stand in the request line.
    pub fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    /// All values of a header, in order.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }

    /// The value of a header that must not come twice.
    #[track_caller]
    pub fn header(&self, name: &str) -> Option<&str> {
        let values = self.headers(name);
        assert!(values.len() < 2, "{name} came {} times", values.len());
        values.first().copied()
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }
}

#[derive(Default)]
struct State {
    requests: Mutex<Vec<Recorded>>,
    connections: AtomicUsize,
    /// The connections that have ended.
    ended: AtomicUsize,
}

/// An HTTP/1.1 server on a socket that records each request and fails on demand.
///
/// It stops with the test's runtime. If a test still runs after a minute, the test process ends.
#[derive(Clone)]
pub struct Server {
    /// The address that it listens at.
    pub address: SocketAddr,
    state: Arc<State>,
}

type Script = Arc<dyn Fn(&Recorded) -> Reaction + Send + Sync>;

impl Server {
    /// A server that reacts as `script` says.
    ///
    /// It calls `script` twice for each request: after the head, where only
    /// [`Reaction::ResetAtHead`] and [`Reaction::EarlyResponse`] have an effect, and after the body.
    pub async fn new(script: impl Fn(&Recorded) -> Reaction + Send + Sync + 'static) -> Self {
        let state = Arc::new(State::default());
        let script: Script = Arc::new(script);
        let shared = state.clone();
        let address = listen(move |stream| {
            let connection = shared.connections.fetch_add(1, Ordering::SeqCst);
            let (state, script) = (shared.clone(), script.clone());
            async move {
                // A client may break off; what it sent is recorded.
                let _ = serve(stream, connection, &state, &script).await;
                state.ended.fetch_add(1, Ordering::SeqCst);
            }
        })
        .await;
        Self { address, state }
    }

    /// A server with one reaction for each request; the last one repeats.
    pub async fn script(reactions: Vec<Reaction>) -> Self {
        Self::new(move |request| reactions[request.index.min(reactions.len() - 1)].clone()).await
    }

    /// A server that reacts to every request alike.
    pub async fn always(reaction: Reaction) -> Self {
        Self::script(vec![reaction]).await
    }

    /// The URL to use in place of Mailgun's.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far, whole or not.
    pub fn requests(&self) -> Vec<Recorded> {
        self.state.requests.lock().unwrap().clone()
    }

    /// The number of requests so far.
    pub fn count(&self) -> usize {
        self.state.requests.lock().unwrap().len()
    }

    /// The number of connections so far.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Waits until every connection has ended, so that what came over them is recorded.
    pub async fn closed(&self) {
        let ended = || self.state.ended.load(Ordering::SeqCst);
        within(async {
            while ended() < self.connections() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
        .await;
    }

    /// A [`builder`] with the URL of this server.
    pub fn builder(&self) -> ClientBuilder {
        builder(&self.url())
    }

    /// A client of this server.
    pub fn client(&self) -> Client {
        self.builder().build().unwrap()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Serves each connection in a separate task until the test's runtime stops.
///
/// If a test still runs after a minute, the test process ends.
pub async fn listen<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let watchdog = Watchdog::start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let _watchdog = watchdog;
        accept(listener, serve).await;
    });
    address
}

/// Serves in a separate thread and runtime: in parallel to the client, and also while nothing drives
/// the client's runtime.
pub fn listen_elsewhere<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(async {
            accept(TcpListener::from_std(listener).unwrap(), serve).await;
        });
    });
    address
}

async fn accept<F>(listener: TcpListener, serve: impl Fn(TcpStream) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream));
    }
}

/// Opens a connection of HTTP/2 as a server and reads it up to the head of the first request.
pub async fn read_http2_head(stream: &mut TcpStream) -> io::Result<()> {
    const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    const HEADERS: u8 = 1;
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await?;
    stream.write_all(&SETTINGS).await?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length.try_into().unwrap()];
        stream.read_exact(&mut payload).await?;
        if head[3] == HEADERS {
            return Ok(());
        }
    }
}

/// Serves HTTP/1.1 or HTTP/2 on a connection, whichever the client speaks.
pub async fn serve_http<F, B>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    respond: impl Fn(Request<Incoming>) -> F,
) where
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    let service = service_fn(|request| {
        let response = respond(request);
        async move { Ok::<_, Infallible>(response.await) }
    });
    let builder = auto::Builder::new(TokioExecutor::new());
    // A client that breaks off ends the connection, not the test.
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}

/// An address at which nothing listens.
pub fn refused() -> String {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    // Bound and not listening, so that no server of another test can take the port.
    std::mem::forget(socket);
    url
}

/// At most three attempts, with waits of a few milliseconds.
pub fn policy() -> RetryPolicy {
    RetryPolicy::default()
        .max_attempts(3)
        .base_delay(Duration::from_millis(2))
        .max_delay(Duration::from_millis(4))
        .max_wait(Duration::from_secs(5))
}

/// Settings for a client of a server in this process: the retry [`policy`], no proxy of the
/// environment, and timeouts that make a hang an error within seconds.
pub fn builder(url: &str) -> ClientBuilder {
    Client::builder(KEY)
        .base_url(url)
        .no_proxy()
        .connect_timeout(Duration::from_secs(5))
        .attempt_timeout(Duration::from_secs(10))
        .body_idle_timeout(Duration::from_secs(10))
        .total_timeout(Duration::from_secs(30))
        .retry(policy())
}

/// A client with the settings of [`builder`].
pub fn client(url: impl AsRef<str>) -> Client {
    builder(url.as_ref()).build().unwrap()
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
        // Only these two are decided before the body was read.
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
        let outcome = read_body(&mut stream, &mut input, &mut request).await;
        state.requests.lock().unwrap()[index] = request.clone();
        outcome?;
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
