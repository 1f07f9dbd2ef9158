//! The pool: which connection a request uses, and when connections are closed.

use std::{collections::HashMap, convert::Infallible, sync::Mutex, time::Instant};

use futures_util::{
    StreamExt,
    future::{join_all, poll_fn},
    stream,
};
use http::{HeaderValue, header::HOST};
use http_body::Frame;
use http_body_util::StreamBody;
use mailgun_testing::{listen, listen_elsewhere, serve_http};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

use super::{
    super::pool::host,
    servers::{Count, Io, read_head},
    *,
};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// Counts the connections of a server.
#[derive(Clone, Default)]
struct Seen {
    opened: Count,
    closed: Count,
}

impl Seen {
    async fn closed(&self, how_many: usize) {
        let closed = async {
            while self.closed.get() < how_many {
                sleep(Duration::from_millis(5)).await;
            }
        };
        within(closed).await;
        assert_eq!(self.closed.get(), how_many);
    }
}

/// Responds to each HTTP/1.1 request when `gate` is notified.
async fn respond(mut stream: impl Io, gate: &Notify) {
    while !read_head(&mut stream).await.is_empty() {
        gate.notified().await;
        stream.write_all(OK).await.unwrap();
    }
}

/// A server that responds at once.
async fn prompt() -> (String, Seen) {
    let seen = Seen::default();
    let counts = seen.clone();
    let address = listen(move |mut stream: TcpStream| {
        let seen = counts.clone();
        async move {
            seen.opened.up();
            while !read_head(&mut stream).await.is_empty() {
                stream.write_all(OK).await.unwrap();
            }
            seen.closed.up();
        }
    })
    .await;
    (format!("http://{address}/"), seen)
}

/// A server that responds when its gate is notified.
async fn gated() -> (String, Seen, Arc<Notify>) {
    let (seen, gate) = (Seen::default(), Arc::new(Notify::new()));
    let (counts, opens) = (seen.clone(), Arc::clone(&gate));
    let address = listen(move |stream: TcpStream| {
        let (seen, gate) = (counts.clone(), Arc::clone(&opens));
        async move {
            seen.opened.up();
            respond(stream, &gate).await;
            seen.closed.up();
        }
    })
    .await;
    (format!("http://{address}/"), seen, gate)
}

fn transport(config: &TransportConfig) -> Transport<Full<Bytes>> {
    Transport::new(config, false).unwrap()
}

