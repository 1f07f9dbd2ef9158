//! The error message in a response body: how it is found, and how it is displayed.

use std::fmt::{self, Write as _};

use http::HeaderValue;
use serde_json::Value;

use super::redact::redacted;
use crate::de;

/// The error message in a body, in any of the formats that Mailgun's services use.
pub(super) fn message(body: &[u8]) -> Option<String> {
    if let Ok(value) = de::from_slice::<Value>(body) {
        return in_json(&value);
    }
    let text = String::from_utf8_lossy(body);
    let text = if looks_like_html(&text) { without_tags(&text) } else { text.into_owned() };
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn in_json(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Array(items) => {
            let texts: Vec<_> = items.iter().filter_map(in_json).collect();
            (!texts.is_empty()).then(|| texts.join("; "))
        }
        Value::Object(object) => {
            // `message` comes first: almost all services use it, the others are exceptions.
            [
                "message",
                "Message",
                "error",
                "Error",
                "Reason",
                "Description",
                "reason",
                "errors",
                "detail",
            ]
            .iter()
            .find_map(|key| object.get(*key).and_then(in_json))
            .or_else(|| {
                let field = object.get("Field").and_then(Value::as_str)?;
                Some(format!("the value of {field} was rejected"))
            })
        }
        _ => None,
    }
}

fn looks_like_html(text: &str) -> bool {
    let start = text.trim_start();
    let start = start.get(..15.min(start.len())).unwrap_or(start).to_ascii_lowercase();
    start.starts_with("<!doctype") || start.starts_with("<html") || start.starts_with("<head")
}

fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        text.push(' ');
        rest = rest[open..].find('>').map_or("", |close| &rest[open + close + 1..]);
    }
    text.push_str(rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How many characters of a response an error's `Display` shows at most.
const SHOWN: usize = 300;

/// Text of the server, redacted and truncated for logs.
pub(super) struct Shown<'a> {
    pub(super) text: &'a str,
    /// The `Authorization` header of the request, whose key is redacted too.
    pub(super) authorization: Option<&'a HeaderValue>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Redacted before it is truncated: part of a secret would not be recognised as one.
        let text = redacted(self.text, self.authorization);
        let mut characters = text.chars();
        for character in characters.by_ref().take(SHOWN) {
            f.write_char(if character.is_control() { '\u{fffd}' } else { character })?;
        }
        if characters.next().is_some() { f.write_str("…") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_of_an_error_body_is_read() {
        for (body, expected) in [
            (r#"{"message": "to parameter is missing"}"#, Some("to parameter is missing")),
            (r#"{"Message": "capital"}"#, Some("capital")),
            (r#"{"Reason": "plan"}"#, Some("plan")),
            (r#"{"Description": "absent"}"#, Some("absent")),
            (r#"{"error": {"name": "x", "message": "inner"}}"#, Some("inner")),
            (r#"{"error": "flat"}"#, Some("flat")),
            (r#"{"errors": ["a", {"message": "b"}]}"#, Some("a; b")),
            (r#"{"Field": "ip", "Value": "1"}"#, Some("the value of ip was rejected")),
            (r#""Forbidden""#, Some("Forbidden")),
            (r#"{"message": null, "error": "second"}"#, Some("second")),
            ("Forbidden", Some("Forbidden")),
            ("<html><head><title>502 Bad Gateway</title></head></html>", Some("502 Bad Gateway")),
            ("<!DOCTYPE HTML>\n<title>404</title>\n<p>gone", Some("404 gone")),
            ("", None),
            ("  \n", None),
            ("{}", None),
        ] {
            assert_eq!(message(body.as_bytes()).as_deref(), expected, "{body}");
        }
        assert_eq!(message(&[0xff, b'x']).as_deref(), Some("\u{fffd}x"));
    }

    #[test]
    fn shown_text_is_one_short_line_without_addresses() {
        let shown = |text: &str| Shown { text, authorization: None }.to_string();
        assert_eq!(shown("a\r\nb \u{7}c"), "a b \u{fffd}c");
        assert_eq!(shown("'bob@example.com' is bad"), "[address] is bad");
        assert_eq!(shown(&"x".repeat(SHOWN)), "x".repeat(SHOWN));
        assert_eq!(shown(&"x".repeat(5000)), format!("{}…", "x".repeat(SHOWN)));
        // An address across the limit is redacted as a whole.
        let across = format!("{} bob.canary@example.com", "x".repeat(SHOWN - 4));
        assert!(!shown(&across).contains("bob"));
    }
}
