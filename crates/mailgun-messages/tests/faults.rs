//! Whatever fails, at most one mail is sent, and the error gives the outcome.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use mailgun_core::{Client, ErrorKind, LimitScope, Outcome};
use mailgun_messages::{MessageId, Messages, MimeMessage};
use mailgun_mock::{Fault, MockMailgun, RateLimit};
use serde_json::{Value, json};
use support::{complete, hasty, messages};

#[tokio::test]
async fn a_lost_response_is_an_unknown_outcome_and_the_mail_is_not_sent_twice() {
    let mock = MockMailgun::start().await;
    mock.inject(Fault::lose_response());
    let error = hasty(&mock).send(complete()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(error.attempts(), 1);
    assert!(error.to_string().contains("may have taken effect"), "{error}");
    assert_eq!(mock.requests().len(), 1);
    assert_eq!(mock.sent().len(), 1, "it was accepted, and only the caller can find out");
}

#[tokio::test]
async fn no_send_is_retried_after_an_unknown_outcome() {
    for (fault, accepted) in [
        (Fault::status(500), 0),
        (Fault::status(502).with_body("text/html", "<html><h1>Bad Gateway</h1></html>"), 0),
        (Fault::status(503).with_header("Retry-After", "0"), 0),
        (Fault::status(504), 0),
        (Fault::status(408), 0),
        (Fault::reset_after_read(), 0),
        (Fault::reset_before_read(), 0),
        (Fault::truncate_response(0), 1),
        (Fault::truncate_response(10), 1),
        (Fault::delay(Duration::from_secs(30)), 1),
        (Fault::silence(), 0),
    ] {
        let mock = MockMailgun::start().await;
        let shown = format!("{fault:?}");
        mock.inject(fault);
        let call = hasty(&mock).send(complete()).deadline(Duration::from_millis(500));
        let error = call.await.expect_err(&shown);
        assert_eq!(error.outcome(), Outcome::Unknown, "{shown}: {error}");
        assert_eq!(mock.requests().len(), 1, "{shown}");
        assert_eq!(mock.sent().len(), accepted, "{shown}");
    }
}

#[tokio::test]
async fn mime_messages_and_resends_are_not_retried_either() {
    for path in ["/messages.mime", "/messages/"] {
        let mock = MockMailgun::start().await;
        let messages = hasty(&mock);
        messages.send(complete()).await.unwrap();
        let key = mock.sent()[0].storage_key().to_owned();
        mock.inject(Fault::lose_response().for_path(path));
        let error = if path == "/messages/" {
            messages.resend(&key, "ann@example.com").await.map(drop).unwrap_err()
        } else {
            let mime = MimeMessage::new("Subject: x\r\n\r\ny").to("ann@example.com");
            messages.send_mime(mime).await.map(drop).unwrap_err()
        };
        assert_eq!(error.outcome(), Outcome::Unknown, "{path}");
        assert_eq!(mock.requests().len(), 2, "{path}");
        assert_eq!(mock.sent_to("ann@example.com").len(), 1, "{path}");
    }
}

#[tokio::test]
async fn every_hint_of_a_rate_limit_is_waited_for_and_one_mail_is_sent() {
    let now = SystemTime::now();
    // Dates have whole seconds, so two seconds ahead is one to two.
    let soon = now + Duration::from_secs(2);
    let millis = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    let reset = now + Duration::from_millis(700);
    let cases = [
        (RateLimit::RetryAfterSeconds(1), Duration::from_secs(1)),
        (RateLimit::RetryAfterDate(soon), Duration::from_millis(900)),
        (RateLimit::ResetMillis(millis(reset)), Duration::from_millis(600)),
        (RateLimit::RetrySeconds(1), Duration::from_secs(1)),
        (RateLimit::MessageSeconds(1), Duration::from_secs(1)),
        (RateLimit::MessageDate(soon), Duration::from_millis(900)),
        (RateLimit::Unhinted, Duration::ZERO),
    ];
    let sends = cases.into_iter().flat_map(|case| [(case, false), (case, true)]).map(
        |((limit, at_least), as_420)| async move {
            let mock = MockMailgun::start().await;
            let fault = Fault::rate_limit(limit);
            mock.inject(if as_420 { fault.as_420() } else { fault });
            let messages = hasty(&mock);
            // Time passed since the hints were made; none of it may count as waited.
            let spent = now.elapsed().unwrap();
            let start = Instant::now();
            let response = messages.send(complete()).response().await.unwrap();
            let waited = start.elapsed();
            let at_least = match limit {
                RateLimit::RetryAfterSeconds(_)
                | RateLimit::RetrySeconds(_)
                | RateLimit::MessageSeconds(_) => at_least,
                _ => at_least.saturating_sub(spent),
            };
            assert!(waited >= at_least, "{limit:?}: {waited:?} is less than {at_least:?}");
            assert_eq!(response.attempts(), 2, "{limit:?}");
            assert_eq!(mock.requests().len(), 2, "{limit:?}");
            assert_eq!(mock.sent().len(), 1, "{limit:?}");
        },
    );
    futures_util::future::join_all(sends).await;
}

#[tokio::test]
async fn a_retry_after_beyond_the_limit_is_returned_at_once_with_time_and_scope() {
    for status in [429, 420] {
        for (limit, scope) in [
            ("request", LimitScope::Requests),
            ("recipient", LimitScope::Recipients),
            ("bytes", LimitScope::Bytes),
        ] {
            let mock = MockMailgun::start().await;
            let text = format!(
                "Domain mg.example.com is not allowed to send: {limit} limit exceeded, try again \
                 after 7200 seconds"
            );
            mock.inject(Fault::status(status).with_json(json!({ "message": text })));
            let start = Instant::now();
            let error = messages(&mock).send(complete()).await.unwrap_err();
            assert!(start.elapsed() < Duration::from_secs(1));
            assert_eq!(error.kind(), ErrorKind::RateLimited);
            assert_eq!(error.outcome(), Outcome::Rejected);
            assert_eq!(error.retry_after(), Some(Duration::from_secs(7200)));
            assert_eq!(error.limit_scope(), Some(scope));
            assert_eq!(mock.requests().len(), 1);
        }
    }
}

#[tokio::test]
async fn a_refused_connection_is_not_sent() {
    let mock = MockMailgun::start().await;
    let messages = hasty(&mock);
    drop(mock);
    let error = messages.send(complete()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(error.attempts() > 1, "what was certainly not sent is tried again");
}

#[tokio::test]
async fn a_caller_may_declare_a_send_idempotent() {
    let mock = MockMailgun::start().await;
    mock.inject(Fault::status(503).times(2));
    let call = hasty(&mock).send(complete());
    let response =
        call.idempotency(mailgun_core::Idempotency::Idempotent).response().await.unwrap();
    assert_eq!(response.attempts(), 3);
}

/// Clearing the queue is not retried either: a retry would delete mail that was queued meanwhile.
#[test]
fn only_reads_are_retried_after_an_unknown_outcome() {
    use mailgun_core::{Idempotency, http::Method};
    for route in mailgun_messages::OPERATIONS {
        let is_idempotent = route.idempotency() == Idempotency::Idempotent;
        assert_eq!(is_idempotent, route.method() == Method::GET, "{route}");
    }
}

/// Responses that the real service gave, as its own clients recorded them.
fn recorded(status: u16) -> Vec<Value> {
    let all: Vec<Value> =
        serde_json::from_str(include_str!("fixtures/recorded_responses.json")).unwrap();
    assert_eq!(all.len(), 8);
    all.into_iter().filter(|exchange| exchange["status"] == status).collect()
}

fn as_recorded(exchange: &Value) -> Fault {
    let headers = exchange["headers"].as_object().unwrap();
    let body = exchange["body"].as_str().unwrap().to_owned();
    let content_type = headers["content-type"].as_str().unwrap();
    let fault = Fault::status(exchange["status"].as_u64().unwrap() as u16);
    let fault = fault.with_body(content_type, body);
    headers
        .iter()
        .fold(fault, |fault, (name, value)| fault.with_header(name, value.as_str().unwrap()))
}

#[tokio::test]
async fn recorded_refusals_have_kind_outcome_and_message() {
    let expected: BTreeMap<u16, Vec<(&str, &str)>> = BTreeMap::from([
        (401, vec![("Forbidden", "region"), ("Forbidden", "API key")]),
        (
            403,
            vec![
                ("Free accounts are for test purposes only.", "authorized recipients"),
                ("Sandbox subdomains are for test purposes only.", "authorized recipients"),
            ],
        ),
        (404, vec![("Domain not found: not-our-doma.in", "region")]),
    ]);
    for (status, expected) in expected {
        let exchanges = recorded(status);
        assert_eq!(exchanges.len(), expected.len(), "{status}");
        for (exchange, (words, hint)) in exchanges.iter().zip(expected) {
            let mock = MockMailgun::start().await;
            mock.inject(as_recorded(exchange));
            let error = hasty(&mock).send(complete()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Api);
            assert_eq!(error.status().unwrap().as_u16(), status);
            assert_eq!(error.outcome(), Outcome::Rejected);
            assert_eq!(error.body(), exchange["body"].as_str().unwrap().as_bytes());
            assert!(error.api_message().unwrap().contains(words), "{error}");
            assert!(error.hint().unwrap().contains(hint), "{error}");
            let shown = error.to_string();
            assert!(shown.contains("POST /v3/{domain}/messages"), "{shown}");
            assert!(shown.contains(&status.to_string()) && shown.contains(words), "{shown}");
            assert_eq!(mock.requests().len(), 1);
        }
    }
}

#[tokio::test]
async fn recorded_receipts_are_read_completely() {
    let exchanges = recorded(200);
    assert_eq!(exchanges.len(), 3);
    for exchange in exchanges {
        let mock = MockMailgun::start().await;
        mock.inject(as_recorded(&exchange));
        let response = if exchange["path"].as_str().unwrap().ends_with(".mime") {
            let mime = MimeMessage::new("Subject: x\r\n\r\ny").to("a@example.com");
            messages(&mock).send_mime(mime).response().await.unwrap()
        } else {
            messages(&mock).send(complete()).response().await.unwrap()
        };
        let body: Value = serde_json::from_str(exchange["body"].as_str().unwrap()).unwrap();
        let read = json!({"id": response.value.id.bracketed(), "message": response.value.message});
        assert_eq!(read, body);
        for (name, value) in exchange["headers"].as_object().unwrap() {
            assert_eq!(response.headers()[name], *value.as_str().unwrap(), "{name}");
        }
        assert_eq!(response.body(), exchange["body"].as_str().unwrap());
    }
}

#[tokio::test]
async fn the_mock_refuses_with_mailguns_words() {
    let mock = MockMailgun::start().await;
    let unknown_domain = Messages::new(&mock.client(), "eu.example.com");
    let error = unknown_domain.send(complete()).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 404);
    assert!(error.hint().unwrap().contains("region"));

    let wrong_key: Client =
        Client::builder("key-wrong").base_url(mock.base_url()).no_proxy().build().unwrap();
    let error = Messages::new(&wrong_key, mock.domain()).send(complete()).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 401);
    assert_eq!(error.api_message(), Some("Forbidden"));

    let both = complete().html("x").template("t");
    let error = messages(&mock).send(both).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 400);
    assert!(error.to_string().contains("'html' or 'template'"), "{error}");
    assert!(mock.sent().is_empty());
}

