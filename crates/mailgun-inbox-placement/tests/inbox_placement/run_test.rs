use std::net::Ipv4Addr;

use mailgun_core::{Client, ErrorKind, Mailbox, Outcome};
use mailgun_inbox_placement::{InboxPlacement, RunTest};
use mailgun_testing::{Answer, Scripted};
use serde::Serialize;
use serde_json::json;

fn service() -> (Scripted, InboxPlacement) {
    let service = Scripted::new(|_| Answer::new(200, r#"{"result_id": "r1"}"#));
    let placement = InboxPlacement::new(&service.client());
    (service, placement)
}

#[tokio::test]
async fn a_test_is_started_by_json_with_every_parameter() {
    #[derive(Serialize)]
    struct Variables {
        first: &'static str,
    }
    let (service, placement) = service();
    let test = RunTest::new()
        .html("<h4>ü</h4>")
        .template_name("welcome")
        .account_template_name("shared")
        .variables(&Variables { first: "%recipient.first_name%" })
        .header("X-Campaign", "a")
        .header("X-Campaign", "b")
        .header("Reply-To", "c@example.com")
        .provider_filter("gmail.com")
        .provider_filter("yahoo.com")
        .seed_list("ibp-1@mailgun.net")
        .max_seeds_per_provider(0)
        .sending_ip(Ipv4Addr::new(192, 0, 2, 1))
        .sending_ip_pool_id("pool")
        .extra("tomorrow", &false);
    let from = Mailbox::with_name("Doe, Jane", "jane@mg.example.com").unwrap();
    let started = placement.run_test(&from, "", test).await.unwrap();
    assert_eq!(started.result_id, "r1");

    let seen = &service.seen()[0];
    assert_eq!((seen.method.as_str(), seen.uri.path()), ("POST", "/v4/inbox/tests"));
    assert_eq!(seen.content_type(), "application/json");
    let expected = json!({
        "from": "\"Doe, Jane\" <jane@mg.example.com>",
        "subject": "",
        "html": "<h4>ü</h4>",
        "template_name": "welcome",
        "account_template_name": "shared",
        "variables": {"first": "%recipient.first_name%"},
        "headers": {"X-Campaign": "b", "Reply-To": "c@example.com"},
        "provider_filter": ["gmail.com", "yahoo.com"],
        "seed_list": "ibp-1@mailgun.net",
        "max_seeds_per_provider": 0,
        "sending_ip": "192.0.2.1",
        "sending_ip_pool_id": "pool",
        "tomorrow": false
    });
    assert_eq!(seen.json(), expected);

    placement.run_test("a@mg.example.com", "b", RunTest::new()).await.unwrap();
    let expected = json!({"from": "a@mg.example.com", "subject": "b"});
    assert_eq!(service.seen()[1].json(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_test_with_unknown_outcome_is_not_retried() {
    let service = Scripted::new(|_| Answer::new(502, "Bad Gateway"));
    let client = service.client_with(Client::builder("key-test"));
    let placement = InboxPlacement::new(&client);
    let error = placement.run_test("a@mg.example.com", "b", RunTest::new()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(service.seen().len(), 1);
    placement.results().get("r1").await.unwrap_err();
    assert!(service.seen().len() > 2, "a read is repeated");
}

#[tokio::test]
async fn control_characters_in_headers_are_refused_before_sending() {
    let (service, placement) = service();
    let header = |name, value| RunTest::new().header(name, value);
    for (from, subject, test, named) in [
        ("no mailbox", "b", RunTest::new(), "mailbox"),
        ("a@mg.example.com, b@mg.example.com", "b", RunTest::new(), "mailbox"),
        ("a@mg.example.com\r\nBcc: x@example.com", "b", RunTest::new(), "mailbox"),
        ("a@mg.example.com", "b\r\nBcc: x@example.com", RunTest::new(), "subject"),
        ("a@mg.example.com", "b", header("X-A\r\nBcc", "x@example.com"), "headers"),
        ("a@mg.example.com", "b", header("X-A", "a\nBcc: x@example.com"), "headers"),
    ] {
        let error = placement.run_test(from, subject, test).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(named), "{error}");
        assert!(!error.to_string().contains("example.com"), "{error}");
    }
    assert!(service.seen().is_empty());
}
