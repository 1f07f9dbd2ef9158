//! The outcome of errors. `NotSent` only if the request cannot be sent later.

#![cfg(feature = "transport")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::{
    future::poll_fn,
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use mailgun_core::{
    Body, Client, ClientBuilder, Error, ErrorKind, HttpService, HttpVersions, Idempotency,
    Operation, Outcome, ResponseBody, TimeoutPhase, layers::RetryPolicy,
};
use serde_json::Value;
use tokio::{io::AsyncReadExt as _, net::TcpListener, sync::oneshot};
use tower::{ServiceExt as _, layer::layer_fn, service_fn};

use self::support::{Reaction, Receipt, Server, accepted, mail, refused};

const SEND: Operation = Operation::post("/v3/{domain}/messages");
const READ: Operation = Operation::get("/v4/domains");
const DOMAIN: &[&str] = &["mg.example.com"];

/// Long enough for a queued request to reach a server on loopback.
const SETTLE: Duration = Duration::from_millis(150);

async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), work).await.expect("it hangs")
}

#[tokio::test]
async fn a_queued_request_is_not_sent_after_its_deadline() {
    let server = Server::always(accepted()).await;
    let client = server.client();
    // Opens the connection.
    client.call::<Receipt>(SEND, DOMAIN).multipart(mail()).await.unwrap();
    let call = client.call::<Receipt>(SEND, DOMAIN).multipart(mail());
    let mut call = call.deadline(Duration::from_millis(30)).into_future();
    // hyper has the request, but its task runs only when this one waits.
    let is_pending =
        poll_fn(|cx| Poll::Ready(std::pin::Pin::new(&mut call).poll(cx).is_pending())).await;
    assert!(is_pending);
    std::thread::sleep(Duration::from_millis(40));
    tokio::time::sleep(SETTLE).await;
    let error = within(call).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::NotSent));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_queued_request_is_not_sent_after_its_call_was_dropped() {
    let server = Server::always(accepted()).await;
    let client = spawning(server.builder()).build().unwrap();
    client.call::<Receipt>(SEND, DOMAIN).multipart(mail()).await.unwrap();
    let mut call = client.call::<Receipt>(SEND, DOMAIN).multipart(mail()).into_future();
    let is_pending =
        poll_fn(|cx| Poll::Ready(std::pin::Pin::new(&mut call).poll(cx).is_pending())).await;
    assert!(is_pending);
    drop(call);
    tokio::time::sleep(SETTLE).await;
    assert_eq!(server.count(), 1);
}

/// Adds a layer that spawns a task for each attempt, which continues after its call has ended.
fn spawning(builder: ClientBuilder) -> ClientBuilder {
    builder.attempt_layer(layer_fn(|inner: HttpService| {
        service_fn(move |request: Request<Body>| {
            let attempt = tokio::spawn(inner.clone().oneshot(request));
            async move { attempt.await.unwrap() }
        })
    }))
}