/// Sends requests at once. The server responds when it has all of them.
async fn at_once(
    how_many: usize,
    transport: &Transport<Full<Bytes>>,
    url: &str,
    seen: &Seen,
    gate: &Notify,
) {
    let open = async {
        while seen.opened.get() < how_many {
            sleep(Duration::from_millis(1)).await;
        }
        for _ in 0..how_many {
            gate.notify_one();
            sleep(Duration::from_millis(1)).await;
        }
    };
    let calls = join_all((0..how_many).map(|_| get_with(transport, url)));
    for response in tokio::join!(calls, open).0 {
        assert_eq!(response.unwrap(), "ok");
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed_without_further_requests() {
    for http_versions in [HttpVersions::Http1Only, HttpVersions::Http2Only] {
        let closed = Arc::new(Notify::new());
        let tell = Arc::clone(&closed);
        let address = listen(move |stream: TcpStream| {
            let tell = Arc::clone(&tell);
            async move {
                servers::serve(stream).await;
                tell.notify_one();
            }
        })
        .await;
        let config = TransportConfig {
            http_versions,
            pool_idle_timeout: Some(Duration::from_millis(50)),
            ..config()
        };
        let transport = transport(&config);
        for _ in 0..2 {
            get_with(&transport, format!("http://{address}/")).await.unwrap();
            within(closed.notified()).await;
        }
    }
}

#[tokio::test]
async fn an_expired_connection_is_not_used() {
    let (url, seen) = prompt().await;
    let limit = Duration::from_millis(50);
    let transport = transport(&TransportConfig { pool_idle_timeout: Some(limit), ..config() });
    get_with(&transport, &url).await.unwrap();
    // As if the machine slept: time passes, but no task runs that could close the connection.
    std::thread::sleep(limit);
    get_with(&transport, &url).await.unwrap();
    assert_eq!(seen.opened.get(), 2);
}

#[tokio::test]
async fn a_connection_is_not_used_when_the_server_is_about_to_close_it() {
    let opened = Count::default();
    let counted = opened.clone();
    let address = listen(move |mut stream: TcpStream| {
        counted.up();
        async move {
            while !read_head(&mut stream).await.is_empty() {
                let head = b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=2, max=100\r\n";
                stream.write_all(head).await.unwrap();
                stream.write_all(b"Content-Length: 2\r\n\r\nok").await.unwrap();
            }
        }
    })
    .await;
    let (transport, url) = (transport(&config()), format!("http://{address}/"));
    get_with(&transport, &url).await.unwrap();
    assert_eq!(opened.get(), 1);
    sleep(Duration::from_millis(1100)).await;
    get_with(&transport, &url).await.unwrap();
    assert_eq!(opened.get(), 2);
}

#[tokio::test]
async fn a_response_to_no_request_is_not_taken_for_the_next_one() {
    let opened = Count::default();
    let counted = opened.clone();
    let (written, seen) = std::sync::mpsc::channel();
    let address = listen_elsewhere(move |mut stream: TcpStream| {
        counted.up();
        let written = written.clone();
        async move {
            read_head(&mut stream).await;
            stream.write_all(OK).await.unwrap();
            // Load balancers say so before they close an idle connection.
            sleep(Duration::from_millis(20)).await;
            let timeout = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n";
            stream.write_all(timeout).await.unwrap();
            written.send(()).unwrap();
        }
    });
    let (transport, url) = (transport(&config()), format!("http://{address}/"));
    for number in 1..=3 {
        assert_eq!(get_with(&transport, &url).await.unwrap(), "ok");
        assert_eq!(opened.get(), number);
        // As if the machine was busy: the runtime learns of it with the next call.
        seen.recv_timeout(Duration::from_secs(10)).unwrap();
    }
}

#[tokio::test]
async fn a_busy_connection_is_replaced_after_its_lifetime() {
    for http_versions in [HttpVersions::Http1Only, HttpVersions::Http2Only] {
        let seen = Seen::default();
        let counts = seen.clone();
        let address = listen(move |stream: TcpStream| {
            let seen = counts.clone();
            async move {
                seen.opened.up();
                servers::serve(stream).await;
                seen.closed.up();
            }
        })
        .await;
        let limit = Some(Duration::from_millis(200));
        let config = TransportConfig {
            http_versions,
            pool_idle_timeout: None,
            pool_max_lifetime: limit,
            ..config()
        };
        let transport = transport(&config);
        let url = format!("http://{address}/");
        for _ in 0..2 {
            get_with(&transport, &url).await.unwrap();
        }
        let started = Instant::now();
        for _ in 0..25 {
            get_with(&transport, &url).await.unwrap();
            sleep(Duration::from_millis(10)).await;
        }
        // A slow machine takes more than the 250 ms of the pauses.
        let lifetimes = started.elapsed().as_millis() / 200;
        let opened = seen.opened.get();
        assert!((2..=lifetimes + 3).contains(&(opened as u128)), "{opened} in {lifetimes}");
        // The last one is closed too, without another request.
        let all = seen.opened.get();
        seen.closed(all).await;
    }
}

#[tokio::test]
async fn connections_are_closed_in_order_of_their_expiry() {
    let seen = Seen::default();
    let counts = seen.clone();
    let address = listen(move |mut stream: TcpStream| {
        let seen = counts.clone();
        async move {
            let is_old = seen.opened.up() == 0;
            while !read_head(&mut stream).await.is_empty() {
                sleep(Duration::from_millis(if is_old { 800 } else { 0 })).await;
                stream.write_all(OK).await.unwrap();
            }
            seen.closed.up();
        }
    })
    .await;
    let transport = transport(&TransportConfig {
        pool_idle_timeout: None,
        pool_max_lifetime: Some(Duration::from_secs(1)),
        ..config()
    });
    let url = format!("http://{address}/");
    let young = async {
        sleep(Duration::from_millis(700)).await;
        get_with(&transport, &url).await
    };
    let (old, young) = tokio::join!(get_with(&transport, &url), young);
    assert!(old.is_ok() && young.is_ok());
    sleep(Duration::from_millis(500)).await;
    assert_eq!(seen.opened.get(), 2);
    assert!(seen.closed.get() >= 1);
}

#[tokio::test]
async fn idle_connections_are_limited() {
    let (url, seen, gate) = gated().await;
    let transport = transport(&TransportConfig { pool_max_idle_per_host: 2, ..config() });
    at_once(5, &transport, &url, &seen, &gate).await;
    seen.closed(3).await;
    assert_eq!(seen.opened.get(), 5);
}

#[tokio::test]
async fn a_closed_connection_does_not_count_as_idle() {
    let (seen, gate) = (Seen::default(), Arc::new(Notify::new()));
    let (counts, opens) = (seen.clone(), Arc::clone(&gate));
    let address = listen(move |mut stream: TcpStream| {
        let (seen, gate) = (counts.clone(), Arc::clone(&opens));
        async move {
            let first = seen.opened.up() == 0;
            while !read_head(&mut stream).await.is_empty() {
                if !first {
                    gate.notified().await;
                }
                stream.write_all(OK).await.unwrap();
                if first {
                    sleep(Duration::from_millis(20)).await;
                    break;
                }
            }
            drop(stream);
            seen.closed.up();
        }
    })
    .await;
    let url = format!("http://{address}/");
    let transport = transport(&TransportConfig { pool_max_idle_per_host: 1, ..config() });
    let open = async {
        seen.closed(1).await;
        sleep(Duration::from_millis(20)).await;
        gate.notify_one();
    };
    let (one, two, ()) = tokio::join!(get_with(&transport, &url), get_with(&transport, &url), open);
    assert_eq!((one.unwrap(), two.unwrap()), ("ok".to_owned(), "ok".to_owned()));
    gate.notify_one();
    get_with(&transport, &url).await.unwrap();
    assert_eq!(seen.opened.get(), 2);
}

#[tokio::test]
async fn a_shared_connection_is_kept_while_it_is_used() {
    let seen = Seen::default();
    let counts = seen.clone();
    let address = listen(move |stream: TcpStream| {
        counts.opened.up();
        servers::serve(stream)
    })
    .await;
    let config = TransportConfig {
        http_versions: HttpVersions::Http2Only,
        pool_idle_timeout: Some(Duration::from_secs(1)),
        ..config()
    };
    let transport = transport(&config);
    for _ in 0..4 {
        get_with(&transport, format!("http://{address}/")).await.unwrap();
        sleep(Duration::from_millis(400)).await;
    }
    assert_eq!(seen.opened.get(), 1);
}

/// A download may take longer than the idle timeout and the lifetime of its connection.
#[tokio::test]
async fn a_response_can_be_read_after_its_connection_expired_and_the_client_was_dropped() {
    let address = listen(|stream: TcpStream| async move {
        serve_http(stream, async |_| {
            let pieces = stream::iter(0..6).then(|_| async {
                sleep(Duration::from_millis(50)).await;
                Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"ok")))
            });
            http::Response::new(BodyExt::boxed(StreamBody::new(pieces)))
        })
        .await;
    })
    .await;
    for http_versions in [HttpVersions::Http1Only, HttpVersions::Http2Only] {
        let pool_idle_timeout = Some(Duration::from_millis(20));
        let config = TransportConfig { http_versions, pool_idle_timeout, ..config() };
        let transport = transport(&config);
        let request = Request::get(format!("http://{address}/")).body(Full::default()).unwrap();
        let kept = transport.clone().oneshot(request.clone()).await.unwrap();
        assert_eq!(kept.into_body().collect().await.unwrap().to_bytes(), "okokokokokok");
        let dropped = transport.oneshot(request).await.unwrap();
        assert_eq!(dropped.into_body().collect().await.unwrap().to_bytes(), "okokokokokok");
    }
}

