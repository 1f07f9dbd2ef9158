//! The mock without sockets.

use std::time::Duration;

use mailgun_core::{Client, ErrorKind, Fields, Operation};
use mailgun_mock::{Fault, MockMailgun};
use serde_json::Value;

const SEND: Operation = Operation::post("/v3/{domain}/messages");
const LIST: Operation = Operation::get("/v4/domains");

fn client(mock: &MockMailgun) -> Client {
    mock.client_builder().build_with_transport(mock.transport()).unwrap()
}

async fn send(client: &Client) -> Result<Value, mailgun_core::Error> {
    let mut form = Fields::new();
    form.set("from", "shop@mg.example.com").set("to", "ada@example.com").set("text", "Hi");
    client.call(SEND, &[MockMailgun::DOMAIN]).multipart(form).await
}

#[tokio::test(start_paused = true)]
async fn hours_pass_at_once_when_the_clock_is_paused() {
    let mock = MockMailgun::start().await;
    let client = client(&mock);
    send(&client).await.unwrap();
    mock.inject(Fault::delay(Duration::from_secs(3600)));
    let (real, paused) = (std::time::Instant::now(), tokio::time::Instant::now());
    let error = send(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert_eq!(paused.elapsed(), Duration::from_secs(10));
    assert!(real.elapsed() < Duration::from_secs(5));
    // A delayed response is of a mail that was accepted.
    assert_eq!(mock.sent().len(), 2);
    assert_eq!(mock.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_retry_waits_as_the_service_asks() {
    let mock = MockMailgun::start().await;
    let hint = mailgun_mock::RateLimit::RetryAfterSeconds(30);
    mock.inject(Fault::rate_limit(hint));
    let paused = tokio::time::Instant::now();
    let _: Value = client(&mock).call(LIST, &[]).await.unwrap();
    assert!(paused.elapsed() >= Duration::from_secs(30), "{:?}", paused.elapsed());
}

#[tokio::test]
async fn a_cut_connection_is_an_error() {
    let mock = MockMailgun::start().await;
    let client = client(&mock);
    for fault in [Fault::reset_before_read(), Fault::reset_after_read(), Fault::lose_response()] {
        mock.inject(fault);
        let error = send(&client).await.unwrap_err();
        assert_ne!(error.kind(), ErrorKind::Timeout, "{error}");
    }
    assert_eq!(mock.sent().len(), 1);
    mock.inject(Fault::truncate_response(3));
    assert!(send(&client).await.is_err());
}
