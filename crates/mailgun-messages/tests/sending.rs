//! What a send puts on the wire, and what it refuses before anything is connected.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::{collections::BTreeMap, time::Duration};

use mailgun_core::{Client, Error, ErrorKind, Mailbox, Outcome, Timestamp};
use mailgun_messages::{Attachment, DkimKey, Message, Messages, MimeMessage, TimeOfDay, Tracking};
use mailgun_mock::MockMailgun;
use serde::Serialize;
use serde_json::{Value, json};
use support::{complete, error_of, messages, offline, parts_logged, parts_of, values};

type Setter = fn(Message) -> Message;

/// Every option with each of its values, and what stands on the wire.
const OPTIONS: &[(&str, &str, Setter)] = &[
    ("o:dkim", "yes", |m| m.dkim(true)),
    ("o:dkim", "no", |m| m.dkim(false)),
    ("o:testmode", "yes", |m| m.test_mode(true)),
    ("o:testmode", "no", |m| m.test_mode(false)),
    ("o:tracking", "yes", |m| m.tracking(true)),
    ("o:tracking", "no", |m| m.tracking(false)),
    ("o:tracking", "htmlonly", |m| m.tracking(Tracking::HtmlOnly)),
    ("o:tracking-clicks", "yes", |m| m.tracking_clicks(true)),
    ("o:tracking-clicks", "no", |m| m.tracking_clicks(false)),
    ("o:tracking-clicks", "htmlonly", |m| m.tracking_clicks(Tracking::HtmlOnly)),
    ("o:tracking-opens", "yes", |m| m.tracking_opens(true)),
    ("o:tracking-opens", "no", |m| m.tracking_opens(false)),
    ("o:tracking-pixel-location-top", "yes", |m| m.tracking_pixel_at_top(true)),
    ("o:tracking-pixel-location-top", "no", |m| m.tracking_pixel_at_top(false)),
    ("o:tracking-pixel-location-top", "htmlonly", |m| m.tracking_pixel_at_top(Tracking::HtmlOnly)),
    ("o:require-tls", "yes", |m| m.require_tls(true)),
    ("o:require-tls", "no", |m| m.require_tls(false)),
    ("o:skip-verification", "yes", |m| m.skip_verification(true)),
    ("o:skip-verification", "no", |m| m.skip_verification(false)),
    ("o:native-send", "yes", |m| m.native_send(true)),
    ("o:native-send", "no", |m| m.native_send(false)),
    ("t:text", "yes", |m| m.template_text(true)),
    ("t:text", "no", |m| m.template_text(false)),
    ("t:version", "v2", |m| m.template_version("v2")),
    ("template", "welcome", |m| m.template("welcome")),
    ("t:variables", r#"{"a":1}"#, |m| m.template_variables(json!({"a": 1}))),
    ("recipient-variables", r#"{"bob@example.com":{"n":1}}"#, |m| {
        m.recipient_variables(json!({"bob@example.com": {"n": 1}}))
    }),
    ("o:tag", "spring sale", |m| m.tag("spring sale")),
    ("o:secondary-dkim", "example.com/s1", |m| {
        m.secondary_dkim(&DkimKey::new("example.com", "s1").unwrap())
    }),
    ("o:secondary-dkim-public", "pub.example.com/s1", |m| {
        m.secondary_dkim_public(&DkimKey::new("pub.example.com", "s1").unwrap())
    }),
    ("o:deliver-within", "1h30m", |m| m.deliver_within(Duration::from_secs(90 * 60))),
    ("o:deliver-within", "0h5m", |m| m.deliver_within(Duration::from_secs(5 * 60))),
    ("o:deliver-within", "24h0m", |m| m.deliver_within(Duration::from_secs(24 * 3600))),
    ("o:deliverytime-optimize-period", "24h", |m| m.optimize_delivery_time(24)),
    ("o:deliverytime-optimize-period", "72h", |m| m.optimize_delivery_time(72)),
    ("o:time-zone-localize", "14:30", |m| {
        m.localize_delivery_time(TimeOfDay::new(14, 30).unwrap())
    }),
    ("o:time-zone-localize", "02:00PM", |m| {
        m.localize_delivery_time("02:00PM".parse::<TimeOfDay>().unwrap())
    }),
    ("o:sending-ip", "192.0.2.10", |m| m.sending_ip("192.0.2.10".parse().unwrap())),
    ("o:sending-ip", "2001:db8::1", |m| m.sending_ip("2001:db8::1".parse().unwrap())),
    ("o:sending-ip-pool", "60140bc1fee3e84dec5abeeb", |m| {
        m.sending_ip_pool("60140bc1fee3e84dec5abeeb")
    }),
    ("o:archive-to", "https://example.com/a?b=c", |m| m.archive_to("https://example.com/a?b=c")),
    ("o:suppress-headers", "all", |m| m.suppress_headers("all")),
    ("h:X-Unicode", "žluťoučký kůň", |m| m.header("X-Unicode", "žluťoučký kůň")),
    ("h:Reply-To", "\"Doe, J\" <j@example.com>, k@example.com", |m| {
        m.reply_to("\"Doe, J\" <j@example.com>, k@example.com")
    }),
    ("v:order", "4711", |m| m.variable("order", 4711)),
    ("v:my key/ü", "plain", |m| m.variable("my key/ü", "plain")),
    ("cc", "Cy <cy@example.com>", |m| m.cc(("Cy", "cy@example.com"))),
    ("bcc", "di@example.com, ed@example.com", |m| m.bcc("di@example.com,ed@example.com")),
    ("amp-html", "<html amp4email></html>", |m| m.amp_html("<html amp4email></html>")),
    ("html", "<p>é</p>\r\n", |m| m.html("<p>é</p>\r\n")),
    ("o:new-thing", "maybe", |m| m.extra("o:new-thing", "maybe")),
];

