//! A file on the disk as a source that is opened again for each attempt.

use std::{
    fs::{File, Metadata},
    io::{self, Read as _},
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::SystemTime,
};

use bytes::Bytes;
use futures_core::Stream;
use tokio::{
    io::AsyncReadExt as _,
    task::{JoinHandle, spawn_blocking},
};

use super::{ByteStream, broken};
use crate::Error;

/// Large enough that handing a piece to the blocking pool costs little beside reading it.
pub(super) const PIECE: usize = 128 * 1024;

/// What a file was when it was named; it must still be that when it is sent.
#[derive(Clone)]
pub(super) struct FileSource {
    path: Arc<PathBuf>,
    length: u64,
    modified: Option<SystemTime>,
}

impl FileSource {
    pub(super) async fn new(path: &Path) -> Result<Self, Error> {
        let (_, metadata) = open_regular(path).await?;
        Ok(Self {
            path: Arc::new(path.to_owned()),
            length: metadata.len(),
            modified: metadata.modified().ok(),
        })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn open(&self, label: &str) -> ByteStream {
        Box::pin(FileStream { label: label.into(), state: State::Closed(self.clone()) })
    }

    fn is_unchanged(&self, metadata: &Metadata) -> bool {
        metadata.len() == self.length && metadata.modified().ok() == self.modified
    }
}

async fn open_regular(path: &Path) -> Result<(tokio::fs::File, Metadata), Error> {
    // Opening finds what a look at the metadata does not: a file that may not be read.
    let file = tokio::fs::File::open(path).await.map_err(|error| unusable(path, error))?;
    let metadata = file.metadata().await.map_err(|error| unusable(path, error))?;
    if !metadata.is_file() {
        return Err(Error::invalid(path.display(), "is not a regular file"));
    }
    Ok((file, metadata))
}

fn unusable(path: &Path, error: io::Error) -> Error {
    Error::invalid(path.display(), format_args!("cannot be read: {error}")).with_source(error)
}

/// The text of a file in UTF-8 of at most `limit` bytes, for parameters that are texts.
///
/// ```no_run
/// # async fn example() -> Result<(), mailgun_core::Error> {
/// let content = mailgun_core::read_text("templates/welcome.hbs", 100 * 1024).await?;
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// [`Kind::InvalidInput`](crate::Kind::InvalidInput) if there is no such file, it cannot be read,
/// is no regular file, or holds something other than UTF-8;
/// [`Kind::TooLarge`](crate::Kind::TooLarge) if it is larger. Both name the path.
pub async fn read_text(path: impl AsRef<Path>, limit: u64) -> Result<String, Error> {
    let path = path.as_ref();
    let (file, _) = open_regular(path).await?;
    let mut bytes = Vec::new();
    // One byte more shows that there is more.
    let read = file.take(limit.saturating_add(1)).read_to_end(&mut bytes).await;
    if read.map_err(|error| unusable(path, error))? as u64 > limit {
        return Err(Error::too_large(path.display(), format_args!("is over {limit} bytes")));
    }
    String::from_utf8(bytes)
        .map_err(|error| Error::invalid(path.display(), "is not UTF-8").with_source(error))
}

struct FileStream {
    label: Box<str>,
    state: State,
}

enum State {
    Closed(FileSource),
    Reading(JoinHandle<io::Result<Option<(Bytes, File)>>>),
    Ended,
}

impl Stream for FileStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let State::Closed(source) = &this.state {
            let source = source.clone();
            this.state = State::Reading(spawn_blocking(move || {
                let file = File::open(&*source.path)?;
                if !source.is_unchanged(&file.metadata()?) {
                    return Err(io::Error::other("the file has changed since it was attached"));
                }
                read(file)
            }));
        }
        let State::Reading(task) = &mut this.state else { return Poll::Ready(None) };
        let read_piece =
            ready!(Pin::new(task).poll(cx)).unwrap_or_else(|join| Err(io::Error::other(join)));
        this.state = State::Ended;
        Poll::Ready(match read_piece {
            Ok(Some((bytes, file))) => {
                this.state = State::Reading(spawn_blocking(move || read(file)));
                Some(Ok(bytes))
            }
            Ok(None) => None,
            Err(error) => {
                let reason = format!("could not be read: {error}");
                Some(Err(broken(&this.label, reason).with_source(error)))
            }
        })
    }
}

fn read(file: File) -> io::Result<Option<(Bytes, File)>> {
    let mut piece = Vec::with_capacity(PIECE);
    let read = (&file).take(PIECE as u64).read_to_end(&mut piece)?;
    Ok((read > 0).then(|| (piece.into(), file)))
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;

    use super::*;

    fn scratch(name: &str, content: &[u8]) -> PathBuf {
        let path = std::env::temp_dir().join(format!("mailgun-core-{}-{name}", std::process::id()));
        std::fs::write(&path, content).unwrap();
        path
    }

    async fn read_all(source: &FileSource) -> Result<Vec<u8>, Error> {
        let mut all = Vec::new();
        let mut stream = source.open("file");
        while let Some(piece) = stream.next().await {
            all.extend_from_slice(&piece?);
        }
        Ok(all)
    }

    #[tokio::test]
    async fn a_file_is_read_in_full_each_time_it_is_opened() {
        let content: Vec<u8> = (0..3 * PIECE + 17).map(|i| (i % 251) as u8).collect();
        let path = scratch("whole", &content);
        let source = FileSource::new(&path).await.unwrap();
        assert_eq!(source.length(), content.len() as u64);
        assert_eq!(read_all(&source).await.unwrap(), content);
        assert_eq!(read_all(&source).await.unwrap(), content);
        std::fs::remove_file(path).unwrap();
    }

    #[tokio::test]
    async fn a_file_that_changed_or_vanished_is_an_error() {
        let path = scratch("changed", b"before");
        let source = FileSource::new(&path).await.unwrap();
        std::fs::write(&path, b"after it was attached").unwrap();
        let error = read_all(&source).await.unwrap_err();
        assert!(
            error.to_string().contains("`file` could not be read: the file has changed"),
            "{error}"
        );
        assert_eq!(error.kind(), crate::Kind::RequestBody);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(read_all(&source).await.unwrap_err().kind(), crate::Kind::RequestBody);
    }

    #[tokio::test]
    async fn a_missing_file_or_a_folder_is_refused_at_once() {
        let missing = FileSource::new(Path::new("no/such/file.pdf")).await.err().unwrap();
        assert_eq!(missing.kind(), crate::Kind::InvalidInput);
        assert!(missing.to_string().contains("no/such/file.pdf"), "{missing}");
        let folder = FileSource::new(&std::env::temp_dir()).await.err().unwrap();
        assert!(folder.to_string().contains("is not a regular file"), "{folder}");
    }
    #[tokio::test]
    async fn a_text_is_read_up_to_its_limit_and_as_utf_8_alone() {
        let path = scratch("text", "Grüße".as_bytes());
        assert_eq!(read_text(&path, 7).await.unwrap(), "Grüße");
        let longer = read_text(&path, 6).await.unwrap_err();
        assert_eq!(longer.kind(), crate::Kind::TooLarge);
        std::fs::write(&path, b"\xff\xfea\0").unwrap();
        let utf16 = read_text(&path, 100).await.unwrap_err();
        assert_eq!(utf16.kind(), crate::Kind::InvalidInput);
        for error in [&longer, &utf16] {
            assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        }
        std::fs::remove_file(&path).unwrap();
        let missing = read_text(&path, 100).await.unwrap_err();
        assert!(missing.to_string().contains("cannot be read"), "{missing}");
    }
}
