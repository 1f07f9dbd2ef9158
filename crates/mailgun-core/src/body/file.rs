//! A file on disk, which is opened again for each attempt.

use std::{
    fs::{File, Metadata},
    io::{self, Read as _, Seek as _, SeekFrom},
    path::Path,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::SystemTime,
};

use bytes::Bytes;
use futures_core::Stream;
use tokio::task::{JoinHandle, spawn_blocking};

use super::{ByteStream, broken};
use crate::Error;

/// The size of a chunk: large enough that reading it costs more than switching to a blocking
/// thread.
pub(super) const CHUNK: usize = 128 * 1024;

/// A file as it was when it was attached.
#[derive(Clone)]
pub(super) struct FileSource {
    path: Arc<Path>,
    version: Version,
    /// The offset of the first byte to send.
    start: u64,
}

/// Detects that a file was replaced or written to.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Version {
    length: u64,
    modified: Option<SystemTime>,
    inode: Option<(u64, u64)>,
}

impl FileSource {
    pub(super) async fn new(path: &Path) -> Result<Self, Error> {
        let (_, metadata) = blocking(path, open_regular).await?;
        Ok(Self { path: path.into(), version: Version::of(&metadata), start: 0 })
    }

    /// The number of bytes to send.
    pub(super) fn length(&self) -> u64 {
        self.version.length.saturating_sub(self.start)
    }

    /// Leaves out the first bytes.
    pub(super) fn skip(&mut self, bytes: u64) {
        self.start = self.start.saturating_add(bytes);
    }

    pub(super) fn open(&self, label: &str) -> ByteStream {
        Box::pin(FileStream { label: label.into(), state: State::Closed(self.clone()) })
    }
}

impl Version {
    fn of(metadata: &Metadata) -> Self {
        Self { length: metadata.len(), modified: metadata.modified().ok(), inode: inode(metadata) }
    }

    fn check(&self, metadata: &Metadata) -> io::Result<()> {
        if *self == Self::of(metadata) { Ok(()) } else { Err(has_changed()) }
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn inode(_metadata: &Metadata) -> Option<(u64, u64)> {
    None
}

fn has_changed() -> io::Error {
    io::Error::other("the file has changed since it was attached")
}

/// Opens a regular file. Anything else is an error: opening a FIFO blocks until there is a writer,
/// and reading a device may never end.
fn open_regular(path: &Path) -> io::Result<(File, Metadata)> {
    let check = |metadata: Metadata| match metadata.is_file() {
        true => Ok(metadata),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
    };
    check(path.metadata()?)?;
    let mut options = File::options();
    options.read(true);
    // In case a FIFO has taken its place since the check.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path)?;
    let metadata = check(file.metadata()?)?;
    Ok((file, metadata))
}

/// Runs blocking code on a thread that may block.
async fn blocking<T: Send + 'static>(
    path: &Path,
    run: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let owned = path.to_owned();
    let result = spawn_blocking(move || run(&owned)).await.unwrap_or_else(|join| Err(join.into()));
    result.map_err(|error| {
        Error::invalid(path.display(), format_args!("cannot be read: {error}")).with_source(error)
    })
}

/// Reads a UTF-8 file of at most `limit` bytes into a string, without a byte order mark.
///
/// ```no_run
/// # async fn example() -> Result<(), mailgun::Error> {
/// let content = mailgun::resource::read_text("templates/welcome.hbs", 100 * 1024).await?;
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// Returns [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the file does not exist,
/// cannot be read, is not a regular file, or is not UTF-8.
/// Returns [`ErrorKind::TooLarge`](crate::ErrorKind::TooLarge) if it is larger than `limit`. Both
/// name the path.
pub async fn read_text(path: impl AsRef<Path>, limit: u64) -> Result<String, Error> {
    let path = path.as_ref();
    let bytes = blocking(path, move |path| {
        let (file, _) = open_regular(path)?;
        let mut bytes = Vec::new();
        // One byte more than the limit shows that the file is too large.
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(bytes)
    })
    .await?;
    if bytes.len() as u64 > limit {
        return Err(Error::too_large(path.display(), format_args!("is over {limit} bytes")));
    }
    String::from_utf8(bytes)
        .map(without_byte_order_mark)
        .map_err(|error| Error::invalid(path.display(), "is not UTF-8").with_source(error))
}

/// The text of a file without the byte order mark that programs on Windows put before it.
pub fn without_byte_order_mark(text: String) -> String {
    text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)
}

