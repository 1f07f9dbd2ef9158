//! The outcome of calls that their deadline ends.

#![cfg(feature = "transport")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::time::Duration;

use mailgun_core::{
    Error, ErrorKind, Form, Operation, Outcome, Roots, TimeoutPhase, layers::RetryPolicy,
};

use self::support::{Reaction, Receipt, Server, accepted, mail, within};

const SEND: Operation = Operation::post("/v3/{domain}/messages");

async fn send(base_url: &str) -> Error {
    let client = support::builder(base_url).roots(Roots::AddedOnly);
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
    // It waits for the head of a request, and so never answers the greeting of TLS.
    let server = Server::always(Reaction::Silence).await;
    let error = send(&format!("https://localhost:{}", server.address.port())).await;
    assert_eq!(
        (error.kind(), error.timeout_phase()),
        (ErrorKind::Timeout, Some(TimeoutPhase::Total))
    );
    assert_eq!(error.outcome(), Outcome::NotSent);
}

#[tokio::test]
async fn a_deadline_without_a_response_means_unknown() {
    let server = Server::always(Reaction::Silence).await;
    let error = send(&server.url()).await;
    assert_eq!(
        (error.kind(), error.timeout_phase()),
        (ErrorKind::Timeout, Some(TimeoutPhase::Total))
    );
    assert_eq!(error.outcome(), Outcome::Unknown);
}

#[tokio::test]
async fn the_deadline_holds_after_attempts_that_ended_before_it() {
    let server = Server::always(Reaction::Silence).await;
    let policy = RetryPolicy::default().max_attempts(100).base_delay(Duration::from_millis(1));
    let client = server.builder().retry(policy);
    let client = client.attempt_timeout(Duration::from_millis(80)).build().unwrap();
    let start = tokio::time::Instant::now();
    let call = client.call::<serde_json::Value>(Operation::get("/v4/domains"), &[]);
    let error = call.deadline(Duration::from_millis(200)).await.unwrap_err();
    assert_eq!((error.attempts(), error.timeout_phase()), (3, Some(TimeoutPhase::Total)));
    assert!(start.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn the_deadline_holds_when_the_response_stalls_after_its_head() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{".to_vec();
    let stall = Reaction::Drip(vec![head], Duration::from_millis(20));
    let client = Server::always(stall).await.builder();
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
            within(call).await.unwrap();
        }
    }
}
