//! What is refused, and in which words.

use mailgun_mock::MockMailgun;

use crate::client::{
    AUTH, MAIL, MESSAGES, MESSAGES_MIME, Multipart, URLENCODED, exchange, get, post_form,
    send_with, urlencode,
};

const FROM_INVALID: &str = "from parameter is not a valid address. please check documentation";
const TO_INVALID: &str = "to parameter is not a valid address. please check documentation";
const CC_INVALID: &str = "cc parameter is not a valid address. please check documentation";
const BCC_INVALID: &str = "bcc parameter is not a valid address. please check documentation";
const NO_BODY: &str =
    "Need at least one of 'text', 'html', 'amp-html' or 'template' parameters specified";
const BAD_VARIABLES: &str = "'recipient-variables' parameter is not a valid JSON";
const BAD_TIME: &str = "'o:deliverytime' parameter is not a valid RFC-2822 date";
pub(crate) const TOO_MANY_OPTIONS: &str =
    "Send options (parameters starting with o:, h:, v:, or t:) are limited to 16KB total";

#[tokio::test]
async fn a_wrong_key_gets_401_and_plain_text() {
    let mailgun = MockMailgun::start().await;
    let body = urlencode(&MAIL);
    for authorization in [
        // api:key-wrong, user:key-mock, and things that are no credentials.
        Some("Basic YXBpOmtleS13cm9uZw=="),
        Some("Basic dXNlcjprZXktbW9jaw=="),
        Some("Bearer YXBpOmtleS1tb2Nr"),
        Some("Basic !"),
        None,
    ] {
        let authorization = authorization.map(|value| ("Authorization", value));
        let headers: Vec<_> = authorization.into_iter().chain([URLENCODED]).collect();
        let answer = exchange(&mailgun, MESSAGES, &headers, body.as_bytes()).await;
        assert_eq!((answer.status, answer.text()), (401, "Forbidden"), "{authorization:?}");
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    }
    assert!(mailgun.sent().is_empty());
}

#[tokio::test]
async fn an_unknown_domain_gets_404() {
    let mailgun =
        MockMailgun::builder().domain("a.example").domain("b.example").start().await.unwrap();
    let answer = post_form(&mailgun, "POST /v3/mg.example.com/messages", &MAIL).await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.text(), "{\n  \"message\": \"Domain not found: mg.example.com\"\n}");
    for path in ["/v3/x.y/events", "/v3/domains/x.y/messages/k", "/v3/domains/x.y/sending_queues"] {
        get(&mailgun, path).await.assert_message(404, "Domain not found: x.y");
    }
    for domain in ["a.example", "B.EXAMPLE"] {
        let line = format!("POST /v3/{domain}/messages");
        assert_eq!(post_form(&mailgun, &line, &MAIL).await.status, 200);
    }
    assert_eq!(mailgun.sent()[1].domain(), "b.example");
}

#[tokio::test]
async fn unknown_paths_get_the_responses_of_the_service() {
    let mailgun = MockMailgun::start().await;
    for path in ["/", "/mg.example.com/messages", "/v6/domains", "/v3mg.example.com/messages"] {
        let answer = exchange(&mailgun, &format!("POST {path}"), &[], b"").await;
        assert_eq!((answer.status, answer.text()), (200, "Mailgun Magnificent API"), "{path}");
    }
    for path in ["/v3/lists/", "/v3/mg.example.com/messages/", "/v1/nothing", "/v3/mg%2Fx/messages"]
    {
        let answer = get(&mailgun, path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(answer.text().starts_with("<!DOCTYPE HTML PUBLIC"), "{}", answer.text());
    }
}

#[tokio::test]
async fn invalid_forms_are_refused_with_mailguns_messages() {
    let mailgun = MockMailgun::start().await;
    let options = "x".repeat(16_384 - "v:data".len() + 1);
    for (changes, message) in [
        (&[("from", "")][..], "from parameter is missing"),
        (&[("to", "")], "to parameter is missing"),
        (&[("from", "nobody")], FROM_INVALID),
        (&[("to", "ada@example.com, bob")], TO_INVALID),
        (&[("to", "Lovelace, Ada <ada@example.com>")], TO_INVALID),
        (&[("cc", "a b@example.com")], CC_INVALID),
        (&[("bcc", "@example.com")], BCC_INVALID),
        (&[("text", "")], NO_BODY),
        (
            &[("html", "<p>"), ("template", "welcome")],
            "Only one parameters 'html' or 'template' is allowed",
        ),
        (&[("v:data", &options)], TOO_MANY_OPTIONS),
        (&[("h:X-Größe", "1")], "'h:X-Größe' parameter is not an ASCII header name"),
        (&[("recipient-variables", "{")], BAD_VARIABLES),
        (&[("recipient-variables", "[]")], BAD_VARIABLES),
        (&[("recipient-variables", r#"{"ada@example.com": []}"#)], BAD_VARIABLES),
        (&[("t:variables", "[1]")], "'t:variables' parameter is not a valid JSON"),
        (&[("o:deliverytime", "2030-01-01T00:00:00Z")], BAD_TIME),
        (&[("o:deliverytime", "Tue, 01 Jan 2030 00:00:00 PST")], BAD_TIME),
    ] {
        send_with(&mailgun, changes).await.assert_message(400, message);
    }
    assert!(mailgun.sent().is_empty() && mailgun.events().is_empty());
}

#[tokio::test]
async fn a_mime_message_must_be_a_file_with_a_filename() {
    let mailgun = MockMailgun::start().await;
    let mime = b"Subject: x\r\n\r\ny";
    let plain = [("to", "ada@example.com"), ("message", "Subject: x\r\n\r\ny")];
    post_form(&mailgun, MESSAGES_MIME, &plain)
        .await
        .assert_message(400, "'message' parameter is not a file");
    let form = Multipart::new(&plain).post(&mailgun, MESSAGES_MIME).await;
    form.assert_message(400, "'message' parameter is not a file");
    let form = Multipart::new(&plain[..1]).post(&mailgun, MESSAGES_MIME).await;
    form.assert_message(400, "message parameter is missing");
    let file = "name=\"message\"; filename=\"m\"";
    let form = Multipart::new(&[]).part(file, None, mime).post(&mailgun, MESSAGES_MIME).await;
    form.assert_message(400, "to parameter is missing");
    let form = Multipart::new(&[("to", "nobody")]).part(file, None, mime);
    form.post(&mailgun, MESSAGES_MIME).await.assert_message(400, TO_INVALID);
    assert!(mailgun.sent().is_empty());
}

#[tokio::test]
async fn malformed_multipart_is_refused() {
    let mailgun = MockMailgun::start().await;
    let unended = b"--b\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\nada@example.com";
    for (kind, body) in [
        ("multipart/form-data; boundary=b", &unended[..]),
        ("multipart/form-data; boundary=b", b"no boundary anywhere"),
        ("multipart/form-data", &unended[..]),
    ] {
        let answer = exchange(&mailgun, MESSAGES, &[AUTH, ("Content-Type", kind)], body).await;
        assert_eq!(answer.status, 400);
        let message = answer.json()["message"].to_string();
        assert!(message.starts_with("\"malformed multipart: "), "{message}");
    }
    let json = [AUTH, ("Content-Type", "application/json")];
    let answer = exchange(&mailgun, MESSAGES, &json, br#"{"from": "a@b.c"}"#).await;
    answer.assert_message(400, "from parameter is missing");
}
