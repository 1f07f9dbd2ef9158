//! `multipart/form-data`, laid out once: the length is the sum of what will be written.

use std::{borrow::Cow, cell::RefCell, fmt};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
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
    series: Vec<Series>,
    pieces: Vec<(Cow<'static, str>, Vec<Bytes>)>,
    files: Vec<(Cow<'static, str>, Upload)>,
    /// Of a form with parts that are laid out already.
    boundary: Option<Box<Boundary>>,
}

/// Text parts of one name, laid out.
struct Series {
    name: Cow<'static, str>,
    count: usize,
    parts: Bytes,
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

    /// Adds a text part of this name for each value, written after the other texts.
    ///
    /// It is the same as [`text`](Self::text) for each, and cheaper for many short values.
    pub fn texts<V: AsRef<[u8]>>(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        values: impl Iterator<Item = V> + Clone,
    ) -> &mut Self {
        if let Err(error) = self.lay_out(name.into(), values) {
            self.fail(error);
        }
        self
    }

    fn lay_out<V: AsRef<[u8]>>(
        &mut self,
        name: Cow<'static, str>,
        values: impl Iterator<Item = V> + Clone,
    ) -> Result<(), Error> {
        let boundary = match self.boundary.take() {
            Some(boundary) => boundary,
            None => Box::new(Boundary::random()?),
        };
        // All of them start the same.
        let mut head = Vec::new();
        put_head(&mut head, &boundary, &name)?;
        head.extend_from_slice(TEXT);
        let count = values.clone().count();
        // 32 is more than most mailboxes have.
        let mut parts = Vec::with_capacity(head.len() + count * (END.len() + head.len() + 32));
        parts.extend_from_slice(&head);
        let next = [END, &*head].concat();
        values.for_each(|value| {
            parts.extend_from_slice(value.as_ref());
            parts.extend_from_slice(&next);
        });
        parts.truncate(parts.len() - head.len());
        self.series.push(Series { name, count, parts: parts.into() });
        self.boundary = Some(boundary);
        Ok(())
    }

    /// Adds a text part whose value is in pieces, written after the other texts; large ones are not
    /// copied.
    pub fn pieces(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        pieces: impl IntoIterator<Item = Bytes>,
    ) -> &mut Self {
        self.pieces.push((name.into(), pieces.into_iter().collect()));
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
    pub fn finish(mut self) -> Result<(HeaderValue, Body), Error> {
        match self.boundary.take() {
            Some(boundary) => self.finish_with(*boundary),
            None => self.finish_with(Boundary::random()?),
        }
    }

    fn finish_with(self, boundary: Boundary) -> Result<(HeaderValue, Body), Error> {
        let length = self.copied_length();
        let (texts, fault) = self.texts.into_parts();
        if let Some(fault) = fault {
            return Err(fault);
        }
        let mut layout = Layout { buffer: Vec::with_capacity(length), segments: Vec::new() };
        for (name, text) in texts {
            put_head(&mut layout.buffer, &boundary, &name)?;
            layout.buffer.extend_from_slice(TEXT);
            layout.bytes(text);
            layout.buffer.extend_from_slice(END);
        }
        for series in self.series {
            layout.bytes(series.parts);
        }
        for (name, pieces) in self.pieces {
            put_head(&mut layout.buffer, &boundary, &name)?;
            layout.buffer.extend_from_slice(TEXT);
            pieces.into_iter().for_each(|piece| layout.bytes(piece));
            layout.buffer.extend_from_slice(END);
        }
        for (name, file) in self.files {
            put_head(&mut layout.buffer, &boundary, &name)?;
            layout.buffer.extend_from_slice(b"\"; filename=\"");
            put_filename(&mut layout.buffer, &name, file.filename())?;
            layout.buffer.extend_from_slice(b"\"\r\nContent-Type: ");
            layout.buffer.extend_from_slice(file.content_type().as_ref().as_bytes());
            layout.buffer.extend_from_slice(b"\r\n\r\n");
            match file.into_segment() {
                Segment::Bytes(bytes) => layout.bytes(bytes),
                source => layout.segment(source),
            }
            layout.buffer.extend_from_slice(END);
        }
        let body = layout.close(&boundary);
        Ok((boundary.content_type, body))
    }

    /// Room for all that is copied, a little more where names need escapes or files long types.
    fn copied_length(&self) -> usize {
        const HEAD: usize = Boundary::OPENING.len() + TEXT.len() + END.len();
        const FILE_HEAD: usize = "; filename=\"\"\r\nContent-Type: ".len() + 32;
        let copied = |length: usize| if length <= COPIED { length } else { 0 };
        let texts = self.texts.iter();
        let texts = texts.map(|(name, text)| HEAD + name.len() + copied(text.len()));
        let series = self.series.iter().map(|series| copied(series.parts.len()));
        let pieces = self.pieces.iter().map(|(name, pieces)| {
            HEAD + name.len() + pieces.iter().map(|piece| copied(piece.len())).sum::<usize>()
        });
        let files = self.files.iter().map(|(name, file)| {
            let small = file.size().filter(|size| *size <= COPIED as u64).unwrap_or(0);
            HEAD + FILE_HEAD + name.len() + file.filename().len() + small as usize
        });
        let close = Boundary::LENGTH + "----\r\n".len();
        texts.chain(series).chain(pieces).chain(files).sum::<usize>() + close
    }
}

/// What is between the name of a text and its value.
const TEXT: &[u8; 5] = b"\"\r\n\r\n";
/// What every part ends with.
const END: &[u8; 2] = b"\r\n";

/// The boundary of a form, in the two places where it stands.
struct Boundary {
    content_type: HeaderValue,
    /// What every part starts with.
    opening: [u8; Self::OPENING.len()],
}

impl Boundary {
    const OPENING: &[u8; 72] =
        b"--mailgun-0123456789012345678901\r\nContent-Disposition: form-data; name=\"";
    const CONTENT_TYPE: &[u8; 60] = b"multipart/form-data; boundary=mailgun-0123456789012345678901";
    const LENGTH: usize = "mailgun-0123456789012345678901".len();

    /// An attachment whose author can guess the boundary could add fields, a `bcc` say.
    fn random() -> Result<Self, Error> {
        let content_type = unused_content_type()?;
        let mut opening = *Self::OPENING;
        let boundary = content_type.as_bytes().last_chunk().unwrap_or(&[0; Self::LENGTH]);
        opening["--".len()..][..Self::LENGTH].copy_from_slice(boundary);
        Ok(Self { content_type, opening })
    }

    fn text(&self) -> &[u8] {
        &self.opening["--".len()..][..Self::LENGTH]
    }
}

/// A content type with a boundary that nobody has had.
///
/// They are made for several forms at once: asking the system for random bytes takes as long as
/// much of the rest of a small form, and all share one buffer. It is not a piece of the body's
/// buffer, since HTTP/2 keeps headers for longer than bodies.
fn unused_content_type() -> Result<HeaderValue, Error> {
    const AT_ONCE: usize = 32;
    thread_local! {
        static UNUSED: RefCell<Vec<HeaderValue>> = const { RefCell::new(Vec::new()) };
    }
    UNUSED.with_borrow_mut(|unused| {
        if let Some(content_type) = unused.pop() {
            return Ok(content_type);
        }
        let mut random = [[0; 16]; AT_ONCE];
        getrandom::fill(random.as_flattened_mut()).map_err(|error| {
            Error::config("randomness", format_args!("is not available: {error}"))
        })?;
        let mut texts = String::with_capacity(AT_ONCE * Boundary::CONTENT_TYPE.len());
        for random in random {
            texts.push_str("multipart/form-data; boundary=mailgun-");
            BASE64_URL_SAFE_NO_PAD.encode_string(random, &mut texts);
        }
        let texts = Bytes::from(texts);
        for at in (0..texts.len()).step_by(Boundary::CONTENT_TYPE.len()) {
            let text = texts.slice(at..at + Boundary::CONTENT_TYPE.len());
            let text = HeaderValue::from_maybe_shared(text)
                .map_err(|_| Error::invalid("boundary", "holds characters that a header cannot"))?;
            unused.push(text);
        }
        unused.pop().ok_or_else(|| Error::config("boundary", "could not be made"))
    })
}

/// A body in the making: what is copied gathers in the buffer.
struct Layout {
    buffer: Vec<u8>,
    segments: Vec<Segment>,
}

impl Layout {
    fn bytes(&mut self, bytes: Bytes) {
        if bytes.len() <= COPIED {
            self.buffer.extend_from_slice(&bytes);
        } else {
            self.segment(Segment::Bytes(bytes));
        }
    }

    fn segment(&mut self, segment: Segment) {
        self.segments.push(Segment::Bytes(std::mem::take(&mut self.buffer).into()));
        self.segments.push(segment);
    }

    fn close(mut self, boundary: &Boundary) -> Body {
        self.buffer.extend_from_slice(b"--");
        self.buffer.extend_from_slice(boundary.text());
        self.buffer.extend_from_slice(b"--\r\n");
        if self.segments.is_empty() {
            return self.buffer.into();
        }
        self.segments.push(Segment::Bytes(self.buffer.into()));
        Body::from_segments(self.segments)
    }
}

fn put_head(buffer: &mut Vec<u8>, boundary: &Boundary, name: &str) -> Result<(), Error> {
    buffer.extend_from_slice(&boundary.opening);
    put_name(buffer, name).map_err(|reason| Error::invalid(name.escape_debug(), reason))
}

fn put_filename(buffer: &mut Vec<u8>, field: &str, filename: &str) -> Result<(), Error> {
    if filename.is_empty() {
        let reason = "needs a filename: the service drops files without one";
        return Err(Error::invalid(field, reason));
    }
    put_name(buffer, filename)
        .map_err(|reason| Error::invalid(format_args!("filename of {field}"), reason))
}

/// Writes a name with the escapes of the WHATWG form encoding; everything else goes as raw UTF-8.
///
/// The error says why a reader on the other side would lose or misread it, where the escapes do not
/// help.
#[inline]
fn put_name(buffer: &mut Vec<u8>, name: &str) -> Result<(), &'static str> {
    // Nearly every name.
    if name.bytes().fold(true, |plain, byte| plain & PLAIN[usize::from(byte)]) {
        buffer.extend_from_slice(name.as_bytes());
        return Ok(());
    }
    put_odd_name(buffer, name)
}

#[cold]
fn put_odd_name(buffer: &mut Vec<u8>, name: &str) -> Result<(), &'static str> {
    let is_escaped = |byte: &u8| matches!(byte, b'"' | b'\r' | b'\n');
    if name.bytes().any(|byte| byte.is_ascii_control() && !is_escaped(&byte)) {
        return Err("must not hold control characters");
    }
    // Many readers take it for an escape of the quote that ends the name, and lose the part.
    if name.ends_with('\\') {
        return Err("must not end with a backslash");
    }
    for piece in name.as_bytes().split_inclusive(is_escaped) {
        let escape: &[u8] = match piece.last() {
            Some(b'"') => b"%22",
            Some(b'\r') => b"%0D",
            Some(b'\n') => b"%0A",
            _ => {
                buffer.extend_from_slice(piece);
                continue;
            }
        };
        buffer.extend_from_slice(&piece[..piece.len() - 1]);
        buffer.extend_from_slice(escape);
    }
    Ok(())
}

