use mailgun_core::{Fields, bytes::Bytes};
use mailgun_events::{Event, EventKind};
use mailgun_webhooks::receive::{
    AttachmentMismatch, CheckResult, InboundContent, InboundMail, LegacyEvent, LegacyEventKind,
    Limit, Limits, ParsedMail, Payload, PayloadKind, ReceiveError, Signature, StoredAttachment,
    StoredMail, Unverified,
    testing::{InboundForm, SignedRequest},
};
use serde_json::json;

use crate::support::{event, key};

fn read(request: SignedRequest) -> Payload {
    read_within(request, &Limits::default()).unwrap()
}

fn read_within(request: SignedRequest, limits: &Limits) -> Result<Payload, ReceiveError> {
    Unverified::parse(&request.content_type, request.body, limits).map(|it| it.payload)
}

fn read_mail(form: InboundForm) -> InboundMail {
    read(form.sign(&key("k"))).try_into().unwrap()
}

fn parsed(mail: &InboundMail) -> &ParsedMail {
    match &mail.content {
        InboundContent::Parsed(parsed) => parsed,
        other => panic!("{other:?}"),
    }
}

fn stored(mail: &InboundMail) -> &StoredMail {
    match &mail.content {
        InboundContent::Stored(stored) => stored,
        other => panic!("{other:?}"),
    }
}

/// The fields that all parsed mails have.
fn mail() -> InboundForm {
    let headers = json!([
        ["Received", "by luna.mailgun.net with SMTP mgrt 1"],
        ["Received", "by luna.mailgun.net with SMTP mgrt 2"],
        ["Subject", "Re: Sample POST request"],
        ["X-Mailgun-Sflag", "No"],
        ["X-Mailgun-Sscore", "-0.1"],
        ["X-Mailgun-Dkim-Check-Result", "Pass"],
        ["X-Mailgun-Spf", "SoftFail"],
    ]);
    [
        ("recipient", "monica@mg.example.com"),
        ("sender", "bob@example.com"),
        ("subject", "Re: Sample POST request"),
        ("from", "Bob <bob@example.com>"),
        ("domain", "mg.example.com"),
        ("X-Mailgun-Incoming", "Yes"),
        ("message-headers", &headers.to_string()),
        ("body-plain", "Hi Alice,\r\n> quoted\r\n-- \r\nBob"),
        ("body-html", "<p>Hi Alice</p>"),
        ("stripped-text", "Hi Alice,"),
        ("stripped-signature", "Bob"),
        ("stripped-html", "<p>Hi</p>"),
    ]
    .into_iter()
    .fold(InboundForm::new(), |form, (name, value)| form.field(name, value))
}

#[track_caller]
fn check_texts(mail: &InboundMail) {
    assert_eq!(mail.recipient(), "monica@mg.example.com");
    assert_eq!(mail.sender(), "bob@example.com");
    assert_eq!(mail.from(), "Bob <bob@example.com>");
    assert_eq!(mail.subject(), Some("Re: Sample POST request"));
    assert_eq!(mail.domain(), Some("mg.example.com"));
    assert_eq!(mail.body_plain(), Some("Hi Alice,\r\n> quoted\r\n-- \r\nBob"));
    assert_eq!(mail.body_html(), Some("<p>Hi Alice</p>"));
    assert_eq!(mail.stripped_text(), Some("Hi Alice,"));
    assert_eq!(mail.stripped_signature(), Some("Bob"));
    assert_eq!(mail.stripped_html(), Some("<p>Hi</p>"));
    assert_eq!(mail.headers().len(), 7);
    assert_eq!(mail.header("received"), Some("by luna.mailgun.net with SMTP mgrt 1"));
    assert_eq!(mail.fields().get("X-Mailgun-Incoming"), Some("Yes"));
    let spam = mail.spam();
    assert_eq!((spam.is_spam, spam.score), (Some(false), Some(-0.1)));
    assert_eq!((spam.dkim, spam.spf), (Some(CheckResult::Pass), Some(CheckResult::SoftFail)));
}

#[test]
fn a_mail_without_text_and_sender_is_a_mail() {
    let recipient = || InboundForm::new().field("recipient", "bounces@mg.example.com");
    let headers = r#"[["Message-Id", "<1@example.com>"]]"#;
    for form in [
        recipient().field("message-headers", headers),
        recipient().field("message-headers", headers).field("body-html", "<p>Gone</p>"),
        recipient().field("message-headers", headers).attachment("a.xml", "text/xml", "<a/>"),
    ] {
        let mail = read_mail(form);
        assert_eq!((mail.recipient(), mail.sender()), ("bounces@mg.example.com", ""));
        assert_eq!(mail.message_id(), Some("1@example.com"));
    }
    assert_eq!(read_mail(recipient()).message_id(), None);
}