#[tokio::test]
async fn each_option_is_one_part_and_an_unset_option_is_not_sent() {
    let unset = parts_of(offline().send(complete())).await;
    let names: Vec<_> = unset.iter().map(|part| &*part.name).collect();
    assert_eq!(names, ["from", "to", "subject", "text"], "nothing is sent that was not set");
    for (name, value, set) in OPTIONS {
        let parts = parts_of(offline().send(set(complete()))).await;
        assert_eq!(values(&parts, name), [*value], "{name}");
        assert_eq!(parts.len(), unset.len() + 1, "{name} is one more part");
    }
}

#[tokio::test]
async fn all_options_together_reach_the_service() {
    let mock = MockMailgun::start().await;
    let mut expected = BTreeMap::new();
    let mut message = complete();
    // The service takes `html` or `template`, not both.
    for (name, value, set) in OPTIONS.iter().filter(|(name, ..)| *name != "html") {
        message = set(message);
        expected.insert(*name, *value);
    }
    messages(&mock).send(message).await.unwrap();
    let parts = parts_logged(&mock.requests()[0]).await;
    for (name, value) in expected {
        assert_eq!(*values(&parts, name).last().unwrap(), value, "{name}");
        let is_list = matches!(name, "o:tag" | "cc" | "bcc");
        assert!(is_list || values(&parts, name).len() == 1, "{name} was set twice");
    }
}

#[tokio::test]
async fn mime_messages_and_batches_have_the_same_options() {
    let mime = MimeMessage::new("Subject: x\r\n\r\ny").to("bob@example.com");
    let parts = parts_of(offline().send_mime(mime.tracking(false).tag("a").tag("b"))).await;
    assert_eq!(values(&parts, "o:tracking"), ["no"]);
    assert_eq!(values(&parts, "o:tag"), ["a", "b"]);
}

#[tokio::test]
async fn empty_bodies_and_subjects_are_never_sent() {
    let message = complete().template("welcome").subject("").text("").html("").amp_html("");
    let parts = parts_of(offline().send(message)).await;
    let names: Vec<_> = parts.iter().map(|part| &*part.name).collect();
    assert_eq!(names, ["from", "to", "template"]);
}

#[tokio::test]
async fn recipients_may_be_given_in_every_form() {
    let mailbox = Mailbox::with_name("Doe, John", "john@example.com").unwrap();
    let message = Message::new()
        .from("shop@mg.example.com")
        .to("a@example.com")
        .to("B <b@example.com>, c+d@example.com")
        .to(("E (F); G", "e@example.com"))
        .to(&mailbox)
        .to_all(["h@example.com".to_owned(), "i@example.com".to_owned()])
        .cc("cc@example.com")
        .cc(mailbox)
        .bcc("bcc@example.com")
        .text("x");
    let parts = parts_of(offline().send(message)).await;
    assert_eq!(
        values(&parts, "to"),
        [
            "a@example.com",
            "B <b@example.com>, c+d@example.com",
            "\"E (F); G\" <e@example.com>",
            "\"Doe, John\" <john@example.com>",
            "h@example.com",
            "i@example.com",
        ]
    );
    assert_eq!(values(&parts, "cc"), ["cc@example.com", "\"Doe, John\" <john@example.com>"]);
    assert_eq!(values(&parts, "bcc"), ["bcc@example.com"]);
}