/// The bytes that stand for themselves in a name.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        plain[byte as usize] = byte != b'"' && byte != b'\\';
        byte += 1;
    }
    plain
};

impl From<Fields> for Form {
    fn from(texts: Fields) -> Self {
        Self { texts, ..Self::default() }
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form")
            .field("texts", &self.texts)
            .field("series", &self.series)
            .field("pieces", &self.pieces.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("files", &self.files)
            .finish()
    }
}

/// Without the values, which may be addresses.
impl fmt::Debug for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {}", self.count, self.name)
    }
}

#[cfg(test)]
mod tests {
    use http_body::Body as _;
    use http_body_util::BodyExt as _;

    use super::*;

    /// The content type and the body, with `B` for the boundary.
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
    async fn a_series_is_written_as_its_texts_would_be() {
        let values = ["Bob <bob@example.com>", "", "ann@example.com"];
        // Copied into the buffer, and as a segment of their own.
        for repeat in [1, 1000] {
            let values = || values.into_iter().cycle().take(3 * repeat);
            let mut series = Form::new();
            series.texts("t\"o", values()).text("a", "1").texts("b", values());
            let mut single = Form::new();
            single.text("a", "1");
            for (name, value) in values().map(|v| ("t\"o", v)).chain(values().map(|v| ("b", v))) {
                single.text(name, value);
            }
            assert!(!format!("{series:?}").contains("bob"), "{series:?}");
            assert_eq!(written(series).await, written(single).await);
        }

        let mut unreadable = Form::new();
        unreadable.texts("t\\", values.iter());
        assert!(unreadable.finish().is_err());
    }

