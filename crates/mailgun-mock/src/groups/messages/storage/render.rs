//! The two formats of a stored message.

use serde_json::{Map, Value, json};

use crate::{
    account::Account,
    address, mime,
    render::content::{self, Content},
    sent::{SentFile, SentMessage},
};

/// The format for `Accept: message/rfc2822`.
pub(super) fn mime(message: &SentMessage) -> Value {
    let body_mime = match message.mime() {
        Some(mime) => String::from_utf8_lossy(mime).into_owned(),
        None => mime::text(&content::headers(message), &message.parts(&mime::boundary(message))),
    };
    json!({
        "recipients": message.recipients().join(", "),
        "sender": sender(message),
        "from": message.from(),
        "subject": message.subject(),
        "body-mime": body_mime,
    })
}

/// The parsed format.
pub(super) fn parsed(account: &Account, message: &SentMessage) -> Value {
    let (headers, text, html) = match message.mime() {
        Some(mime) => {
            let Content { text, html, .. } = Content::of_mime(mime);
            (mime::headers(mime), text, html)
        }
        None => {
            let (kind, body) = mime::body(&message.parts(&mime::boundary(message)));
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
    let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let encoding = if body.is_ascii() { "7bit" } else { "8bit" };
    let mut headers = vec![named("Mime-Version", "1.0")];
    headers.extend(content::headers(message));
    headers.push(named("Content-Transfer-Encoding", encoding));
    headers.push(named("Content-Type", content_type));
    headers
}