#[tokio::test]
async fn a_new_connection_that_closes_at_once_is_not_replaced() {
    let opened = Count::default();
    let counted = opened.clone();
    let address = listen(move |stream: TcpStream| {
        counted.up();
        drop(stream);
        async {}
    })
    .await;
    let transport = transport(&config());
    for number in 1..=20 {
        let error = get_with(&transport, format!("http://{address}/")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
        assert_eq!(opened.get(), number);
    }
}

#[tokio::test]
async fn without_a_pool_each_request_opens_a_connection() {
    let (url, seen) = prompt().await;
    let transport = transport(&TransportConfig { pool_max_idle_per_host: 0, ..config() });
    for _ in 0..3 {
        assert_eq!(get_with(&transport, &url).await.unwrap(), "ok");
    }
    assert_eq!(seen.opened.get(), 3);
    seen.closed(3).await;
}

#[tokio::test]
async fn connections_are_pooled_by_scheme_host_and_port() {
    let ((one, seen_one), (two, seen_two)) = (prompt().await, prompt().await);
    let transport = transport(&config());
    for url in [&one, &two, &one, &two, &one.replace("127.0.0.1", "localhost")] {
        assert_eq!(get_with(&transport, url).await.unwrap(), "ok");
    }
    assert_eq!((seen_one.opened.get(), seen_two.opened.get()), (2, 1));
    let error = get_with(&transport, one.replace("http:", "https:")).await.unwrap_err();
    assert_outcome(&error, ErrorKind::Config, Outcome::NotSent);
}

#[tokio::test]
async fn a_request_of_which_nothing_was_written_goes_to_another_connection() {
    let (opened, close) = (Count::default(), Arc::new(Notify::new()));
    let (counted, closing) = (opened.clone(), Arc::clone(&close));
    let address = listen_elsewhere(move |mut stream| {
        counted.up();
        let closing = Arc::clone(&closing);
        async move {
            read_head(&mut stream).await;
            stream.write_all(OK).await.unwrap();
            closing.notified().await;
        }
    });
    let url = format!("http://{address}/");
    let transport = transport(&config());
    assert_eq!(get_with(&transport, &url).await.unwrap(), "ok");
    sleep(Duration::from_millis(20)).await;
    // The runtime learns that the server closed the connection, whose task does not before it is
    // given the request.
    close.notify_one();
    std::thread::sleep(Duration::from_millis(50));
    tokio::task::yield_now().await;
    assert_eq!(get_with(&transport, &url).await.unwrap(), "ok");
    assert_eq!(opened.get(), 2);
}

#[tokio::test]
async fn connections_are_closed_when_the_client_is_dropped() {
    let (url, seen) = prompt().await;
    let runtime = tokio::runtime::Handle::current().metrics();
    let tasks = runtime.num_alive_tasks();
    let transport = transport(&config());
    get_with(&transport, &url).await.unwrap();
    let copy = transport.clone();
    drop(transport);
    get_with(&copy, &url).await.unwrap();
    drop(copy);
    seen.closed(1).await;
    assert_eq!(seen.opened.get(), 1);
    sleep(Duration::from_millis(20)).await;
    assert_eq!(runtime.num_alive_tasks(), tasks);
}

#[tokio::test]
async fn an_unread_response_does_not_block_other_requests() {
    let seen = Seen::default();
    let counts = seen.clone();
    let address = listen(move |mut stream: TcpStream| {
        let seen = counts.clone();
        async move {
            seen.opened.up();
            // The body never ends.
            read_head(&mut stream).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok").await.unwrap();
            read_head(&mut stream).await;
            seen.closed.up();
        }
    })
    .await;
    let transport = transport(&config());
    let request = Request::get(format!("http://{address}/")).body(Full::default()).unwrap();
    let one = transport.clone().oneshot(request.clone()).await.unwrap();
    let two = transport.clone().oneshot(request).await.unwrap();
    assert_eq!(seen.opened.get(), 2);
    // Dropping the response closes the connection.
    drop((one, two));
    seen.closed(2).await;
}

#[tokio::test]
async fn a_connection_is_reused_after_its_response_was_read() {
    let (seen, gate) = (Seen::default(), Arc::new(Notify::new()));
    let (counts, opens) = (seen.clone(), Arc::clone(&gate));
    let address = listen(move |mut stream: TcpStream| {
        let (seen, gate) = (counts.clone(), Arc::clone(&opens));
        async move {
            seen.opened.up();
            while !read_head(&mut stream).await.is_empty() {
                let (head, body) = OK.split_at(OK.len() - 2);
                stream.write_all(head).await.unwrap();
                gate.notified().await;
                stream.write_all(body).await.unwrap();
            }
        }
    })
    .await;
    let transport = transport(&config());
    let request = Request::get(format!("http://{address}/")).body(Full::default()).unwrap();
    for _ in 0..3 {
        let one = transport.clone().oneshot(request.clone()).await.unwrap();
        let two = transport.clone().oneshot(request.clone()).await.unwrap();
        for response in [one, two] {
            gate.notify_one();
            assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "ok");
        }
    }
    assert_eq!(seen.opened.get(), 2);
}

