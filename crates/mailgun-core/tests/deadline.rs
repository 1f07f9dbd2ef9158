//! The outcome of calls that their deadline ends.

#![cfg(feature = "transport")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::time::Duration;

use mailgun_core::{
    Client, Error, ErrorKind, Form, Operation, Outcome, Roots, TimeoutPhase, layers::RetryPolicy,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use self::support::{Reaction, Receipt, Server, accepted, mail};

const SEND: Operation = Operation::post("/v3/{domain}/messages");

/// A server that accepts connections and never responds.
async fn silent() -> (u16, tokio::task::JoinHandle<Vec<TcpStream>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let accepting = tokio::spawn(async move {
        let mut streams = Vec::new();
        while streams.is_empty() {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 64]).await;
            streams.push(stream);
        }
        streams
    });
    (port, accepting)
}

async fn send(base_url: String) -> Error {
    let client = Client::builder("key-test").base_url(base_url).roots(Roots::AddedOnly).no_proxy();
    let client = client.root_certificates(any_root()).build().unwrap();
    let mut form = Form::new();
    form.text("to", "bob@example.com");
    let call = client.call::<serde_json::Value>(SEND, &["mg.example.com"]).multipart(form);
    call.deadline(Duration::from_millis(300)).await.unwrap_err()
}

fn any_root() -> Vec<mailgun_core::Certificate> {
    let key = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    mailgun_core::Certificate::from_pem(key.cert.pem()).unwrap()
}

#[tokio::test]
async fn a_deadline_while_connecting_means_not_sent() {
    let (port, _server) = silent().await;
    let error = send(format!("https://localhost:{port}")).await;
    assert_eq!(
        (error.kind(), error.timeout_phase()),
        (ErrorKind::Timeout, Some(TimeoutPhase::Total))
    );
    assert_eq!(error.outcome(), Outcome::NotSent);
}

#[tokio::test]
async fn a_deadline_after_sending_means_unknown() {
    let (port, _server) = silent().await;
    let error = send(format!("http://127.0.0.1:{port}")).await;
    assert_eq!(
        (error.kind(), error.timeout_phase()),
        (ErrorKind::Timeout, Some(TimeoutPhase::Total))
    );
    assert_eq!(error.outcome(), Outcome::Unknown);
}

#[tokio::test]
async fn the_deadline_covers_retries() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let _server = tokio::spawn(async move {
        let mut streams = Vec::new();
        loop {
            streams.push(listener.accept().await.unwrap());
        }
    });
    let policy = RetryPolicy::default().max_attempts(100).base_delay(Duration::from_millis(1));
    let client = Client::builder("key-test").base_url(url).no_proxy().retry(policy);
    let client = client.attempt_timeout(Duration::from_millis(80)).build().unwrap();
    let start = tokio::time::Instant::now();
    let call = client.call::<serde_json::Value>(Operation::get("/v4/domains"), &[]);
    let error = call.deadline(Duration::from_millis(200)).await.unwrap_err();
    assert_eq!((error.attempts(), error.timeout_phase()), (3, Some(TimeoutPhase::Total)));
    assert!(start.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn the_deadline_covers_the_response_body() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let _server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 1024]).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{";
        stream.write_all(head).await.unwrap();
        std::future::pending::<()>().await;
    });
    let client = Client::builder("key-test").base_url(url).no_proxy();
    let client = client.attempt_timeout(Duration::from_millis(250)).build().unwrap();
    let call = client.call::<serde_json::Value>(Operation::get("/v4/domains"), &[]);
    let error = call.deadline(Duration::from_millis(300)).await.unwrap_err();
    assert_eq!(error.timeout_phase(), Some(TimeoutPhase::Total));
}

#[tokio::test]
async fn extreme_timeouts_do_not_overflow() {
    let Reaction::Response(response) = accepted() else { unreachable!() };
    let (head, rest) = response.split_at(response.len() - 5);
    // Slow enough that every timer is created.
    let pieces = vec![head.to_vec(), rest.to_vec()];
    let server = Server::always(Reaction::Drip(pieces, Duration::from_millis(30))).await;
    for limit in [Duration::MAX, Duration::from_secs(u64::MAX), Duration::from_secs(1 << 40)] {
        for with_deadline in [false, true] {
            let client = server.builder().connect_timeout(limit).attempt_timeout(limit);
            let client = client.body_idle_timeout(limit).total_timeout(limit);
            let client = client.pool_idle_timeout(limit).tcp_keepalive(limit).build().unwrap();
            let call = client.call::<Receipt>(SEND, &["mg.example.com"]).multipart(mail());
            let call = if with_deadline { call.deadline(limit) } else { call }.into_future();
            tokio::time::timeout(Duration::from_secs(10), call).await.unwrap().unwrap();
        }
    }
}
