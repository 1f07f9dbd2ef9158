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
    texts: Fields,
    files: Vec<(Cow<'static, str>, Upload)>,
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
        self.texts.append(name, value);
        self
    }

    /// Adds a file part; files are written after all texts.
    pub fn file(&mut self, name: impl Into<Cow<'static, str>>, file: Upload) -> &mut Self {
        self.files.push((name.into(), file));
        self
    }

    /// Adds all fields as text parts.
    pub fn fields(&mut self, fields: Fields) -> &mut Self {
        self.texts.extend(fields);
        self
    }

    /// Keeps a fault of a part; the first one is what the call reports.
    pub fn fail(&mut self, error: Error) -> &mut Self {
        self.texts.fail(error);
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
        let mut boundary = *b"mailgun-0123456789012345678901";
        if URL_SAFE_NO_PAD.encode_slice(random, &mut boundary[8..]).is_err() {
            return Err(Error::config("randomness", "does not fit the boundary"));
        }
        self.finish_with(&boundary)
    }

    fn finish_with(self, boundary: &[u8]) -> Result<(HeaderValue, Body), Error> {
        let (texts, fault) = self.texts.into_parts();
        if let Some(fault) = fault {
            return Err(fault);
        }
        check(&texts, &self.files)?;
        let content_type = [b"multipart/form-data; boundary=", boundary].concat();
        let content_type = HeaderValue::from_maybe_shared(Bytes::from(content_type))
            .map_err(|_| Error::invalid("boundary", "holds characters that a header cannot"))?;

        let mut layout = Layout {
            buffer: BytesMut::with_capacity(copied_length(&texts, &self.files, boundary)),
            segments: Vec::new(),
        };
        for (name, text) in texts {
            layout.open(boundary, &name);
            layout.buffer.put_slice(b"\"\r\n\r\n");
            layout.content(Segment::Bytes(text));
        }
        for (name, file) in self.files {
            layout.open(boundary, &name);
            layout.buffer.put_slice(b"\"; filename=\"");
            put_escaped(&mut layout.buffer, file.filename());
            layout.buffer.put_slice(b"\"\r\nContent-Type: ");
            layout.buffer.put_slice(file.content_type().as_ref().as_bytes());
            layout.buffer.put_slice(b"\r\n\r\n");
            layout.content(file.into_segment());
        }
        Ok((content_type, layout.close(boundary)))
    }
}

/// A body in the making: what is copied gathers in the buffer.
struct Layout {
    buffer: BytesMut,
    segments: Vec<Segment>,
}

impl Layout {
    fn open(&mut self, boundary: &[u8], name: &str) {
        self.buffer.put_slice(b"--");
        self.buffer.put_slice(boundary);
        self.buffer.put_slice(b"\r\nContent-Disposition: form-data; name=\"");
        put_escaped(&mut self.buffer, name);
    }

    fn content(&mut self, content: Segment) {
        match content {
            Segment::Bytes(bytes) if bytes.len() <= COPIED => self.buffer.put_slice(&bytes),
            large => {
                self.segments.push(Segment::Bytes(self.buffer.split().freeze()));
                self.segments.push(large);
            }
        }
        self.buffer.put_slice(b"\r\n");
    }

    fn close(mut self, boundary: &[u8]) -> Body {
        self.buffer.put_slice(b"--");
        self.buffer.put_slice(boundary);
        self.buffer.put_slice(b"--\r\n");
        let last = self.buffer.freeze();
        if self.segments.is_empty() {
            return last.into();
        }
        self.segments.push(Segment::Bytes(last));
        Body::from_segments(self.segments)
    }
}

/// Room for all that is copied, a little more where names need escapes or files long types.
fn copied_length(
    texts: &[(Cow<'static, str>, Bytes)],
    files: &[(Cow<'static, str>, Upload)],
    boundary: &[u8],
) -> usize {
    const HEAD: usize = "--\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n\r\n".len();
    const FILE_HEAD: usize = "; filename=\"\"\r\nContent-Type: ".len() + 32;
    let head = HEAD + boundary.len();
    let copied = |length: usize| if length <= COPIED { length } else { 0 };
    let texts = texts.iter().map(|(name, text)| head + name.len() + copied(text.len()));
    let files = files.iter().map(|(name, file)| {
        let small = file.size().filter(|size| *size <= COPIED as u64).unwrap_or(0);
        head + FILE_HEAD + name.len() + file.filename().len() + small as usize
    });
    texts.sum::<usize>() + files.sum::<usize>() + boundary.len() + 6
}

/// What a reader on the other side would lose or misread.
fn check(
    texts: &[(Cow<'static, str>, Bytes)],
    files: &[(Cow<'static, str>, Upload)],
) -> Result<(), Error> {
    for (name, _) in texts {
        if let Some(reason) = unreadable(name) {
            return Err(Error::invalid(name.escape_debug(), reason));
        }
    }
    for (name, file) in files {
        if file.filename().is_empty() {
            let reason = "needs a filename: the service drops files without one";
            return Err(Error::invalid(name, reason));
        }
        if let Some(reason) = unreadable(name).or_else(|| unreadable(file.filename())) {
            return Err(Error::invalid(format_args!("filename of {name}"), reason));
        }
    }
    Ok(())
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

impl From<Fields> for Form {
    fn from(texts: Fields) -> Self {
        Self { texts, files: Vec::new() }
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

    async fn written(form: Form) -> (String, Vec<u8>) {
        let (content_type, body) = form.finish_with(b"B").unwrap();
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
            --B\r\nContent-Disposition: form-data; name=\"v:my key\"\r\n\r\n\r\n\
            --B\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"a.txt\"\r\n\
            Content-Type: text/plain\r\n\r\nhello\r\n--B--\r\n";
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
        let (_, mut body) = form.finish_with(b"B").unwrap();
        body.frame().await.unwrap().unwrap();
        let second = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(second.as_ptr(), large.as_ptr());
    }

    #[tokio::test]
    async fn a_mail_without_attachments_is_one_segment() {
        let mut form = Form::new();
        form.text("text", "x".repeat(1024)).text("html", "y".repeat(2048));
        let (_, body) = form.finish_with(b"B").unwrap();
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
