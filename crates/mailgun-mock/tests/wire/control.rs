//! Control over HTTP.

use std::time::Duration;

use mailgun_mock::MockMailgun;
use serde_json::{Value, json};

use crate::client::{Answer, Multipart, URLENCODED, exchange, get, send_with, urlencode};

/// Calls a control route without a key.
async fn control(mailgun: &MockMailgun, line: &str, form: &[(&str, &str)]) -> Answer {
    exchange(mailgun, line, &[URLENCODED], urlencode(form).as_bytes()).await
}

async fn ok(mailgun: &MockMailgun, line: &str, form: &[(&str, &str)]) -> Value {
    let answer = control(mailgun, line, form).await;
    assert!((200..300).contains(&answer.status), "{line}: {}", answer.text());
    answer.json()
}

#[tokio::test]
async fn messages_are_listed_rendered_and_deleted() {
    let mailgun = MockMailgun::start().await;
    send_with(&mailgun, &[("text", "Hi %recipient_email% %recipient.x%"), ("o:tag", "news")]).await;
    send_with(&mailgun, &[("to", "eve@example.com")]).await;
    let all = ok(&mailgun, "GET /mock/messages", &[]).await;
    assert_eq!(all["items"].as_array().map(Vec::len), Some(2));
    let found = ok(&mailgun, "GET /mock/messages?recipient=ada@example.com", &[]).await;
    let [message] = &found["items"].as_array().unwrap()[..] else { panic!("{found}") };
    assert_eq!((&message["subject"], &message["tags"]), (&json!("Hello"), &json!(["news"])));
    let id = message["id"].as_str().unwrap();
    let one = ok(&mailgun, &format!("GET /mock/messages/{id}"), &[]).await;
    assert_eq!(one["message"]["fields"][0], json!(["from", "shop@mg.example.com"]));
    let seen = ok(&mailgun, &format!("GET /mock/messages/{id}/rendered"), &[]).await;
    assert_eq!(seen["text"], "Hi ada@example.com %recipient.x%");
    assert_eq!(seen["unreplaced"], json!(["%recipient.x%"]));
    let source = control(&mailgun, &format!("GET /mock/messages/{id}/source"), &[]).await;
    assert!(source.text().contains("Subject: Hello\r\n"), "{}", source.text());
    let line = format!("GET /mock/messages/{id}/rendered?recipient=eve@example.com");
    control(&mailgun, &line, &[]).await.assert_message(404, "the message has no such recipient");
    ok(&mailgun, "DELETE /mock/messages", &[]).await;
    assert!(mailgun.sent().is_empty() && !mailgun.events().is_empty());
    let gone = control(&mailgun, &format!("GET /mock/messages/{id}"), &[]).await;
    gone.assert_message(404, "no message has this id");
}

#[tokio::test]
async fn recipients_act() {
    let mailgun = MockMailgun::start().await;
    let html = "<a href=\"https://shop.example/\">x</a>";
    send_with(&mailgun, &[("to", "a@b.c,ada@example.com"), ("html", html), ("o:tracking", "yes")])
        .await;
    let key = mailgun.sent()[0].storage_key().replace('=', "%3D");
    let ada = [("recipient", "ada@example.com")];
    for (action, event) in [
        ("open", "opened"),
        ("bounce", "failed"),
        ("complain", "complained"),
        ("unsubscribe", "unsubscribed"),
    ] {
        let line = format!("POST /mock/messages/{key}/{action}");
        assert_eq!(ok(&mailgun, &line, &ada).await["event"]["event"], event);
        control(&mailgun, &line, &[]).await.assert_message(400, "`recipient` is missing");
    }
    let line = format!("GET /mock/messages/{key}/rendered?recipient=a@b.c");
    let link = ok(&mailgun, &line, &[]).await["links"][0].as_str().unwrap().to_owned();
    let clicked = ok(&mailgun, "POST /mock/click", &[("url", &link)]).await;
    assert_eq!(clicked["event"]["url"], "https://shop.example/");
    let events = ok(&mailgun, "GET /mock/events", &[]).await;
    assert_eq!(events["items"].as_array().map(Vec::len), Some(9));
}

