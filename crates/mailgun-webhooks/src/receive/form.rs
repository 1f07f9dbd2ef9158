use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use mailgun_core::{bytes::Bytes, de};
use percent_encoding::percent_decode;
use serde_json::Value;

use super::{
    Attachment, Limit, Limits, ReceiveError,
    multipart::{Part, Parts},
};

/// Fields that Mailgun posts once, before the headers of a mail.
const BEFORE_HEADERS: [&str; 4] = ["recipient", "sender", "subject", "from"];

/// Fields that Mailgun posts once, after the headers of a mail.
const AFTER_HEADERS: [&str; 17] = [
    "message-headers",
    "timestamp",
    "token",
    "signature",
    "parent-signature",
    "domain",
    "event",
    "body-plain",
    "body-html",
    "body-mime",
    "stripped-text",
    "stripped-signature",
    "stripped-html",
    "attachment-count",
    "content-id-map",
    "attachments",
    "message-url",
];

/// The fields of a form. A name may occur several times.
///
/// Mailgun posts each header of a mail as a field too, and a sender can give a header the name of one of
/// Mailgun's fields. Here Mailgun's fields come first, in order of arrival. The headers follow:
///
/// * A field is a header if `message-headers`, the list of headers, has its name and value.
/// * The list may spell a value differently. Therefore, as many fields of a name are headers as the list
///   has headers of that name.
/// * Mailgun posts each of its documented fields once. If there are several of a name, all others are
///   headers. Only `body-html` may occur several times, once for each HTML part of the mail.
/// * If the values do not show which fields are headers, the order does: `recipient`, `sender`, `subject`
///   and `from` come before the headers, and all other fields after them.
///
/// An event in the form encoding has the variables of its message in the place of headers, and they come
/// after all of Mailgun's fields.
///
/// Bytes that are not UTF-8 are replaced. `Debug` shows names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FormFields(pub(super) Vec<(String, String)>);

impl FormFields {
    /// Returns the first value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Iterates over all values of this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(other, _)| *other == name).map(|(_, value)| value)
    }

    pub(super) fn push(&mut self, name: impl Into<String>, value: Bytes) {
        self.0.push((name.into(), text(value.into())));
    }

    /// Iterates over all fields, as name and value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

impl fmt::Debug for FormFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// The headers of a mail, as name and value. `Debug` shows names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Headers(pub(super) Vec<(String, String)>);

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// A parsed form.
#[derive(Default)]
pub(crate) struct Form {
    pub(crate) fields: FormFields,
    /// The number of fields that are Mailgun's and not headers. They come first.
    own: usize,
    pub(super) headers: Headers,
    pub(super) files: Vec<Attachment>,
    /// The MIME message of a mail, whose bytes must not be changed.
    pub(super) mime: Option<Bytes>,
}

impl Form {
    pub(crate) fn urlencoded(body: &[u8], limits: &Limits) -> Result<Self, ReceiveError> {
        let mut parts = Vec::new();
        for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            if parts.len() >= limits.parts {
                return Err(ReceiveError::TooLarge(Limit::Parts));
            }
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let mut half = || decoded(halves.next().unwrap_or_default());
            let (name, value) = (half(), half());
            if name.len().max(value.len()) > limits.part_bytes {
                return Err(ReceiveError::TooLarge(Limit::PartBytes));
            }
            parts.push(Part { name: text(name.into()), body: value, ..Part::default() });
        }
        Self::new(parts, |_| false, limits)
    }

    pub(crate) fn multipart(
        content_type: &str,
        body: Bytes,
        limits: &Limits,
    ) -> Result<Self, ReceiveError> {
        let mut parts = Vec::new();
        for part in Parts::new(content_type, body)? {
            let part = part?;
            if parts.len() >= limits.parts {
                return Err(ReceiveError::TooLarge(Limit::Parts));
            }
            if part.body.len() > limits.part_bytes {
                return Err(ReceiveError::TooLarge(Limit::PartBytes));
            }
            parts.push(part);
        }
        Self::new(parts, is_file, limits)
    }

    /// Parses the list of headers, and moves the fields that are headers to the end.
    fn new(
        parts: Vec<Part>,
        is_file: fn(&Part) -> bool,
        limits: &Limits,
    ) -> Result<Self, ReceiveError> {
        let json = ["message-headers", "attachments", "content-id-map"];
        let mut json = parts.iter().filter(|part| json.contains(&&*part.name));
        if json.any(|part| part.body.len() > limits.json_bytes) {
            return Err(ReceiveError::TooLarge(Limit::JsonBytes));
        }
        // If a sender gave a header the name of the list, the list contains it and is longer.
        let list = parts.iter().filter(|part| part.name == "message-headers");
        let list = list.map(|part| &part.body).max_by_key(|list| list.len());
        let list = list.and_then(|list| de::from_slice::<Vec<Value>>(list).ok());
        let list = list.unwrap_or_default();
        if list.len() > limits.headers {
            return Err(ReceiveError::TooLarge(Limit::Headers));
        }
        // Items that are not pairs of texts are left out.
        let pair = |item| serde_json::from_value::<(String, String)>(item).ok();
        let headers: Vec<_> = list.into_iter().filter_map(pair).collect();

        let copies = header_fields(&parts, &headers);
        let mut form = Self { headers: Headers(headers), ..Self::default() };
        let mut header_fields = FormFields::default();
        for (index, part) in parts.into_iter().enumerate() {
            if copies.contains(&index) {
                header_fields.push(part.name, part.body);
            } else if part.name == "body-mime" {
                form.mime = Some(part.body);
            } else if is_file(&part) {
                form.files.push(file(part));
            } else {
                form.fields.push(part.name, part.body);
            }
        }
        form.own = form.fields.0.len();
        form.fields.0.append(&mut header_fields.0);
        Ok(form)
    }

    /// Returns the first field of a name that is Mailgun's and not a header.
    pub(super) fn own(&self, name: &str) -> Option<&str> {
        let mut own = self.fields.iter().take(self.own);
        own.find(|(other, _)| *other == name).map(|(_, value)| value)
    }
}

