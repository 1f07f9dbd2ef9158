//! What is accepted, and how the mock shows it.

use mailgun_mock::{MockMailgun, SentMessage};
use serde_json::json;

use crate::client::{
    AUTH, MAIL, MESSAGES, MESSAGES_MIME, Multipart, URLENCODED, exchange, post_form, send_with,
    urlencode,
};

fn only(mailgun: &MockMailgun) -> SentMessage {
    let mut sent = mailgun.sent();
    assert_eq!(sent.len(), 1);
    sent.remove(0)
}

#[tokio::test]
async fn an_urlencoded_send_is_answered_as_recorded() {
    let mailgun = MockMailgun::start().await;
    let answer = post_form(&mailgun, MESSAGES, &MAIL).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("x-ratelimit-limit"), Some("2000000"));
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("1999999"));
    let reset = answer.header("x-ratelimit-reset").unwrap();
    assert!(reset.len() == 13 && reset.parse::<u64>().is_ok(), "{reset}");

    let message = only(&mailgun);
    let expected =
        format!("{{\n  \"id\": \"{}\",\n  \"message\": \"Queued. Thank you.\"\n}}", message.id());
    assert_eq!(answer.text(), expected);
    assert!(message.id().starts_with("<20") && message.id().ends_with("@mg.example.com>"));
    assert_eq!(message.domain(), "mg.example.com");
    assert_eq!(message.from(), "shop@mg.example.com");
    assert_eq!(message.to(), ["ada@example.com"]);
    assert_eq!(message.subject(), Some("Hello"));
    assert_eq!((message.text(), message.html()), (Some("Hi"), None));
    assert_eq!(message.subaccount(), None);
    assert!(!message.is_test_mode());
}

#[tokio::test]
async fn files_of_a_multipart_send_are_kept_byte_for_byte() {
    let mailgun = MockMailgun::start().await;
    let every_byte: Vec<u8> = (0..=255).chain(*b"\r\n--b0undar\r\n--\r\n\r\n").collect();
    let answer = Multipart::new(&MAIL)
        .part("name=\"attachment\"; filename=\"a b.bin\"", None, &every_byte)
        .part("name=\"attachment\"; filename=\"grüße 你好.pdf\"", Some("application/pdf"), b"%PDF")
        .part("name=\"inline\"; filename=\"logo.png\"", Some("image/png"), b"\x89PNG")
        .part("name=\"attachment\"; filename=\"empty\"", Some("text/plain; charset=x"), b"")
        .post(&mailgun, MESSAGES)
        .await;
    assert_eq!(answer.status, 200);

    let message = only(&mailgun);
    let files: Vec<_> = message
        .attachments()
        .iter()
        .map(|file| (file.filename.as_str(), file.content_type.as_str(), &file.bytes[..]))
        .collect();
    assert_eq!(
        files,
        [
            ("a b.bin", "application/octet-stream", &every_byte[..]),
            ("grüße 你好.pdf", "application/pdf", b"%PDF"),
            ("empty", "text/plain; charset=x", b""),
        ]
    );
    assert_eq!(message.inline().len(), 1);
    assert_eq!(message.inline()[0].filename, "logo.png");
    assert_eq!(message.inline()[0].bytes, b"\x89PNG"[..]);
    assert_eq!(message.field("attachment"), None);
}

#[tokio::test]
async fn files_without_a_plain_filename_are_dropped_without_an_error() {
    let mailgun = MockMailgun::start().await;
    let answer = Multipart::new(&MAIL)
        .part("name=\"attachment\"", Some("text/plain"), b"nameless")
        .part("name=\"attachment\"; filename=\"\"", Some("text/plain"), b"empty name")
        .part("name=\"attachment\"; filename*=UTF-8''a.txt", Some("text/plain"), b"extended")
        .part("name=\"inline\"; filename=\"b.txt\"; filename*=UTF-8''b.txt", None, b"both")
        .part("name=\"attachment\"; filename=\"filename*=c.txt\"", None, b"kept")
        .part("name=\"v:kept\"", None, b"yes")
        .part("name*=UTF-8''text", None, b"nameless field")
        .post(&mailgun, MESSAGES)
        .await;
    assert_eq!(answer.status, 200);

    let message = only(&mailgun);
    assert_eq!(message.attachments().len(), 1, "{message:?}");
    assert_eq!(message.attachments()[0].filename, "filename*=c.txt");
    assert!(message.inline().is_empty());
    assert_eq!(message.all_fields().len(), MAIL.len() + 1);
    assert_eq!(message.variables(), [("kept", "yes")]);
}

