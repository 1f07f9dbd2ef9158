//! Lists of many recipients, and where links lead to.

use std::time::{Duration, Instant};

use mailgun_core::{Client, Fields, Operation};
use mailgun_mock::MockMailgun;
use serde_json::{Map, Value, json};

const SEND: Operation = Operation::post("/v3/{domain}/messages");

async fn send_chunk(client: &Client, recipients: std::ops::Range<usize>) {
    let mut form = Fields::new();
    form.set("from", "shop@mg.example.com").set("subject", "News").set("text", "Hello");
    let mut variables = Map::new();
    for number in recipients {
        let address = format!("reader{number}@example.com");
        form.append("to", address.clone());
        variables.insert(address, json!({ "number": number }));
    }
    form.set("recipient-variables", Value::Object(variables).to_string());
    let _: Value = client.call(SEND, &[MockMailgun::DOMAIN]).multipart(form).await.unwrap();
}

/// Bytes that this process has in memory, where the system tells them.
fn resident() -> Option<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(pages.split(' ').nth(1)?.parse::<u64>().ok()? * 4096)
}

async fn send_to(recipients: usize) -> (MockMailgun, u64) {
    let mock = MockMailgun::start().await;
    let client = mock.client();
    let before = resident().unwrap_or(0);
    for start in (0..recipients).step_by(1000) {
        send_chunk(&client, start..recipients.min(start + 1000)).await;
    }
    let taken = resident().unwrap_or(0).saturating_sub(before);
    (mock, taken)
}

#[tokio::test]
async fn events_take_less_than_2_kb_per_recipient() {
    let recipients = 10_000;
    let (mock, taken) = send_to(recipients).await;
    // A thousand bytes for each are a gigabyte for a million.
    assert!(taken < 2_000 * recipients as u64, "{taken} bytes");
    let events = mock.events();
    assert_eq!(events.len(), 2 * recipients);
    let of_one = |event: &&Value| event["recipient"] == "reader1500@example.com";
    let kinds: Vec<_> = events.iter().filter(of_one).map(|event| &event["event"]).collect();
    assert_eq!(kinds, ["accepted", "delivered"]);
    let event = events.iter().find(of_one).unwrap();
    assert_eq!(event["message"]["recipients"], json!(["reader1500@example.com"]));
    assert_eq!(event["message"]["headers"]["to"], "reader1500@example.com");
    assert_eq!(mock.sent().len(), 10);
    let message = &mock.sent()[1];
    assert_eq!(message.recipient_variables().unwrap()["reader1500@example.com"]["number"], 1500);
}

/// Takes 7 s of processor time and 760 MB in release:
/// `cargo test --release -p mailgun-mock --test wire -- --ignored a_million`
#[tokio::test]
#[ignore = "takes minutes unless built with --release"]
async fn a_million_recipients_take_less_than_2_gb() {
    let started = Instant::now();
    let (mock, taken) = send_to(1_000_000).await;
    assert_eq!(mock.sent().len(), 1000);
    assert!(taken < 2_000_000_000, "{taken} bytes");
    assert!(started.elapsed() < Duration::from_secs(300), "{:?}", started.elapsed());
}

#[tokio::test]
async fn links_use_the_host_that_the_client_called() {
    const EVENTS: Operation = Operation::get("/v3/{domain}/events");
    const BOUNCES: Operation = Operation::get("/v3/{domain}/bounces");
    let mock = MockMailgun::start().await;
    send_chunk(&mock.client(), 0..1).await;
    let port = mock.base_url().rsplit(':').next().unwrap().to_owned();
    let localhost: Client = Client::builder(mock.api_key())
        .base_url(format!("http://localhost:{port}"))
        .no_proxy()
        .build()
        .unwrap();
    for route in [EVENTS, BOUNCES] {
        let call = || localhost.call::<Value>(route, &[MockMailgun::DOMAIN]);
        let response = call().await.unwrap();
        let next = response["paging"]["next"].as_str().unwrap();
        assert!(next.starts_with(&format!("http://localhost:{port}/v3/")), "{next}");

        for (proto, host, base) in [
            ("https", "mail.example.test", "https://mail.example.test/v3/"),
            ("https", "mail.example.test:8443, 10.0.0.1", "https://mail.example.test:8443/v3/"),
            ("gopher", "mail.example.test", "http://mail.example.test/v3/"),
        ] {
            let call = call().header("x-forwarded-proto", proto).header("x-forwarded-host", host);
            let response = call.await.unwrap();
            let next = response["paging"]["next"].as_str().unwrap();
            assert!(next.starts_with(base), "{next}");
        }
        let response = call().header("x-forwarded-host", "no host/ at all").await.unwrap();
        let next = response["paging"]["next"].as_str().unwrap();
        assert!(next.starts_with(&mock.base_url()), "{next}");
    }
}
