//! MIME text: reads its headers, and writes it for a message that was sent as a form.

use std::fmt::Write as _;

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::sent::{SentFile, SentMessage};

/// The headers of a MIME text, unfolded, in order.
pub(crate) fn headers(mime: &[u8]) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in split(mime).0.lines() {
        if let Some((_, value)) = headers.last_mut()
            && line.starts_with([' ', '\t'])
        {
            value.push(' ');
            value.push_str(line.trim());
        } else if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    headers
}

/// The value of the first header of this name, in any case.
pub(crate) fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// Head and body of a MIME text.
pub(crate) fn split(mime: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(mime);
    let parts = text.split_once("\r\n\r\n").or_else(|| text.split_once("\n\n"));
    let (head, body) = parts.unwrap_or((&text, ""));
    (head.to_owned(), body.to_owned())
}

/// What a body is made of.
pub(crate) struct Parts<'a> {
    pub(crate) text: Option<&'a str>,
    pub(crate) html: Option<&'a str>,
    pub(crate) attachments: &'a [SentFile],
    pub(crate) inline: &'a [SentFile],
    pub(crate) boundary: &'a str,
}

/// A boundary for the parts of a message. The storage key occurs in no text that came before it.
pub(crate) fn boundary(message: &SentMessage) -> String {
    message.storage_key.trim_end_matches('=').to_owned()
}

/// The MIME text of a mail.
pub(crate) fn text(headers: &[(String, String)], parts: &Parts<'_>) -> String {
    let (kind, body) = body(parts);
    let encoding = if body.is_ascii() { "7bit" } else { "8bit" };
    let mut text = String::new();
    let own = [("Mime-Version", "1.0"), ("Content-Type", &kind)];
    let own = own.into_iter().chain([("Content-Transfer-Encoding", encoding)]);
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':')
    };
    for (name, value) in headers.filter(|(name, _)| is_name(name)).chain(own) {
        // A line break in a value would begin another header.
        let value = value.split(['\r', '\n']).filter(|line| !line.is_empty());
        let _ = write!(text, "{name}: {}\r\n", value.collect::<Vec<_>>().join(" "));
    }
    text + "\r\n" + &body.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n")
}

/// The content type and the text of a body.
pub(crate) fn body(parts: &Parts<'_>) -> (String, String) {
    let texts = [("text/plain", parts.text), ("text/html", parts.html)];
    let texts = texts
        .into_iter()
        .filter_map(|(kind, text)| Some((format!("{kind}; charset=utf-8"), text?.to_owned())));
    let mut texts: Vec<_> = texts.collect();
    let (kind, text) = match texts.len() {
        0 => ("text/plain; charset=utf-8".to_owned(), String::new()),
        1 => texts.remove(0),
        _ => multipart("alternative", parts, texts.iter().map(|part| entity(part, ""))),
    };
    if parts.attachments.is_empty() && parts.inline.is_empty() {
        return (kind, text);
    }
    let attachments = parts.attachments.iter().map(|file| file_entity(file, "attachment"));
    let inline = parts.inline.iter().map(|file| file_entity(file, "inline"));
    let first = std::iter::once(entity(&(kind, text), ""));
    multipart("mixed", parts, first.chain(inline).chain(attachments))
}

fn multipart(
    kind: &str,
    parts: &Parts<'_>,
    entities: impl Iterator<Item = String>,
) -> (String, String) {
    let boundary = format!("{kind}-{}", parts.boundary);
    let mut body = String::new();
    for entity in entities {
        let _ = write!(body, "--{boundary}\r\n{entity}\r\n");
    }
    let _ = write!(body, "--{boundary}--\r\n");
    (format!("multipart/{kind}; boundary=\"{boundary}\""), body)
}

fn entity((kind, body): &(String, String), more_headers: &str) -> String {
    format!("Content-Type: {kind}\r\n{more_headers}\r\n{body}")
}

fn file_entity(file: &SentFile, disposition: &str) -> String {
    let name = file.filename.replace(char::is_control, " ").replace('"', "\\\"");
    let mut headers = format!(
        "Content-Transfer-Encoding: base64\r\n\
         Content-Disposition: {disposition}; filename=\"{name}\"\r\n"
    );
    if disposition == "inline" {
        let _ = write!(headers, "Content-ID: <{name}>\r\n");
    }
    let mut lines = String::new();
    for line in file.bytes.chunks(57) {
        lines += &BASE64_STANDARD.encode(line);
        lines += "\r\n";
    }
    entity(&(file.content_type.replace(char::is_control, ""), lines), &headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_types_begin_no_header_and_no_other_mail() {
        let headers = ["X-Good", "", "X-A: 1\r\nX-Evil", "X\n.\r\nMAIL FROM", "X Y", "X:Y", "X-Ö"];
        let headers = headers.map(|name| (name.to_owned(), "1".to_owned()));
        let file = SentFile::new("a", "text/plain\r\nX-Evil: 1", "x");
        let (attachments, inline) = (&[file][..], &[][..]);
        let parts = Parts { text: Some("a\n.\rb"), html: None, attachments, inline, boundary: "b" };
        let text = text(&headers, &parts);
        assert!(text.starts_with("X-Good: 1\r\nMime-Version: 1.0\r\n"), "{text}");
        assert!(text.contains("Content-Type: text/plainX-Evil: 1\r\n"), "{text}");
        let without = text.replace("\r\n", "");
        assert!(!without.contains(['\r', '\n']), "{text:?}");
    }
}