#[tokio::test]
async fn bodies_that_are_not_json_are_kept_in_the_error() {
    let html = "<html><head><title>413</title></head><h1>Request Entity Too Large</h1></html>";
    for (fault, kind, delivery, words) in [
        (
            Fault::status(413).with_body("text/html", html),
            ErrorKind::TooLarge,
            Outcome::Rejected,
            "Too Large",
        ),
        (
            Fault::status(200).with_body("text/plain", "Mailgun Magnificent API"),
            ErrorKind::Api,
            Outcome::Rejected,
            "path it does not know",
        ),
        (
            Fault::status(200).with_body("text/html", html),
            ErrorKind::Decode,
            Outcome::Unknown,
            "not JSON",
        ),
        (
            Fault::status(200).with_body("application/json", ""),
            ErrorKind::Decode,
            Outcome::Unknown,
            "empty",
        ),
        (
            Fault::status(200).with_json(json!({"message": "Queued."})),
            ErrorKind::Decode,
            Outcome::Unknown,
            "lacks the field `id`",
        ),
        (Fault::status(400).with_body("text/plain", ""), ErrorKind::Api, Outcome::Rejected, "400"),
        (
            Fault::status(302).with_header("Location", "https://evil.test/"),
            ErrorKind::Api,
            Outcome::Rejected,
            "302",
        ),
    ] {
        let mock = MockMailgun::start().await;
        mock.inject(fault);
        let error = hasty(&mock).send(complete()).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (kind, delivery), "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(mock.requests().len(), 1);
    }
}

