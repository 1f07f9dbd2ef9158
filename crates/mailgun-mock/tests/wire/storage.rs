//! Stored messages, resending, and the queue.

use std::time::{Duration, SystemTime};

use mailgun_mock::MockMailgun;
use serde_json::{Value, json};

use crate::client::{
    AUTH, MAIL, MESSAGES, MESSAGES_MIME, Multipart, exchange, follow, get, post_form, send_with,
};

/// The key as a path segment, with everything encoded that can be.
fn path_of(mailgun: &MockMailgun) -> String {
    let message = mailgun.sent().remove(0);
    let key = message.storage_key().replace('=', "%3D");
    format!("/v3/domains/{}/messages/{key}", message.domain())
}

async fn send_with_files(mailgun: &MockMailgun) {
    let fields = [
        ("from", "Shop <shop@mg.example.com>"),
        ("to", "Ada <ada@example.com>"),
        ("bcc", "bob@example.com"),
        ("subject", "Files"),
        ("text", "Hi"),
        ("html", "<img src=cid:logo.png>"),
        ("o:tag", "news"),
        ("h:X-Shop", "42"),
        ("v:order", "7"),
    ];
    let form = Multipart::new(&fields)
        .part("name=\"attachment\"; filename=\"a.bin\"", None, b"\x00\xff\r\n")
        .part("name=\"inline\"; filename=\"logo.png\"", Some("image/png"), b"\x89PNG");
    assert_eq!(form.post(mailgun, MESSAGES).await.status, 200);
}

#[tokio::test]
async fn a_stored_message_is_returned_as_parsed_json() {
    let mailgun = MockMailgun::start().await;
    send_with_files(&mailgun).await;
    let stored = get(&mailgun, &path_of(&mailgun)).await.json();
    let id = mailgun.sent()[0].id().to_owned();
    for (key, value) in [
        ("From", "Shop <shop@mg.example.com>"),
        ("from", "Shop <shop@mg.example.com>"),
        ("To", "Ada <ada@example.com>"),
        ("sender", "shop@mg.example.com"),
        ("recipients", "ada@example.com, bob@example.com"),
        ("Subject", "Files"),
        ("subject", "Files"),
        ("Message-Id", &id),
        ("Mime-Version", "1.0"),
        ("X-Mailgun-Tag", "news"),
        ("X-Mailgun-Variables", r#"{"order":"7"}"#),
        ("body-plain", "Hi"),
        ("stripped-text", "Hi"),
        ("body-html", "<img src=cid:logo.png>"),
        ("stripped-html", "<img src=cid:logo.png>"),
        ("stripped-signature", ""),
        ("Content-Transfer-Encoding", "7bit"),
    ] {
        assert_eq!(stored[key], value, "{key}");
    }
    assert!(stored["Content-Type"].as_str().unwrap().starts_with("multipart/mixed; boundary="));
    let headers = stored["message-headers"].as_array().unwrap();
    assert!(headers.contains(&json!(["X-Shop", "42"])), "{headers:?}");
    assert!(!headers.iter().any(|pair| pair[0] == "Bcc"));
}

#[tokio::test]
async fn files_of_a_stored_message_are_fetched_from_their_urls() {
    let mailgun = MockMailgun::start().await;
    send_with_files(&mailgun).await;
    let stored = get(&mailgun, &path_of(&mailgun)).await.json();
    let attachments = stored["attachments"].as_array().unwrap();
    assert_eq!(attachments.len(), 2);
    assert_eq!(attachments[0]["name"], "a.bin");
    assert_eq!(attachments[0]["size"], 4);
    assert_eq!(stored["content-id-map"], json!({ "<logo.png>": attachments[1] }));
    for (file, kind, bytes) in [
        (&attachments[0], "application/octet-stream", &b"\x00\xff\r\n"[..]),
        (&attachments[1], "image/png", b"\x89PNG"),
    ] {
        assert_eq!(file["content-type"], kind);
        let url = file["url"].as_str().unwrap();
        let answer = follow(&mailgun, url).await;
        assert_eq!((answer.status, &answer.body[..]), (200, bytes));
        assert_eq!(answer.header("content-type"), Some(kind));
        let path = url.strip_prefix("http://localhost").unwrap();
        assert_eq!(exchange(&mailgun, &format!("GET {path}"), &[], b"").await.status, 401);
        let beyond = format!("{}9", url);
        assert_eq!(follow(&mailgun, &beyond).await.status, 404);
    }
}

#[tokio::test]
async fn a_stored_message_is_returned_as_mime() {
    let mailgun = MockMailgun::start().await;
    send_with_files(&mailgun).await;
    let line = format!("GET {}", path_of(&mailgun));
    let accept = ("Accept", "message/rfc2822");
    let stored = exchange(&mailgun, &line, &[AUTH, accept], b"").await.json();
    assert_eq!(stored["from"], "Shop <shop@mg.example.com>");
    assert_eq!(stored["sender"], "shop@mg.example.com");
    assert_eq!(stored["subject"], "Files");
    assert_eq!(stored["recipients"], "ada@example.com, bob@example.com");
    assert_eq!(stored.as_object().unwrap().len(), 5);
    let mime = stored["body-mime"].as_str().unwrap();
    let (head, body) = mime.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("\r\nX-Shop: 42\r\n") && !head.contains("bob@"), "{head}");
    assert!(body.contains("\r\n\r\nHi\r\n"), "{body}");
    assert!(body.contains("Content-ID: <logo.png>\r\n\r\niVBORw==\r\n"), "{body}");
    assert!(body.contains("filename=\"a.bin\"\r\n\r\nAP8NCg==\r\n"), "{body}");
    let boundary = head.split_once("boundary=\"").unwrap().1.split_once('"').unwrap().0;
    assert_eq!(body.matches(&format!("--{boundary}\r\n")).count(), 3);
    assert!(body.ends_with(&format!("--{boundary}--\r\n")));
}

