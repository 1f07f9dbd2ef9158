//! What holds for every input: nothing breaks out of its place, and nothing private is shown.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use mailgun_core::{Client, Error, ErrorKind};
use mailgun_messages::{Attachment, Batch, ChunkOutcome, Message, Messages, MimeMessage};
use mailgun_mock::{Fault, MockMailgun};
use serde_json::json;
use support::{
    Answer, Part, Scripted, accepted, complete, messages, offline, parts_of, scripted_messages,
};

const NASTY: &[&str] = &[
    "\r\nBcc: evil@example.com",
    "x\r\n\r\nbody",
    "\n",
    "\r",
    "x\ny",
    "x\ty",
    "x\0y",
    "\u{1b}[31mred",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{202e}",
    "%0d%0aBcc: evil@example.com",
    "\"; name=\"bcc",
    "--mailgun-00000000000000000000000000000000--",
    "=?utf-8?q?=0D=0ABcc:?=",
    "<evil@example.com>",
    ",evil@example.com",
    "evil@example.com;",
    "a\\b",
    "\"",
    "é日🎉",
    "",
    " ",
];

type Put = fn(Message, &str) -> Message;

/// Every way in which text of the caller gets into a message.
const PLACES: &[Put] = &[
    |m, text| m.from(text),
    |m, text| m.from((text, "shop@mg.example.com")),
    |m, text| m.from(("Shop", text)),
    |m, text| m.to(text),
    |m, text| m.to((text, "a@example.com")),
    |m, text| m.cc((text, "a@example.com")),
    |m, text| m.bcc(("A", text)),
    |m, text| m.reply_to((text, "a@example.com")),
    |m, text| m.reply_to(text),
    |m, text| m.subject(text),
    |m, text| m.tag(text),
    |m, text| m.header("X-Mine", text),
    |m, text| m.header(text, "x"),
    |m, text| m.variable("mine", text),
    |m, text| m.variable(text, "x"),
    |m, text| m.template(text),
    |m, text| m.template_version(text),
    |m, text| m.template_variables(json!({ text: text })),
    |m, text| m.recipient_variables(json!({ text: {} })),
    |m, text| m.sending_ip_pool(text),
    |m, text| m.archive_to(text),
    |m, text| m.suppress_headers(text),
    |m, text| m.html(text),
    |m, text| m.text(format!("x{text}")),
    |m, text| m.extra("o:new", text),
    |m, text| m.extra("h:New", text),
    |m, text| m.extra("subject", text),
    |m, text| m.extra(text.to_owned(), "x"),
    |m, text| m.attachment(Attachment::from_bytes(filename(text), "x")),
    |m, text| m.inline(filename(text), Attachment::from_bytes("a.png", "x")),
    |m, text| m.attachment(Attachment::from_bytes("a.txt", text.to_owned())),
];

/// Line breaks are escaped in filenames; what other control characters do is tested on its own.
fn filename(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\r' | '\n')).collect()
}

/// Whether the service puts the value of this part into a header as it is.
fn is_header_like(part: &Part) -> bool {
    matches!(&*part.name, "from" | "to" | "cc" | "bcc" | "subject" | "template" | "t:version")
        || part.name.starts_with("o:")
        || part.name.starts_with("h:")
}

#[tokio::test]
async fn no_value_adds_a_header_or_a_part() {
    let (mut sent, mut refused) = (0, 0);
    let usual = parts_of(offline().send(complete())).await.len();
    for put in PLACES {
        for text in NASTY {
            let call = offline().send(put(complete(), text));
            let (head, body) = match call.into_request() {
                Ok(request) => request.into_parts(),
                Err(_) => {
                    refused += 1;
                    continue;
                }
            };
            sent += 1;
            let content_type = head.headers["content-type"].to_str().unwrap();
            let body = http_body_util::BodyExt::collect(body).await.unwrap().to_bytes();
            let parts = support::parts(content_type, body).await;
            assert!((usual - 1..=usual + 1).contains(&parts.len()), "{text:?}: {parts:?}");
            for part in &parts {
                assert!(!part.name.contains(char::is_control), "{part:?}");
                let filename = part.filename.as_deref().unwrap_or_default();
                assert!(!filename.contains(['\r', '\n', '"']), "{part:?}");
                if is_header_like(part) {
                    assert!(!part.bytes.iter().any(u8::is_ascii_control), "{text:?}: {part:?}");
                }
            }
        }
    }
    assert!(sent > 300 && refused > 100, "{sent} sent, {refused} refused");
}

#[tokio::test]
async fn control_characters_in_filenames_are_refused_or_escaped() {
    for name in ["x\0y", "\u{1b}[31mred.txt", "x\u{7f}"] {
        let file = Attachment::from_bytes(name, "x");
        match offline().send(complete().attachment(file)).into_request() {
            Ok(request) => {
                let body = http_body_util::BodyExt::collect(request.into_body()).await.unwrap();
                let is_raw = |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\r' | b'\n');
                assert!(!body.to_bytes().iter().any(is_raw), "{name:?}");
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name:?}"),
        }
    }
}