struct FileStream {
    label: Box<str>,
    state: State,
}

enum State {
    Closed(FileSource),
    Reading(JoinHandle<io::Result<(Bytes, Option<OpenFile>)>>),
    Ended,
}

/// A file that is being read.
struct OpenFile {
    file: File,
    version: Version,
    /// The number of bytes still to read.
    left: u64,
}

impl Stream for FileStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let State::Closed(source) = &this.state {
            let source = source.clone();
            this.state = State::Reading(spawn_blocking(move || OpenFile::open(&source)?.read()));
        }
        let State::Reading(task) = &mut this.state else { return Poll::Ready(None) };
        let chunk = ready!(Pin::new(task).poll(cx)).unwrap_or_else(|join| Err(join.into()));
        this.state = State::Ended;
        Poll::Ready(match chunk {
            Ok((bytes, rest)) => {
                if let Some(rest) = rest {
                    this.state = State::Reading(spawn_blocking(move || rest.read()));
                }
                (!bytes.is_empty()).then_some(Ok(bytes))
            }
            Err(error) => {
                let reason = format!("could not be read: {error}");
                Some(Err(broken(&this.label, reason).with_source(error)))
            }
        })
    }
}

impl OpenFile {
    fn open(source: &FileSource) -> io::Result<Self> {
        let (mut file, metadata) = open_regular(&source.path)?;
        source.version.check(&metadata)?;
        file.seek(SeekFrom::Start(source.start))?;
        Ok(Self { file, version: source.version, left: source.length() })
    }

    /// Reads the next chunk. Returns the file too if there is more to read.
    ///
    /// If the file was written to in the meantime, the last chunk is an error. The request is then
    /// incomplete, so that a mixture of two versions is never delivered.
    fn read(mut self) -> io::Result<(Bytes, Option<Self>)> {
        let mut chunk = Vec::with_capacity(CHUNK);
        let read = (&self.file).take(CHUNK as u64).read_to_end(&mut chunk)? as u64;
        self.left = self.left.checked_sub(read).ok_or_else(has_changed)?;
        if self.left > 0 && read > 0 {
            return Ok((chunk.into(), Some(self)));
        }
        self.version.check(&self.file.metadata()?)?;
        if self.left > 0 { Err(has_changed()) } else { Ok((chunk.into(), None)) }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

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
        while let Some(chunk) = stream.next().await {
            all.extend_from_slice(&chunk?);
        }
        Ok(all)
    }

    #[tokio::test]
    async fn a_file_is_read_in_full_each_time_it_is_opened() {
        let content: Vec<u8> = (0..3 * CHUNK + 17).map(|i| (i % 251) as u8).collect();
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
        assert_eq!(error.kind(), crate::ErrorKind::RequestBody);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(read_all(&source).await.unwrap_err().kind(), crate::ErrorKind::RequestBody);
    }

    #[tokio::test]
    async fn the_last_chunk_of_a_file_that_changes_while_it_is_read_is_an_error() {
        const LENGTH: usize = 3 * CHUNK - 10;
        let path = scratch("overwritten", &vec![b'a'; LENGTH]);
        let source = FileSource::new(&path).await.unwrap();
        let mut stream = source.open("file");
        let mut read = stream.next().await.unwrap().unwrap().len();
        std::fs::write(&path, vec![b'b'; LENGTH]).unwrap();
        // Both writes may fall into one tick of the clock.
        let later = SystemTime::now() + std::time::Duration::from_secs(1);
        File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
        let error = loop {
            match stream.next().await.expect("the file was read to its end") {
                Ok(bytes) => read += bytes.len(),
                Err(error) => break error,
            }
        };
        assert!(read < LENGTH, "{read} bytes");
        assert_eq!(error.kind(), crate::ErrorKind::RequestBody);
        assert_eq!(error.outcome(), crate::Outcome::NotSent);
        assert!(error.to_string().contains("has changed"), "{error}");
        assert!(stream.next().await.is_none());
        std::fs::remove_file(path).unwrap();
    }

