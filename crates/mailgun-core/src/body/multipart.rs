//! `multipart/form-data` bodies (RFC 7578).

use std::{borrow::Cow, fmt};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::HeaderValue;

use super::{Body, FieldValue, Fields, Segment, Upload};
use crate::Error;

/// Values up to this size are copied into the buffer of the part headers, so that a message without
/// attachments is one segment. Larger values are not copied.
const MAX_COPIED: usize = 8 * 1024;

/// Builds a `multipart/form-data` body (RFC 7578).
///
/// Names and filenames are UTF-8, with `"`, CR and LF escaped as `%22`, `%0D` and `%0A`.
/// `filename*=` is never used, because Mailgun drops such files.
///
/// ```
/// use mailgun::resource::{Form, Upload};
///
/// let mut form = Form::new();
/// form.text("to", "bob@example.com").file("attachment", Upload::from_bytes("a.txt", "hello"));
/// let (content_type, body) = form.finish()?;
/// assert!(content_type.to_str().unwrap().starts_with("multipart/form-data; boundary="));
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Default)]
pub struct Form {
    texts: Fields,
    files: Vec<(Cow<'static, str>, Upload)>,
}

impl Form {
    /// Creates an empty form.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text part.
    pub fn text(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl FieldValue,
    ) -> &mut Self {
        self.texts.append(name, value);
        self
    }

    /// Adds a file part. Files are written after all texts.
    pub fn file(&mut self, name: impl Into<Cow<'static, str>>, file: Upload) -> &mut Self {
        self.files.push((name.into(), file));
        self
    }

    /// Adds all fields as text parts.
    pub fn fields(&mut self, fields: Fields) -> &mut Self {
        self.texts.extend(fields);
        self
    }

    /// Makes the call fail with `error`, unless there is an earlier error.
    pub fn record_error(&mut self, error: Error) -> &mut Self {
        self.texts.record_error(error);
        self
    }

    /// The names of all parts.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let texts = self.texts.iter().map(|(name, _)| name);
        texts.chain(self.files.iter().map(|(name, _)| &**name))
    }

    /// The values of the parts with this name; `None` if one is a file.
    pub(crate) fn values(&self, name: &str) -> Option<Vec<Bytes>> {
        let texts = self.texts.iter().filter(|(other, _)| *other == name);
        let is_file = self.files.iter().any(|(other, _)| other == name);
        (!is_file).then(|| texts.map(|(_, value)| value.clone()).collect())
    }

    /// Removes all parts with this name.
    pub(crate) fn remove(&mut self, name: &str) {
        self.texts.remove(name);
        self.files.retain(|(other, _)| other != name);
    }

    /// Removes and returns the error of the first invalid part.
    pub(crate) fn take_error(&mut self) -> Option<Error> {
        self.texts.take_error()
    }

    /// The text parts.
    pub(crate) fn into_texts(self) -> Fields {
        self.texts
    }

    /// Returns the content type and the body. Both contain the same random boundary.
    ///
    /// # Errors
    ///
    /// Returns the error of the first invalid part,
    /// [`ErrorKind::TooLarge`](crate::ErrorKind::TooLarge) if the total length overflows, or
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the system's random number generator
    /// fails.
    pub fn finish(self) -> Result<(HeaderValue, Body), Error> {
        let (texts, error) = self.texts.into_parts();
        if let Some(error) = error {
            return Err(error);
        }
        let boundary = random_boundary()?;
        let mut layout = Layout::new(&boundary, &texts);
        for (name, text) in texts {
            layout.head(&name)?;
            layout.buffer.extend_from_slice(b"\"\r\n\r\n");
            layout.bytes(text);
            layout.buffer.extend_from_slice(b"\r\n");
        }
        for (name, file) in self.files {
            layout.head(&name)?;
            layout.buffer.extend_from_slice(b"\"; filename=\"");
            layout.buffer.extend_from_slice(checked_filename(&name, file.filename())?.as_bytes());
            layout.buffer.extend_from_slice(b"\"\r\nContent-Type: ");
            layout.buffer.extend_from_slice(file.content_type().as_ref().as_bytes());
            layout.buffer.extend_from_slice(b"\r\n\r\n");
            match file.into_segment() {
                Segment::Bytes(bytes) => layout.bytes(bytes),
                source => layout.segment(source),
            }
            layout.buffer.extend_from_slice(b"\r\n");
        }
        let content_type = ["multipart/form-data; boundary=", &boundary].concat();
        let content_type = HeaderValue::try_from(content_type).map_err(|error| {
            Error::invalid("boundary", "is not a valid header value").with_source(error)
        })?;
        Ok((content_type, layout.close(&boundary)?))
    }
}