#[test]
fn the_sender_of_a_mail_is_found_whatever_the_name_is() {
    for (from, name, address) in [
        ("bob@example.com", None, "bob@example.com"),
        ("Bob <bob@example.com>", Some("Bob"), "bob@example.com"),
        ("\"Doe, Jane\" <jane@example.com>", Some("Doe, Jane"), "jane@example.com"),
        ("A <a@example.com>, B <b@example.com>", Some("B"), "b@example.com"),
        // Decoded, without quotes.
        ("ceo@corp.test, Jane <eve@evil.test>", Some("Jane"), "eve@evil.test"),
        ("Doe, Jane <jane@example.com>", Some("Doe, Jane"), "jane@example.com"),
        ("Müller, Hans (Köln) <h@example.com>", Some("Müller, Hans (Köln)"), "h@example.com"),
        ("bob@x.test via List <list@example.com>", Some("bob@x.test via List"), "list@example.com"),
        ("<me@x.test> <a@example.com>", Some("<me@x.test>"), "a@example.com"),
        ("6\" Bob <bob@example.com>", Some("6\" Bob"), "bob@example.com"),
    ] {
        let mail = read_mail(InboundForm::new().field("recipient", "r@x.test").field("from", from));
        let mailbox = mail.from_mailbox().expect(from);
        assert_eq!((mailbox.name(), mailbox.address()), (name, address), "{from}");
    }
    for from in ["", "Bob", "Bob <>", "Bob <no address>", "undisclosed-recipients:;"] {
        let mail = read_mail(InboundForm::new().field("recipient", "r@x.test").field("from", from));
        assert_eq!(mail.from_mailbox(), None, "{from}");
    }
}

