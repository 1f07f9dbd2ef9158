//! Problems of a mail that are not errors.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use mailgun_messages::{Attachment, Batch, Lint, LintCode, Message};
use serde_json::json;
use support::complete;

/// Code, field and line of each.
fn found(lints: &[Lint]) -> Vec<(&str, &str, Option<usize>)> {
    lints.iter().map(|lint| (lint.code.as_str(), &*lint.field, lint.line)).collect()
}

fn html(html: &str) -> Message {
    complete().html(html)
}

#[test]
fn a_mail_without_problems_has_no_lints() {
    let message = html(
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0//EN\" \"http://www.w3.org/TR/xhtml1\">\
         <html xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"https://x.test\">http://</a>\
         <img src='cid:logo.png'><img src=\"cid:a%40b\"> %recipient% %recipient_email% 100%",
    )
    .inline("logo.png", Attachment::from_bytes("logo.png", &b"x"[..]))
    .inline("a@b", Attachment::from_bytes("b.png", &b"x"[..]));
    assert_eq!(found(&message.lint()), []);
    assert_eq!(found(&Message::new().lint()), []);
}

#[test]
fn a_variable_that_would_end_a_header_is_named_with_its_place() {
    let evil = json!({"name": "Ann\r\nBcc: eve@example.com", "id": 1, "town": "Bonn"});
    let batch = Batch::new()
        .subject("Hello %recipient.name%")
        .text("Hello %recipient.name%")
        .header("X-A", "%recipient.id% %recipient.town%")
        .list_unsubscribe("https://example.com/?t=%recipient.id%")
        .recipient("ann@example.com", &evil)
        .recipient("bob@example.com", json!({"name": "Bob", "id": 2, "town": "Bonn\u{2028}"}));
    let lints = batch.lint();
    let control = "control_character";
    assert_eq!(found(&lints), [(control, "subject", Some(1)), (control, "h:X-A", Some(1))]);
    let text = lints[0].to_string();
    assert!(text.contains("`%recipient.name%` has a control character for 1 of 2"), "{text}");
    assert!(!text.contains("eve"), "{text}");
    let variables = json!({"bob@example.com": evil});
    let message = complete().subject("%recipient.name%").recipient_variables(variables);
    assert!(message.lint().iter().any(|lint| lint.code == LintCode::ControlCharacter));
}

#[test]
fn a_variable_that_some_recipient_lacks_is_named_with_its_place() {
    let batch = Batch::new()
        .subject("Hello %recipient.name%")
        .text("Hello\n%recipient.name%, %recipient.town%, %recipient.town%")
        .html("%recipient.name%")
        .header("X-A", "%recipient.id%")
        .list_unsubscribe("https://example.com/?t=%recipient.id%")
        .recipient("ann@example.com", json!({"name": "Ann", "id": 1}))
        .recipient("bob@example.com", json!({"name": "Bob", "id": 2, "town": null}))
        .to("cy@example.com");
    let lints = batch.lint();
    let unresolved = "unresolved_variable";
    let expected = [
        (unresolved, "subject", Some(1)),
        (unresolved, "text", Some(2)),
        (unresolved, "text", Some(2)),
        (unresolved, "html", Some(1)),
        (unresolved, "h:X-A", Some(1)),
        (unresolved, "h:List-Unsubscribe", Some(1)),
    ];
    assert_eq!(found(&lints), expected);
    assert_eq!(lints[2].detail, "`%recipient.town%` has no value for 2 of 3 recipients");
    for lint in &lints {
        let shown = format!("{lint} {lint:?}");
        assert!(!shown.contains("example.com"), "{shown}");
        assert!(lint.to_string().contains(lint.code.explanation()), "{shown}");
    }
}

#[test]
fn the_variables_of_a_message_are_read_by_address() {
    let message = || complete().to("Ann <ann@example.com>").text("%recipient.name%");
    assert_eq!(found(&message().lint()), [("unresolved_variable", "text", Some(1))]);
    let all = json!({"ann@example.com": {"name": "Ann"}, "bob@example.com": {"name": "Bob"}});
    let message = message().recipient_variables(all).list_unsubscribe("https://example.com");
    assert_eq!(found(&message.lint()), []);
}

#[test]
fn an_inline_image_that_is_missing_is_found() {
    let message = html("<p>\n<img SRC=\"CID:logo.png\">\n<td background='cid:b.png'>")
        .inline("b.png", Attachment::from_bytes("b.png", &b"x"[..]))
        .attachment(Attachment::from_bytes("logo.png", &b"x"[..]));
    let lints = message.lint();
    assert_eq!(found(&lints), [("missing_inline", "html", Some(2))]);
    assert_eq!(lints[0].detail, "there is no inline file `logo.png`");
}

#[test]
fn html_without_text_and_bulk_mail_without_a_way_out_are_found() {
    let message = Message::new().html("<p>");
    assert_eq!(found(&message.lint()), [("missing_text", "html", None)]);
    let batch = || Batch::new().text("News").to("ann@example.com");
    let missing = ("missing_unsubscribe", "h:List-Unsubscribe", None);
    assert_eq!(found(&batch().lint()), [missing]);
    assert_eq!(found(&batch().text("News %unsubscribe_url%").lint()), []);
    assert_eq!(found(&batch().header("list-unsubscribe", "<mailto:a@b.c>").lint()), []);
    let bulk = complete().recipient_variables(json!({"bob@example.com": {}}));
    assert_eq!(found(&bulk.lint()), [missing]);
}

#[test]
fn links_that_are_not_https_are_found() {
    let message =
        html("<a href=http://x.test/secret>\n<img src='HTTP://x.test'><p title='http://'>")
            .text("\n\nSee http://x.test/secret");
    let lints = message.lint();
    let insecure = "insecure_link";
    let expected =
        [(insecure, "html", Some(1)), (insecure, "html", Some(2)), (insecure, "text", Some(3))];
    let mut sorted = found(&lints);
    sorted.sort();
    assert_eq!(sorted, expected);
    assert!(lints.iter().all(|lint| !lint.to_string().contains("x.test")));
}

#[test]
fn html_that_gmail_clips_is_found() {
    assert_eq!(found(&html(&"x".repeat(102 * 1024)).lint()), []);
    let lints = html(&"x".repeat(102 * 1024 + 1)).lint();
    assert_eq!(lints[0].code, LintCode::Clipped);
    assert_eq!(lints[0].to_string().split(';').next().unwrap(), "html: the body has 103 KiB");
}