#[tokio::test]
async fn a_connection_with_an_early_response_is_not_reused() {
    let opened = Count::default();
    let counted = opened.clone();
    let address = listen(move |mut stream: TcpStream| {
        let first = counted.up() == 0;
        async move {
            read_head(&mut stream).await;
            stream.write_all(OK).await.unwrap();
            if first {
                // The rest of the request is never read.
                std::future::pending::<()>().await;
            }
        }
    })
    .await;
    let transport = transport(&config());
    let large = Full::from(vec![b'x'; 16 * 1024 * 1024]);
    let request = Request::post(format!("http://{address}/")).body(large).unwrap();
    let response = transport.clone().oneshot(request).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "ok");
    assert_eq!(get_with(&transport, format!("http://{address}/")).await.unwrap(), "ok");
    assert_eq!(opened.get(), 2);
}

/// A TLS server whose handshakes, except for the first ones, wait for the gate.
async fn slow_to_secure(tls: TlsAcceptor, prompt: usize, gate: Arc<Notify>) -> (String, Seen) {
    let seen = Seen::default();
    let counts = seen.clone();
    let address = listen(move |stream: TcpStream| {
        let (seen, tls, gate) = (counts.clone(), tls.clone(), Arc::clone(&gate));
        async move {
            if seen.opened.up() >= prompt {
                gate.notified().await;
            }
            if let Ok(stream) = tls.accept(stream).await {
                servers::serve(stream).await;
            }
            seen.closed.up();
        }
    })
    .await;
    (format!("https://localhost:{}/", address.port()), seen)
}