#[tokio::test]
async fn faults_are_added_listed_and_removed() {
    let mailgun = MockMailgun::start().await;
    let fault = [("effect", "status"), ("status", "503"), ("times", "2"), ("path", "/messages")];
    let added = ok(&mailgun, "POST /mock/faults", &fault).await;
    assert_eq!((&added["fault"]["effect"], &added["fault"]["left"]), (&json!("status"), &json!(2)));
    assert_eq!(send_with(&mailgun, &[]).await.status, 503);
    let limit = [("effect", "rate_limit"), ("retry_after", "7"), ("recipient", "Eve@example.com")];
    let added = ok(&mailgun, "POST /mock/faults", &limit).await;
    assert_eq!(added["fault"]["recipient"], "eve@example.com");
    let faults = ok(&mailgun, "GET /mock/faults", &[]).await;
    assert_eq!(faults["items"].as_array().map(Vec::len), Some(2));
    let first = format!("DELETE /mock/faults/{}", faults["items"][0]["id"]);
    ok(&mailgun, &first, &[]).await;
    assert_eq!(control(&mailgun, &first, &[]).await.status, 404);
    assert_eq!(send_with(&mailgun, &[]).await.status, 200);
    let answer = send_with(&mailgun, &[("to", "Eve <EVE@example.com>")]).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("7")));
    ok(&mailgun, "POST /mock/faults", &[("effect", "silence")]).await;
    ok(&mailgun, "DELETE /mock/faults", &[]).await;
    assert_eq!(mailgun.faults_left(), 0);
    for (form, name) in [
        (&[][..], "effect"),
        (&[("effect", "x")][..], "effect"),
        (&[("effect", "status"), ("status", "99")][..], "status"),
        (&[("effect", "status"), ("status", "x")][..], "status"),
        (&[("effect", "delay"), ("seconds", "-1")][..], "seconds"),
        (&[("effect", "delay"), ("seconds", "1e300")][..], "seconds"),
        (&[("effect", "delay")][..], "seconds"),
        (&[("effect", "silence"), ("method", "A B")][..], "method"),
        (&[("effect", "silence"), ("times", "-1")][..], "times"),
        (
            &[("effect", "status"), ("status", "500"), ("body", "x"), ("content_type", "\n")][..],
            "content_type",
        ),
    ] {
        let answer = control(&mailgun, "POST /mock/faults", form).await;
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert_eq!(answer.status, 400, "{form:?}");
        assert!(message.contains(&format!("`{name}`")), "{message}");
    }
}

#[tokio::test]
async fn the_clock_delivers_scheduled_mail_and_indexes_late_events() {
    let mailgun = MockMailgun::start().await;
    ok(&mailgun, "POST /mock/clock", &[("index_delay", "60")]).await;
    // Later than any run of this test.
    let in_2100 = "Fri, 01 Jan 2100 12:00:00 +0000";
    send_with(&mailgun, &[("o:deliverytime", in_2100)]).await;
    let search = || async {
        let found = get(&mailgun, "/v3/mg.example.com/events").await.json();
        found["items"].as_array().map(Vec::len)
    };
    assert_eq!(search().await, Some(0));
    ok(&mailgun, "POST /mock/clock", &[("advance", "61")]).await;
    assert_eq!(search().await, Some(1));
    let listed = ok(&mailgun, "GET /mock/messages", &[]).await;
    assert_eq!(listed["items"][0]["is_scheduled"], true);
    let clock = ok(&mailgun, "POST /mock/clock", &[("advance", "3000000000")]).await;
    assert_eq!(clock["ahead"], 3_000_000_061.0);
    assert_eq!(mailgun.events().last().unwrap()["event"], "delivered");
    assert!(mailgun.scheduled().is_empty());
    let refused = control(&mailgun, "POST /mock/clock", &[("advance", "-1")]).await;
    refused.assert_message(400, "`advance` is not a time in seconds");
    ok(&mailgun, "POST /mock/reset", &[]).await;
    assert_eq!(ok(&mailgun, "GET /mock/clock", &[]).await["ahead"], 0.0);
    assert!(mailgun.events().is_empty());
}