#[tokio::test]
async fn display_names_with_punctuation_lose_no_recipient() {
    let mock = MockMailgun::start().await;
    let names = [
        "Doe, John",
        "a; b",
        "(c)",
        "d \"e\" f",
        "g\\h",
        "i <j>",
        "k@l",
        "m: n;",
        "Zoë, Ü",
        "  o  p",
    ];
    let mut message = Message::new().from("shop@mg.example.com").text("x");
    for (number, name) in names.iter().enumerate() {
        message = message.to((*name, format!("r{number}@example.com")));
    }
    messages(&mock).send(message).await.unwrap();
    let sent = &mock.sent()[0];
    let expected: Vec<_> = (0..names.len()).map(|n| format!("r{n}@example.com")).collect();
    assert_eq!(sent.recipients(), expected);
    for (name, mailbox) in names.iter().zip(sent.to()) {
        let mailbox: Mailbox = mailbox.parse().unwrap();
        assert_eq!(mailbox.name(), Some(name.trim()));
    }
}

#[tokio::test]
async fn twelve_tags_are_twelve_parts() {
    let tags: Vec<_> = (0..12).map(|n| format!("tag {n}")).collect();
    let message = tags.iter().fold(complete(), Message::tag);
    let parts = parts_of(offline().send(message)).await;
    assert_eq!(values(&parts, "o:tag"), tags);
}

#[tokio::test]
async fn a_header_in_two_spellings_is_one_part() {
    let message = complete().header("X-Priority", "1").header("x-priority", "2");
    let parts = parts_of(offline().send(message)).await;
    let headers: Vec<_> = parts.iter().filter(|part| part.name.starts_with("h:")).collect();
    assert_eq!(headers.len(), 1);
    assert_eq!((&*headers[0].name, headers[0].text()), ("h:x-priority", "2"));

    let message = complete().header("reply-to", "a@example.com").reply_to("b@example.com");
    let parts = parts_of(offline().send(message)).await;
    assert_eq!(values(&parts, "h:reply-to"), Vec::<&str>::new());
    assert_eq!(values(&parts, "h:Reply-To"), ["b@example.com"]);
}

#[tokio::test]
async fn an_extra_parameter_does_not_double_a_header() {
    let message = complete()
        .reply_to("a@example.com")
        .extra("h:reply-to", "b@example.com")
        .extra("subject", "Last")
        .extra("from", "last@mg.example.com");
    let parts = parts_of(offline().send(message)).await;
    let replies: Vec<_> =
        parts.iter().filter(|part| part.name.eq_ignore_ascii_case("h:Reply-To")).collect();
    assert_eq!(replies.len(), 1);
    assert_eq!(replies[0].text(), "b@example.com");
    assert_eq!(values(&parts, "subject"), ["Last"]);
    assert_eq!(values(&parts, "from"), ["last@mg.example.com"]);
}

#[test]
fn headers_that_mailgun_writes_itself_are_refused() {
    for name in ["MIME-Version", "content-type", "Content-Transfer-Encoding", "bcc"] {
        for message in [complete().header(name, "x"), complete().extra(format!("h:{name}"), "x")] {
            let error = error_of(offline().send(message));
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(error.to_string().contains(&format!("`h:{name}`")), "{error}");
        }
    }
}

#[test]
fn a_message_to_cc_or_bcc_only_is_refused() {
    let message = || Message::new().from("shop@mg.example.com").text("x");
    for message in [message().cc("bob@example.com"), message().bcc("bob@example.com")] {
        let error = error_of(offline().send(message));
        assert!(error.to_string().contains("even if it has Cc or Bcc"), "{error}");
    }
}