#[tokio::test]
async fn a_mime_message_is_stored_unchanged() {
    let mailgun = MockMailgun::start().await;
    let mime = "From: a@b.c\r\nSubject: Raw\r\nX-Own: yes\r\n\r\nBody\r\n";
    let form = Multipart::new(&[("to", "ada@example.com")]);
    let form = form.part("name=\"message\"; filename=\"m\"", None, mime.as_bytes());
    form.post(&mailgun, MESSAGES_MIME).await;
    let path = path_of(&mailgun);
    let parsed = get(&mailgun, &path).await.json();
    assert_eq!(parsed["X-Own"], "yes");
    assert_eq!(parsed["body-plain"], "Body\r\n");
    assert_eq!(parsed["recipients"], "ada@example.com");
    assert_eq!(parsed["attachments"], json!([]));
    assert_eq!(parsed["content-id-map"], json!({}));
    let headers = [AUTH, ("Accept", "message/rfc2822")];
    let raw = exchange(&mailgun, &format!("GET {path}"), &headers, b"").await.json();
    assert_eq!(raw["body-mime"], mime);
}

#[tokio::test]
async fn an_unknown_storage_key_gets_404() {
    let mailgun = MockMailgun::builder().domain("a.example").domain("b.example").start().await;
    let mailgun = mailgun.unwrap();
    post_form(&mailgun, "POST /v3/a.example/messages", &MAIL).await;
    let path = path_of(&mailgun);
    assert_eq!(get(&mailgun, &path).await.status, 200);
    let of_other = path.replace("a.example", "b.example");
    get(&mailgun, &of_other).await.assert_message(404, "Message not found");
    get(&mailgun, &format!("{path}x")).await.assert_message(404, "Message not found");
    mailgun.clear();
    get(&mailgun, &path).await.assert_message(404, "Message not found");
}

#[tokio::test]
async fn resending_makes_a_new_message() {
    let mailgun = MockMailgun::start().await;
    send_with_files(&mailgun).await;
    let line = format!("POST {}", path_of(&mailgun));
    let form = Multipart::new(&[("to", "carl@example.com, dora@example.com")]);
    let answer = form.post(&mailgun, &line).await;
    assert_eq!(answer.status, 200);
    let sent = mailgun.sent();
    assert_eq!(sent.len(), 2);
    assert_eq!(answer.json(), json!({ "id": sent[1].id(), "message": "Queued. Thank you." }));
    assert_ne!(sent[0].id(), sent[1].id());
    assert_ne!(sent[0].storage_key(), sent[1].storage_key());
    assert_eq!(sent[1].recipients(), ["carl@example.com", "dora@example.com"]);
    assert_eq!(sent[1].to(), sent[1].recipients());
    assert_eq!(sent[1].fields("to"), ["carl@example.com", "dora@example.com"]);
    assert!(sent[1].cc().is_empty() && sent[1].bcc().is_empty());
    assert_eq!(sent[1].field("bcc"), None);
    assert_eq!(sent[1].subject(), Some("Files"));
    assert_eq!(sent[1].attachments(), sent[0].attachments());
    assert_eq!(sent[0].recipients(), ["ada@example.com", "bob@example.com"]);

    post_form(&mailgun, &line, &[]).await.assert_message(400, "to parameter is missing");
    assert_eq!(post_form(&mailgun, &line, &[("to", "carl")]).await.status, 400);
    assert_eq!(mailgun.sent().len(), 2);
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn scheduled_messages_wait_until_the_queue_is_cleared() {
    let mailgun = MockMailgun::start().await;
    let later = ("o:deliverytime", "Fri, 1 Jan 2100 12:00:00 +0000");
    send_with(&mailgun, &[later]).await;
    send_with(&mailgun, &[("o:deliverytime", "Sat, 1 Jan 2000 12:00:00 GMT")]).await;
    assert_eq!(mailgun.sent().len(), 2);
    assert_eq!(mailgun.sent()[0].delivery_time(), Some(later.1));
    assert_eq!(mailgun.scheduled().len(), 1);
    assert_eq!(kinds(&mailgun.events()), ["accepted", "accepted", "delivered"]);
    assert_eq!(mailgun.events()[0]["message"]["scheduled-for"], 4_102_488_000_u64);

    let line = "DELETE /v3/mg.example.com/envelopes";
    let answer = exchange(&mailgun, line, &[AUTH], b"").await;
    answer.assert_message(200, "done");
    assert!(mailgun.scheduled().is_empty());
    assert_eq!(mailgun.sent().len(), 2);
}

#[tokio::test]
async fn the_queue_status_reports_a_disabled_queue() {
    let mailgun = MockMailgun::start().await;
    let path = "/v3/domains/mg.example.com/sending_queues";
    let enabled =
        json!({ "regular": { "is_disabled": false }, "scheduled": { "is_disabled": false } });
    assert_eq!(get(&mailgun, path).await.json(), enabled);
    let until = SystemTime::UNIX_EPOCH + Duration::from_secs(4_102_488_000);
    mailgun.disable_queue("mg.example.com", "Too many bounces", until);
    assert_eq!(
        get(&mailgun, path).await.json()["regular"],
        json!({
            "is_disabled": true,
            "disabled": { "until": "Fri, 01 Jan 2100 12:00:00 UTC", "reason": "Too many bounces" },
        })
    );
    mailgun.disable_queue("mg.example.com", "Too many bounces", SystemTime::now());
    assert_eq!(get(&mailgun, path).await.json(), enabled);
}