#[tokio::test]
async fn a_request_in_a_spawned_task_is_not_sent_after_the_deadline() {
    let server = Server::always(accepted()).await;
    let client = spawning(server.builder()).build().unwrap();
    for _ in 0..50 {
        let call = client.call::<Receipt>(SEND, DOMAIN).multipart(mail());
        let error = within(call.deadline(Duration::ZERO).into_future()).await.unwrap_err();
        assert_eq!(error.timeout_phase(), Some(TimeoutPhase::Total));
    }
    tokio::time::sleep(SETTLE).await;
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_request_that_waits_for_a_stream_is_not_sent_after_its_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let whole = Arc::new(Mutex::new(0));
    let seen = Arc::clone(&whole);
    let (release, released) = oneshot::channel::<()>();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut connection =
            h2::server::Builder::new().max_concurrent_streams(1).handshake(stream).await.unwrap();
        let mut released = Some(released);
        while let Some(Ok((request, mut respond))) = connection.accept().await {
            let (seen, released) = (Arc::clone(&seen), released.take());
            tokio::spawn(async move {
                let mut body = request.into_body();
                while let Some(data) = body.data().await {
                    let Ok(data) = data else { return };
                    let _ = body.flow_control().release_capacity(data.len());
                }
                *seen.lock().unwrap() += 1;
                if let Some(released) = released {
                    let _ = released.await;
                }
                let mut stream = respond.send_response(Response::new(()), false).unwrap();
                stream.send_data(Bytes::from_static(support::ACCEPTED.as_bytes()), true).unwrap();
            });
        }
    });
    let client = support::builder(&url).http_versions(HttpVersions::Http2Only).build().unwrap();
    let first = tokio::spawn(client.call::<Receipt>(SEND, DOMAIN).multipart(mail()).into_future());
    tokio::time::sleep(SETTLE).await;
    let call = client.call::<Receipt>(SEND, DOMAIN).multipart(mail());
    let error = within(call.deadline(Duration::from_millis(50)).into_future()).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::NotSent));
    release.send(()).unwrap();
    within(first).await.unwrap().unwrap();
    tokio::time::sleep(SETTLE).await;
    assert_eq!(*whole.lock().unwrap(), 1);
}

#[tokio::test]
async fn an_attempt_that_times_out_while_connecting_is_retried() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let connections = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        loop {
            // Reads the client's hello and never responds.
            let (mut stream, _) = listener.accept().await.unwrap();
            *counted.lock().unwrap() += 1;
            tokio::spawn(async move { while stream.read(&mut [0; 1024]).await.is_ok() {} });
        }
    });
    let policy = RetryPolicy::default().max_attempts(3).base_delay(Duration::from_millis(1));
    let client = support::builder(&url)
        .retry(policy)
        .connect_timeout(None)
        .attempt_timeout(Duration::from_millis(80))
        .build()
        .unwrap();
    let with_body = client.call::<Receipt>(SEND, DOMAIN).multipart(mail());
    let without_body = client.call::<Receipt>(SEND, DOMAIN);
    for call in [with_body, without_body] {
        let error = within(call.into_future()).await.unwrap_err();
        assert_eq!(error.timeout_phase(), Some(TimeoutPhase::Attempt));
        assert_eq!((error.outcome(), error.attempts()), (Outcome::NotSent, 3));
    }
}

#[tokio::test]
async fn the_outcome_stays_unknown_after_a_later_attempt_was_not_sent() {
    let server = Server::new(|_| Reaction::Reset).await;
    let unreachable: http::Uri = refused().parse().unwrap();
    // Only the first attempt reaches the server.
    let layer = layer_fn(move |inner: HttpService| {
        let unreachable = unreachable.clone();
        inner.map_request(move |mut request: Request<Body>| {
            let context = request.extensions().get::<mailgun_core::CallContext>().unwrap();
            if context.attempts() > 1 {
                *request.uri_mut() = unreachable.clone();
            }
            request
        })
    });
    let client = server.builder().attempt_layer(layer).build().unwrap();
    let call = client.call::<Receipt>(SEND, DOMAIN).multipart(mail());
    let error = within(call.idempotency(Idempotency::Idempotent).into_future()).await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connect, Outcome::Unknown));
    assert!(error.attempts() > 1);
}