/// The boundary is random, because an author of an attachment could otherwise guess it and add
/// fields such as `bcc`.
fn random_boundary() -> Result<String, Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)
        .map_err(|error| Error::config("randomness", format_args!("is not available: {error}")))?;
    Ok(["mailgun-", &BASE64_URL_SAFE_NO_PAD.encode(random)].concat())
}

/// The segments of a body that is being built.
struct Layout {
    /// What each part begins with, up to its name.
    delimiter: String,
    /// The bytes since the last segment.
    buffer: Vec<u8>,
    segments: Vec<Segment>,
}

impl Layout {
    /// Reserves space for `texts` and the end of the body.
    fn new(boundary: &str, texts: &[(Cow<'static, str>, Bytes)]) -> Self {
        let delimiter = ["--", boundary, "\r\nContent-Disposition: form-data; name=\""].concat();
        let part = delimiter.len() + "\"\r\n\r\n\r\n".len();
        let texts = texts.iter().map(|(name, text)| {
            let copied = if text.len() <= MAX_COPIED { text.len() } else { 0 };
            part + name.len() + copied
        });
        let buffer = Vec::with_capacity(texts.sum::<usize>() + delimiter.len());
        Self { delimiter, buffer, segments: Vec::new() }
    }

    /// Writes the start of a part, up to the end of its name.
    fn head(&mut self, name: &str) -> Result<(), Error> {
        let escaped = escaped_name(name);
        let escaped = escaped.map_err(|reason| Error::invalid(name.escape_debug(), reason))?;
        self.buffer.extend_from_slice(self.delimiter.as_bytes());
        self.buffer.extend_from_slice(escaped.as_bytes());
        Ok(())
    }

    fn bytes(&mut self, bytes: Bytes) {
        if bytes.len() <= MAX_COPIED {
            self.buffer.extend_from_slice(&bytes);
        } else {
            self.segment(Segment::Bytes(bytes));
        }
    }

    fn segment(&mut self, segment: Segment) {
        if !self.buffer.is_empty() {
            self.segments.push(Segment::Bytes(std::mem::take(&mut self.buffer).into()));
        }
        self.segments.push(segment);
    }

    fn close(mut self, boundary: &str) -> Result<Body, Error> {
        self.buffer.extend_from_slice(b"--");
        self.buffer.extend_from_slice(boundary.as_bytes());
        self.buffer.extend_from_slice(b"--\r\n");
        if self.segments.is_empty() {
            return Ok(self.buffer.into());
        }
        self.segments.push(Segment::Bytes(self.buffer.into()));
        Body::from_segments(self.segments)
    }
}

fn checked_filename<'a>(field: &str, filename: &'a str) -> Result<Cow<'a, str>, Error> {
    if filename.is_empty() {
        let reason = "needs a filename: Mailgun drops files without one";
        return Err(Error::invalid(field, reason));
    }
    escaped_name(filename)
        .map_err(|reason| Error::invalid(format_args!("filename of {field}"), reason))
}

/// A name in UTF-8, with the escapes of the WHATWG form encoding.
///
/// The error is the reason why servers would misread the name despite the escapes.
fn escaped_name(name: &str) -> Result<Cow<'_, str>, &'static str> {
    // Many parsers would read it as an escape of the closing quote, and lose the part.
    if name.ends_with('\\') {
        return Err("must not end with a backslash");
    }
    if !name.bytes().any(|byte| byte == b'"' || byte.is_ascii_control()) {
        return Ok(name.into());
    }
    let escaped = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    if escaped.bytes().any(|byte| byte.is_ascii_control()) {
        return Err("must not contain control characters");
    }
    Ok(escaped.into())
}

impl From<Fields> for Form {
    fn from(texts: Fields) -> Self {
        Self { texts, ..Self::default() }
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form").field("texts", &self.texts).field("files", &self.files).finish()
    }
}

#[cfg(test)]
mod tests {
    use http_body::Body as _;
    use http_body_util::BodyExt as _;

    use super::*;

    /// The content type and the body, with `B` in place of the boundary.
    async fn written(form: Form) -> (String, Vec<u8>) {
        let (content_type, body) = form.finish().unwrap();
        let boundary = content_type.to_str().unwrap().split_once('=').unwrap().1.to_owned();
        let shortened = |text: &str| text.replace(&boundary, "B");
        let declared = body.size_hint().exact();
        let bytes = body.collect().await.unwrap().to_bytes();
        if let Some(declared) = declared {
            assert_eq!(declared, bytes.len() as u64);
        }
        let body = shortened(str::from_utf8(&bytes).unwrap());
        (shortened(content_type.to_str().unwrap()), body.into())
    }

