use std::fmt;

/// How much of a request is read.
///
/// Reading a form takes about twice its bytes in memory, and JSON about twenty times.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of the whole request; 64 MiB by default, since Mailgun takes mail up to 25 MB in and
    /// posts its texts twice.
    pub total_bytes: usize,
    /// Bytes of a field or a file; 32 MiB by default.
    pub part_bytes: usize,
    /// Bytes of an event, or of a field that holds JSON, such as the list of the headers; 1 MiB by
    /// default.
    pub json_bytes: usize,
    /// Fields and files together; 1000 by default, since each header of a mail is a field.
    pub parts: usize,
    /// Headers of a mail; 1000 by default.
    pub headers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total_bytes: 64 << 20,
            part_bytes: 32 << 20,
            json_bytes: 1 << 20,
            parts: 1000,
            headers: 1000,
        }
    }
}

/// Which of the [`Limits`] a request exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// [`Limits::total_bytes`].
    TotalBytes,
    /// [`Limits::part_bytes`].
    PartBytes,
    /// [`Limits::json_bytes`].
    JsonBytes,
    /// [`Limits::parts`].
    Parts,
    /// [`Limits::headers`].
    Headers,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TotalBytes => "bytes",
            Self::PartBytes => "bytes of one part",
            Self::JsonBytes => "bytes of JSON",
            Self::Parts => "fields and files",
            Self::Headers => "headers",
        })
    }
}
