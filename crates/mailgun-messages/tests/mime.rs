//! Finished MIME messages: sent as they are, to whom the envelope says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use mailgun_core::{ErrorKind, Upload};
use mailgun_messages::{Attachment, Batch, Message, MimeMessage};
use mailgun_mock::MockMailgun;
use support::{messages, parts_logged};

#[tokio::test]
async fn a_mime_message_goes_to_its_envelope_alone() {
    let mock = MockMailgun::start().await;
    let mime = "From: shop@mg.example.com\r\nTo: header@example.com\r\nCc: cc@example.com\r\n\
                Bcc: bcc@example.com\r\nSubject: Hi\r\n\r\nHello \u{e9}\r\n";
    let message = MimeMessage::new(mime).to("a@example.com, b@example.com").to("c@example.com");
    messages(&mock).send_mime(message).await.unwrap();
    let sent = &mock.sent()[0];
    assert_eq!(sent.recipients(), ["a@example.com", "b@example.com", "c@example.com"]);
    assert_eq!(sent.mime().unwrap(), mime, "not a byte is changed");
    assert_eq!(mock.requests()[0].path(), "/v3/mg.example.com/messages.mime");

    let parts = parts_logged(&mock.requests()[0]).await;
    let file = parts.iter().find(|part| part.name == "message").unwrap();
    assert_eq!(file.filename.as_deref(), Some("message.mime"));
    assert_eq!(file.content_type.as_deref(), Some("message/rfc822"));
}

#[tokio::test]
async fn from_message_sends_to_to_cc_and_bcc_and_removes_bcc() {
    let mock = MockMailgun::start().await;
    let mime = "From: shop@mg.example.com\r\nTo: \"Doe, J\" <a@example.com>,\r\n b@example.com\r\n\
                CC: c@example.com\r\nbcc: secret@example.com,\r\n\thidden@example.com\r\n\
                Subject: Hi\r\n\r\nBcc: body@example.com\r\n";
    messages(&mock).send_mime(MimeMessage::from_message(mime).unwrap()).await.unwrap();
    let sent = &mock.sent()[0];
    let expected = [
        "a@example.com",
        "b@example.com",
        "c@example.com",
        "secret@example.com",
        "hidden@example.com",
    ];
    assert_eq!(sent.recipients(), expected);
    let on_the_wire = String::from_utf8(sent.mime().unwrap().to_vec()).unwrap();
    assert!(!on_the_wire.contains("secret") && !on_the_wire.contains("hidden"), "{on_the_wire}");
    assert!(
        on_the_wire.contains("\r\nCC: c@example.com\r\nSubject: Hi\r\n\r\nBcc: body@example.com")
    );
}

#[tokio::test]
async fn mime_messages_without_recipients_or_content_are_refused() {
    let mock = MockMailgun::start().await;
    let messages = messages(&mock);
    let mime = "To: header@example.com\r\n\r\nHello";
    for (message, parameter) in [
        (MimeMessage::new(mime), "to"),
        (MimeMessage::new("").to("bob@example.com"), "message"),
        (MimeMessage::new(mime).to("bob"), "to #1"),
        (MimeMessage::new(mime).to("bob@example.com").tag("a\nb"), "o:tag"),
        (MimeMessage::new(mime).to(Vec::<String>::new()), "to"),
    ] {
        let error = messages.send_mime(message).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(&format!("`{parameter}`")), "{error}");
    }
    assert!(MimeMessage::from_message("Subject: x\r\n\r\nTo: a@example.com").is_err());
    assert_eq!(mock.requests().len(), 0);
}

#[tokio::test]
async fn a_mime_message_may_come_from_a_file_or_a_stream() {
    let mock = MockMailgun::start().await;
    let mime = b"Subject: \xff raw bytes\r\n\r\n\x00\x01".to_vec();
    let file = support::Scratch::new("mail.eml", &mime);
    let upload = Attachment::from_path(file.path()).await.unwrap();
    messages(&mock).send_mime(MimeMessage::new(upload).to("a@example.com")).await.unwrap();
    let reader = Attachment::from_reader("", None, std::io::Cursor::new(mime.clone()));
    messages(&mock).send_mime(MimeMessage::new(reader).to("a@example.com")).await.unwrap();
    for (sent, request) in mock.sent().iter().zip(mock.requests()) {
        assert_eq!(sent.mime().unwrap(), &mime);
        let parts = parts_logged(&request).await;
        let file = parts.iter().find(|part| part.name == "message").unwrap();
        assert_eq!(file.content_type.as_deref(), Some("message/rfc822"));
    }
    assert_eq!(mock.sent().len(), 2, "a file without a name would have been dropped");
}

#[tokio::test]
async fn a_mime_message_can_be_copied_unless_it_is_a_stream() {
    let mock = MockMailgun::start().await;
    let message = MimeMessage::new("Subject: Hi\r\n\r\nHello").to("bob@example.com");
    for copy in [message.try_clone().unwrap(), message] {
        messages(&mock).send_mime(copy).await.unwrap();
    }
    let requests = mock.requests();
    assert_eq!(parts_logged(&requests[0]).await, parts_logged(&requests[1]).await);

    let bytes = Ok::<_, std::io::Error>("Subject: Hi\r\n\r\nHello".into());
    let stream = Upload::from_stream("a.eml", None, futures_util::stream::iter([bytes]));
    assert!(MimeMessage::new(stream).to("bob@example.com").try_clone().is_none());
}

/// A template that many tasks copy is in an `Arc`.
#[test]
fn messages_can_be_shared_by_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<MimeMessage>();
    shared::<Message>();
    shared::<Batch>();
}