#[tokio::test]
async fn a_wrong_not_sent_of_a_layer_is_corrected() {
    let server = Server::always(Reaction::Silence).await;
    let layer = layer_fn(|inner: HttpService| {
        service_fn(move |request: Request<Body>| {
            let attempt = inner.clone().oneshot(request);
            async move {
                match tokio::time::timeout(Duration::from_millis(100), attempt).await {
                    Ok(result) => result,
                    Err(elapsed) => Err(Error::not_sent(elapsed)),
                }
            }
        })
    });
    let client = server.builder().attempt_layer(layer).build().unwrap();
    let call = client.call::<Receipt>(SEND, DOMAIN).multipart(mail());
    let error = within(call.into_future()).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Middleware, Outcome::Unknown));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_deadline_before_a_layer_is_ready_means_not_sent() {
    let server = Server::always(Reaction::Silence).await;
    let busy = tower::limit::ConcurrencyLimitLayer::new(1);
    for builder in
        [server.builder().layer(busy.clone()), server.builder().attempt_layer(busy.clone())]
    {
        let client = builder.build().unwrap();
        let call = || client.call::<Receipt>(SEND, DOMAIN).multipart(mail());
        let holder = tokio::spawn(call().into_future());
        tokio::time::sleep(Duration::from_millis(50)).await;
        let waiting = call().deadline(Duration::from_millis(50)).into_future();
        let error = within(waiting).await.unwrap_err();
        assert_eq!((error.outcome(), error.attempts()), (Outcome::NotSent, 0));
        holder.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn an_explicit_timeout_does_not_grow_for_a_body_of_unknown_length() {
    let silent = service_fn(|_: Request<Body>| {
        std::future::pending::<Result<Response<ResponseBody>, std::convert::Infallible>>()
    });
    let upload = || {
        let mut form = mail();
        let endless = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        form.file("attachment", mailgun_core::Upload::from_stream("a.txt", None, endless));
        form
    };
    let builder = || Client::builder("key-test").retry(RetryPolicy::never());
    let seconds = Duration::from_secs;
    let explicit = builder().total_timeout(seconds(3)).build_with_transport(silent).unwrap();
    let attempt = builder().attempt_timeout(seconds(2)).build_with_transport(silent).unwrap();
    let default = builder().build_with_transport(silent).unwrap();
    let call = |client: &Client| client.call::<Value>(SEND, DOMAIN).multipart(upload());
    for (call, expected) in [
        (call(&explicit), 3),
        (call(&attempt), 2),
        (call(&default).deadline(seconds(5)), 5),
        (call(&default), 460),
    ] {
        let start = tokio::time::Instant::now();
        assert_eq!(call.await.unwrap_err().kind(), ErrorKind::Timeout);
        assert_eq!(start.elapsed().as_secs(), expected);
    }
}

/// An HTTP/2 server that declares ten bytes, sends only `sent`, and ends the stream without error.
async fn truncating_server(sent: &'static [u8]) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    let head = Response::builder().header("content-length", "10");
                    let mut stream = respond.send_response(head.body(()).unwrap(), false).unwrap();
                    if !sent.is_empty() {
                        stream.send_data(Bytes::from_static(sent), false).unwrap();
                    }
                    tokio::spawn(async move {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                        stream.send_reset(h2::Reason::NO_ERROR);
                    });
                }
            });
        }
    });
    support::builder(&url)
        .http_versions(HttpVersions::Http2Only)
        .retry(RetryPolicy::never())
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_response_that_is_shorter_than_declared_is_an_error() {
    let client = truncating_server(b"12345").await;
    let call = || client.call_bytes(READ, &[]);
    let errors = [
        within(call().into_future()).await.unwrap_err(),
        within(call().stream()).await.unwrap().bytes(100).await.unwrap_err(),
        within(call().stream()).await.unwrap().write_to(&mut Vec::new()).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::Unknown));
    }
}

#[tokio::test]
async fn a_missing_body_is_not_read_as_null() {
    let client = truncating_server(b"").await;
    let call = client.call::<Option<Value>>(SEND, DOMAIN).multipart(mail());
    let error = within(call.into_future()).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::Unknown));
}

#[tokio::test]
#[should_panic(expected = "resumed after completion")]
async fn a_finished_call_panics_when_it_is_polled_again() {
    let server = Server::always(accepted()).await;
    let mut call = server.client().call::<Receipt>(SEND, DOMAIN).into_future();
    (&mut call).await.unwrap();
    let _ = within(call).await;
}