#[tokio::test]
async fn the_address_of_to_may_be_that_of_reply_to() {
    let message = complete().cc("bob@example.com").reply_to("bob@example.com");
    let parts = parts_of(offline().send(message)).await;
    for name in ["to", "cc", "h:Reply-To"] {
        assert_eq!(values(&parts, name), ["bob@example.com"], "{name}");
    }
}

#[tokio::test]
async fn delivery_times_have_a_numeric_offset_and_english_names() {
    for (time, expected) in [
        ("2011-10-14T23:10:10Z", "Fri, 14 Oct 2011 23:10:10 +0000"),
        ("2024-02-29T23:30:00-05:30", "Fri, 01 Mar 2024 05:00:00 +0000"),
        ("Mon, 24 Feb 2025 22:44:03 EST", "Tue, 25 Feb 2025 03:44:03 +0000"),
    ] {
        let time: Timestamp = time.parse().unwrap();
        let parts = parts_of(offline().send(complete().deliver_at(time))).await;
        assert_eq!(values(&parts, "o:deliverytime"), [expected]);
        let again: Timestamp = values(&parts, "o:deliverytime")[0].parse().unwrap();
        assert_eq!(again, time);
    }
    // The second that is sent is the second that was meant, over leap days and centuries.
    for step in 0..400_i64 {
        let time = Timestamp::from_unix_seconds(951_700_000 + step * 7_777_777).unwrap();
        let parts = parts_of(offline().send(complete().deliver_at(time))).await;
        let text = values(&parts, "o:deliverytime")[0];
        assert!(text.ends_with(" +0000"), "{text}");
        assert_eq!(text.parse::<Timestamp>().unwrap(), time);
    }
}

#[derive(Serialize)]
struct Order<'a> {
    title: &'a str,
    lines: Vec<Line<'a>>,
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    price: f64,
}