#[tokio::test]
async fn first_requests_share_one_connection_if_the_server_speaks_http2() {
    let ca = TestCa::new();
    for (alpn, most) in [("h2", 1), ("http/1.1", 20)] {
        let acceptor = ca.acceptor("localhost", &[alpn.as_bytes()]);
        let (url, seen) = slow_to_secure(acceptor, usize::MAX, Arc::default()).await;
        let transport = transport(&trusting(&ca));
        let responses = join_all((0..20).map(|_| get_with(&transport, &url))).await;
        assert!(responses.iter().all(Result::is_ok), "{responses:?}");
        assert!(seen.opened.get() <= most, "{alpn}: {}", seen.opened.get());
    }
}

/// A TLS server that does not respond to the handshake of its first connections.
async fn stuck_at_first(tls: TlsAcceptor, stuck: usize) -> (String, Seen) {
    let seen = Seen::default();
    let counts = seen.clone();
    let address = listen(move |mut stream: TcpStream| {
        let (seen, tls) = (counts.clone(), tls.clone());
        async move {
            if seen.opened.up() < stuck {
                while stream.read(&mut [0; 1024]).await.is_ok_and(|read| read > 0) {}
            } else if let Ok(stream) = tls.accept(stream).await {
                servers::serve(stream).await;
            }
            seen.closed.up();
        }
    })
    .await;
    (format!("https://localhost:{}/", address.port()), seen)
}

#[tokio::test]
async fn a_stuck_handshake_does_not_block_requests() {
    let ca = TestCa::new();
    let (url, seen) = stuck_at_first(ca.acceptor("localhost", &[b"h2"]), 1).await;
    let transport = transport(&trusting(&ca));
    let responses = join_all((0..20).map(|_| get_with(&transport, &url)));
    for response in timeout(Duration::from_secs(4), responses).await.unwrap() {
        assert_eq!(response.unwrap(), "HTTP/2.0");
    }
    assert_eq!(seen.opened.get(), 2);
}