#[tokio::test]
async fn fields_keep_their_order_and_may_repeat() {
    let mailgun = MockMailgun::start().await;
    let variables = r#"{"ada@example.com": {"name": "Ada"}, "bob@example.com": {}}"#;
    let fields = [
        ("from", "Shop <shop@mg.example.com>"),
        ("to", r#""Lovelace, Ada" <ada@example.com>, bob@example.com"#),
        ("to", "ADA@example.com"),
        ("cc", "Carl <carl@example.com>"),
        ("bcc", "dora@example.com,bob@EXAMPLE.com"),
        ("text", "line one\r\nline two"),
        ("html", "<p>ü</p>"),
        ("o:tag", "one"),
        ("o:tag", "two"),
        ("o:testmode", "yes"),
        ("h:Reply-To", "help@example.com"),
        ("h:X-Empty", ""),
        ("v:my key", r#"{"a": 1}"#),
        ("recipient-variables", variables),
    ];
    assert_eq!(post_form(&mailgun, MESSAGES, &fields).await.status, 200);

    let message = only(&mailgun);
    assert_eq!(
        message.to(),
        [r#""Lovelace, Ada" <ada@example.com>"#, "bob@example.com", "ADA@example.com"]
    );
    assert_eq!(message.cc(), ["Carl <carl@example.com>"]);
    assert_eq!(message.bcc(), ["dora@example.com", "bob@EXAMPLE.com"]);
    assert_eq!(
        message.recipients(),
        ["ada@example.com", "bob@example.com", "carl@example.com", "dora@example.com"]
    );
    assert_eq!(message.subject(), None);
    assert_eq!(message.text(), Some("line one\r\nline two"));
    assert_eq!(message.html(), Some("<p>ü</p>"));
    assert_eq!(message.tags(), ["one", "two"]);
    assert_eq!(message.headers(), [("Reply-To", "help@example.com"), ("X-Empty", "")]);
    assert_eq!(message.variables(), [("my key", r#"{"a": 1}"#)]);
    assert_eq!(message.fields("to").len(), 2);
    assert_eq!(message.field("h:reply-to"), None);
    assert!(message.is_test_mode());
    assert_eq!(message.recipient_variables().unwrap()["ada@example.com"], json!({"name": "Ada"}));
    let arrived: Vec<_> =
        message.all_fields().iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(arrived, fields);
}

#[tokio::test]
async fn a_mime_message_goes_to_its_envelope_only() {
    let mailgun = MockMailgun::start().await;
    let mime =
        b"From: Shop <shop@mg.example.com>\r\nTo: ada@example.com\r\nCc: carl@example.com\r\n\
        Subject: Folded\r\n subject\r\n\r\nBody \xff\r\n";
    let answer = Multipart::new(&[("to", "bob@example.com"), ("o:tag", "raw")])
        .part("name=\"message\"; filename=\"message.mime\"", Some("text/plain"), mime)
        .post(&mailgun, MESSAGES_MIME)
        .await;
    assert_eq!(answer.status, 200);

    let message = only(&mailgun);
    assert_eq!(message.mime().unwrap()[..], mime[..]);
    assert_eq!(message.recipients(), ["bob@example.com"]);
    assert_eq!(message.from(), "Shop <shop@mg.example.com>");
    assert_eq!(message.subject(), Some("Folded subject"));
    assert_eq!(message.tags(), ["raw"]);
    assert!(message.attachments().is_empty());
}

#[tokio::test]
async fn a_message_id_set_by_the_client_is_kept() {
    let mailgun = MockMailgun::start().await;
    let answer = send_with(&mailgun, &[("h:Message-Id", "<my.id@mg.example.com>")]).await;
    assert_eq!(answer.json()["id"], "<my.id@mg.example.com>");
    assert_eq!(only(&mailgun).id(), "<my.id@mg.example.com>");
}

#[tokio::test]
async fn a_template_may_provide_sender_and_subject() {
    let mailgun = MockMailgun::start().await;
    let fields =
        [("to", "ada@example.com"), ("template", "welcome"), ("t:variables", "{\"a\": 1}")];
    assert_eq!(post_form(&mailgun, MESSAGES, &fields).await.status, 200);
    assert_eq!(only(&mailgun).from(), "");
    assert_eq!(mailgun.events()[0]["template"]["name"], "welcome");
}

#[tokio::test]
async fn the_subaccount_is_recorded() {
    let mailgun = MockMailgun::start().await;
    let headers = [AUTH, URLENCODED, ("X-Mailgun-On-Behalf-Of", "acc-7")];
    exchange(&mailgun, MESSAGES, &headers, urlencode(&MAIL).as_bytes()).await;
    assert_eq!(only(&mailgun).subaccount(), Some("acc-7"));
}
