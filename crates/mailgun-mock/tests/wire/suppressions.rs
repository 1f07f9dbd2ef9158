//! Suppressions: what is refused, and what becomes of mail to suppressed addresses.

use std::time::{Duration, SystemTime};

use mailgun_mock::MockMailgun;
use serde_json::{Value, json};

use crate::client::{AUTH, Answer, Multipart, exchange, get, post_form, send_with};

const BOUNCES: &str = "POST /v3/mg.example.com/bounces";

async fn add(mailgun: &MockMailgun, list: &str, fields: &[(&str, &str)]) -> Answer {
    post_form(mailgun, &format!("POST /v3/mg.example.com/{list}"), fields).await
}

async fn post_json(mailgun: &MockMailgun, line: &str, json: &Value) -> Answer {
    let headers = [AUTH, ("Content-Type", "application/json")];
    exchange(mailgun, line, &headers, json.to_string().as_bytes()).await
}

/// What the last event says of a delivery.
fn outcome(mailgun: &MockMailgun) -> Value {
    let event = mailgun.events().pop().unwrap();
    let status = &event["delivery-status"];
    json!([
        event["event"],
        event["severity"],
        event["reason"],
        status["code"],
        status["description"]
    ])
}

#[tokio::test]
async fn mail_to_a_suppressed_address_is_accepted_and_fails() {
    let mailgun = MockMailgun::start().await;
    let delivered = json!(["delivered", null, null, 250, ""]);
    let failed = |reason, code, words| json!(["failed", "permanent", reason, code, words]);
    for (list, expected) in [
        ("complaints", {
            let words = "Not delivering to a user who marked your messages as spam";
            failed("suppress-complaint", 607, words)
        }),
        (
            "unsubscribes",
            failed("suppress-unsubscribe", 606, "Not delivering to unsubscribed address"),
        ),
        ("bounces", failed("suppress-bounce", 605, "Not delivering to previously bounced address")),
    ] {
        assert_eq!(add(&mailgun, list, &[("address", "Ada@example.com")]).await.status, 200);
        assert_eq!(send_with(&mailgun, &[("cc", "bob@example.com")]).await.status, 200);
        assert_eq!(outcome(&mailgun), delivered);
        assert_eq!(send_with(&mailgun, &[]).await.status, 200);
        assert_eq!(outcome(&mailgun), expected);
    }
    let event = mailgun.events().pop().unwrap();
    assert_eq!(
        (&event["log-level"], &event["recipient"]),
        (&json!("error"), &json!("ada@example.com"))
    );
    assert_eq!(event["delivery-status"].get("mx-host"), None);
    assert_eq!(mailgun.sent().len(), 6);
    mailgun.clear();
    send_with(&mailgun, &[]).await;
    assert_eq!(outcome(&mailgun), delivered);
}

#[tokio::test]
async fn an_unsubscribed_tag_stops_mail_with_that_tag_and_the_allowlist_overrides_only_bounces() {
    let mailgun = MockMailgun::start().await;
    add(&mailgun, "unsubscribes", &[("address", "ada@example.com"), ("tag", "News")]).await;
    for (tag, event) in [("", "delivered"), ("offers", "delivered"), ("news", "failed")] {
        send_with(&mailgun, &[("o:tag", tag)]).await;
        assert_eq!(outcome(&mailgun)[0], event, "{tag}");
    }
    for value in [("address", "ada@example.com"), ("domain", "example.com")] {
        add(&mailgun, "bounces", &[("address", "ada@example.com")]).await;
        send_with(&mailgun, &[]).await;
        assert_eq!(outcome(&mailgun)[2], "suppress-bounce");
        add(&mailgun, "whitelists", &[value]).await;
        send_with(&mailgun, &[]).await;
        assert_eq!(outcome(&mailgun)[0], "delivered", "{value:?}");
        send_with(&mailgun, &[("o:tag", "news")]).await;
        assert_eq!(outcome(&mailgun)[2], "suppress-unsubscribe");
        exchange(&mailgun, "DELETE /v3/mg.example.com/whitelists", &[AUTH], b"").await;
    }
}

#[tokio::test]
async fn a_scheduled_message_fails_if_its_recipient_is_suppressed_when_it_is_due() {
    let mailgun = MockMailgun::start().await;
    let due = mailgun_core::Timestamp::from(SystemTime::now() + Duration::from_secs(2));
    send_with(&mailgun, &[("o:deliverytime", &due.to_rfc2822())]).await;
    add(&mailgun, "bounces", &[("address", "ada@example.com")]).await;
    assert_eq!(mailgun.scheduled().len(), 1);
    while !mailgun.scheduled().is_empty() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(outcome(&mailgun)[2], "suppress-bounce");
}

#[tokio::test]
async fn a_list_with_an_invalid_record_is_refused() {
    let mailgun = MockMailgun::start().await;
    let refused = |answer: Answer| assert_eq!(answer.status, 400, "{}", answer.text());
    let missing = "Missing mandatory parameter: address";
    add(&mailgun, "bounces", &[]).await.assert_message(400, missing);
    add(&mailgun, "whitelists", &[]).await.assert_message(400, &format!("{missing}/domain"));
    refused(add(&mailgun, "complaints", &[("address", "bob")]).await);
    let iso = ("created_at", "2011-10-14T12:00:00Z");
    refused(add(&mailgun, "complaints", &[("address", "bob@example.com"), iso]).await);
    refused(add(&mailgun, "whitelists", &[("domain", "exa mple.com")]).await);

    let rows = |count| json!(vec![json!({ "address": "bob@example.com" }); count]);
    let words = "Batch size should be less than 1000";
    post_json(&mailgun, BOUNCES, &rows(1001)).await.assert_message(400, words);
    refused(post_json(&mailgun, BOUNCES, &json!({ "address": "bob@example.com" })).await);
    let one_is_bad = json!([{ "address": "bob@example.com" }, { "address": "" }]);
    refused(post_json(&mailgun, BOUNCES, &one_is_bad).await);
    refused(post_json(&mailgun, "POST /v3/mg.example.com/whitelists", &rows(1)).await);

    let import = format!("{BOUNCES}/import");
    let words = "while reading csv header";
    Multipart::new(&[("file", "address\n")])
        .post(&mailgun, &import)
        .await
        .assert_message(400, words);
    let file =
        Multipart::default().part("name=\"file\"; filename=\"a.csv\"", None, b"email\na@b.c\n");
    file.post(&mailgun, &import).await.assert_message(400, words);

    let listed = get(&mailgun, "/v3/mg.example.com/bounces").await;
    assert_eq!(listed.json()["items"], json!([]));
    assert_eq!(get(&mailgun, "/v3/example.net/bounces").await.status, 404);
}
