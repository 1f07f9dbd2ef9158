//! A file to upload: from memory, from disk, or from a stream.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::StreamExt as _;
use http_body_util::BodyExt as _;
use mime::Mime;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::{Body, ByteStream, Segment, broken, file::FileSource};
use crate::{BoxError, Error};

/// A file to upload: an attachment, an inline image, a CSV to import.
///
/// It always has a filename, because Mailgun silently drops files without one.
///
/// It also always has a content type. Unless [`with_content_type`](Self::with_content_type) sets
/// one, it is derived from the extension of the filename:
///
/// * An unknown extension is `application/octet-stream`.
/// * Types that describe the structure of a message are `application/octet-stream` too:
///   `message/*`, `multipart/*`, S/MIME (`application/pkcs7-*`), PGP (`application/pgp-*`) and
///   TNEF. Otherwise mail clients would display, unpack or hide a file such as `.eml` or `.asc`
///   instead of listing it as an attachment. To send an encrypted or signed message, send it as
///   MIME.
/// * `text/html`, `text/calendar` and `text/vcard` are kept. Clients preview pages, and offer to
///   add events and contacts. For an invitation that recipients can reply to, set `text/calendar;
///   method=REQUEST`.
/// * Text types have no charset, because the encoding of the file is unknown. To let clients
///   display the file, set one, for example `text/plain; charset=utf-8`.
///
/// | constructor | memory | retries |
/// |---|---|---|
/// | [`from_bytes`](Self::from_bytes) | the bytes, which are shared and not copied | yes |
/// | [`from_path`](Self::from_path) | one chunk of 128 KiB | yes; the file is opened again |
/// | [`from_stream`](Self::from_stream), [`from_reader`](Self::from_reader) | one chunk | no |
///
/// ```
/// use mailgun::resource::Upload;
///
/// let invoice = Upload::from_bytes("invoice.pdf", &b"%PDF-1.7"[..]);
/// assert_eq!(invoice.content_type(), "application/pdf");
/// assert_eq!(invoice.size(), Some(8));
/// ```
pub struct Upload {
    filename: String,
    content_type: Option<Mime>,
    source: Source,
}

enum Source {
    Bytes(Bytes),
    File(FileSource),
    /// Nothing locks the mutex. It makes uploads `Sync`, so that messages can be shared.
    Stream {
        length: Option<u64>,
        stream: Mutex<ByteStream>,
    },
}

impl Upload {
    /// Uploads bytes in memory.
    pub fn from_bytes(filename: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self::new(filename.into(), Source::Bytes(bytes.into()))
    }

    /// Uploads a file on disk, under the last component of `path`.
    ///
    /// The file is opened for each attempt and read in chunks. It must not change until it has been
    /// read. If its length, modification time or (on Unix) inode changes, the call fails with
    /// [`ErrorKind::RequestBody`](crate::ErrorKind::RequestBody) and nothing is delivered.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the file does not
    /// exist, cannot be read, is not a regular file, or its name is not UTF-8.
    pub async fn from_path(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let filename = path
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or_else(|| Error::invalid("path", "has no filename, or one that is not UTF-8"))?
            .to_owned();
        let source = FileSource::new(path).await?;
        Ok(Self::new(filename, Source::File(source)))
    }

    /// Uploads a stream. The call is not retried, because the stream can be read only once.
    ///
    /// With a `length`, the request has an exact content-length, and a stream with more or fewer
    /// bytes is an error. Without one, the request is sent chunked.
    pub fn from_stream<S, E>(filename: impl Into<String>, length: Option<u64>, stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        let filename = filename.into();
        let label = filename.clone();
        let stream = stream.map(move |item| {
            item.map_err(|error| broken(&label, "could not be read").with_source(error))
        });
        Self::new(filename, Source::Stream { length, stream: Mutex::new(Box::pin(stream)) })
    }

    /// Uploads the content of a reader, like [`from_stream`](Self::from_stream).
    pub fn from_reader<R>(filename: impl Into<String>, length: Option<u64>, reader: R) -> Self
    where
        R: AsyncRead + Send + 'static,
    {
        let stream = futures_util::stream::try_unfold(Box::pin(reader), |mut reader| async move {
            let mut buffer = BytesMut::with_capacity(super::file::CHUNK);
            let read = reader.read_buf(&mut buffer).await?;
            Ok::<_, std::io::Error>((read > 0).then(|| (buffer.freeze(), reader)))
        });
        Self::from_stream(filename, length, stream)
    }