#[tokio::test]
async fn template_variables_are_json_of_whatever_serialises() {
    let lines =
        vec![Line { name: "\"Tea\"\n\u{1F375}", price: 2.5 }, Line { name: "", price: 0.0 }];
    let order = Order { title: "é", lines, note: None };
    let parts = parts_of(offline().send(complete().template_variables(&order))).await;
    let sent: Value = serde_json::from_str(values(&parts, "t:variables")[0]).unwrap();
    assert_eq!(sent, serde_json::to_value(&order).unwrap());
    // Text that is such JSON already is not encoded twice.
    let parts = parts_of(offline().send(complete().template_variables(r#"{"a": [1]}"#))).await;
    assert_eq!(values(&parts, "t:variables"), [r#"{"a": [1]}"#]);
}

#[test]
fn variables_that_are_no_object_are_refused() {
    let list = [1, 2];
    let call = || complete();
    for (message, parameter) in [
        (call().template_variables(list), "t:variables"),
        (call().template_variables("text"), "t:variables"),
        (call().template_variables(""), "t:variables"),
        (call().template_variables(()), "t:variables"),
        (call().template_variables(None::<Order<'_>>), "t:variables"),
        (call().template_variables("{not json"), "t:variables"),
        (call().template_variables(BTreeMap::from([((1, 2), 3)])), "t:variables"),
        (call().recipient_variables(list), "recipient-variables"),
        (call().recipient_variables("[]"), "recipient-variables"),
        (call().recipient_variables(json!({"order": {"id": 7}})), "recipient-variables"),
        (call().recipient_variables(json!({"Bob <bob@example.com>": {}})), "recipient-variables"),
        (call().recipient_variables(json!({"bob@example.com": "Bob"})), "recipient-variables"),
        (call().variable("x", BTreeMap::from([((1, 2), 3)])), "v:x"),
    ] {
        let error = error_of(offline().send(message));
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(&format!("`{parameter}`")), "{error}");
    }
}

#[tokio::test]
async fn variables_are_taken_by_value_and_by_reference() {
    let data = json!({"id": 1});
    let message = complete()
        .recipient_variables(json!({"bob@example.com": {"n": 1}}))
        .template_variables(&data)
        .variable("by-value", json!({"id": 2}))
        .variable("by-reference", &data)
        .variable("text", String::from("as it is"));
    let parts = parts_of(offline().send(message)).await;
    assert_eq!(values(&parts, "recipient-variables"), [r#"{"bob@example.com":{"n":1}}"#]);
    assert_eq!(values(&parts, "t:variables"), [r#"{"id":1}"#]);
    assert_eq!(values(&parts, "v:by-value"), [r#"{"id":2}"#]);
    assert_eq!(values(&parts, "v:by-reference"), [r#"{"id":1}"#]);
    assert_eq!(values(&parts, "v:text"), ["as it is"]);
}

#[tokio::test]
async fn variables_of_templates_and_of_the_application_are_kept_apart() {
    let message = complete()
        .template_variables(json!({"name": "template"}))
        .variable("name", "application")
        .variable("data", json!({"ids": [1, 2]}))
        .header("X-Mailgun-Variables", r#"{"name":"header"}"#);
    let parts = parts_of(offline().send(message)).await;
    assert_eq!(values(&parts, "t:variables"), [r#"{"name":"template"}"#]);
    assert_eq!(values(&parts, "v:name"), ["application"]);
    assert_eq!(values(&parts, "v:data"), [r#"{"ids":[1,2]}"#]);
    assert_eq!(values(&parts, "h:X-Mailgun-Variables"), [r#"{"name":"header"}"#]);
}

#[tokio::test]
async fn unknown_parameters_can_be_sent() {
    let message = complete().extra("o:brand-new", "1").extra("o:brand-new", 2_u32).extra("z", "");
    let parts = parts_of(offline().send(message)).await;
    assert_eq!(values(&parts, "o:brand-new"), ["1", "2"]);
    assert_eq!(values(&parts, "z"), [""]);
}

#[tokio::test]
async fn a_template_may_bring_its_own_sender_and_subject() {
    let message = Message::new().to("bob@example.com").template("welcome");
    let parts = parts_of(offline().send(message)).await;
    assert_eq!(parts.len(), 2);
}

/// Sends what must not be sent, and gives the error after checking that it came in time.
async fn refused(mock: &MockMailgun, message: Message) -> Error {
    let error = messages(mock).send(message).await.expect_err("it is refused");
    assert_eq!(mock.requests().len(), 0, "{error} was found after the request was sent");
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(error.attempts(), 0);
    assert_eq!(error.operation().unwrap().to_string(), "POST /v3/{domain}/messages");
    error
}

#[tokio::test]
async fn incomplete_messages_are_refused_before_connecting() {
    let mock = MockMailgun::start().await;
    let from = || Message::new().from("shop@mg.example.com");
    for (message, parameter) in [
        (from().text("x"), "to"),
        (from().cc("bob@example.com").text("x"), "to"),
        (from().to("").text("x"), "to #1"),
        (from().to(" , ").text("x"), "to #1"),
        (from().to("bob@example.com"), "text"),
        (from().to("bob@example.com").subject("x").text("").html(""), "text"),
        (Message::new().to("bob@example.com").text("x"), "from"),
        (complete().from("a@example.com, b@example.com"), "from"),
        (complete().from(""), "from"),
        (complete().optimize_delivery_time(23), "o:deliverytime-optimize-period"),
        (complete().optimize_delivery_time(73), "o:deliverytime-optimize-period"),
        (complete().deliver_within(Duration::from_secs(299)), "o:deliver-within"),
        (complete().deliver_within(Duration::from_secs(24 * 3600 + 60)), "o:deliver-within"),
        (complete().attachment(Attachment::from_bytes("", "x")), "attachment"),
        (complete().inline("", Attachment::from_bytes("x.png", "x")), "inline"),
    ] {
        let error = refused(&mock, message).await;
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert!(error.to_string().contains(&format!("`{parameter}`")), "{parameter}: {error}");
    }
}

#[tokio::test]
async fn a_bad_recipient_is_named_by_its_place_and_not_by_its_address() {
    let mock = MockMailgun::start().await;
    let message = complete().to("b@example.com").to("no-at-sign.canary");
    let error = refused(&mock, message).await;
    assert!(error.to_string().contains("`to #3`"), "{error}");
    let error = refused(&mock, complete().cc("a@example.com, b@@canary")).await;
    assert!(error.to_string().contains("`cc #1`"), "{error}");
    assert!(error.to_string().contains("#2"), "the entry of the list: {error}");
    assert!(!support::everything_shown(&error).contains("canary"));
}

#[tokio::test]
async fn control_characters_are_refused_by_name_and_never_shown() {
    let mock = MockMailgun::start().await;
    type Put = (&'static str, fn(Message, &str) -> Message);
    let places: &[Put] = &[
        ("subject", |m, bad| m.subject(bad)),
        ("o:tag", |m, bad| m.tag(bad)),
        ("h:X-Mine", |m, bad| m.header("X-Mine", bad)),
        ("h:Reply-To", |m, bad| m.reply_to(("Name", bad))),
        ("h:Reply-To", |m, bad| m.reply_to((bad, "a@example.com"))),
        ("header name", |m, bad| m.header(bad, "value")),
        ("variable name", |m, bad| m.variable(bad, "value")),
        ("to #2", |m, bad| m.to(bad)),
        ("to #2", |m, bad| m.to((bad, "a@example.com"))),
        ("cc #1", |m, bad| m.cc((bad, "a@example.com"))),
        ("bcc #1", |m, bad| m.bcc(format!("{bad} <a@example.com>"))),
        ("from", |m, bad| m.from((bad, "a@example.com"))),
        ("template", |m, bad| m.template(bad)),
        ("t:version", |m, bad| m.template_version(bad)),
        ("o:sending-ip-pool", |m, bad| m.sending_ip_pool(bad)),
        ("o:archive-to", |m, bad| m.archive_to(bad)),
        ("o:suppress-headers", |m, bad| m.suppress_headers(bad)),
        ("h:X-Extra", |m, bad| m.extra("h:X-Extra", bad)),
        ("o:extra", |m, bad| m.extra("o:extra", bad)),
        ("subject", |m, bad| m.extra("subject", bad)),
        ("bcc", |m, bad| m.extra("bcc", bad)),
        ("parameter name", |m, bad| m.extra(bad.to_owned(), "value")),
    ];
    for (place, put) in places {
        for bad in [
            "canary\r\nBcc: canary@evil.test",
            "canary\nx",
            "\rcanary",
            "can\0ary",
            "canary\u{7f}",
            // What Unicode and some programs take for line ends.
            "canary\u{85}Bcc: canary@evil.test",
            "canary\u{2028}Bcc: canary@evil.test",
            "canary\u{2029}Bcc: canary@evil.test",
        ] {
            let error = refused(&mock, put(complete(), bad)).await;
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            let shown = support::everything_shown(&error);
            if place.contains(" name") {
                // Here the name is what is wrong, so it is shown, on one line.
                assert!(error.to_string().contains("name"), "{place}: {error}");
            } else {
                assert!(error.to_string().contains(&format!("`{place}`")), "{place}: {error}");
                assert!(!shown.contains("canary") && !shown.contains("evil"), "{shown}");
            }
            assert!(!error.to_string().contains(char::is_control), "{error:?}");
        }
    }
}

#[tokio::test]
async fn folded_headers_copied_from_a_mail_are_unfolded() {
    let message = Message::new()
        .from("Excited\r\n User <shop@mg.example.com>\r\n")
        .to(("Doe,\r\n\tJohn\r\n", "john@example.com\n"))
        .cc("root@example.com (Cron Daemon), bob@example.com <bob@example.com>\r\n")
        .reply_to("Shop\n <shop@example.com>")
        .subject("Re: a long\r\n subject\r\n")
        .header("References", "<1@example.com>\r\n\t<2@example.com>\r\n")
        .extra("h:In-Reply-To", "<2@example.com>\n")
        .text("x");
    let parts = parts_of(offline().send(message)).await;
    for (name, expected) in [
        ("from", "Excited User <shop@mg.example.com>"),
        ("to", "\"Doe, John\" <john@example.com>"),
        ("cc", "Cron Daemon <root@example.com>, \"bob@example.com\" <bob@example.com>"),
        ("h:Reply-To", "Shop <shop@example.com>"),
        ("subject", "Re: a long subject"),
        ("h:References", "<1@example.com> <2@example.com>"),
        ("h:In-Reply-To", "<2@example.com>"),
    ] {
        let part = parts.iter().find(|part| part.name == name).unwrap();
        assert_eq!(part.bytes, expected, "{name}");
    }
    let parts = parts_of(offline().send(complete().subject("\r\n"))).await;
    assert!(parts.iter().all(|part| part.name != "subject"), "an empty subject is not sent");
}

#[tokio::test]
async fn a_long_local_part_is_taken_wherever_an_address_is() {
    let long = format!("{}@example.com", "x".repeat(100));
    let message = complete().to(&long).reply_to(&long).header("X-Copy-Of", &long);
    let parts = parts_of(offline().send(message)).await;
    assert_eq!(parts.iter().filter(|part| part.bytes == long).count(), 3);
}

#[tokio::test]
async fn lists_of_addresses_and_tags_are_taken_as_they_are() {
    let names = vec!["a@example.com".to_owned(), "b@example.com, c@example.com".to_owned()];
    let mailbox: Mailbox = "F <f@example.com>".parse().unwrap();
    let none: Vec<Mailbox> = Vec::new();
    let message = Message::new()
        .from(["shop@mg.example.com"])
        .to(&names)
        .to(["d@example.com"; 1])
        .to(&[("E", "e@example.com")][..])
        .cc(vec![mailbox.clone()])
        .cc(&names[..1])
        .cc(none.clone())
        .bcc(&none)
        .reply_to(none)
        .tags(["x", "", "y"])
        .tags(vec!["z".to_owned()])
        .text("x");
    let parts = parts_of(offline().send(message)).await;
    let values = |name: &str| -> Vec<String> {
        let parts = parts.iter().filter(|part| part.name == name);
        parts.map(|part| String::from_utf8(part.bytes.to_vec()).unwrap()).collect()
    };
    let to = ["a@example.com, b@example.com, c@example.com", "d@example.com", "E <e@example.com>"];
    assert_eq!(values("to"), to);
    assert_eq!(values("cc"), ["F <f@example.com>", "a@example.com"]);
    assert_eq!(values("bcc"), [""; 0]);
    assert_eq!(values("h:Reply-To"), [""; 0]);
    assert_eq!(values("o:tag"), ["x", "y", "z"]);

    let error = support::error_of(offline().send(complete().cc(["a@example.com", "canary"])));
    assert!(error.to_string().contains("`cc #1`: `item #2`"), "{error}");
    assert!(!error.to_string().contains("canary"), "{error}");
    let error = support::error_of(offline().send(complete().from(Vec::<Mailbox>::new())));
    assert!(error.to_string().contains("`from`"), "{error}");
    let error = support::error_of(offline().send(Message::new().from("a@b").text("x").to([""; 0])));
    assert!(error.to_string().contains("`to` is missing"), "{error}");
}

#[tokio::test]
async fn invalid_header_names_are_refused() {
    for name in ["", "X Mine", "X:Mine", "Ünicode", "X\tMine"] {
        let error = error_of(offline().send(complete().header(name, "x")));
        assert!(error.to_string().contains("header name"), "{error}");
    }
}

#[tokio::test]
async fn bad_domains_are_refused_before_connecting() {
    let mock = MockMailgun::start().await;
    for domain in [
        "",
        ".",
        "..",
        "https://mg.example.com",
        "mg.example.com/",
        "mg.example.com/messages?x=",
        "v3/mg.example.com",
        "mg%2fexample.com",
        "mg.example.com%2f..",
        "bob@example.com",
        "mg.example.com:80",
        "mg example.com",
        "mg.example.com\r\n",
        "mg..example.com",
        "bücher.example",
        "*.example.com",
    ] {
        let messages = Messages::new(&mock.client(), domain);
        let batch = mailgun_messages::Batch::new()
            .from("shop@mg.example.com")
            .text("x")
            .to("bob@example.com");
        let results = [
            messages.send(complete()).await.map(drop).unwrap_err(),
            messages.stored("key").await.map(drop).unwrap_err(),
            messages.queue_status().await.map(drop).unwrap_err(),
            messages.clear_queue(mock.base_url()).await.map(drop).unwrap_err(),
        ];
        for error in results {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{domain:?}: {error}");
            assert!(error.to_string().contains("domain"), "{domain:?}: {error}");
        }
        let report = messages.send_batch(batch).await.unwrap();
        assert_eq!(report.not_sent(), 1, "{domain:?}");
    }
    assert_eq!(mock.requests().len(), 0);
}

#[tokio::test]
async fn senders_need_an_ascii_local_part_and_recipients_do_not() {
    let error = error_of(offline().send(complete().from("Zoë <zoë@mg.example.com>")));
    assert!(error.to_string().contains("`from`") && error.to_string().contains("ASCII"), "{error}");
    assert!(!error.to_string().contains("zo"), "{error}");
    let parts = parts_of(offline().send(complete().to("zoë@example.com"))).await;
    assert_eq!(values(&parts, "to"), ["bob@example.com", "zoë@example.com"]);
    let error = error_of(offline().send(complete().to("a@bücher.example")));
    assert!(error.to_string().contains("xn--"), "{error}");
}

/// A message whose options have exactly so many bytes, names and values together.
fn with_options(size: usize) -> Message {
    let small = ["o:tag", "spring", "h:X-A", "b", "t:version", "v1", "v:second"].concat().len();
    let second = 3000;
    let first = size - small - second - "v:largest".len();
    complete()
        .template("welcome")
        .tag("spring")
        .header("X-A", "b")
        .template_version("v1")
        .variable("second", &*"y".repeat(second))
        .variable("largest", &*"x".repeat(first))
}

#[tokio::test]
async fn options_over_16_kib_are_an_error_that_names_the_largest() {
    const LIMIT: usize = 16 * 1024;
    let mock = MockMailgun::start().await;
    let error = refused(&mock, with_options(LIMIT + 1)).await;
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    let text = error.to_string();
    assert!(text.contains("16385") && text.contains("16384"), "{text}");
    let (largest, second) = (text.find("`v:largest`").unwrap(), text.find("`v:second`").unwrap());
    assert!(largest < second, "{text}");
    assert!(!text.contains("xxx") && !text.contains("yyy"), "{text}");
    // Template variables, headers and options are counted too, not only `v:`.
    for message in [
        complete().template_variables(json!({"a": "x".repeat(LIMIT)})),
        complete().header("X-A", "x".repeat(LIMIT)),
        complete().suppress_headers("x".repeat(LIMIT)),
    ] {
        assert_eq!(refused(&mock, message).await.kind(), ErrorKind::TooLarge);
    }
    let error = refused(&mock, with_options(4000).max_options_size(3999)).await;
    assert_eq!(error.kind(), ErrorKind::TooLarge);

    for size in [LIMIT, LIMIT - 1] {
        messages(&mock).send(with_options(size)).await.unwrap();
    }
    let above = with_options(LIMIT + 1).max_options_size(LIMIT + 1);
    drop(offline().send(above).into_request().expect("the limit is the caller's to raise"));
    // Bodies are not options.
    messages(&mock).send(complete().html("x".repeat(2 * LIMIT))).await.unwrap();
}

#[tokio::test]
async fn a_message_over_25_mib_fails_before_connecting() {
    const MIB: usize = 1024 * 1024;
    let mock = MockMailgun::start().await;
    let file = |mib: usize| Attachment::from_bytes("big.bin", vec![b'x'; mib * MIB]);
    for message in [
        complete().attachment(file(26)),
        complete().attachment(file(14)).inline("b.bin", file(12)),
        complete().text("x".repeat(2 * MIB)).attachment(file(24)),
        complete().attachment(file(3)).max_size(2 * MIB as u64),
    ] {
        let error = refused(&mock, message).await;
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert!(error.to_string().contains("the largest is `big.bin`"), "{error}");
    }
    let mime = MimeMessage::new(file(26)).to("bob@example.com");
    let error = messages(&mock).send_mime(mime).await.unwrap_err();
    assert_eq!((error.kind(), mock.requests().len()), (ErrorKind::TooLarge, 0));

    messages(&mock).send(complete().attachment(file(24))).await.unwrap();
    assert_eq!(mock.sent()[0].attachments()[0].bytes.len(), 24 * MIB);
    let raised = complete().attachment(file(26)).max_size(30 * MIB as u64);
    drop(offline().send(raised).into_request().expect("the limit is the caller's to raise"));
}

#[tokio::test]
async fn one_handle_serves_many_domains_and_subaccounts() {
    let mock =
        MockMailgun::builder().domain("a.example").domain("b.example").start().await.unwrap();
    let client: Client = mock.client();
    for domain in ["a.example", "b.example"] {
        Messages::new(&client, domain).send(complete()).await.unwrap();
    }
    Messages::new(&client, "A.Example").send(complete()).subaccount("sub-1").await.unwrap();
    let sent: Vec<_> =
        mock.sent().iter().map(|m| (m.domain().to_owned(), m.subaccount().is_some())).collect();
    let expected = [("a.example", false), ("b.example", false), ("a.example", true)];
    assert_eq!(sent, expected.map(|(domain, is_sub)| (domain.to_owned(), is_sub)));
}
