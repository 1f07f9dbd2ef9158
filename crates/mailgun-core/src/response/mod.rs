//! Responses: typed, raw, or as a stream; read with a size limit and an idle timeout.

mod body;
mod encoding;
mod frames;
mod read;
mod stream;

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

pub use self::{body::ResponseBody, stream::ResponseStream};
pub(crate) use self::{encoding::encoded, frames::Frames, read::read_body};
use crate::{
    Error, ErrorKind, Outcome,
    de::{self, UnreadableItem},
};

/// A typed response with its status, headers and body.
///
/// ```no_run
/// # async fn example(client: mailgun::Client) -> Result<(), mailgun::Error> {
/// use mailgun::Operation;
///
/// const LIST: Operation = Operation::get("/v4/domains");
/// let response = client.call::<serde_json::Value>(LIST, &[]).response().await?;
/// println!("{} after {} attempt(s)", response.status(), response.attempts());
/// if let Some(left) = response.headers().get("x-ratelimit-remaining") {
///     println!("{left:?} calls left");
/// }
/// # Ok(()) }
/// ```
#[non_exhaustive]
pub struct Response<T> {
    /// The decoded body.
    pub value: T,
    pub(crate) raw: RawResponse,
}

/// A successful response whose body has been read.
pub(crate) struct RawResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) attempts: u32,
}

/// Omits the value, which may be the content of a message.
impl<T> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.raw.status)
            .field("body", &format_args!("{} bytes", self.raw.body.len()))
            .field("attempts", &self.raw.attempts)
            .finish_non_exhaustive()
    }
}

impl<T> Response<T> {
    /// The status: a success, or the redirect of a
    /// [`call_location`](crate::Client::call_location).
    pub fn status(&self) -> StatusCode {
        self.raw.status
    }

    /// The headers, for example `x-ratelimit-remaining`.
    pub fn headers(&self) -> &HeaderMap {
        &self.raw.headers
    }

    /// The body as received.
    pub fn body(&self) -> &Bytes {
        &self.raw.body
    }

    /// The number of attempts that the call took.
    pub fn attempts(&self) -> u32 {
        self.raw.attempts
    }
}

impl RawResponse {
    /// The `Location` of a redirect.
    pub(crate) fn location(self) -> Result<Response<String>, Error> {
        let location = self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
        match location.map(str::to_owned) {
            Some(value) => Ok(Response { value, raw: self }),
            None => {
                let detail = "the response has no `location` header".to_owned();
                Err(Error::undecodable(self.status, self.headers, self.body, detail))
            }
        }
    }

    /// Decodes the body as JSON. An empty body counts as `null`.
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        match de::from_slice(self.json_text()) {
            Ok(value) => Ok(Response { value, raw: self }),
            Err(_) => Err(self.undecodable::<T>()),
        }
    }

    /// One field of the body as JSON; `null` and a missing field are the default.
    pub(crate) fn json_field<T: DeserializeOwned + Default>(
        self,
        name: &str,
    ) -> Result<Response<T>, Error> {
        match de::field(self.json_text(), name) {
            Ok(value) => Ok(Response { value, raw: self }),
            Err(detail) => Err(Error::undecodable(self.status, self.headers, self.body, detail)),
        }
    }

    /// Decodes the body as JSON, except for list items that cannot be decoded.
    pub(crate) fn json_page<T: DeserializeOwned>(
        self,
    ) -> Result<Response<(T, Vec<UnreadableItem>)>, Error> {
        let page = de::from_slice(self.json_text()).ok().map(|page| (page, Vec::new()));
        match page.or_else(|| de::read_without_invalid_items(self.json_text())) {
            Some(value) => Ok(Response { value, raw: self }),
            None => Err(self.undecodable::<T>()),
        }
    }

    fn json_text(&self) -> &[u8] {
        if self.body.trim_ascii().is_empty() { b"null" } else { &self.body }
    }

    fn undecodable<T: DeserializeOwned>(self) -> Error {
        let detail = if self.body.is_empty() {
            "the response is empty".to_owned()
        } else {
            de::explain::<T>("the response", self.json_text())
        };
        Error::undecodable(self.status, self.headers, self.body, detail)
    }
}

/// The error for a response body that breaks off.
pub(crate) fn cut_short(source: impl Into<crate::BoxError>) -> Error {
    Error::new(
        ErrorKind::Transport,
        Outcome::Unknown,
        "the connection broke while the response was read",
    )
    .with_source(source)
}