#[tokio::test]
async fn inbound_mail_arrives_as_a_form_or_as_mime_text() {
    let mailgun = MockMailgun::start().await;
    let route = [("expression", "catch_all()"), ("action", "store()")];
    crate::client::post_form(&mailgun, "POST /v3/routes", &route).await;
    let form = [("from", "bob@example.org"), ("to", "help@mg.example.com"), ("text", "Hi")];
    let form = Multipart::new(&form).part(
        "name=\"attachment\"; filename=\"a.txt\"",
        Some("text/plain"),
        b"one",
    );
    let answer = form.post(&mailgun, "POST /mock/inbound").await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let url = answer.json()["stored"].as_str().unwrap().to_owned();
    let mail = get(&mailgun, url.strip_prefix("http://localhost").unwrap()).await.json();
    assert_eq!(mail["attachments"][0]["name"], "a.txt");

    let mime = "From: bob@example.org\r\nSubject: Hi\r\n\r\nText";
    let form = [("to", "help@mg.example.com"), ("mime", mime)];
    let received = ok(&mailgun, "POST /mock/inbound", &form).await;
    assert_eq!(received["routes"].as_array().map(Vec::len), Some(1));
    let foreign = [("from", "bob@example.org"), ("to", "help@example.com")];
    assert_eq!(control(&mailgun, "POST /mock/inbound", &foreign).await.status, 404);
    let nobody = control(&mailgun, "POST /mock/inbound", &[("to", "help@mg.example.com")]).await;
    nobody.assert_message(400, "`from` is missing");
}

#[tokio::test]
async fn events_and_webhooks_of_ones_choice() {
    let mailgun = MockMailgun::start().await;
    let receiver = MockMailgun::start().await;
    let json = ("Content-Type", "application/json");
    let event = json!({ "event": "complained", "recipient": "ada@example.com" });
    let body = event.to_string();
    let answer = exchange(&mailgun, "POST /mock/events", &[json], body.as_bytes()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(mailgun.events()[0]["recipient"], "ada@example.com");
    for bad in ["{}", "[]", "1", "{"] {
        let answer = exchange(&mailgun, "POST /mock/events", &[json], bad.as_bytes()).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
    let body = json!({ "url": receiver.base_url(), "event": event }).to_string();
    let answer = exchange(&mailgun, "POST /mock/webhooks", &[json], body.as_bytes()).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let posted = async {
        while ok(&mailgun, "GET /mock/webhooks", &[]).await["items"] == json!([]) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), posted).await.expect("a post in time");
    assert_eq!(receiver.requests().len(), 1);
}

#[tokio::test]
async fn control_is_no_part_of_the_service() {
    let mailgun = MockMailgun::start().await;
    ok(&mailgun, "POST /mock/faults", &[("effect", "status"), ("status", "500")]).await;
    let description = control(&mailgun, "GET /mock/openapi.yaml", &[]).await;
    assert!(description.text().starts_with("openapi: 3.1.0"));
    assert!(mailgun.requests().is_empty());
    assert_eq!(mailgun.faults_left(), 1);
    assert_eq!(control(&mailgun, "GET /mock/none", &[]).await.status, 404);
    assert_eq!(control(&mailgun, "DELETE /mock/clock", &[]).await.status, 405);
    send_with(&mailgun, &[]).await;
    let requests = ok(&mailgun, "GET /mock/requests", &[]).await;
    assert_eq!(requests["items"][0]["path"], "/v3/mg.example.com/messages");
    assert_eq!(requests["items"][0]["status"], 500);
}

#[tokio::test]
async fn pages_of_other_sites_and_foreign_hosts_are_refused() {
    let mailgun = MockMailgun::start().await;
    let site = ("Origin", "https://attacker.example");
    let answer = exchange(&mailgun, "POST /mock/reset", &[site], b"").await;
    assert_eq!(answer.status, 403, "{}", answer.text());
}