#[tokio::test]
async fn rate_limit_headers_of_an_accepted_send_are_available() {
    let mock = MockMailgun::start().await;
    let response = messages(&mock).send(complete()).response().await.unwrap();
    assert_eq!(response.headers()["x-ratelimit-limit"], "2000000");
    assert_eq!(response.headers()["x-ratelimit-remaining"], "1999999");
    assert!(response.headers().contains_key("x-ratelimit-reset"));
    assert_eq!(response.value.message, "Queued. Thank you.");
    assert_eq!(response.value.id, MessageId::from(mock.sent()[0].id()));
}

#[tokio::test]
async fn ids_of_receipts_and_events_are_equal() {
    let mock = MockMailgun::start().await;
    let receipt = messages(&mock).send(complete()).await.unwrap();
    let event = &mock.events()[0];
    let in_event = event["message"]["headers"]["message-id"].as_str().unwrap();
    assert!(!in_event.contains('<'));
    assert_eq!(receipt.id, MessageId::from(in_event));
    assert_eq!(receipt.id.as_str(), in_event);
    assert_eq!(receipt.id.bracketed(), mock.sent()[0].id());
    assert_eq!(serde_json::from_value::<MessageId>(json!("<a@b>")).unwrap().as_str(), "a@b");
    assert_ne!(MessageId::from("<a@b>"), MessageId::from("<a@c>"));
}
