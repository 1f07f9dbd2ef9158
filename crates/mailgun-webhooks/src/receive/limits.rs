use std::fmt;

/// Limits for the size of a request.
///
/// Parsing a form takes about twice its size in memory, and JSON about twenty times.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of the whole request. Default: 64 MiB, because Mailgun accepts mail of up to 25 MB and posts
    /// its texts twice.
    pub total_bytes: usize,
    /// Bytes of a field or a file. Default: 32 MiB.
    pub part_bytes: usize,
    /// Bytes of an event, or of a field with JSON, such as the list of headers. Default: 1 MiB.
    pub json_bytes: usize,
    /// Number of fields and files together. Default: 1,000, because each header of a mail is a field.
    pub parts: usize,
    /// Number of headers of a mail. Default: 1,000.
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

/// The one of the [`Limits`] that a request exceeds.
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