    #[tokio::test]
    async fn the_body_follows_rfc_7578() {
        let mut form = Form::new();
        form.text("to", "bob@example.com")
            .file("attachment", Upload::from_bytes("a.txt", "hello"))
            .text("v:my key", "");
        let (content_type, bytes) = written(form).await;
        assert_eq!(content_type, "multipart/form-data; boundary=B");
        let expected = "--B\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\nbob@example.com\r\n\
            --B\r\nContent-Disposition: form-data; name=\"v:my key\"\r\n\r\n\r\n\
            --B\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"a.txt\"\r\n\
            Content-Type: text/plain\r\n\r\nhello\r\n--B--\r\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[tokio::test]
    async fn names_and_filenames_are_utf8_with_three_escapes() {
        for (name, expected) in [
            ("v:naïve", "v:naïve"),
            ("v:a/b%{}", "v:a/b%{}"),
            ("überraschung 日本 🎉.txt", "überraschung 日本 🎉.txt"),
            ("a\"\r\nX: y.txt", "a%22%0D%0AX: y.txt"),
            ("\"", "%22"),
        ] {
            let mut form = Form::new();
            form.text(name, "1").file("attachment", Upload::from_bytes(name, "x"));
            let (_, bytes) = written(form).await;
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains(&format!("form-data; name=\"{expected}\"\r\n")), "{text}");
            assert!(text.contains(&format!("; filename=\"{expected}\"\r\n")), "{text}");
            assert!(!text.contains("*="), "{text}");
        }
        let long = "ä".repeat(200);
        let mut form = Form::new();
        form.file("attachment", Upload::from_bytes(long.clone(), "x"));
        let (_, bytes) = written(form).await;
        assert!(String::from_utf8(bytes).unwrap().contains(&format!("filename=\"{long}\"")));
    }

    #[tokio::test]
    async fn large_values_are_separate_segments_and_not_copied() {
        let large = Bytes::from(vec![b'x'; MAX_COPIED + 1]);
        let mut form = Form::new();
        form.text("a", "1").text("html", large.clone()).text("b", "2");
        let (_, mut body) = form.finish().unwrap();
        body.frame().await.unwrap().unwrap();
        let second = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(second.as_ptr(), large.as_ptr());
    }

    #[tokio::test]
    async fn a_message_without_attachments_is_one_segment() {
        let mut form = Form::new();
        form.text("text", "x".repeat(1024)).text("html", "y".repeat(2048));
        let (_, body) = form.finish().unwrap();
        assert!(body.as_bytes().is_some());
    }

    #[test]
    fn a_file_without_a_name_is_rejected() {
        let mut form = Form::new();
        form.file("attachment", Upload::from_bytes("", "x"));
        let error = form.finish().unwrap_err();
        assert!(error.to_string().contains("`attachment` needs a filename"), "{error}");
    }

    #[test]
    fn boundaries_differ() {
        let content_type = || Form::new().finish().unwrap().0;
        let all: std::collections::HashSet<_> = (0..100).map(|_| content_type()).collect();
        assert_eq!(all.len(), 100);
        for one in all {
            let boundary = one.to_str().unwrap().strip_prefix("multipart/form-data; boundary=");
            let random = boundary.unwrap().strip_prefix("mailgun-").unwrap();
            // 128 bits in base64.
            assert_eq!(random.len(), 22, "{random}");
        }
    }

    #[test]
    fn a_total_length_that_overflows_is_rejected() {
        let stream = || futures_util::stream::empty::<Result<Bytes, Error>>();
        let mut form = Form::new();
        form.file("attachment", Upload::from_stream("a", Some(u64::MAX), stream()));
        assert_eq!(form.finish().unwrap_err().kind(), crate::ErrorKind::TooLarge);
        let mut form = Form::new();
        for name in ["a", "b"] {
            form.file("attachment", Upload::from_stream(name, Some(u64::MAX / 2 + 1), stream()));
        }
        assert_eq!(form.finish().unwrap_err().kind(), crate::ErrorKind::TooLarge);
    }

    /// Parses the body strictly, to detect a wrong boundary or a missing CRLF.
    #[tokio::test]
    async fn files_with_random_bytes_are_written_unchanged() {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        for round in 0..200 {
            let mut random = || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state
            };
            let content: Vec<u8> = match round {
                0 => b"\r\n--B--\r\n--B".to_vec(),
                _ => (0..random() % 20_000).map(|_| random() as u8).collect(),
            };
            let mut form = Form::new();
            form.text("a", "1").file("attachment", Upload::from_bytes("f", content.clone()));
            let (content_type, body) = form.finish().unwrap();
            let boundary = content_type.to_str().unwrap().split_once('=').unwrap().1.to_owned();
            let bytes = body.collect().await.unwrap().to_bytes();
            let close = format!("\r\n--{boundary}--\r\n");
            let body = bytes.strip_suffix(close.as_bytes()).unwrap();
            let head = b"Content-Type: application/octet-stream\r\n\r\n";
            let at = body.windows(head.len()).position(|w| w == head).unwrap() + head.len();
            assert_eq!(&body[at..], &content[..], "round {round}");
        }
    }
}