#[tokio::test]
async fn the_connect_timeout_applies_while_waiting_for_a_shared_connection() {
    let ca = TestCa::new();
    let (url, seen) = stuck_at_first(ca.acceptor("localhost", &[b"h2"]), usize::MAX).await;
    let limit = Some(Duration::from_millis(300));
    let config = TransportConfig { connect_timeout: limit, ..trusting(&ca) };
    let transport = transport(&config);
    let responses = join_all((0..20).map(|_| get_with(&transport, &url)));
    for error in timeout(Duration::from_secs(2), responses)
        .await
        .unwrap()
        .into_iter()
        .map(Result::unwrap_err)
    {
        assert_outcome(&error, ErrorKind::Timeout, Outcome::NotSent);
        assert_eq!(error.timeout_phase(), Some(TimeoutPhase::Connect));
    }
    // Fewer than one for each request.
    assert!(seen.opened.get() <= 2, "{}", seen.opened.get());
}

#[tokio::test]
async fn after_a_failed_dial_the_next_one_starts_at_once() {
    let opened = Count::default();
    let counted = opened.clone();
    let address = listen(move |stream: TcpStream| {
        counted.up();
        drop(stream);
        async {}
    })
    .await;
    let url = format!("https://localhost:{}/", address.port());
    let transport = transport(&trusting(&TestCa::new()));
    let responses = join_all((0..20).map(|_| get_with(&transport, &url)));
    for error in within(responses).await.into_iter().map(Result::unwrap_err) {
        assert_outcome(&error, ErrorKind::Tls, Outcome::NotSent);
    }
    assert_eq!(opened.get(), 20);
}

#[tokio::test]
async fn a_request_takes_the_first_available_connection() {
    let ca = TestCa::new();
    let acceptor = ca.acceptor("localhost", &[b"http/1.1"]);
    let (url, seen) = slow_to_secure(acceptor, 1, Arc::default()).await;
    let transport = transport(&trusting(&ca));
    get_with(&transport, &url).await.unwrap();
    // The connection is in use until this response arrives.
    let calls = join_all((0..3).map(|_| get_with(&transport, &url)));
    for response in calls.await {
        assert_eq!(response.unwrap(), "HTTP/1.1");
    }
    // The dials of the others do not complete.
    assert!(seen.opened.get() <= 3);
}

#[tokio::test]
async fn a_dial_completes_after_its_request_was_dropped() {
    let ca = TestCa::new();
    for alpn in ["h2", "http/1.1"] {
        let acceptor = ca.acceptor("localhost", &[alpn.as_bytes()]);
        let gate = Arc::new(Notify::new());
        let (url, seen) = slow_to_secure(acceptor, 0, Arc::clone(&gate)).await;
        let transport = transport(&trusting(&ca));
        let mut given_up = Box::pin(get_with(&transport, &url));
        while seen.opened.get() == 0 {
            let polled = poll_fn(|cx| std::task::Poll::Ready(given_up.as_mut().poll(cx))).await;
            assert!(polled.is_pending());
            sleep(Duration::from_millis(1)).await;
        }
        drop(given_up);
        gate.notify_one();
        get_with(&transport, &url).await.unwrap();
        assert_eq!(seen.opened.get(), 1, "{alpn}");
    }
}

#[tokio::test]
async fn an_unpolled_request_does_not_block_others() {
    let ca = TestCa::new();
    let gate = Arc::new(Notify::new());
    let acceptor = ca.acceptor("localhost", &[b"h2"]);
    let (url, seen) = slow_to_secure(acceptor, 0, Arc::clone(&gate)).await;
    let transport = transport(&trusting(&ca));
    let mut asleep = Box::pin(get_with(&transport, &url));
    let polled = poll_fn(|cx| std::task::Poll::Ready(asleep.as_mut().poll(cx))).await;
    assert!(polled.is_pending());
    gate.notify_one();
    assert_eq!(get_with(&transport, &url).await.unwrap(), "HTTP/2.0");
    assert_eq!(asleep.await.unwrap(), "HTTP/2.0");
    assert_eq!(seen.opened.get(), 1);
}

