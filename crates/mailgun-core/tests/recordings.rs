//! Recorded error responses of the real service, masked by their source (mailgun/mailgun-ruby).
#![cfg(feature = "transport")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::collections::BTreeMap;

use mailgun_core::{ErrorKind, Operation, Outcome};
use serde::Deserialize;
use serde_json::Value;

use self::support::{RECIPIENT, Server, response_with};

#[derive(Deserialize)]
struct Recording {
    source: String,
    method: String,
    path: String,
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

/// The error message of a recording, and part of the hint if there is one.
fn expected(recording: &Recording) -> (&'static str, Option<&'static str>) {
    match (recording.source.as_str(), recording.status) {
        ("domains.todo", 400) => ("This domain name is already taken", None),
        ("mailing_list.todo", 400) => ("Duplicate object", None),
        ("exceptions-invalid-api-key", 401) => ("Forbidden", Some("region")),
        ("exceptions-not-allowed", 403) => (
            "Domain DOMAIN.TEST is not allowed to send: Free accounts are for test purposes only. \
             Please upgrade or add the address to authorized recipients in Account Settings.",
            Some("authorized recipients"),
        ),
        ("send_message", 403) => (
            "Domain DOMAIN.TEST is not allowed to send: Sandbox subdomains are for test purposes \
             only. Please add your own domain or add the address to authorized recipients in \
             Account Settings.",
            Some("authorized recipients"),
        ),
        ("exceptions", 404) => ("Domain not found: not-our-doma.in", Some("region")),
        ("templates", 404) => ("domain not found", Some("region")),
        ("mailing_list", 404) => (
            "404 Not Found Not Found The requested URL was not found on the server. If you entered \
             the URL manually please check your spelling and try again.",
            None,
        ),
        (source, status) => panic!("no expectation for {source}, {status}"),
    }
}

#[tokio::test]
async fn recorded_errors_have_message_and_hint() {
    let text = include_str!("fixtures/refusals.json");
    let recordings: Vec<Recording> = serde_json::from_str(text).unwrap();
    assert_eq!(recordings.len(), 8);
    for recording in recordings {
        let (message, hint) = expected(&recording);
        let headers: Vec<_> =
            recording.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let status = format!("{} X", recording.status);
        let server = Server::always(response_with(&status, &headers, &recording.body)).await;
        let path: &'static str = recording.path.clone().leak();
        let operation = match recording.method.as_str() {
            "POST" => Operation::post(path),
            "GET" => Operation::get(path),
            other => panic!("{other}"),
        };
        let what = format!("{} {}", recording.source, recording.status);
        let error = server.client().call::<Value>(operation, &[]).await.expect_err(&what);
        assert_eq!(server.count(), 1, "{what}");
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Api, Outcome::Rejected), "{what}");
        assert_eq!(error.status().unwrap(), recording.status);
        assert_eq!(error.api_message(), Some(message), "{what}");
        assert_eq!(error.body(), recording.body.as_bytes());
        let given = error.headers().unwrap().get("content-type").unwrap();
        assert_eq!(given, &*recording.headers["content-type"]);
        match hint {
            Some(words) => assert!(error.hint().unwrap().contains(words), "{error}"),
            None => assert_eq!(error.hint(), None, "{what}"),
        }
        let shown = error.to_string();
        assert!(shown.starts_with(&format!("{operation} failed: {}", recording.status)), "{shown}");
        assert!(shown.contains(&message[..20.min(message.len())]), "{shown}");
        assert!(!shown.contains('\n') && !shown.contains('<'), "{shown}");
    }
}

#[tokio::test]
async fn an_address_in_a_response_is_not_displayed() {
    let body = format!(r#"{{"message": "'to' parameter is not a valid address: {RECIPIENT}"}}"#);
    let server = Server::always(response_with("400 X", &[], &body)).await;
    const SEND: Operation = Operation::post("/v3/{domain}/messages");
    let error = server.client().call::<Value>(SEND, &["mg.example.com"]).await.unwrap_err();
    assert!(error.api_message().unwrap().ends_with(RECIPIENT));
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("'to' parameter is not a valid address"), "{shown}");
    assert!(!shown.contains(RECIPIENT), "{shown}");
}