#[test]
fn each_html_part_of_a_mail_is_kept_in_order() {
    let mail = read_mail(mail().field("body-html", "<p>second</p>").field("body-html", "<p>3</p>"));
    assert_eq!(mail.body_html(), Some("<p>Hi Alice</p>"));
    let parts: Vec<_> = mail.fields().all("body-html").collect();
    assert_eq!(parts, ["<p>Hi Alice</p>", "<p>second</p>", "<p>3</p>"]);

    // A header of the name, however the list spells it, does not become the first part.
    let forged = InboundForm::new()
        .field("recipient", "monica@mg.example.com")
        .field("body-html", "forged")
        .field("message-headers", r#"[["Body-Html", "forged header"]]"#)
        .field("body-html", "<p>Hi</p>");
    assert_eq!(read_mail(forged).body_html(), Some("<p>Hi</p>"));
}

#[test]
fn the_three_forms_of_inbound_mail_are_one_type() {
    // Parsed, without files in an urlencoded form, with files in a multipart form.
    let without = read_mail(mail());
    check_texts(&without);
    assert!(parsed(&without).attachments.is_empty());

    let with = read_mail(
        mail()
            .field("content-id-map", r#"{"<logo@x>": "attachment-2"}"#)
            .attachment("Zoë \"x\".pdf", "application/pdf", &b"%PDF\r\n\0\xff"[..])
            .attachment("logo.png", "image/png", "png"),
    );
    check_texts(&with);
    let content = parsed(&with);
    assert_eq!(content.attachment_count, Some(2));
    assert_eq!(content.attachment_mismatch(), None);
    let file = &content.attachments[0];
    assert_eq!((&*file.field, &*file.content_type), ("attachment-1", "application/pdf"));
    assert_eq!(file.filename, "Zoë \"x\".pdf");
    assert_eq!(file.bytes, &b"%PDF\r\n\0\xff"[..]);
    for id in ["logo@x", "<logo@x>", "cid:logo@x", "CID:logo%40x", "cid:%3Clogo%40x%3E"] {
        assert_eq!(content.attachment_by_content_id(id).unwrap().filename, "logo.png", "{id}");
    }
    for id in ["other", "attachment-2", ""] {
        assert_eq!(content.attachment_by_content_id(id), None, "{id}");
    }

    // MIME text.
    let mime = read_mail(
        InboundForm::new()
            .field("recipient", "monica@mg.example.com")
            .field("sender", "bob@example.com")
            .field("from", "Bob <bob@example.com>")
            .field("subject", "Hi")
            .field("body-mime", "Subject: Hi\r\n\r\na+b é\r\n"),
    );
    let InboundContent::Mime(text) = &mime.content else { panic!("{mime:?}") };
    assert_eq!(text, "Subject: Hi\r\n\r\na+b é\r\n");
    assert_eq!((mime.subject(), mime.body_plain()), (Some("Hi"), None));

    // Stored.
    let url = "https://storage-us-east4.api.mailgun.net/v3/domains/mg.example.com/messages/key==";
    let attachments = json!([
        {"url": format!("{url}/attachments/0"), "content-type": "application/pdf",
            "name": "a.pdf", "size": "123"},
        {"url": null, "new": 1},
        "no attachment",
        {"url": format!("{url}/attachments/1"), "name": "logo.png"},
    ]);
    let mail = read_mail(
        mail()
            .field("message-url", url)
            .field("attachments", attachments.to_string())
            .field("content-id-map", json!({"<logo>": format!("{url}/attachments/1")}).to_string()),
    );
    check_texts(&mail);
    let content = stored(&mail);
    assert_eq!(content.message_url, url);
    assert_eq!(content.attachments.len(), 3);
    assert_eq!(content.attachments[0].size, Some(123));
    assert_eq!(content.attachments[0].name, "a.pdf");
    for id in ["logo", "<logo>", "cid:logo", "cid:%6Cogo"] {
        assert_eq!(content.attachment_by_content_id(id).unwrap().name, "logo.png", "{id}");
    }
    assert_eq!(content.attachment_by_content_id("other"), None);
}

#[test]
fn the_safe_name_of_an_attachment_stays_in_its_folder() {
    for (filename, safe) in [
        ("a.pdf", "a.pdf"),
        ("../../.ssh/authorized_keys", "authorized_keys"),
        (r"..\..\evil.exe", "evil.exe"),
        ("..", "attachment-1"),
    ] {
        let mail = read_mail(mail().attachment(filename, "a/b", "x"));
        let file = &parsed(&mail).attachments[0];
        assert_eq!((&*file.filename, &*file.safe_filename()), (filename, safe));
    }
    let stored = serde_json::from_str::<StoredAttachment>(r#"{"name": "/etc/passwd"}"#).unwrap();
    assert_eq!(stored.safe_filename(), "passwd");
    assert_eq!(
        serde_json::from_str::<StoredAttachment>("{}").unwrap().safe_filename(),
        "attachment"
    );
}

#[test]
fn an_attachment_count_that_differs_is_reported() {
    for (announced, expected) in [
        ("3", Some((3, 1))),
        ("0", Some((0, 1))),
        ("1", None),
        (" 1 ", None),
        ("many", None),
        ("-1", None),
    ] {
        let form = mail().field("attachment-count", announced).attachment("a", "a/b", "x");
        let mail = read_mail(form);
        let content = parsed(&mail);
        assert_eq!(content.attachments.len(), 1, "{announced}");
        let mismatch = content.attachment_mismatch();
        let mismatch =
            mismatch.map(|AttachmentMismatch { announced, received, .. }| (announced, received));
        assert_eq!(mismatch, expected, "{announced}");
    }
    let mail = read_mail(mail().field("attachment-count", "2"));
    let mismatch: Box<dyn std::error::Error> = parsed(&mail).attachment_mismatch().unwrap().into();
    assert_eq!(mismatch.to_string(), "Mailgun announced 2 attachments, but 0 were received");
}

#[test]
fn a_broken_content_id_map_or_header_list_is_kept_as_text() {
    for broken in ["{\"<a>\": ", "[1]", "no JSON", "7"] {
        let form = mail().field("content-id-map", broken).attachment("a", "a/b", "x");
        let mail = read_mail(form);
        let content = parsed(&mail);
        assert_eq!(content.content_ids.as_ref().unwrap().as_text(), Some(broken));
        assert_eq!(content.attachment_by_content_id("a"), None);
        assert_eq!(content.attachments.len(), 1);

        let form = InboundForm::new().field("body-plain", "x").field("message-headers", broken);
        let mail = read_mail(form);
        assert!(mail.headers().is_empty());
        assert_eq!(mail.fields().get("message-headers"), Some(broken));

        let form =
            InboundForm::new().field("message-url", "https://a.b").field("attachments", broken);
        assert!(stored(&read_mail(form)).attachments.is_empty());
    }
    assert_eq!(parsed(&read_mail(mail().field("content-id-map", ""))).content_ids, None);
}

#[test]
fn parts_without_a_filename_or_a_type_are_files_by_their_name() {
    let body = "--x\r\nContent-Disposition: form-data; name=\"attachment-1\"\r\n\r\none\r\n\
        --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\ntwo\r\n\
        --x\r\nContent-Disposition: form-data; name=\"attachment-count\"\r\n\r\n2\r\n\
        --x\r\nContent-Disposition: form-data; name=\"attachment-x\"\r\n\r\nthree\r\n\
        --x\r\nX-Other: no name\r\n\r\nfour\r\n\
        --x\r\nContent-Disposition: form-data; name=\"body-plain\"\r\n\r\né\r\n--x--\r\n";
    let content_type = "Multipart/Form-Data; boundary=\"x\"";
    let request = Unverified::parse(content_type, body.into(), &Limits::default()).unwrap();
    let mail: InboundMail = request.payload.try_into().unwrap();
    let files = &parsed(&mail).attachments;
    assert_eq!(
        (files.len(), &files[0].bytes[..], &files[1].bytes[..]),
        (2, &b"one"[..], &b"two"[..])
    );
    assert_eq!(files[0].content_type, "application/octet-stream");
    assert_eq!(parsed(&mail).attachment_mismatch(), None);
    assert_eq!(mail.fields().get("attachment-x"), Some("three"));
    assert_eq!(mail.fields().get(""), Some("four"));
}

/// A mail in a multipart form whose parts have these headers and bodies.
fn read_parts(parts: &[(&str, &[u8])], line_end: &str) -> InboundMail {
    let mut body = Vec::new();
    let common = ("Content-Disposition: form-data; name=\"body-plain\"", &b"Hi"[..]);
    for (head, content) in parts.iter().chain([&common]) {
        let head = head.replace('\n', line_end);
        body.extend(format!("--x{line_end}{head}{line_end}{line_end}").into_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(line_end.as_bytes());
    }
    body.extend(format!("--x--{line_end}").into_bytes());
    let content_type = "multipart/form-data; boundary=x";
    let request = Unverified::parse(content_type, body.into(), &Limits::default()).unwrap();
    request.payload.try_into().unwrap()
}

#[test]
fn files_are_files_whatever_their_headers_look_like() {
    let file = &b"%PDF\r\n\0\xff"[..];
    for (head, filename, content_type) in [
        (
            "Content-Disposition: form-data; name=\"attachment-1\"; filename=\"a.pdf\"\n\
             Content-Type: application/pdf;\n name=\"a.pdf\"",
            "a.pdf",
            "application/pdf; name=\"a.pdf\"",
        ),
        (
            "content-type: application/pdf\n\
             content-disposition: form-data;\n\tname=attachment-1;\n\tfilename=\"a\\\"",
            "a\\",
            "application/pdf",
        ),
        (
            "Content-Disposition: form-data; name=\"file\"; filename*=utf-8''Zo%C3%AB.pdf\n\
             Content-Type: application/pdf",
            "Zoë.pdf",
            "application/pdf",
        ),
        (
            "Content-Disposition: form-data; name=\"file\"\nContent-Type: application/pdf",
            "",
            "application/pdf",
        ),
        ("Content-Disposition: attachment; filename=a.pdf", "a.pdf", "application/octet-stream"),
    ] {
        for line_end in ["\r\n", "\n"] {
            let mail = read_parts(&[(head, file)], line_end);
            let files = &parsed(&mail).attachments;
            assert_eq!(files.len(), 1, "{head}");
            assert_eq!((&*files[0].filename, &files[0].bytes[..]), (filename, file), "{head}");
            assert_eq!(files[0].content_type, content_type, "{head}");
            assert_eq!(mail.body_plain(), Some("Hi"));
        }
    }
}

#[test]
fn a_field_is_not_a_file_whatever_its_name_is() {
    for (head, name) in [
        ("name=\"X;filename=y\"", "X;filename=y"),
        ("name=\";filename=y;\"", ";filename=y;"),
        ("name=\"X\\\"; filename=\\\"y\"", "X\"; filename=\"y"),
        ("name=\"X%22; filename=%22y\"", "X\"; filename=\"y"),
        ("name=\"X\\\"", "X\\"),
        ("name=\"attachment-1;filename=y\"", "attachment-1;filename=y"),
    ] {
        let head = format!("Content-Disposition: form-data; {head}");
        let mail = read_parts(&[(&head, b"value")], "\r\n");
        assert_eq!(mail.fields().get(name), Some("value"), "{head}");
        assert!(parsed(&mail).attachments.is_empty(), "{head}");
    }
}

#[test]
fn no_file_is_lost_in_any_form_of_mail() {
    let file = ("Content-Disposition: form-data; name=a; filename=b", &b"file"[..]);
    for name in ["message-url", "body-mime"] {
        let head = format!("Content-Disposition: form-data; name={name}");
        let mail = read_parts(&[(&head, b"x"), file], "\r\n");
        assert_eq!(parsed(&mail).attachments[0].bytes, "file");
        assert_eq!(mail.fields().get(name), Some("x"));
    }
    // A MIME text is one also if it comes as a file.
    let form = b"--x\r\nContent-Disposition: form-data; name=body-mime; filename=a.eml\r\n\
        Content-Type: message/rfc822\r\n\r\nA: b\r\n\xff\r\n--x--";
    let content_type = "multipart/form-data; boundary=x";
    let form = Bytes::from_static(form);
    let request = Unverified::parse(content_type, form, &Limits::default()).unwrap();
    assert_eq!(request.payload.kind(), PayloadKind::MimeMail);
}

#[test]
fn headers_named_like_fields_do_not_change_the_fields() {
    let headers = json!([
        ["message-url", "https://evil.test/"],
        ["body-mime", "evil"],
        ["event", "opened"],
        ["recipient", "evil@evil.test"],
        ["attachment-count", "7"],
        ["subject", "one"],
    ]);
    let form = InboundForm::new()
        .field("message-url", "https://evil.test/")
        .field("body-mime", "evil")
        .field("event", "opened")
        .field("recipient", "evil@evil.test")
        .field("attachment-count", "7")
        .field("subject", "one")
        .field("recipient", "support@mg.example.com")
        .field("body-plain", "x")
        .field("message-headers", headers.to_string());
    let mail = read_mail(form.clone());
    assert_eq!(parsed(&mail).attachment_count, None);
    assert_eq!(mail.recipient(), "support@mg.example.com");
    assert_eq!(mail.subject(), Some("one"));
    let mail = read_mail(form.clone().field("message-url", "https://storage.api.mailgun.net/1"));
    assert_eq!(stored(&mail).message_url, "https://storage.api.mailgun.net/1");

    // A list of headers among the headers, which would have the body be a header.
    let fake = json!([["body-plain", "x"]]).to_string();
    let list = json!([["message-headers", fake], ["message-url", "https://evil.test/"]]);
    let form = InboundForm::new()
        .field("message-headers", &*fake)
        .field("message-url", "https://evil.test/")
        .field("message-headers", list.to_string())
        .field("body-plain", "x");
    let mail = read_mail(form);
    assert!(parsed(&mail).attachments.is_empty());
    assert_eq!(mail.headers().len(), 2);
}

/// A mail's fields in the order of Mailgun, with the place of its headers.
fn fields_of_a_mail(kind: PayloadKind) -> (Vec<(&'static str, &'static str)>, usize) {
    let mut fields = vec![
        ("recipient", "support@mg.example.com"),
        ("sender", "bob@example.com"),
        ("subject", "Hi"),
        ("from", "Bob <bob@example.com>"),
    ];
    let headers = fields.len();
    fields.extend([
        ("timestamp", "1529006854"),
        ("token", "8c0f9e1d2c3b4a5968778695a4b3c2d1e0f1a2b3c4d5e6f708"),
        ("signature", "0c0f9e1d2c3b4a5968778695a4b3c2d10c0f9e1d2c3b4a5968778695a4b3c2d1"),
        ("body-plain", "Hi Alice"),
        ("stripped-text", "Hi"),
        ("attachment-count", "0"),
    ]);
    if kind == PayloadKind::StoredMail {
        fields.push(("message-url", "https://storage.api.mailgun.net/1"));
        fields.push(("attachments", r#"[{"url": "https://storage.api.mailgun.net/1/0"}]"#));
    }
    (fields, headers)
}

fn urlencoded(fields: &[(&str, &str)]) -> Unverified {
    let mut form = Fields::new();
    for (name, value) in fields {
        form.append((*name).to_owned(), (*value).to_owned());
    }
    let content_type = "application/x-www-form-urlencoded";
    Unverified::parse(content_type, form.to_query().into(), &Limits::default()).unwrap()
}

/// All that a sender must not change.
fn essence(request: Unverified) -> impl PartialEq + std::fmt::Debug {
    let mail: InboundMail = request.payload.try_into().unwrap();
    let texts = [mail.recipient(), mail.sender(), mail.from()].map(str::to_owned);
    let bodies = [mail.subject(), mail.body_plain(), mail.stripped_text()];
    let bodies = bodies.map(|text| text.map(str::to_owned));
    let Signature { timestamp, token, signature, .. } = request.signature;
    (mail.content, texts, bodies, [timestamp, token, signature])
}

#[test]
fn no_header_changes_a_field_of_mailgun() {
    let names = [
        "recipient",
        "sender",
        "subject",
        "from",
        "timestamp",
        "token",
        "signature",
        "body-plain",
        "stripped-text",
        "body-mime",
        "message-url",
        "attachments",
        "attachment-count",
        "event",
        "message-headers",
    ];
    for kind in [PayloadKind::ParsedMail, PayloadKind::StoredMail] {
        let (plain, headers) = fields_of_a_mail(kind);
        let expected = essence(urlencoded(&[&plain[..], &[("message-headers", "[]")]].concat()));
        for name in names {
            // As in the list of the headers, or with an encoded word or other white space there.
            for (value, listed) in [
                ("evil", "evil"),
                ("7", "7"),
                ("[]", "[]"),
                ("é", "=?utf-8?q?=C3=A9?="),
                ("a b", "a\r\n b"),
            ] {
                let list = json!([["Received", "x"], [name, listed], ["Subject", "Hi"]]);
                let list = ("message-headers", &*list.to_string());
                let copies = [("Received", "x"), (name, value), ("Subject", "Hi")];
                let [before, behind] = [&plain[..headers], &plain[headers..]];
                let request = urlencoded(&[before, &copies, &[list], behind].concat());
                assert_eq!(request.payload.kind(), kind, "{name}: {value}");
                assert!(essence(request) == expected, "{name}: {value}");
                // In any order, if the list has the same text.
                if value == listed {
                    for fields in [
                        [&copies, before, behind, &[list]].concat(),
                        [behind, before, &[list], &copies].concat(),
                    ] {
                        assert!(essence(urlencoded(&fields)) == expected, "{name}: {value}");
                    }
                }
            }
        }
    }
}

#[test]
fn no_header_is_a_file_and_no_file_is_a_header() {
    let list = br#"[["attachment-1", "evil"], ["attachment-1", "e v"], ["attachment-2", "x"]]"#;
    let part = |rest: &str| format!("Content-Disposition: form-data; name={rest}");
    let (list_of_headers, headers) = (part("message-headers"), part("attachment-1"));
    let (first, second) = (part("attachment-1; filename=a"), part("attachment-2"));
    let mail = read_parts(
        &[
            (&headers, b"evil"),
            (&headers, b"=?e?"),
            (&second, b"x"),
            (&list_of_headers, list),
            (&first, b"one"),
            (&second, b"two"),
        ],
        "\r\n",
    );
    let files = &parsed(&mail).attachments;
    let files: Vec<_> = files.iter().map(|file| (&*file.field, &file.bytes[..])).collect();
    assert_eq!(files, [("attachment-1", &b"one"[..]), ("attachment-2", &b"two"[..])]);
    let headers: Vec<_> = mail.fields().all("attachment-1").collect();
    assert_eq!(headers, ["evil", "=?e?"]);
}

#[test]
fn a_header_with_the_value_of_a_field_hides_neither() {
    let (fields, _) = fields_of_a_mail(PayloadKind::StoredMail);
    let expected = essence(urlencoded(&[&fields[..], &[("message-headers", "[]")]].concat()));
    let list = json!(fields).to_string();
    let request = urlencoded(&[&fields[..], &[("message-headers", &*list)], &fields[..]].concat());
    assert!(essence(request) == expected);
}

#[test]
fn a_mail_without_text_is_parsed_even_if_a_header_is_named_body_mime() {
    let (mut fields, headers) = fields_of_a_mail(PayloadKind::ParsedMail);
    fields.retain(|(name, _)| *name != "body-plain");
    fields.insert(headers, ("body-mime", "evil"));
    for list in [r#"[["body-mime", "evil"]]"#, r#"[["body-mime", "e v i l"]]"#] {
        let request = urlencoded(&[&fields[..], &[("message-headers", list)]].concat());
        assert_eq!(request.payload.kind(), PayloadKind::ParsedMail);
        let mail: InboundMail = request.payload.try_into().unwrap();
        assert_eq!(mail.fields().get("body-mime"), Some("evil"));
    }
}

#[test]
fn without_a_list_of_headers_the_order_shows_which_fields_are_mailguns() {
    let (fields, headers) = fields_of_a_mail(PayloadKind::ParsedMail);
    let expected = essence(urlencoded(&fields));
    for list in [None, Some("[[\"tok"), Some("")] {
        let evil = fields.iter().map(|(name, _)| (*name, "evil"));
        let mut all: Vec<_> = fields[..headers].iter().copied().chain(evil).collect();
        all.extend(list.map(|list| ("message-headers", list)));
        all.extend_from_slice(&fields[headers..]);
        assert!(essence(urlencoded(&all)) == expected, "{list:?}");
    }
}

#[test]
fn legacy_forms_are_events() {
    let form = InboundForm::new()
        .field("event", "dropped")
        .field("recipient", "alice@example.com")
        .field("domain", "mg.example.com")
        .field("message-headers", r#"[["Subject", "Hi"]]"#)
        .field("Message-Id", "<1@mg.example.com>")
        .field("X-Mailgun-Tag", "a")
        .field("X-Mailgun-Tag", "b")
        .field("reason", "hardfail")
        .field("code", "605")
        .field("description", "Not delivering to previously bounced address")
        .field("my-variable", "7")
        .attachment("bounce.eml", "message/rfc822", "bounce");
    let event: LegacyEvent = read(form.sign(&key("k"))).try_into().unwrap();
    assert_eq!(event.kind, LegacyEventKind::Dropped);
    assert_eq!(event.recipient(), Some("alice@example.com"));
    assert_eq!(event.domain(), Some("mg.example.com"));
    assert_eq!(event.message_id(), Some("<1@mg.example.com>"));
    assert_eq!(event.tags(), ["a", "b"]);
    assert_eq!((event.reason(), event.code()), (Some("hardfail"), Some("605")));
    assert_eq!(event.headers(), [("Subject".to_owned(), "Hi".to_owned())]);
    assert_eq!(event.fields().get("my-variable"), Some("7"));
    assert_eq!(event.attachments[0].bytes, "bounce");
    assert!(event.timestamp().is_some());

    let form = InboundForm::new().field("event", "of tomorrow").sign(&key("k"));
    let event: LegacyEvent = read(form).try_into().unwrap();
    assert_eq!(event.kind, LegacyEventKind::Other("of tomorrow".into()));
}

#[test]
fn variables_named_like_fields_do_not_change_a_legacy_event() {
    let mut request = InboundForm::new()
        .field("event", "opened")
        .field("recipient", "alice@example.com")
        .field("ip", "192.0.2.1")
        .sign(&key("k"));
    let signature = |request: &SignedRequest| {
        let SignedRequest { content_type, body, .. } = request.clone();
        Unverified::parse(&content_type, body, &Limits::default()).unwrap().signature
    };
    let expected = signature(&request);
    let variables = b"&event=sale&recipient=vip&ip=x&timestamp=noon&token=t&signature=s&domain=d";
    request.body = [&request.body[..], variables].concat().into();
    assert_eq!(signature(&request), expected);
    let event: LegacyEvent = read(request).try_into().unwrap();
    assert_eq!(event.kind, LegacyEventKind::Opened);
    assert_eq!((event.recipient(), event.ip()), (Some("alice@example.com"), Some("192.0.2.1")));
    assert!(event.timestamp().is_some());
    assert_eq!(event.fields().all("event").collect::<Vec<_>>(), ["opened", "sale"]);
}

#[test]
fn events_are_those_of_the_events_endpoint_and_no_kind_is_unknown() {
    let event: Event = read(SignedRequest::event(&key("k"), &event())).try_into().unwrap();
    assert!(matches!(event.kind, EventKind::Delivered(_)));
    assert_eq!(event.recipient, "user@example.com");
    let odd = json!({"event": "of tomorrow", "recipient": 7, "message": []});
    let event: Event = read(SignedRequest::event(&key("k"), &odd)).try_into().unwrap();
    assert_eq!(event.name(), "of tomorrow");
}

#[test]
fn an_unexpected_payload_is_named() {
    let event = SignedRequest::event(&key("k"), &event());
    let form = |name: &str| InboundForm::new().field(name, "x").sign(&key("k"));
    for (request, kind) in [
        (event, PayloadKind::Event),
        (form("event"), PayloadKind::LegacyEvent),
        (form("body-plain"), PayloadKind::ParsedMail),
        (form("body-mime"), PayloadKind::MimeMail),
        (form("message-url"), PayloadKind::StoredMail),
    ] {
        let payload = read(request);
        assert_eq!(payload.kind(), kind);
        let results = [
            Event::try_from(payload.clone()).err(),
            LegacyEvent::try_from(payload.clone()).err(),
            InboundMail::try_from(payload).err(),
        ];
        let errors: Vec<_> = results.into_iter().flatten().map(|error| error.to_string()).collect();
        assert_eq!(errors.len(), 2);
        for error in errors {
            assert!(error.ends_with(&format!("the request has {kind}")), "{error}");
        }
    }
}

#[test]
fn more_than_the_limits_is_a_typed_error() {
    let form = || {
        InboundForm::new()
            .field("body-plain", "x".repeat(2000))
            .field("message-headers", r#"[["A", "b"], ["C", "d"]]"#)
    };
    let with_file = || form().attachment("a", "a/b", "y".repeat(3000));
    let limits = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        limits
    };
    for (request, limits, limit) in [
        (form(), limits(|it| it.total_bytes = 2000), Limit::TotalBytes),
        (form(), limits(|it| it.part_bytes = 1999), Limit::PartBytes),
        (with_file(), limits(|it| it.part_bytes = 2999), Limit::PartBytes),
        (form(), limits(|it| it.parts = 4), Limit::Parts),
        (with_file(), limits(|it| it.parts = 6), Limit::Parts),
        (form(), limits(|it| it.headers = 1), Limit::Headers),
        (form(), limits(|it| it.json_bytes = 23), Limit::JsonBytes),
    ] {
        let error = read_within(request.sign(&key("k")), &limits).unwrap_err();
        assert!(matches!(error, ReceiveError::TooLarge(found) if found == limit), "{error}");
        assert_eq!(error.status().as_u16(), 503);
    }
    let enough = limits(|it| {
        (it.parts, it.headers, it.part_bytes) = (7, 2, 3000);
    });
    assert!(read_within(with_file().sign(&key("k")), &enough).is_ok());
    let event = SignedRequest::event(&key("k"), &event());
    let error = read_within(event, &limits(|it| it.total_bytes = 10)).unwrap_err();
    assert!(matches!(error, ReceiveError::TooLarge(Limit::TotalBytes)));

    // What takes much more memory than its bytes is refused before it does.
    let zeros = format!("[{}0]", "0,".repeat(2 << 20));
    let list = InboundForm::new().field("body-plain", "x").field("message-headers", &*zeros);
    for request in [
        list.sign(&key("k")),
        SignedRequest::event(&key("k"), &serde_json::from_str(&zeros).unwrap()),
    ] {
        let error = read_within(request, &Limits::default()).unwrap_err();
        assert!(matches!(error, ReceiveError::TooLarge(Limit::JsonBytes)));
    }
}

/// A signed event of which one value is odd is the event, without that value.
#[test]
fn an_unreadable_value_loses_no_event_and_no_other_field() {
    for odd in [
        &br#""Andr\udce9""#[..],
        b"\"Andr\xe9\"",
        b"\"a\x01\nb\"",
        b"1e999",
        b"NaN",
        &[&b"[".repeat(300)[..], &b"]".repeat(300)].concat(),
    ] {
        for mark in [&b""[..], b"\xef\xbb\xbf", b"\xef\xbb\xbf \r\n"] {
            let mut body = mark.to_vec();
            body.extend_from_slice(br#"{"signature": {"timestamp": "1529006854", "token": "t", "#);
            body.extend_from_slice(br#""signature": "ab"}, "odd": "#);
            body.extend_from_slice(odd);
            body.extend_from_slice(br#", "event-data": {"event": "failed", "id": "i", "#);
            body.extend_from_slice(br#""user-variables": {"name": "#);
            body.extend_from_slice(odd);
            body.extend_from_slice(br#", "order": 7}, "recipient": "bob@example.com"}}"#);
            let shown = String::from_utf8_lossy(&body).into_owned();
            let request = Unverified::parse("application/json", body.into(), &Limits::default());
            let request = request.unwrap_or_else(|error| panic!("{error}: {shown}"));
            assert_eq!(request.signature.token, "t");
            let Payload::Event(event) = request.payload else { panic!("{shown}") };
            assert!(matches!(event.kind, EventKind::Failed(_)), "{shown}");
            assert_eq!((&*event.id, &*event.recipient), ("i", "bob@example.com"), "{shown}");
            assert_eq!(event.user_variables.get("order"), Some(&json!(7)), "{shown}");
        }
    }
}

#[test]
fn an_unreadable_value_in_the_json_of_a_mail_loses_no_other() {
    let form = || InboundForm::new().field("recipient", "a@b.c").field("sender", "d@e.f");
    for odd in [r#""\udce9""#, "\"\u{1}\"", "1e999", "NaN"] {
        let headers = format!(r#"[["Subject", "x"], ["X-Odd", {odd}], ["To", "y"]]"#);
        let mail = read_mail(form().field("body-plain", "x").field("message-headers", headers));
        assert_eq!((mail.header("subject"), mail.header("to")), (Some("x"), Some("y")), "{odd}");

        let ids = format!(r#"{{"<a>": "attachment-1", "<b>": {odd}}}"#);
        let files = format!(r#"[{{"url": "https://x", "name": "a"}}, {{"url": "y", "x": {odd}}}]"#);
        let mail = read_mail(
            form()
                .field("message-url", "https://m")
                .field("content-id-map", ids)
                .field("attachments", files),
        );
        let stored = stored(&mail);
        assert_eq!(stored.attachments.len(), 2, "{odd}");
        let ids = stored.content_ids.as_ref().unwrap();
        assert_eq!(ids.get("<a>"), Some(&json!("attachment-1")), "{odd}");
    }
}