#[tokio::test]
async fn a_connection_is_not_used_in_another_runtime() {
    let (url, seen) = prompt().await;
    let transport = transport(&config());
    for _ in 0..2 {
        let (transport, url) = (transport.clone(), url.clone());
        let other = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async { get_with(&transport, &url).await.unwrap() })
        });
        while !other.is_finished() {
            sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(other.join().unwrap(), "ok");
    }
    assert_eq!(seen.opened.get(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks_reuse_few_connections() {
    let (url, seen) = prompt().await;
    let transport = transport(&config());
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let (transport, url) = (transport.clone(), url.clone());
        tasks.spawn(async move {
            for _ in 0..50 {
                assert_eq!(get_with(&transport, &url).await.unwrap(), "ok");
            }
        });
    }
    tasks.join_all().await;
    assert!(seen.opened.get() <= 64, "{}", seen.opened.get());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_arrives_twice_if_the_server_closes_idle_connections() {
    let arrived = Arc::new(Mutex::new(HashMap::<String, usize>::new()));
    let counts = Arc::clone(&arrived);
    let address = listen(move |mut stream: TcpStream| {
        let arrived = Arc::clone(&counts);
        async move {
            for _ in 0..3 {
                let head = read_head(&mut stream).await;
                let Some(path) = head.split(' ').nth(1) else { return };
                *arrived.lock().unwrap().entry(path.to_owned()).or_default() += 1;
                stream.write_all(OK).await.unwrap();
            }
        }
    })
    .await;
    let transport = transport(&config());
    let mut tasks = JoinSet::new();
    for task in 0..8 {
        let transport = transport.clone();
        tasks.spawn(async move {
            let mut accepted = 0;
            for number in 0..100 {
                let url = format!("http://{address}/{task}-{number}");
                match get_with(&transport, url).await {
                    Ok(_) => accepted += 1,
                    Err(error) => assert_outcome(&error, ErrorKind::Transport, Outcome::Unknown),
                }
            }
            accepted
        });
    }
    let accepted: usize = tasks.join_all().await.into_iter().sum();
    let arrived = arrived.lock().unwrap();
    assert!(arrived.values().all(|&times| times == 1), "{arrived:?}");
    // A request may fail if the server closes its connection, but most succeed.
    assert!((400..=arrived.len()).contains(&accepted), "{accepted} of {}", arrived.len());
}

#[test]
fn the_host_header_omits_the_default_port() {
    for (url, expected) in [
        ("https://api.mailgun.net/", "api.mailgun.net"),
        ("https://api.mailgun.net:443/", "api.mailgun.net"),
        ("https://api.mailgun.net:80/", "api.mailgun.net:80"),
        ("http://user@mail.test:80/", "mail.test"),
        ("http://mail.test:443/", "mail.test:443"),
        ("http://[::1]:8080/", "[::1]:8080"),
    ] {
        let uri: http::Uri = url.parse().unwrap();
        assert_eq!(host(uri.scheme().unwrap(), uri.authority().unwrap()), expected, "{url}");
    }
}

#[tokio::test]
async fn the_host_header_is_set_unless_the_request_has_one() {
    let address = listen(|mut stream: TcpStream| async move {
        let head = read_head(&mut stream).await;
        let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("host:"));
        let host = line.unwrap().split_once(": ").unwrap().1;
        let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{host}", host.len());
        stream.write_all(response.as_bytes()).await.unwrap();
    })
    .await;
    let url = format!("http://localhost:{}/v3?a=b", address.port());
    assert_eq!(get(&config(), &url).await.unwrap(), format!("localhost:{}", address.port()));
    let mut request = Request::get(&url).body(Full::<Bytes>::default()).unwrap();
    request.headers_mut().insert(HOST, HeaderValue::from_static("api.mailgun.net"));
    let response = Transport::new(&config(), false).unwrap().oneshot(request).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "api.mailgun.net");
}

#[tokio::test]
async fn a_url_without_a_host_is_an_error() {
    for url in ["/v3/domains", "*"] {
        let error = get(&config(), url).await.unwrap_err();
        assert_outcome(&error, ErrorKind::InvalidInput, Outcome::NotSent);
    }
}
