//! The two formats of a stored message.

use serde_json::{Map, Value, json};

use crate::{
    account::Account,
    address, date, mime,
    sent::{SentFile, SentMessage},
};

/// The format for `Accept: message/rfc2822`.
pub(crate) fn mime(message: &SentMessage) -> Value {
    let body_mime = match message.mime() {
        Some(mime) => String::from_utf8_lossy(mime).into_owned(),
        None => {
            let (kind, body) = mime::body(message);
            let headers = headers(message, &kind, &body);
            let lines = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
            lines.collect::<String>() + "\r\n" + &body
        }
    };
    json!({
        "recipients": message.recipients().join(", "),
        "sender": sender(message),
        "from": message.from(),
        "subject": message.subject(),
        "body-mime": body_mime,
    })
}

/// The parsed format. It has the text of a MIME message only if that is the whole body.
pub(crate) fn parsed(account: &Account, message: &SentMessage) -> Value {
    let (headers, text, html) = match message.mime() {
        Some(mime) => {
            let headers = mime::headers(mime);
            let body = mime::split(mime).1;
            let kind = mime::header(&headers, "Content-Type").unwrap_or("text/plain");
            let plain = kind.starts_with("text/plain").then(|| body.clone());
            let html = kind.starts_with("text/html").then_some(body);
            (headers, plain, html)
        }
        None => {
            let (kind, body) = mime::body(message);
            let (text, html) = (message.text(), message.html());
            (headers(message, &kind, &body), text.map(str::to_owned), html.map(str::to_owned))
        }
    };
    let mut parsed = Map::new();
    for (name, value) in &headers {
        parsed.entry(name).or_insert_with(|| json!(value));
    }
    let files: Vec<_> = message.mail.files().enumerate().collect();
    let file_json = |&(index, file): &(usize, &SentFile)| {
        json!({
            "url": format!("{}/attachments/{index}", account.storage_url(message)),
            "content-type": file.content_type,
            "name": file.filename,
            "size": file.bytes.len(),
        })
    };
    let inline = &files[message.attachments().len()..];
    let content_ids = inline.iter().map(|of| (format!("<{}>", of.1.filename), file_json(of)));
    let rest = [
        ("from", json!(message.from())),
        ("sender", json!(sender(message))),
        ("recipients", json!(message.recipients().join(", "))),
        ("subject", json!(message.subject())),
        ("stripped-signature", json!("")),
        ("message-headers", json!(headers)),
        ("attachments", files.iter().map(file_json).collect()),
        ("content-id-map", Value::Object(content_ids.collect())),
    ];
    parsed.extend(rest.map(|(name, value)| (name.to_owned(), value)));
    for (kind, stripped, body) in
        [("body-plain", "stripped-text", text), ("body-html", "stripped-html", html)]
    {
        if let Some(body) = body {
            parsed.insert(kind.to_owned(), json!(body));
            parsed.insert(stripped.to_owned(), json!(body));
        }
    }
    Value::Object(parsed)
}

fn sender(message: &SentMessage) -> &str {
    address::bare(message.from()).unwrap_or_default()
}

/// The headers that Mailgun adds to a message sent as a form.
fn headers(message: &SentMessage, content_type: &str, body: &str) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    let mut add = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
    add("Mime-Version", "1.0");
    add("Date", &date::rfc2822(message.accepted_at, "+0000"));
    add("Message-Id", message.id());
    add("From", message.from());
    add("Sender", sender(message));
    add("To", &message.to().join(", "));
    if !message.cc().is_empty() {
        add("Cc", &message.cc().join(", "));
    }
    add("Subject", message.subject().unwrap_or_default());
    for tag in message.tags() {
        add("X-Mailgun-Tag", tag);
    }
    for (option, name) in [
        ("template", "X-Mailgun-Template-Name"),
        ("t:variables", "X-Mailgun-Template-Variables"),
        ("o:deliverytime", "X-Mailgun-Deliver-By"),
    ] {
        if let Some(value) = message.field(option) {
            add(name, value);
        }
    }
    let variables: Map<_, _> = message
        .variables()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    if !variables.is_empty() {
        add("X-Mailgun-Variables", &Value::Object(variables).to_string());
    }
    for (name, value) in message.headers() {
        if !name.eq_ignore_ascii_case("message-id") {
            add(name, value);
        }
    }
    add("Content-Transfer-Encoding", if body.is_ascii() { "7bit" } else { "8bit" });
    add("Content-Type", content_type);
    headers
}
