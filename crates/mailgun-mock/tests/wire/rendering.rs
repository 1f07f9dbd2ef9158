//! What recipients see.

use mailgun_mock::{MockMailgun, Rendered};

use crate::client::{
    AUTH, MESSAGES_MIME, Multipart, URLENCODED, exchange, post_form, send_with, urlencode,
};

async fn rendered(mailgun: &MockMailgun, changes: &[(&str, &str)]) -> Rendered {
    let answer = send_with(mailgun, changes).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    last(mailgun)
}

fn last(mailgun: &MockMailgun) -> Rendered {
    mailgun.sent().last().unwrap().rendered_for("Ada <ADA@example.com>").unwrap()
}

async fn store(mailgun: &MockMailgun, fields: &[(&str, &str)]) {
    let fields = [&[("name", "welcome")], fields].concat();
    let answer = post_form(mailgun, "POST /v3/mg.example.com/templates", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

async fn track(mailgun: &MockMailgun, kind: &str, fields: &[(&str, &str)]) {
    let line = format!("PUT /v3/domains/mg.example.com/tracking/{kind}");
    let body = urlencode(fields);
    let answer = exchange(mailgun, &line, &[AUTH, URLENCODED], body.as_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The example of Mailgun's page about batch sending.
#[tokio::test]
async fn each_recipient_of_a_batch_sees_their_own_variables_and_address() {
    let mailgun = MockMailgun::start().await;
    send_with(
        &mailgun,
        &[
            ("to", "alice@example.com"),
            ("to", "Bob <bob@example.com>"),
            ("subject", "Hey %recipient.name%"),
            ("text", "click <https://mailgun.com/unsubscribe/%recipient.id%>"),
            ("h:X-Own", "for %recipient_email%"),
            (
                "recipient-variables",
                r#"{"alice@example.com": {"name":"Alice", "id":1}, "bob@example.com": {"name":"Bob", "id":2}}"#,
            ),
        ],
    )
    .await;
    let message = &mailgun.sent()[0];
    let alice = message.rendered_for("alice@example.com").unwrap();
    assert_eq!(alice.subject, "Hey Alice");
    assert_eq!(alice.text.as_deref(), Some("click <https://mailgun.com/unsubscribe/1>"));
    assert_eq!(alice.header("to"), Some("alice@example.com"));
    assert_eq!(alice.header("Subject"), Some("Hey Alice"));
    let bob = message.rendered_for("bob@example.com").unwrap();
    assert_eq!(bob.subject, "Hey Bob");
    assert_eq!(bob.header("To"), Some("Bob <bob@example.com>"));
    assert_eq!(bob.header("X-Own"), Some("for bob@example.com"));
    assert!(bob.unreplaced.is_empty(), "{:?}", bob.unreplaced);
    assert_eq!(message.rendered_for("eve@example.com"), None);
}

#[tokio::test]
async fn without_recipient_variables_everyone_in_to_is_visible() {
    let mailgun = MockMailgun::start().await;
    send_with(&mailgun, &[("to", "ada@example.com, eve@example.com"), ("bcc", "b@example.com")])
        .await;
    let seen = last(&mailgun);
    assert_eq!(seen.header("To"), Some("ada@example.com, eve@example.com"));
    assert!(!seen.source().contains("b@example.com"), "{}", seen.source());
}

#[tokio::test]
async fn nested_variables_and_names_are_replaced() {
    let mailgun = MockMailgun::start().await;
    let seen = rendered(
        &mailgun,
        &[
            ("to", "\"Lovelace, Ada\" <ada@example.com>"),
            ("text", "%recipient.order.id% %recipient.order.items.1% %recipient.a.b% %recipient.n%"),
            ("html", "%recipient% %recipient_name%|%recipient_fname%|%recipient_lname%"),
            (
                "recipient-variables",
                r#"{"ADA@example.com": {"order": {"id": "A1", "items": ["x", 2]}, "a.b": true, "n": 1.5}}"#,
            ),
        ],
    )
    .await;
    assert_eq!(seen.text.as_deref(), Some("A1 2 true 1.5"));
    let html = "\"Lovelace, Ada\" <ada@example.com> Lovelace, Ada|Lovelace,|Ada";
    assert_eq!(seen.html.as_deref(), Some(html));
}

#[tokio::test]
async fn what_nobody_replaced_stays_and_is_flagged() {
    let mailgun = MockMailgun::start().await;
    let text = "%recipient.nmae% %first_name% {{name}} %mailing_list_unsubscribe_url% \
                100% and 50% %C3%A4 %recipient.nmae%";
    let variables = r#"{"ada@example.com": {"name": "Ada"}}"#;
    let seen = rendered(&mailgun, &[("text", text), ("recipient-variables", variables)]).await;
    assert_eq!(seen.text.as_deref(), Some(text));
    assert_eq!(
        seen.unreplaced,
        ["%recipient.nmae%", "%first_name%", "{{name}}", "%mailing_list_unsubscribe_url%"]
    );
}

#[tokio::test]
async fn a_stored_template_is_rendered_with_the_helpers_that_mailgun_has() {
    let mailgun = MockMailgun::start().await;
    store(
        &mailgun,
        &[
            (
                "template",
                "<p>{{name}} {{{name}}} {{user.city}}</p>{{#if vip}}VIP{{else}}no{{/if}}\
                 {{#unless vip}}-{{/unless}}{{#each items}}[{{@index}}:{{this.sku}}]{{/each}}\
                 {{#with user}}{{city}}{{/with}}{{#equal plan \"pro\"}}Pro{{else}}Free{{/equal}}\
                 {{missing}} %recipient.code%",
            ),
            ("headers", r#"{"Subject": "Hi {{name}}", "Reply-To": "help@example.com"}"#),
        ],
    )
    .await;
    let seen = rendered(
        &mailgun,
        &[
            ("subject", ""),
            ("text", ""),
            ("template", "Welcome"),
            ("v:name", "overridden"),
            ("v:user", r#"{"city": "London"}"#),
            ("h:X-Mailgun-Variables", r#"{"plan": "pro"}"#),
            (
                "t:variables",
                r#"{"name": "A & B", "vip": true, "items": [{"sku": "x"}, {"sku": 2}]}"#,
            ),
            ("t:text", "yes"),
            ("recipient-variables", r#"{"ada@example.com": {"code": "42"}}"#),
        ],
    )
    .await;
    assert_eq!(seen.template_error, None);
    assert_eq!(
        seen.html.as_deref(),
        Some("<p>A &amp; B A & B London</p>VIP[0:x][1:2]LondonPro 42")
    );
    assert_eq!(seen.text.as_deref(), Some("A & B A & B London\nVIP[0:x][1:2]LondonPro 42"));
    assert_eq!(seen.subject, "Hi A & B");
    assert_eq!(seen.header("Reply-To"), Some("help@example.com"));
    assert_eq!(seen.unreplaced, ["{{missing}}"]);
}

#[tokio::test]
async fn a_url_in_a_template_keeps_its_query() {
    let mailgun = MockMailgun::start().await;
    store(&mailgun, &[("template", "<a href=\"{{url}}\">{{name}}</a>")]).await;
    let variables = r#"{"url": "https://shop.example/?a=1&b=2", "name": "O'Neil"}"#;
    let mail = [("text", ""), ("template", "welcome"), ("t:variables", variables)];
    let seen = rendered(&mailgun, &mail).await;
    let html = "<a href=\"https://shop.example/?a=1&amp;b=2\">O&apos;Neil</a>";
    assert_eq!(seen.html.as_deref(), Some(html));
    assert_eq!(seen.links(), ["https://shop.example/?a=1&b=2"]);
    let seen = rendered(&mailgun, &[&mail[..], &[("o:tracking", "yes")]].concat()).await;
    let event = mailgun.click(&seen.links()[0]).unwrap();
    assert_eq!(event["url"], "https://shop.example/?a=1&b=2");
}

#[tokio::test]
async fn the_version_of_the_time_of_sending_is_rendered() {
    let mailgun = MockMailgun::start().await;
    store(&mailgun, &[("template", "one"), ("tag", "v1")]).await;
    let versions = "POST /v3/mg.example.com/templates/welcome/versions";
    post_form(&mailgun, versions, &[("template", "two"), ("tag", "v2"), ("active", "yes")]).await;
    let named = [("text", ""), ("template", "welcome"), ("t:version", "v1")];
    assert_eq!(rendered(&mailgun, &named).await.html.as_deref(), Some("one"));
    let seen = rendered(&mailgun, &named[..2]).await;
    assert_eq!(seen.html.as_deref(), Some("two"));
    exchange(&mailgun, "DELETE /v3/mg.example.com/templates/welcome", &[AUTH], b"").await;
    assert_eq!(last(&mailgun), seen);
}

#[tokio::test]
async fn a_template_that_would_overflow_the_stack_is_reported() {
    let mailgun = MockMailgun::start().await;
    let use_it = [("text", ""), ("template", "welcome")];
    let nested = |depth| format!("{}x{}", "{{#if a}}".repeat(depth), "{{/if}}".repeat(depth));
    let parts = format!("{{{{#if a}}}}{}{{{{/if}}}}", "{{else if a}}".repeat(5_000));
    let inner =
        format!("{{{{#if {}a{}}}}}x{{{{/if}}}}", "(equal ".repeat(5_000), ")".repeat(5_000));
    for template in [
        &nested(5_000),
        &parts,
        &inner,
        r#"{{#*inline "a"}}{{> a}}{{/inline}}{{> a}}"#,
        r#"{{#*inline "a"}}{{> @partial-block}}{{/inline}}{{#> a}}{{#> a}}x{{/a}}{{/a}}"#,
    ] {
        exchange(&mailgun, "DELETE /v3/mg.example.com/templates/welcome", &[AUTH], b"").await;
        store(&mailgun, &[("template", template)]).await;
        assert!(rendered(&mailgun, &use_it).await.template_error.is_some());
    }
    exchange(&mailgun, "DELETE /v3/mg.example.com/templates/welcome", &[AUTH], b"").await;
    store(&mailgun, &[("template", &nested(100))]).await;
    assert_eq!(rendered(&mailgun, &use_it).await.template_error, None);
}

#[tokio::test]
async fn a_template_that_cannot_be_rendered_is_reported() {
    let mailgun = MockMailgun::start().await;
    let use_it = [("text", ""), ("template", "welcome")];
    let error = rendered(&mailgun, &use_it).await.template_error.unwrap();
    assert_eq!(error, "the template welcome or its version does not exist");
    for (template, word) in [("{{#if x}}", "if"), ("{{#if (eq a b)}}x{{/if}}", "eq")] {
        exchange(&mailgun, "DELETE /v3/mg.example.com/templates/welcome", &[AUTH], b"").await;
        store(&mailgun, &[("template", template)]).await;
        let seen = rendered(&mailgun, &use_it).await;
        let error = seen.template_error.unwrap();
        assert!(error.contains(word), "{error}");
        assert_eq!(seen.html, None);
    }
}

const HTML: &str = "<body><a href=\"https://shop.example/?a=1&amp;b=2\">x</a> \
                    <a href='mailto:a@b.c'>y</a></body>";

#[tokio::test]
async fn tracking_rewrites_links_and_adds_a_pixel() {
    let mailgun = MockMailgun::start().await;
    let mail = [("html", HTML), ("text", "See https://shop.example/.")];
    let plain = rendered(&mailgun, &mail).await;
    assert_eq!((plain.html.as_deref(), plain.text.as_deref()), (Some(HTML), Some(mail[1].1)));

    let tracked = rendered(&mailgun, &[&mail[..], &[("o:tracking", "yes")]].concat()).await;
    let html = tracked.html.as_deref().unwrap();
    assert!(html.starts_with("<body><a href=\"http://localhost/c/"), "{html}");
    assert!(html.contains("<a href='mailto:a@b.c'>"), "{html}");
    let pixel = "<img width=\"1px\" height=\"1px\" alt=\"\" src=\"http://localhost/o/";
    assert!(html.contains(pixel) && html.ends_with("\"></body>"), "{html}");
    let text = tracked.text.as_deref().unwrap();
    assert!(text.starts_with("See http://localhost/c/") && text.ends_with('.'), "{text}");
    assert!(tracked.links()[0].starts_with("http://localhost/c/"));
    assert_eq!(tracked.links()[1], "mailto:a@b.c");

    let html_only = [("o:tracking", "htmlonly"), ("o:tracking-opens", "no")];
    let seen = rendered(&mailgun, &[&mail[..], &html_only].concat()).await;
    assert_eq!(seen.text, plain.text);
    assert!(!seen.html.unwrap().contains("<img"));
}

#[tokio::test]
async fn the_domain_decides_unless_the_message_does() {
    let mailgun = MockMailgun::start().await;
    track(&mailgun, "open", &[("active", "yes"), ("place_at_the_top", "yes")]).await;
    track(&mailgun, "click", &[("active", "htmlonly")]).await;
    let mail = [("html", HTML), ("text", "See https://shop.example/.")];
    let seen = rendered(&mailgun, &mail).await;
    assert!(seen.html.as_deref().unwrap().starts_with("<body><img "), "{:?}", seen.html);
    assert!(seen.html.unwrap().contains("href=\"http://localhost/c/"));
    assert_eq!(seen.text.as_deref(), Some("See https://shop.example/."));
    let seen = rendered(&mailgun, &[&mail[..], &[("o:tracking", "no")]].concat()).await;
    assert_eq!(seen.html.as_deref(), Some(HTML));
}

#[tokio::test]
async fn unsubscribe_links_and_footers_are_added() {
    let mailgun = MockMailgun::start().await;
    let seen = rendered(
        &mailgun,
        &[
            ("text", "%unsubscribe_url% %tag_unsubscribe_url%"),
            ("h:List-Unsubscribe", "<mailto:%unsubscribe_email%>, <%unsubscribe_url%>"),
        ],
    )
    .await;
    let text = seen.text.unwrap();
    let urls: Vec<_> = text.split(' ').collect();
    assert!(urls.iter().all(|url| url.starts_with("http://localhost/u/")), "{text}");
    assert_ne!(urls[0], urls[1]);
    let header = format!("@mg.example.com>, <{}>", urls[0]);
    assert!(seen.headers.iter().any(|(_, value)| value.ends_with(&header)), "{:?}", seen.headers);

    track(&mailgun, "unsubscribe", &[("active", "yes")]).await;
    let seen = rendered(&mailgun, &[("html", HTML), ("o:tracking", "yes")]).await;
    let (html, text) = (seen.html.unwrap(), seen.text.unwrap());
    assert!(html.contains("<p><a href=\"http://localhost/u/"), "{html}");
    assert!(text.contains("To unsubscribe click: <http://localhost/u/"), "{text}");
}

#[tokio::test]
async fn a_mime_message_is_decoded_and_its_placeholders_are_replaced() {
    let mailgun = MockMailgun::start().await;
    let mime = "From: shop@mg.example.com\r\nTo: list@example.com\r\n\
        Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= %recipient.name%\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n\
        --c\r\nContent-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\r\nHi %recipient.n=\r\name% =C3=A4\r\n\
        --c\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n\
        PGI+SGkgJXJlY2lwaWVudC5uYW1lJTwvYj4=\r\n--c--\r\n\
        --b\r\nContent-Type: application/pdf; name=\"a.pdf\"\r\n\
        Content-Disposition: attachment; filename=\"a.pdf\"\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nUERG\r\n--b--\r\n";
    let answer = Multipart::new(&[
        ("to", "ada@example.com"),
        ("recipient-variables", r#"{"ada@example.com": {"name": "Ada"}}"#),
    ])
    .part("name=\"message\"; filename=\"m\"", None, mime.as_bytes())
    .post(&mailgun, MESSAGES_MIME)
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let seen = last(&mailgun);
    assert_eq!(seen.subject, "Grüße Ada");
    assert_eq!(seen.text.as_deref().map(str::trim_end), Some("Hi Ada ä"));
    assert_eq!(seen.html.as_deref(), Some("<b>Hi Ada</b>"));
    assert_eq!(seen.header("To"), Some("ada@example.com"));
    let [file] = &seen.attachments[..] else { panic!("{seen:?}") };
    assert_eq!((&*file.filename, &*file.content_type), ("a.pdf", "application/pdf"));
    assert_eq!(file.bytes, "PDF");
    assert!(seen.source().contains("<b>Hi Ada</b>"), "{}", seen.source());
}

#[tokio::test]
async fn no_value_adds_a_header_to_the_source() {
    let mailgun = MockMailgun::start().await;
    let variables = r#"{"ada@example.com": {"x": "1\r\nBcc: eve@example.com"}}"#;
    let changes = [("h:X-Own", "%recipient.x%"), ("recipient-variables", variables)];
    let source = rendered(&mailgun, &changes).await.source();
    assert!(source.contains("X-Own: 1 Bcc: eve@example.com\r\n"), "{source}");
}

#[tokio::test]
async fn headers_of_mailgun_can_be_suppressed() {
    let mailgun = MockMailgun::start().await;
    let mail = [("o:tag", "news"), ("v:id", "1"), ("o:suppress-headers", "x-mailgun-tag")];
    let seen = rendered(&mailgun, &mail).await;
    assert_eq!(seen.header("X-Mailgun-Tag"), None);
    assert_eq!(seen.header("X-Mailgun-Variables"), Some(r#"{"id":"1"}"#));
}

#[tokio::test]
async fn each_text_of_a_mime_message_is_kept() {
    let mailgun = MockMailgun::start().await;
    let mime = "From: a@b.c\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=x\r\n\r\n\
        --x\r\nContent-Type: text/plain\r\n\r\nfirst\r\n\
        --x\r\nContent-Type: text/html\r\n\r\n<p>second</p>\r\n\
        --x\r\nContent-Type: text/plain\r\n\r\nthird\r\n\
        --x\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\n\
        1,2\r\n--x--\r\n";
    let form = Multipart::new(&[("to", "ada@example.com"), ("o:tracking", "no")]);
    let form = form.part("name=\"message\"; filename=\"m\"", None, mime.as_bytes());
    assert_eq!(form.post(&mailgun, MESSAGES_MIME).await.status, 200);
    let seen = mailgun.sent()[0].rendered_for("ada@example.com").unwrap();
    assert_eq!(seen.text.as_deref(), Some("first"));
    assert_eq!(seen.html.as_deref(), Some("<p>second</p>"));
    let mut files: Vec<_> =
        seen.attachments.iter().map(|file| (&file.content_type[..], &file.bytes[..])).collect();
    files.sort_unstable();
    assert_eq!(files, [("text/csv", &b"1,2"[..]), ("text/plain", b"third")]);
}

#[tokio::test]
async fn a_mime_message_is_read_in_its_charset() {
    let mailgun = MockMailgun::start().await;
    for (charset, subject, text) in [
        ("iso-2022-jp", "=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", &b"\x1b$BF|K\\\x1b(B"[..]),
        ("shift_jis", "=?shift_jis?B?k/qWew==?=", b"\x93\xfa\x96\x7b"),
        ("gb2312", "=?gb2312?B?yNWxvg==?=", b"\xc8\xd5\xb1\xbe"),
        ("big5", "=?big5?B?pOmluw==?=", b"\xa4\xe9\xa5\xbb"),
        ("euc-kr", "=?euc-kr?Q?=EC=ED=DC=E2?=", b"\xec\xed\xdc\xe2"),
    ] {
        let head = format!(
            "From: a@b.c\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset={charset}\r\n\r\n"
        );
        let mime = [head.as_bytes(), text].concat();
        let form = Multipart::new(&[("to", "ada@example.com")]);
        let form = form.part("name=\"message\"; filename=\"m\"", None, &mime);
        assert_eq!(form.post(&mailgun, MESSAGES_MIME).await.status, 200);
        let seen = last(&mailgun);
        assert_eq!(seen.text.as_deref(), Some("\u{65e5}\u{672c}"), "{charset}");
        assert_eq!(seen.subject, "\u{65e5}\u{672c}", "{charset}");
    }
}

#[tokio::test]
async fn an_image_that_the_html_shows_is_inline_whatever_its_disposition() {
    let mailgun = MockMailgun::start().await;
    let image = |id: &str, disposition: &str| {
        format!("--x\r\nContent-Type: image/png\r\nContent-ID: <{id}>\r\n{disposition}\r\nPNG\r\n")
    };
    let attachment = |name| format!("Content-Disposition: attachment; filename={name}\r\n");
    let mime = format!(
        "From: a@b.c\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n\
         --x\r\nContent-Type: text/html\r\n\r\n<img src=\"cid:logo@b.c\">\r\n{}{}{}--x--\r\n",
        image("logo@b.c", &attachment("logo.png")),
        image("terms@b.c", &attachment("terms.png")),
        image("line@b.c", ""),
    );
    let form = Multipart::new(&[("to", "ada@example.com")]);
    let form = form.part("name=\"message\"; filename=\"m\"", None, mime.as_bytes());
    assert_eq!(form.post(&mailgun, MESSAGES_MIME).await.status, 200);
    let seen = last(&mailgun);
    let names = |files: &[mailgun_mock::SentFile]| {
        files.iter().map(|file| file.filename.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&seen.inline), ["logo@b.c", "line@b.c"]);
    assert_eq!(names(&seen.attachments), ["terms.png"]);
}
