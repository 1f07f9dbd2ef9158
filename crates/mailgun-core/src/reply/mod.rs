//! What comes back: read with a cap and an idle time-out, typed, raw, or as a stream.

mod body;
mod download;
mod encoding;
mod frames;

use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use serde::de::DeserializeOwned;

pub(crate) use self::{encoding::encoded, frames::Frames};
pub use self::{body::ReplyBody, download::Download};
use self::encoding::decoded;
use crate::{
    Delivery, Error, Kind,
    de::{self, UnreadableItem},
    layers::is_failure,
};

/// How much of an error's body is kept.
const ERROR_BODY: usize = 64 * 1024;

/// A typed reply together with what came with it.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_core::Route;
///
/// const LIST: Route = Route::get("/v4/domains");
/// let reply = client.call::<serde_json::Value>(LIST, &[]).reply().await?;
/// println!("{} after {} attempt(s)", reply.status(), reply.attempts());
/// if let Some(left) = reply.headers().get("x-ratelimit-remaining") {
///     println!("{left:?} calls left");
/// }
/// # Ok(()) }
/// ```
#[non_exhaustive]
pub struct Reply<T> {
    /// The body as the operation's type.
    pub value: T,
    pub(crate) raw: RawReply,
}

/// A successful reply whose body was read.
pub(crate) struct RawReply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) attempts: u32,
}

/// Without the value, which may be the content of a mail.
impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.raw.status)
            .field("body", &format_args!("{} bytes", self.raw.body.len()))
            .field("attempts", &self.raw.attempts)
            .finish_non_exhaustive()
    }
}

impl<T> Reply<T> {
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

    /// How many attempts the call took.
    pub fn attempts(&self) -> u32 {
        self.raw.attempts
    }
}

impl RawReply {
    /// Where a redirect points to.
    pub(crate) fn location(self) -> Result<Reply<String>, Error> {
        let location = self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
        match location.map(str::to_owned) {
            Some(value) => Ok(Reply { value, raw: self }),
            None => {
                let detail = "the reply names no location".to_owned();
                Err(Error::undecodable(self.status, self.headers, self.body, detail))
            }
        }
    }

    /// The body as JSON; an empty one counts as `null`.
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<Reply<T>, Error> {
        match de::from_slice(self.json_text()) {
            Ok(value) => Ok(Reply { value, raw: self }),
            Err(_) => Err(self.undecodable::<T>()),
        }
    }

    /// The body as JSON, and the items of its lists that could not be read.
    pub(crate) fn json_page<T: DeserializeOwned>(
        self,
    ) -> Result<Reply<(T, Vec<UnreadableItem>)>, Error> {
        let page = de::from_slice(self.json_text()).ok().map(|page| (page, Vec::new()));
        match page.or_else(|| de::read_without_odd_items(self.json_text())) {
            Some(value) => Ok(Reply { value, raw: self }),
            None => Err(self.undecodable::<T>()),
        }
    }

    fn json_text(&self) -> &[u8] {
        if self.body.trim_ascii().is_empty() { b"null" } else { &self.body }
    }

    fn undecodable<T: DeserializeOwned>(self) -> Error {
        let detail = if self.body.is_empty() {
            "the reply is empty".to_owned()
        } else {
            de::fault::<T>("the reply", self.json_text())
        };
        Error::undecodable(self.status, self.headers, self.body, detail)
    }
}

/// Reads the body of `reply` into memory, unless that was done or the call streams it.
///
/// A body over `cap` bytes is an error, as is a pause longer than `idle`. Of a failure's body, 64 KiB
/// are kept, also if it breaks off: its status must not be lost.
pub(crate) async fn read_body(
    reply: Response<ReplyBody>,
    cap: usize,
    idle: Option<Duration>,
    is_streamed: bool,
) -> Result<Response<ReplyBody>, Error> {
    let reply = decoded(reply);
    let is_failure = is_failure(reply.status());
    if reply.body().as_bytes().is_some() || (is_streamed && !is_failure) {
        return Ok(reply);
    }
    let (parts, body) = reply.into_parts();
    let frames = Frames::new(body, idle);
    let (bytes, outcome) = frames.collect(if is_failure { ERROR_BODY } else { cap }).await;
    match outcome {
        Err(ReadFault::Broken(error)) if !is_failure => {
            Err(error.with_delivery(Delivery::Unknown).with_head(parts))
        }
        Err(ReadFault::TooLarge) if !is_failure => {
            let detail = format!("the reply is larger than the limit of {cap} bytes");
            Err(Error::undecodable(parts.status, parts.headers, Bytes::new(), detail))
        }
        _ => Ok(Response::from_parts(parts, bytes.into())),
    }
}

/// Why a body was not read to its end.
enum ReadFault {
    TooLarge,
    Broken(Error),
}

/// A transport fault while a reply is read.
pub(crate) fn cut_short(source: impl Into<crate::BoxError>) -> Error {
    Error::new(Kind::Transport, Delivery::Unknown, "the connection broke while the reply was read")
        .with_source(source)
}