    #[tokio::test]
    async fn pieces_are_one_text_and_large_ones_are_not_copied() {
        let large = Bytes::from(vec![b'x'; COPIED + 1]);
        let pieces = [Bytes::from_static(b"{"), large.clone(), Bytes::from_static(b"}")];
        let mut form = Form::new();
        form.pieces("b", pieces.clone()).text("a", "1");
        assert!(!format!("{form:?}").contains("xx"), "{form:?}");
        let mut whole = Form::new();
        whole.text("a", "1").text("b", Bytes::from(pieces.concat()));
        assert_eq!(written(form).await, written(whole).await);

        let mut form = Form::new();
        form.pieces("b", pieces);
        let (_, mut body) = form.finish().unwrap();
        body.frame().await.unwrap().unwrap();
        let second = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(second.as_ptr(), large.as_ptr());
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
        let (_, mut body) = form.finish().unwrap();
        body.frame().await.unwrap().unwrap();
        let second = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(second.as_ptr(), large.as_ptr());
    }

    #[tokio::test]
    async fn a_mail_without_attachments_is_one_segment() {
        let mut form = Form::new();
        form.text("text", "x".repeat(1024)).text("html", "y".repeat(2048));
        let (_, body) = form.finish().unwrap();
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
        assert!(first.to_str().unwrap().starts_with("multipart/form-data; boundary=mailgun-"));
        let mut all: Vec<_> = (0..100).map(|_| Form::new().finish().unwrap().0).collect();
        all.push(first.clone());
        let distinct: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
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
