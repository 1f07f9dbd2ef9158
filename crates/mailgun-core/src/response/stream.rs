use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, StatusCode};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::{Frames, frames::ReadError};
use crate::{Error, ErrorKind, Outcome};

/// A response body that is read in chunks, for example an attachment or an export.
///
/// Its size is not limited. The client's
/// [`body_idle_timeout`](crate::ClientBuilder::body_idle_timeout) limits the wait for each chunk.
/// It is also a `Stream` of [`Bytes`].
pub struct ResponseStream {
    status: StatusCode,
    headers: HeaderMap,
    frames: Frames,
}

impl ResponseStream {
    pub(crate) fn new(parts: http::response::Parts, frames: Frames) -> Self {
        Self { status: parts.status, headers: parts.headers, frames }
    }

    /// The status, which is always a success.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers, for example `content-type`.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The length in bytes, if the server reports it.
    pub fn size(&self) -> Option<u64> {
        self.frames.length()
    }

    /// Reads the next chunk. `None` at the end.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Transport`] if the connection breaks, and [`ErrorKind::Timeout`] if no
    /// chunk arrives in time.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        self.frames.next().await.transpose()
    }

    /// Reads the whole body, up to `limit` bytes.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`chunk`](Self::chunk), and [`ErrorKind::TooLarge`] if the body is
    /// larger than `limit`.
    pub async fn bytes(self, limit: usize) -> Result<Bytes, Error> {
        match self.frames.collect(limit).await {
            (bytes, Ok(())) => Ok(bytes),
            (_, Err(ReadError::Broken(error))) => Err(error),
            (_, Err(ReadError::TooLarge)) => {
                Err(Error::too_large("download", format_args!("is larger than {limit} bytes"))
                    .with_outcome(Outcome::Unknown))
            }
        }
    }

    /// Writes the whole body to `writer`, for example a file, and returns the number of bytes.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`chunk`](Self::chunk), and [`ErrorKind::Transport`] if the writer
    /// fails.
    pub async fn write_to(mut self, writer: &mut (impl AsyncWrite + Unpin)) -> Result<u64, Error> {
        let failed = |error: io::Error| {
            Error::new(ErrorKind::Transport, Outcome::Unknown, "the download could not be written")
                .with_source(error)
        };
        let mut written = 0;
        while let Some(chunk) = self.chunk().await? {
            writer.write_all(&chunk).await.map_err(failed)?;
            written += chunk.len() as u64;
        }
        writer.flush().await.map_err(failed)?;
        Ok(written)
    }
}

impl Stream for ResponseStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.frames.poll_next(cx)
    }
}

impl fmt::Debug for ResponseStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseStream")
            .field("status", &self.status)
            .field("size", &self.size())
            .finish_non_exhaustive()
    }
}