/// Finds the parts that are headers of the mail, by the rules of [`FormFields`]. A part with a filename is
/// not a header.
fn header_fields(parts: &[Part], headers: &[(String, String)]) -> HashSet<usize> {
    let mut listed: HashMap<&str, Vec<&str>> = HashMap::new();
    for (name, value) in headers {
        listed.entry(name).or_default().push(value);
    }
    let mut copies = HashSet::new();
    let mut others: HashMap<&str, Vec<usize>> = HashMap::new();
    let fields = parts.iter().enumerate().filter(|(_, part)| part.filename.is_none());
    for (index, part) in fields {
        let header = listed.get_mut(&*part.name).and_then(|values| {
            let value = String::from_utf8_lossy(&part.body);
            let header = values.iter().position(|header| *header == value)?;
            Some(values.swap_remove(header))
        });
        if header.is_some() {
            copies.insert(index);
        } else {
            others.entry(&part.name).or_default().push(index);
        }
    }
    let has = |name: &str| others.contains_key(name);
    let is_mail = ["body-plain", "body-mime", "message-url"].into_iter().any(has);
    let is_event = has("event") && !listed.contains_key("event") && !is_mail;
    for (name, mut indices) in others {
        let mut count = listed.get(name).map_or(0, Vec::len).min(indices.len());
        let is_before = BEFORE_HEADERS.contains(&name);
        // Without the list, or with a header of the name in it, all but one might be headers.
        let is_listed = || headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        let is_repeated = name == "body-html" && !headers.is_empty() && !is_listed();
        if (is_before || AFTER_HEADERS.contains(&name)) && !is_repeated {
            count = count.max(indices.len() - 1);
        }
        if is_before || is_event {
            indices.reverse();
        }
        copies.extend(&indices[..count]);
    }
    copies
}

/// Whether a part is a file: it has a filename, the name of an attachment, or binary content.
fn is_file(part: &Part) -> bool {
    let is_text = |content_type: &str| {
        content_type.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("text/"))
    };
    let is_binary = || {
        part.content_type.as_deref().is_some_and(|it| !is_text(it))
            && str::from_utf8(&part.body).is_err()
    };
    part.filename.is_some() || is_attachment(&part.name) || is_binary()
}

fn file(part: Part) -> Attachment {
    Attachment {
        field: part.name,
        filename: part.filename.unwrap_or_default(),
        content_type: part.content_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
        bytes: part.body,
    }
}

/// Whether a name is `attachment-1`, `attachment-2` and so on.
fn is_attachment(name: &str) -> bool {
    let number = name.strip_prefix("attachment-");
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

fn decoded(half: &[u8]) -> Bytes {
    let spaced: Vec<u8> = half.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    percent_decode(&spaced).collect()
}

/// Converts bytes to text, and replaces those that are not UTF-8.
pub(super) fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_encoded_form_keeps_every_byte_of_a_mime_message() {
        let body = b"a=1+2%263&body-mime=x%FF%00+%0D%0A&a=&b&=c&&%zz=%e4";
        let form = Form::urlencoded(body, &Limits::default()).unwrap();
        assert_eq!(form.mime.unwrap(), &b"x\xff\0 \r\n"[..]);
        let fields: Vec<_> = form.fields.iter().collect();
        assert_eq!(fields, [("a", "1 2&3"), ("a", ""), ("b", ""), ("", "c"), ("%zz", "\u{fffd}")]);
    }
}
