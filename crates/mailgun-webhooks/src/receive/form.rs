use std::{collections::HashSet, convert::Infallible, fmt};

use futures_util::{FutureExt as _, future::ready, stream};
use mailgun_core::{
    bytes::Bytes,
    de,
    http::header::{self, HeaderValue},
};
use multer::{Constraints, Multipart, SizeLimit};
use percent_encoding::percent_decode;
use serde_json::Value;

use super::{Attachment, Limit, Limits, ReceiveError};

/// The fields of a form, a name as often as it came.
///
/// Each header of a mail is a field too, and a sender may name one like a field of Mailgun's. Those
/// of Mailgun come first, in order of arrival, and then those that the list of the headers has.
///
/// Bytes that are no UTF-8 are replaced. `Debug` shows names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FormFields(pub(super) Vec<(String, String)>);

impl FormFields {
    /// The first value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(other, _)| *other == name).map(|(_, value)| value)
    }

    /// All fields, as name and value.
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

/// What a form holds.
#[derive(Default)]
pub(super) struct Form {
    pub(super) fields: FormFields,
    /// How many of the fields are Mailgun's own, and no headers.
    own: usize,
    pub(super) headers: Headers,
    pub(super) files: Vec<Attachment>,
    /// The MIME text of a mail, whose bytes must stay as they are.
    pub(super) mime: Option<Bytes>,
}

impl Form {
    pub(super) fn urlencoded(body: &[u8], limits: &Limits) -> Result<Self, ReceiveError> {
        let mut form = Self::default();
        let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
        for (count, pair) in pairs.enumerate() {
            if count >= limits.parts {
                return Err(ReceiveError::TooLarge(Limit::Parts));
            }
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let mut half = || decoded(halves.next().unwrap_or_default());
            let (name, value) = (half(), half());
            if name.len().max(value.len()) > limits.part_bytes {
                return Err(ReceiveError::TooLarge(Limit::PartBytes));
            }
            form.push(text(name), value);
        }
        form.sorted(limits)
    }

    pub(super) fn multipart(
        content_type: &str,
        body: Bytes,
        limits: &Limits,
    ) -> Result<Self, ReceiveError> {
        let boundary = multer::parse_boundary(content_type)
            .map_err(|_| ReceiveError::Malformed("a multipart form without a boundary"))?;
        // Nothing is waited for, as all bytes are there.
        let form = Self::parts(body, boundary, limits).now_or_never();
        form.unwrap_or(Err(ReceiveError::Malformed("a multipart form that does not end")))
    }

    async fn parts(body: Bytes, boundary: String, limits: &Limits) -> Result<Self, ReceiveError> {
        let sizes = SizeLimit::new().per_field(limits.part_bytes as u64);
        let body = stream::once(ready(Ok::<_, Infallible>(body)));
        let constraints = Constraints::new().size_limit(sizes);
        let mut parts = Multipart::with_constraints(body, boundary, constraints);
        let mut form = Self::default();
        let mut count = 0;
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            if count >= limits.parts {
                return Err(ReceiveError::TooLarge(Limit::Parts));
            }
            count += 1;
            let Some(name) = part.name().map(str::to_owned) else { continue };
            let filename = part.file_name().map(str::to_owned);
            let content_type = part.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
            let content_type =
                content_type.map(|value| String::from_utf8_lossy(value).into_owned());
            let bytes = part.bytes().await.map_err(unreadable)?;
            if filename.is_some() || is_attachment(&name) {
                let content_type =
                    content_type.unwrap_or_else(|| "application/octet-stream".to_owned());
                let filename = filename.unwrap_or_default();
                form.files.push(Attachment { field: name, filename, content_type, bytes });
            } else {
                form.push(name, bytes);
            }
        }
        form.sorted(limits)
    }

    /// Reads the list of the headers, and puts the fields that are headers behind the others.
    fn sorted(mut self, limits: &Limits) -> Result<Self, ReceiveError> {
        let json = ["message-headers", "attachments", "content-id-map"];
        if json.iter().flat_map(|name| self.fields.all(name)).any(|it| it.len() > limits.json_bytes)
        {
            return Err(ReceiveError::TooLarge(Limit::JsonBytes));
        }
        // If a sender has named a header like the list, the list has it, and is longer.
        let list = self.fields.all("message-headers").max_by_key(|list| list.len());
        let list = list.and_then(|list| de::from_slice::<Vec<Value>>(list.as_bytes()).ok());
        let list = list.unwrap_or_default();
        if list.len() > limits.headers {
            return Err(ReceiveError::TooLarge(Limit::Headers));
        }
        // What is no pair of texts is left out.
        let pair = |item| serde_json::from_value::<(String, String)>(item).ok();
        self.headers = Headers(list.into_iter().filter_map(pair).collect());

        let headers: HashSet<&(String, String)> = self.headers.0.iter().collect();
        let (own, copies): (Vec<_>, Vec<_>) =
            self.fields.0.into_iter().partition(|field| !headers.contains(field));
        self.own = own.len();
        self.fields = FormFields(own);
        self.fields.0.extend(copies);
        Ok(self)
    }

    /// The first field of a name that is Mailgun's own and no header.
    pub(super) fn own(&self, name: &str) -> Option<&str> {
        let mut own = self.fields.iter().take(self.own);
        own.find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    fn push(&mut self, name: String, value: Bytes) {
        if name == "body-mime" && self.mime.is_none() {
            self.mime = Some(value);
        } else {
            self.fields.0.push((name, text(value)));
        }
    }
}

/// `attachment-1` and so on.
fn is_attachment(name: &str) -> bool {
    let number = name.strip_prefix("attachment-");
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

fn unreadable(error: multer::Error) -> ReceiveError {
    match error {
        multer::Error::FieldSizeExceeded { .. } => ReceiveError::TooLarge(Limit::PartBytes),
        _ => ReceiveError::Malformed("a multipart form that cannot be read"),
    }
}

fn decoded(half: &[u8]) -> Bytes {
    let spaced: Vec<u8> = half.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    percent_decode(&spaced).collect()
}

fn text(bytes: Bytes) -> String {
    String::from_utf8(bytes.into())
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urlencoded_forms_keep_every_byte_of_a_mime_text() {
        let body = b"a=1+2%263&body-mime=x%FF%00+%0D%0A&a=&b&=c&&%zz=%e4";
        let form = Form::urlencoded(body, &Limits::default()).unwrap();
        assert_eq!(form.mime.unwrap(), &b"x\xff\0 \r\n"[..]);
        let fields: Vec<_> = form.fields.iter().collect();
        assert_eq!(fields, [("a", "1 2&3"), ("a", ""), ("b", ""), ("", "c"), ("%zz", "\u{fffd}")]);
    }
}