    fn new(filename: String, source: Source) -> Self {
        Self { filename, content_type: None, source }
    }

    /// Sets the filename.
    #[must_use]
    pub fn with_filename(mut self, filename: impl Into<String>) -> Self {
        self.filename = filename.into();
        self
    }

    /// Sets the content type.
    #[must_use]
    pub fn with_content_type(mut self, content_type: Mime) -> Self {
        self.content_type = Some(content_type);
        self
    }

    /// The filename.
    pub fn filename(&self) -> &str {
        &self.filename
    }

    /// The content type.
    pub fn content_type(&self) -> Mime {
        self.content_type.clone().unwrap_or_else(|| guessed_type(&self.filename))
    }

    /// The length in bytes. `None` if the length of a stream is unknown.
    pub fn size(&self) -> Option<u64> {
        match &self.source {
            Source::Bytes(bytes) => Some(bytes.len() as u64),
            Source::File(file) => Some(file.length()),
            Source::Stream { length, .. } => *length,
        }
    }

    /// Checks that the file has at most `limit` bytes. An unknown length passes.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::TooLarge`](crate::ErrorKind::TooLarge), which names the length and the
    /// limit.
    pub fn up_to(self, limit: u64) -> Result<Self, Error> {
        match self.size().filter(|size| *size > limit) {
            Some(size) => {
                let reason = format_args!("has {size} bytes, over the limit of {limit}");
                Err(Error::too_large("file", reason))
            }
            None => Ok(self),
        }
    }

    /// A copy of the file. `None` for a stream.
    pub fn try_clone(&self) -> Option<Self> {
        let source = match &self.source {
            Source::Bytes(bytes) => Source::Bytes(bytes.clone()),
            Source::File(file) => Source::File(file.clone()),
            Source::Stream { .. } => return None,
        };
        Some(Self {
            filename: self.filename.clone(),
            content_type: self.content_type.clone(),
            source,
        })
    }

    /// The beginning of the content: all bytes in memory, up to 128 KiB of a file on the disk, and
    /// nothing of a stream, which can be read only once.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::RequestBody`](crate::ErrorKind::RequestBody) if the file cannot be read or has
    /// changed.
    pub async fn peek(&self) -> Result<Bytes, Error> {
        match &self.source {
            Source::Bytes(bytes) => Ok(bytes.clone()),
            Source::File(file) => {
                let first = file.open(&self.filename).next().await;
                Ok(first.transpose()?.unwrap_or_default())
            }
            Source::Stream { .. } => Ok(Bytes::new()),
        }
    }

    /// Reads the whole content of at most `limit` bytes into memory.
    ///
    /// # Errors
    ///
    /// * [`ErrorKind::TooLarge`](crate::ErrorKind::TooLarge) if the content is longer.
    /// * [`ErrorKind::RequestBody`](crate::ErrorKind::RequestBody) if it cannot be read, or if a file
    ///   has changed.
    pub async fn read(self, limit: u64) -> Result<Bytes, Error> {
        let too_large = |name: &str| {
            let reason = format_args!("has more bytes than the limit of {limit}");
            Error::too_large(format_args!("file {name}"), reason)
        };
        let filename = self.filename.clone();
        if self.size().is_some_and(|size| size > limit) {
            return Err(too_large(&filename));
        }
        if let Source::Bytes(bytes) = self.source {
            return Ok(bytes);
        }
        let mut body = Body::from_segments(vec![self.into_segment()])?;
        let mut content = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame?.into_data() else { continue };
            content.extend_from_slice(&data);
            if content.len() as u64 > limit {
                return Err(too_large(&filename));
            }
        }
        Ok(content.freeze())
    }

    /// Skips the first bytes of the content. No effect on a stream.
    #[must_use]
    pub fn skip(mut self, bytes: u64) -> Self {
        match &mut self.source {
            Source::Bytes(content) => {
                let start = usize::try_from(bytes).unwrap_or(usize::MAX).min(content.len());
                *content = content.slice(start..);
            }
            Source::File(file) => file.skip(bytes),
            Source::Stream { .. } => {}
        }
        self
    }

    pub(super) fn into_segment(self) -> Segment {
        let label: Arc<str> = self.filename.into();
        match self.source {
            Source::Bytes(bytes) => Segment::Bytes(bytes),
            Source::File(file) => Segment::Open {
                length: file.length(),
                open: {
                    let label = label.clone();
                    Arc::new(move || file.open(&label))
                },
                label,
            },
            Source::Stream { length, stream } => {
                let stream = stream.into_inner().unwrap_or_else(PoisonError::into_inner);
                Segment::Once { label, length, stream }
            }
        }
    }
}

