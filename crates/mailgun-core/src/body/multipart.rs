//! `multipart/form-data`, laid out once: the length is the sum of what will be written.

use std::{borrow::Cow, fmt};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::{BufMut as _, Bytes, BytesMut};
use http::HeaderValue;

use super::{Body, FieldValue, Fields, Segment, Upload};
use crate::Error;

/// Values up to this size are copied into the buffer that holds the part heads, so that a mail
/// without attachments is one segment and goes out in one write; larger ones are never copied.
const COPIED: usize = 8 * 1024;

/// A `multipart/form-data` body in the making (RFC 7578).
///
/// Names and filenames are written as raw UTF-8 with `"`, CR and LF escaped as `%22`, `%0D`,
/// `%0A`; never as `filename*=`, which makes the service drop the file.
///
/// ```
/// use mailgun_core::{Form, Upload};
///
/// let mut form = Form::new();
/// form.text("to", "bob@example.com").file("attachment", Upload::from_bytes("a.txt", "hello"));
/// let (content_type, body) = form.finish()?;
/// assert!(content_type.to_str().unwrap().starts_with("multipart/form-data; boundary="));
/// # Ok::<(), mailgun_core::Error>(())
/// ```
#[derive(Default)]
pub struct Form {
    parts: Vec<Part>,
    fault: Option<Error>,
}

struct Part {
    name: Cow<'static, str>,
    content: Content,
}

enum Content {
    Text(Bytes),
    File(Box<Upload>),
}

impl Form {
    /// No parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text part.
    pub fn text(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl FieldValue,
    ) -> &mut Self {
        let (name, content) = (name.into(), Content::Text(value.into_value()));
        if let Some(reason) = unreadable(&name) {
            return self.fail(Error::invalid(name.escape_debug(), reason));
        }
        self.parts.push(Part { name, content });
        self
    }

    /// Adds a file part.
    pub fn file(&mut self, name: impl Into<Cow<'static, str>>, file: Upload) -> &mut Self {
        let name = name.into();
        if file.filename().is_empty() {
            let reason = "needs a filename: the service drops files without one";
            return self.fail(Error::invalid(name, reason));
        }
        if let Some(reason) = unreadable(file.filename()) {
            return self.fail(Error::invalid(format_args!("filename of {name}"), reason));
        }
        self.parts.push(Part { name, content: Content::File(Box::new(file)) });
        self
    }

    /// Adds all fields as text parts.
    pub fn fields(&mut self, fields: Fields) -> &mut Self {
        let (entries, fault) = fields.into_parts();
        self.parts.reserve(entries.len());
        for (name, value) in entries {
            self.text(name, value);
        }
        match fault {
            Some(fault) => self.fail(fault),
            None => self,
        }
    }

    /// Keeps a fault of a part; the first one is what the call reports.
    pub fn fail(&mut self, error: Error) -> &mut Self {
        self.fault.get_or_insert(error);
        self
    }

    /// The content type and the body, which belong together: they share the boundary.
    ///
    /// # Errors
    ///
    /// The first fault of a part, or the failure of the system's source of randomness.
    pub fn finish(self) -> Result<(HeaderValue, Body), Error> {
        // An attachment whose author can guess the boundary could add fields, a `bcc` say.
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| {
            Error::config("randomness", format_args!("is not available: {error}"))
        })?;
        let mut boundary = String::with_capacity(32);
        boundary.push_str("mailgun-");
        URL_SAFE_NO_PAD.encode_string(random, &mut boundary);
        self.finish_with(&boundary)
    }

    fn finish_with(self, boundary: &str) -> Result<(HeaderValue, Body), Error> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let content_type = ["multipart/form-data; boundary=", boundary].concat();
        let content_type = HeaderValue::from_maybe_shared(Bytes::from(content_type))
            .map_err(|_| Error::invalid("boundary", "holds characters that a header cannot"))?;

        let mut buffer = BytesMut::with_capacity(self.copied_length(boundary));
        let mut segments = Vec::new();
        for part in self.parts {
            buffer.put_slice(b"--");
            buffer.put_slice(boundary.as_bytes());
            buffer.put_slice(b"\r\nContent-Disposition: form-data; name=\"");
            put_escaped(&mut buffer, &part.name);
            let content = match part.content {
                Content::Text(text) => {
                    buffer.put_slice(b"\"\r\n\r\n");
                    Segment::Bytes(text)
                }
                Content::File(file) => {
                    buffer.put_slice(b"\"; filename=\"");
                    put_escaped(&mut buffer, file.filename());
                    buffer.put_slice(b"\"\r\nContent-Type: ");
                    buffer.put_slice(file.content_type().as_ref().as_bytes());
                    buffer.put_slice(b"\r\n\r\n");
                    file.into_segment()
                }
            };
            match content {
                Segment::Bytes(bytes) if bytes.len() <= COPIED => buffer.put_slice(&bytes),
                large => {
                    segments.push(Segment::Bytes(buffer.split().freeze()));
                    segments.push(large);
                }
            }
            buffer.put_slice(b"\r\n");
        }
        buffer.put_slice(b"--");
        buffer.put_slice(boundary.as_bytes());
        buffer.put_slice(b"--\r\n");
        segments.push(Segment::Bytes(buffer.freeze()));
        Ok((content_type, Body::from_segments(segments)))
    }

    /// Room for all that is copied, a little more where names need escapes or files long types.
    fn copied_length(&self, boundary: &str) -> usize {
        const HEAD: usize = "--\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n\r\n".len();
        const FILE_HEAD: usize = "; filename=\"\"\r\nContent-Type: ".len() + 32;
        let parts = self.parts.iter().map(|part| {
            HEAD + boundary.len()
                + part.name.len()
                + match &part.content {
                    Content::Text(text) if text.len() <= COPIED => text.len(),
                    Content::Text(_) => 0,
                    Content::File(file) => {
                        let small = file.size().filter(|size| *size <= COPIED as u64).unwrap_or(0);
                        FILE_HEAD + file.filename().len() + small as usize
                    }
                }
        });
        parts.sum::<usize>() + boundary.len() + 6
    }
}

