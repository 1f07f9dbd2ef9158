//! What comes back: read with a cap and an idle time-out, typed, raw, or as a stream.

mod body;
mod download;

use std::{fmt, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, response::Parts};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;

pub use self::{body::ReplyBody, download::Download};
use crate::{Delivery, Error, Kind, TimeoutPhase};

/// How much of an error's body is kept.
pub(crate) const ERROR_BODY: usize = 64 * 1024;

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
    /// The status, always a success.
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
    /// The body as JSON; an empty one counts as `null`.
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<Reply<T>, Error> {
        let json: &[u8] = if self.body.trim_ascii().is_empty() { b"null" } else { &self.body };
        match serde_json::from_slice(json) {
            Ok(value) => Ok(Reply { value, raw: self }),
            Err(_) => {
                let detail = decode_fault::<T>(json, &self.body);
                Err(Error::undecodable(self.status, self.headers, self.body, detail))
            }
        }
    }
}

/// Reads once more with the path tracked, which a good reply need not pay for.
fn decode_fault<T: DeserializeOwned>(json: &[u8], body: &[u8]) -> String {
    let deserializer = &mut serde_json::Deserializer::from_slice(json);
    let fault = match serde_path_to_error::deserialize::<_, T>(deserializer) {
        Ok(_) => return "the reply has text after its JSON".into(),
        Err(fault) => fault,
    };
    if body.is_empty() {
        return "the reply is empty".into();
    }
    let inner = fault.inner();
    if inner.is_data() {
        // serde's words may quote the value, which may be personal data; the path says where.
        let expected = inner.to_string();
        let expected = expected.split_once("expected ").map_or("", |(_, rest)| rest);
        let expected = expected.split(" at line ").next().unwrap_or_default();
        match expected {
            "" => format!("the reply's field `{}` cannot be read", fault.path()),
            _ => format!("the reply's field `{}` is not {expected}", fault.path()),
        }
    } else {
        format!("the reply is not JSON (line {}, column {})", inner.line(), inner.column())
    }
}

/// Why a body was not read to its end.
pub(crate) enum ReadFault {
    TooLarge,
    Broken(Error),
}

/// Reads a body of at most `cap` bytes, waiting at most `idle` for each piece.
///
/// What was read before a fault is returned beside it; of a body over the cap, that is the cap.
pub(crate) async fn read<B>(
    mut body: B,
    cap: usize,
    idle: Option<Duration>,
) -> (Bytes, Result<(), ReadFault>)
where
    B: http_body::Body<Data = Bytes, Error = Error> + Unpin,
{
    // Nearly every reply is one piece: it is kept as it is, and only a second one is copied.
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    let outcome = loop {
        let mut data = match next_data(&mut body, idle).await {
            None => break Ok(()),
            Some(Err(error)) => break Err(ReadFault::Broken(error)),
            Some(Ok(data)) => data,
        };
        let room = cap - first.len() - rest.len();
        let fits = data.len() <= room;
        data.truncate(room);
        if first.is_empty() {
            first = data;
        } else {
            rest.extend_from_slice(&data);
        }
        if !fits {
            break Err(ReadFault::TooLarge);
        }
        if body.is_end_stream() {
            break Ok(());
        }
    };
    if rest.is_empty() {
        return (first, outcome);
    }
    let mut whole = BytesMut::with_capacity(first.len() + rest.len());
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&rest);
    (whole.freeze(), outcome)
}

/// The next data of a body, trailers skipped.
pub(crate) async fn next_data<B>(
    body: &mut B,
    idle: Option<Duration>,
) -> Option<Result<Bytes, Error>>
where
    B: http_body::Body<Data = Bytes, Error = Error> + Unpin,
{
    loop {
        let frame = match idle {
            None => body.frame().await,
            Some(limit) => match tokio::time::timeout(limit, body.frame()).await {
                Ok(frame) => frame,
                Err(_) => return Some(Err(Error::timeout(TimeoutPhase::BodyIdle, limit))),
            },
        };
        match frame? {
            Err(error) => return Some(Err(error)),
            Ok(frame) => {
                if let Ok(data) = frame.into_data() {
                    return Some(Ok(data));
                }
            }
        }
    }
}

/// The error of a successful reply whose body was not read to its end.
pub(crate) fn unread(fault: ReadFault, parts: Parts, cap: usize) -> Error {
    match fault {
        ReadFault::Broken(error) => error.with_delivery(Delivery::Unknown).with_head(parts),
        ReadFault::TooLarge => {
            let detail = format!("the reply is larger than the limit of {cap} bytes");
            Error::undecodable(parts.status, parts.headers, Bytes::new(), detail)
        }
    }
}

/// A transport fault while a reply is read.
pub(crate) fn cut_short(source: impl Into<crate::BoxError>) -> Error {
    Error::new(Kind::Transport, Delivery::Unknown, "the connection broke while the reply was read")
        .with_source(source)
}
