//! Records that are stored before anything is sent, so that a crash loses none of them.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use mailgun_core::{BoxError, Error};

use super::ChunkRecord;

/// The future of a method of [`Journal`]: `Box::pin(async move { .. })`.
pub type JournalFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send + 'a>>;

/// Stores the records of a batch in a file or a database, so that another process can resume it.
///
/// A run appends a record before it sends a chunk, and another one after the chunk has ended. It
/// sends a chunk only after [`append`](Self::append) has returned `Ok`. If `append` fails, the run stops
/// and its report says [`StopReason::Journal`](crate::StopReason::Journal).
///
/// Use a journal in one run at a time. Two runs would both send what neither has recorded.
pub trait Journal: Send {
    /// Returns all records in the order in which they were appended. A run resumes from them.
    fn load(&mut self) -> JournalFuture<'_, Vec<ChunkRecord>>;

    /// Appends a record, and returns after it is durable.
    ///
    /// A record may be appended twice if the future is dropped.
    fn append<'a>(&'a mut self, record: &'a ChunkRecord) -> JournalFuture<'a, ()>;
}

/// A journal in a file, with one JSON record on each line. A record is on disk before its chunk is
/// sent.
///
/// On Unix, only its owner can read a new file.
///
/// A last line that a crash cut short is removed. Nothing was sent for it, because the record was
/// never acknowledged.
///
/// ```no_run
/// # async fn example(
/// #     messages: mailgun::messages::Messages,
/// #     batch: mailgun::messages::Batch,
/// # ) -> Result<(), mailgun::Error> {
/// use mailgun::messages::FileJournal;
///
/// // After a crash, run it again: nobody gets a second mail.
/// let journal = FileJournal::open("news-2026-11.journal").await?;
/// let report = messages.send_batch(batch).journal(journal).await?;
/// println!("{report}");
/// # Ok(()) }
/// ```
pub struct FileJournal {
    path: PathBuf,
    log: Arc<Mutex<Log>>,
}

impl FileJournal {
    /// Opens a journal, or creates an empty one if the file does not exist.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if the file cannot be opened,
    /// or a line is not a record.
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let path = path.into();
        let file = path.clone();
        let opened = blocking(move || Log::open(&file)).await;
        match opened {
            Ok(log) => Ok(Self { path, log: Arc::new(Mutex::new(log)) }),
            Err(error) => Err(unreadable(&path, error)),
        }
    }

    /// Returns all records in the order in which they were appended, for example for
    /// [`Messages::resolve`](crate::Messages::resolve). A run reads them itself.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if the file cannot be read.
    pub async fn records(&self) -> Result<Vec<ChunkRecord>, Error> {
        self.with_log(Log::load).await.map_err(|error| unreadable(&self.path, error))
    }

    fn with_log<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Log) -> io::Result<T> + Send + 'static,
    ) -> JournalFuture<'static, T> {
        let log = Arc::clone(&self.log);
        Box::pin(blocking(move || work(&mut log.lock().unwrap_or_else(PoisonError::into_inner))))
    }
}

impl Journal for FileJournal {
    fn load(&mut self) -> JournalFuture<'_, Vec<ChunkRecord>> {
        self.with_log(Log::load)
    }

    fn append<'a>(&'a mut self, record: &'a ChunkRecord) -> JournalFuture<'a, ()> {
        match serde_json::to_vec(record) {
            Ok(mut line) => {
                line.push(b'\n');
                self.with_log(move |log| log.append(&line))
            }
            Err(error) => Box::pin(async { Err(error.into()) }),
        }
    }
}

impl fmt::Debug for FileJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileJournal").field("path", &self.path).finish_non_exhaustive()
    }
}

fn unreadable(path: &Path, error: BoxError) -> Error {
    Error::invalid(format_args!("journal {}", path.display()), "cannot be read").with_source(error)
}

/// Runs file operations on a thread that may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, BoxError> {
    Ok(tokio::task::spawn_blocking(work).await??)
}

struct Log {
    file: File,
    /// Where the last whole line ends.
    end: u64,
    /// A failed append left bytes in the file that could not be removed.
    is_damaged: bool,
}

impl Log {
    fn open(path: &Path) -> io::Result<Self> {
        // A pipe or a device may never end.
        if path.metadata().is_ok_and(|file| !file.is_file()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        // The digest of a chunk of one recipient can be guessed back to the address.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        sync_folder_of(path)?;
        let mut log = Self { file, end: 0, is_damaged: false };
        log.load()?;
        Ok(log)
    }

    /// Reads all records, and removes a last line without its end.
    fn load(&mut self) -> io::Result<Vec<ChunkRecord>> {
        let mut text = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.read_to_end(&mut text)?;
        let end = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let mut records = Vec::new();
        for (number, line) in text[..end].split_inclusive(|byte| *byte == b'\n').enumerate() {
            let record = serde_json::from_slice(line).map_err(|error| {
                let text = format!("line {} is not a record: {error}", number + 1);
                io::Error::new(io::ErrorKind::InvalidData, text)
            })?;
            records.push(record);
        }
        self.end = end as u64;
        self.truncate()?;
        Ok(records)
    }

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        if self.is_damaged {
            return Err(io::Error::other("an earlier record could not be written"));
        }
        let written = self.file.write_all(line).and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => self.end = self.end.saturating_add(line.len() as u64),
            // The next record must begin on a line of its own.
            Err(_) => self.is_damaged = self.truncate().is_err(),
        }
        written
    }

    /// Removes what follows the last whole line.
    fn truncate(&mut self) -> io::Result<()> {
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::Start(self.end))?;
        Ok(())
    }
}

/// Makes the directory entry of a new file durable.
#[cfg(unix)]
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Other systems cannot open a folder as a file, and keep its entries durable by themselves.
#[cfg(not(unix))]
fn sync_folder_of(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &[u8] =
        b"{\"positions\":[{\"start\":0,\"end\":1}],\"total\":1,\"state\":\"refused\"}\n";

    /// A path that no other test has, in the system's folder for temporary files.
    fn path(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("mailgun-{}-{name}.journal", std::process::id()))
    }

    #[test]
    fn a_record_after_a_partial_write_begins_on_a_new_line() {
        let path = path("partly-written");
        let mut log = Log::open(&path).unwrap();
        log.append(LINE).unwrap();
        // What a write leaves behind when the disk is full.
        log.file.write_all(&LINE[..20]).unwrap();
        log.truncate().unwrap();
        log.append(LINE).unwrap();
        assert_eq!(Log::open(&path).unwrap().load().unwrap().len(), 2);
        std::fs::remove_file(path).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_a_new_journal() {
        use std::os::unix::fs::PermissionsExt as _;

        let path = path("private");
        let log = Log::open(&path).unwrap();
        assert_eq!(log.file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn an_append_fails_after_a_partial_write_that_cannot_be_removed() {
        let path = path("damaged");
        let mut log = Log::open(&path).unwrap();
        let writable = std::mem::replace(&mut log.file, File::open(&path).unwrap());
        log.append(LINE).unwrap_err();
        log.file = writable;
        let error = log.append(LINE).unwrap_err();
        assert!(error.to_string().contains("an earlier record could not be written"), "{error}");
        assert!(Log::open(&path).unwrap().load().unwrap().is_empty());
        std::fs::remove_file(path).unwrap();
    }
}