    #[tokio::test]
    #[cfg(unix)]
    async fn a_replaced_file_is_detected_by_its_inode() {
        let path = scratch("replaced", b"before");
        let other = scratch("other", b"after!");
        let source = FileSource::new(&path).await.unwrap();
        let modified = path.metadata().unwrap().modified().unwrap();
        File::options().write(true).open(&other).unwrap().set_modified(modified).unwrap();
        std::fs::rename(&other, &path).unwrap();
        let error = read_all(&source).await.unwrap_err();
        assert!(error.to_string().contains("has changed"), "{error}");
        std::fs::remove_file(path).unwrap();
    }

    #[tokio::test]
    #[cfg(unix)]
    async fn a_fifo_or_device_is_rejected_without_blocking() {
        let directory = std::env::temp_dir().join(format!("mailgun-fifo-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let fifo = directory.join("a.pdf");
        let mkfifo = std::process::Command::new("mkfifo").arg(&fifo).status().unwrap();
        assert!(mkfifo.success());
        let limit = std::time::Duration::from_secs(5);
        for path in [&*fifo, Path::new("/dev/zero"), Path::new("/dev/tty"), &directory] {
            let source = tokio::time::timeout(limit, FileSource::new(path)).await.expect("blocks");
            let error = source.err().unwrap();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidInput, "{error}");
            assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
            let text = tokio::time::timeout(limit, read_text(path, 10)).await.expect("blocks");
            assert_eq!(text.unwrap_err().kind(), crate::ErrorKind::InvalidInput);
        }

        // A FIFO that replaces the file after it was attached.
        let path = directory.join("b.pdf");
        std::fs::write(&path, b"content").unwrap();
        let source = FileSource::new(&path).await.unwrap();
        std::fs::rename(&fifo, &path).unwrap();
        let read = tokio::time::timeout(limit, read_all(&source)).await.expect("blocks");
        let error = read.unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::RequestBody);
        assert!(error.to_string().contains("not a regular file"), "{error}");
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn a_file_with_more_bytes_than_its_length_is_an_error() {
        let source = FileSource::new(Path::new("/proc/self/status")).await.unwrap();
        assert_eq!(source.length(), 0);
        assert!(read_all(&source).await.is_err());
    }

    #[tokio::test]
    async fn a_missing_file_or_a_directory_is_rejected() {
        let missing = FileSource::new(Path::new("no/such/file.pdf")).await.err().unwrap();
        assert_eq!(missing.kind(), crate::ErrorKind::InvalidInput);
        assert!(missing.to_string().contains("no/such/file.pdf"), "{missing}");
        let directory = FileSource::new(&std::env::temp_dir()).await.err().unwrap();
        assert!(directory.to_string().contains("is not a regular file"), "{directory}");
    }

    #[tokio::test]
    async fn read_text_checks_size_and_encoding() {
        let path = scratch("text", "Grüße".as_bytes());
        assert_eq!(read_text(&path, 7).await.unwrap(), "Grüße");
        let longer = read_text(&path, 6).await.unwrap_err();
        assert_eq!(longer.kind(), crate::ErrorKind::TooLarge);
        std::fs::write(&path, "\u{feff}Hi\u{feff}").unwrap();
        assert_eq!(read_text(&path, 8).await.unwrap(), "Hi\u{feff}");
        std::fs::write(&path, b"\xff\xfea\0").unwrap();
        let utf16 = read_text(&path, 100).await.unwrap_err();
        assert_eq!(utf16.kind(), crate::ErrorKind::InvalidInput);
        for error in [&longer, &utf16] {
            assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        }
        std::fs::remove_file(&path).unwrap();
        let missing = read_text(&path, 100).await.unwrap_err();
        assert!(missing.to_string().contains("cannot be read"), "{missing}");
    }
}