/// Why a name would be misread on the other side, where the escapes of [`put_escaped`] do not help.
fn unreadable(name: &str) -> Option<&'static str> {
    let is_control = |byte: u8| byte.is_ascii_control() && !matches!(byte, b'\r' | b'\n');
    if name.bytes().any(is_control) {
        return Some("must not hold control characters");
    }
    // Many readers take it for an escape of the quote that ends the name, and lose the part.
    name.ends_with('\\').then_some("must not end with a backslash")
}

/// The escapes of the WHATWG form encoding; everything else goes as raw UTF-8.
fn put_escaped(buffer: &mut BytesMut, text: &str) {
    if !text.bytes().any(|byte| matches!(byte, b'"' | b'\r' | b'\n')) {
        return buffer.put_slice(text.as_bytes());
    }
    for piece in text.as_bytes().split_inclusive(|byte| matches!(byte, b'"' | b'\r' | b'\n')) {
        let escape: &[u8] = match piece.last() {
            Some(b'"') => b"%22",
            Some(b'\r') => b"%0D",
            Some(b'\n') => b"%0A",
            _ => {
                buffer.put_slice(piece);
                continue;
            }
        };
        buffer.put_slice(&piece[..piece.len() - 1]);
        buffer.put_slice(escape);
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.parts.iter().map(|part| match &part.content {
            Content::Text(text) => format!("{}: {} bytes", part.name, text.len()),
            Content::File(file) => format!("{}: {file:?}", part.name),
        });
        f.debug_list().entries(names).finish()
    }
}

#[cfg(test)]
mod tests {
    use http_body::Body as _;
    use http_body_util::BodyExt as _;

    use super::*;

    async fn written(form: Form) -> (String, Vec<u8>) {
        let (content_type, body) = form.finish_with("B").unwrap();
        let declared = body.size_hint().exact();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        if let Some(declared) = declared {
            assert_eq!(declared, bytes.len() as u64);
        }
        (content_type.to_str().unwrap().to_owned(), bytes)
    }

    #[tokio::test]
    async fn the_layout_is_that_of_rfc_7578() {
        let mut form = Form::new();
        form.text("to", "bob@example.com")
            .file("attachment", Upload::from_bytes("a.txt", "hello"))
            .text("v:my key", "");
        let (content_type, bytes) = written(form).await;
        assert_eq!(content_type, "multipart/form-data; boundary=B");
        let expected = "--B\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\nbob@example.com\r\n\
            --B\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"a.txt\"\r\n\
            Content-Type: text/plain\r\n\r\nhello\r\n\
            --B\r\nContent-Disposition: form-data; name=\"v:my key\"\r\n\r\n\r\n--B--\r\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[tokio::test]
    async fn names_and_filenames_are_raw_utf8_with_three_escapes() {
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
    async fn large_values_are_segments_of_their_own_and_not_copied() {
        let large = Bytes::from(vec![b'x'; COPIED + 1]);
        let mut form = Form::new();
        form.text("a", "1").text("html", large.clone()).text("b", "2");
        let (_, mut body) = form.finish_with("B").unwrap();
        body.frame().await.unwrap().unwrap();
        let second = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(second.as_ptr(), large.as_ptr());
    }

    #[tokio::test]
    async fn a_mail_without_attachments_is_one_segment() {
        let mut form = Form::new();
        form.text("text", "x".repeat(1024)).text("html", "y".repeat(2048));
        let (_, body) = form.finish_with("B").unwrap();
        assert!(body.as_bytes().is_some());
    }

    #[test]
    fn a_file_without_a_name_is_refused() {
        let mut form = Form::new();
        form.file("attachment", Upload::from_bytes("", "x"));
        let error = form.finish().unwrap_err();
        assert!(error.to_string().contains("`attachment` needs a filename"), "{error}");
    }

    #[test]
    fn boundaries_differ() {
        let first = Form::new().finish().unwrap().0;
        assert_ne!(first, Form::new().finish().unwrap().0);
        assert_eq!(first.len(), "multipart/form-data; boundary=mailgun-".len() + 22);
    }

    /// Reads multipart back the strict way, so that a wrong boundary or a lost CRLF shows.
    #[tokio::test]
    async fn contents_survive_whatever_bytes_they_are() {
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