const SECRETS: [&str; 4] = ["canary", "4711", "key-mock", "Zoe"];

fn assert_silent(shown: &str) {
    for secret in SECRETS {
        assert!(!shown.contains(secret), "`{secret}` is shown: {shown}");
    }
}

fn private() -> Message {
    Message::new()
        .from("Zoe <canary@mg.example.com>")
        .to("Zoe <canary@example.com>")
        .cc("canary@example.com")
        .subject("Invoice canary 4711")
        .text("body canary")
        .html("<p>canary</p>")
        .header("X-Mine", "canary")
        .reply_to("canary@example.com")
        .tag("canary")
        .variable("order", 4711)
        .template_variables(json!({"name": "Zoe"}))
        .attachment(Attachment::from_bytes("a.txt", "canary"))
}

#[tokio::test]
async fn debug_shows_neither_addresses_nor_bodies() {
    let mock = MockMailgun::start().await;
    let messages = messages(&mock);
    assert_silent(&format!("{:?} {:#?}", private(), private()));
    assert_silent(&format!("{messages:?} {:?}", messages.send(private())));
    let mime = MimeMessage::new("Subject: canary\r\n\r\ncanary").to("canary@example.com");
    assert_silent(&format!("{mime:?}"));
    let batch = Batch::new()
        .from("canary@mg.example.com")
        .text("canary")
        .recipient("Zoe <canary@example.com>", json!({"name": "canary"}));
    assert_silent(&format!("{batch:?}"));
    assert_silent(&format!("{:?}", messages.send_batch(batch)));

    messages.send(private()).await.unwrap();
    let key = mock.sent()[0].storage_key().to_owned();
    let stored = messages.stored(&key).await.unwrap();
    assert_eq!(stored.from(), Some("Zoe <canary@mg.example.com>"));
    assert_silent(&format!("{stored:?} {stored:#?}"));
    let mime = messages.stored_mime(&key).await.unwrap();
    assert!(mime.body_mime.contains("canary"));
    assert_silent(&format!("{mime:?} {mime:#?}"));
    let response = messages.stored(&key).response().await.unwrap();
    assert_silent(&format!("{response:?}"));
}

#[tokio::test]
async fn errors_show_neither_addresses_nor_bodies_nor_the_key() {
    let mut errors: Vec<Error> = Vec::new();
    let mock = MockMailgun::start().await;
    for fault in [
        Fault::status(400).with_json(json!({
            "message": "to parameter is not a valid address: canary@example.com"
        })),
        Fault::status(403)
            .with_body("text/plain", "Zoe@example.com <canary@example.com> is not allowed"),
        Fault::status(500).with_body("text/html", "<html>canary@example.com</html>"),
        Fault::status(200).with_json(json!({"id": {"canary": 4711}})),
        Fault::lose_response(),
        Fault::reset_after_read(),
        Fault::truncate_response(5),
    ] {
        // A response that names people in another way than by address is beyond our knowledge.
        mock.inject(fault);
        errors.push(messages(&mock).send(private()).await.unwrap_err());
    }
    assert_eq!(errors[0].api_message().unwrap().split(' ').next_back(), Some("canary@example.com"));
    errors.push(messages(&mock).send(private().to("canary")).await.unwrap_err());
    errors.push(messages(&mock).send(private().subject("canary\nx")).await.unwrap_err());
    let call = messages(&mock).send(private().max_options_size(10));
    errors.push(call.await.unwrap_err());
    errors.push(messages(&mock).stored_at("https://canary.evil.test/4711").await.unwrap_err());
    let client: Client = mock.client();
    let domain = "canary@example.com";
    errors.push(Messages::new(&client, domain).send(private()).await.unwrap_err());
    for error in &errors {
        assert_silent(&support::everything_shown(error));
    }
    assert_eq!(errors.len(), 12);
}

#[tokio::test]
async fn reports_of_batches_show_no_addresses() {
    let service = Scripted::new(|request| {
        if request.values("to")[0].contains("canary-a") {
            Answer::new(400, r#"{"message":"bad address canary-a@example.com"}"#)
        } else {
            accepted()
        }
    });
    let batch = Batch::new()
        .from("shop@mg.example.com")
        .text("x")
        .to("canary-a@example.com")
        .recipient("canary-b@example.com", json!({"order": 4711}))
        .chunk_size(1);
    let report = scripted_messages(&service).send_batch(batch).await.unwrap();
    assert_eq!((report.accepted(), report.refused()), (1, 1));
    assert_silent(&format!("{report:?} {report} {:?}", report.records()));
    for result in &report.results {
        if let ChunkOutcome::Refused(error) = &result.outcome {
            assert!(error.to_string().contains("[address]"), "{error}");
        }
    }
}