/// The content type for a filename.
fn guessed_type(filename: &str) -> Mime {
    /// Types that mail clients treat as part of the message, not as an attachment.
    const MESSAGE_TYPES: [&str; 7] = [
        "message/",
        "multipart/",
        "application/pkcs7-",
        "application/x-pkcs7-",
        "application/pgp-",
        "application/ms-tnef",
        "application/vnd.ms-tnef",
    ];
    let guessed = mime_guess::from_path(filename).first_or_octet_stream();
    if MESSAGE_TYPES.iter().any(|start| guessed.essence_str().starts_with(start)) {
        return mime::APPLICATION_OCTET_STREAM;
    }
    guessed
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("filename", &self.filename)
            .field("content_type", &self.content_type().as_ref())
            .field("size", &self.size())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_whole_content_is_read_up_to_a_limit() {
        let path = std::env::temp_dir().join(format!("mailgun-{}-read.txt", std::process::id()));
        let long = vec![b'x'; 300_000];
        std::fs::write(&path, &long).unwrap();
        let pieces: Vec<_> = long.chunks(7000).map(Bytes::copy_from_slice).collect();
        let pieces = || futures_util::stream::iter(pieces.clone());
        let uploads = [
            Upload::from_bytes("a.txt", long.clone()),
            Upload::from_path(&path).await.unwrap(),
            Upload::from_stream("a.txt", Some(300_000), pieces().map(Ok::<_, Error>)),
            Upload::from_stream("a.txt", None, pieces().map(Ok::<_, Error>)),
        ];
        for upload in uploads {
            let size = upload.size();
            if let Some(copy) = upload.try_clone() {
                let error = copy.read(299_999).await.unwrap_err();
                assert_eq!(error.kind(), crate::ErrorKind::TooLarge, "{error}");
            }
            assert_eq!(upload.read(300_000).await.unwrap(), long, "{size:?}");
        }
        let endless = pieces().map(Ok::<_, Error>);
        let error = Upload::from_stream("a.txt", None, endless).read(299_999).await.unwrap_err();
        assert!(error.to_string().contains("`file a.txt` has more bytes"), "{error}");
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_guessed_type_never_makes_the_file_part_of_the_message() {
        let type_of = |name: &str| Upload::from_bytes(name, "").content_type().to_string();
        for name in [
            "forwarded.eml",
            "FORWARDED.EML",
            "page.mht",
            "page.mhtml",
            "mail.mime",
            "news.nws",
            "receipt.disposition-notification",
            "mail.u8msg",
            "mail.u8dsn",
            "smime.p7m",
            "smime.p7s",
            "certificates.p7b",
            "certificates.p7c",
            "certificates.spc",
            "key.asc",
            "file.sig",
            "file.pgp",
            "winmail.dat",
            "unknown",
        ] {
            assert_eq!(type_of(name), "application/octet-stream", "{name}");
        }
        for (name, expected) in [
            ("meeting.ics", "text/calendar"),
            ("bob.vcf", "text/x-vcard"),
            ("page.html", "text/html"),
            ("notes.txt", "text/plain"),
            ("people.csv", "text/csv"),
            ("invoice.pdf", "application/pdf"),
            ("mail.msg", "application/vnd.ms-outlook"),
        ] {
            assert_eq!(type_of(name), expected, "{name}");
        }
        let own =
            Upload::from_bytes("a.eml", "").with_content_type("message/rfc822".parse().unwrap());
        assert_eq!(own.content_type(), "message/rfc822");
    }
}
