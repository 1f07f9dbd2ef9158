//! The headers by which mail programs unsubscribe (RFC 2369 and RFC 8058).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use mailgun_core::ErrorKind;
use mailgun_messages::{Batch, Message, MimeMessage};
use mailgun_mock::MockMailgun;
use serde_json::json;
use support::{complete, error_of, messages, offline, parts_of, values};

const URL: &str = "https://example.com/unsubscribe?token=%recipient.token%";
const MAILTO: &str = "mailto:leave@example.com?subject=bob";
const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

async fn headers(message: Message) -> (Vec<String>, Vec<String>) {
    let parts = parts_of(offline().send(message)).await;
    let values = |name| values(&parts, name).into_iter().map(str::to_owned).collect();
    (values("h:List-Unsubscribe"), values("h:List-Unsubscribe-Post"))
}

#[tokio::test]
async fn an_https_url_comes_with_the_header_for_one_click() {
    for target in [URL, "HTTPS://example.com", "%unsubscribe_url%", "%tag_unsubscribe_url%"] {
        let (list, post) = headers(complete().list_unsubscribe(target)).await;
        assert_eq!((list, post), (vec![format!("<{target}>")], vec![ONE_CLICK.to_owned()]));
    }
}

#[tokio::test]
async fn an_address_alone_is_not_one_click() {
    for target in [MAILTO, "%unsubscribe_email%"] {
        let (list, post) = headers(complete().list_unsubscribe(target)).await;
        assert_eq!((list, post), (vec![format!("<{target}>")], vec![]));
    }
}

#[tokio::test]
async fn a_url_and_an_address_share_the_header_and_a_second_of_a_kind_replaces_the_first() {
    let message = complete().list_unsubscribe(MAILTO).list_unsubscribe(URL);
    let (list, post) = headers(message).await;
    assert_eq!(
        (&*list, &*post),
        (&[format!("<{MAILTO}>, <{URL}>")][..], &[ONE_CLICK.to_owned()][..])
    );

    let other = "https://example.com/a,b";
    let message = complete()
        .list_unsubscribe(URL)
        .list_unsubscribe(MAILTO)
        .list_unsubscribe(other)
        .list_unsubscribe("mailto:x@example.com");
    let (list, post) = headers(message).await;
    assert_eq!(list, [format!("<{other}>, <mailto:x@example.com>")]);
    assert_eq!(post, [ONE_CLICK]);
}

#[test]
fn a_target_that_mail_programs_cannot_use_is_an_error() {
    for (target, reason) in [
        ("http://example.com/unsubscribe", "needs https"),
        ("HTTP://example.com", "needs https"),
        ("", "neither"),
        ("https://", "neither"),
        ("https:///path", "neither"),
        ("mailto:", "neither"),
        ("bob@example.com", "neither"),
        ("%recipient.link%", "neither"),
        ("https://example.com/a b", "printable"),
        ("https://example.com/>, <https://evil.example.com", "printable"),
        ("https://example.com/ü", "printable"),
        ("https://example.com/\r\nBcc: x@example.com", "printable"),
    ] {
        let error = error_of(offline().send(complete().list_unsubscribe(target)));
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{target}");
        let text = error.to_string();
        assert!(text.contains("`h:List-Unsubscribe`") && text.contains(reason), "{text}");
        assert!(!text.contains("example.com"), "{text}");
    }
}

#[tokio::test]
async fn batches_and_mime_messages_have_the_setter_too() {
    let mock = MockMailgun::start().await;
    let batch = Batch::new()
        .from(format!("news@{}", mock.domain()))
        .subject("News")
        .text("News.")
        .list_unsubscribe(URL)
        .recipient("ann@example.com", json!({"token": "a1"}))
        .recipient("bob@example.com", json!({"token": "b2"}));
    assert!(messages(&mock).send_batch(batch).await.unwrap().is_complete());
    let mime = MimeMessage::new("Subject: News\r\n\r\nNews\r\n").to("cy@example.com");
    messages(&mock).send_mime(mime.list_unsubscribe("https://example.com/u")).await.unwrap();

    let sent = mock.sent();
    assert_eq!(sent[0].field("h:List-Unsubscribe"), Some(&*format!("<{URL}>")));
    assert_eq!(sent[0].field("h:List-Unsubscribe-Post"), Some(ONE_CLICK));
    let variables = sent[0].recipient_variables().unwrap();
    assert_eq!(variables["bob@example.com"]["token"], "b2");
    assert_eq!(sent[1].field("h:List-Unsubscribe"), Some("<https://example.com/u>"));
    assert_eq!(sent[1].field("h:List-Unsubscribe-Post"), Some(ONE_CLICK));
}

#[tokio::test]
async fn an_address_of_a_mail_is_not_sent_with_the_click_of_the_defaults() {
    let defaults = mailgun_messages::Defaults::new().list_unsubscribe("https://example.com/u");
    let messages = offline().with_defaults(defaults);
    let parts = parts_of(messages.send(complete().list_unsubscribe(MAILTO))).await;
    assert_eq!(values(&parts, "h:List-Unsubscribe"), [format!("<{MAILTO}>")]);
    assert!(values(&parts, "h:List-Unsubscribe-Post").is_empty());
}

#[tokio::test]
async fn a_header_that_was_set_by_hand_keeps_its_url() {
    for name in ["List-Unsubscribe", "list-unsubscribe"] {
        let message = complete().header(name, "<https://a.test/u?a,b>,<mailto:l@a.test>");
        let (list, _) = headers(message.list_unsubscribe(MAILTO)).await;
        assert_eq!(list, [format!("<https://a.test/u?a,b>, <{MAILTO}>")]);
    }
}
