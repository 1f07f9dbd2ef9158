//! Reads whole bodies, within limits. All layers use it.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::{Frames, ResponseBody, encoding::decoded, frames::ReadError};
use crate::{Error, Outcome, layers::is_failure};

/// How many bytes of the body are kept for an error status.
const ERROR_BODY: usize = 64 * 1024;

/// Reads the body of `response` into memory, unless it has been read or the call streams it.
///
/// A body over `cap` bytes and a pause longer than `idle` are errors. For an error status, the
/// first 64 KiB of the body are kept, even if it breaks off, so that the status is not lost.
pub(crate) async fn read_body(
    response: Response<ResponseBody>,
    cap: usize,
    idle: Option<Duration>,
    is_streamed: bool,
) -> Result<Response<ResponseBody>, Error> {
    let response = decoded(response);
    let is_failure = is_failure(response.status());
    if response.body().as_bytes().is_some() || (is_streamed && !is_failure) {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let frames = Frames::new(body, idle);
    let (bytes, result) = frames.collect(if is_failure { ERROR_BODY } else { cap }).await;
    match result {
        Err(ReadError::Broken(error)) if !is_failure => {
            Err(error.with_outcome(Outcome::Unknown).with_head(parts))
        }
        Err(ReadError::TooLarge) if !is_failure => {
            let detail = format!("the response is larger than the limit of {cap} bytes");
            Err(Error::undecodable(parts.status, parts.headers, Bytes::new(), detail))
        }
        _ => Ok(Response::from_parts(parts, bytes.into())),
    }
}
