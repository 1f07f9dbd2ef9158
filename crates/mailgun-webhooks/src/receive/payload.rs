use std::fmt;

use mailgun_core::{bytes::Bytes, de};
use mailgun_events::Event;
use serde::Deserialize;

use super::{
    InboundContent, InboundMail, LegacyEvent, Limit, Limits, ReceiveError, Signature, form::Form,
};

/// The content of a request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Payload {
    /// An event, as JSON.
    Event(Box<Event>),
    /// An event in the form encoding that Mailgun used before 2018.
    LegacyEvent(Box<LegacyEvent>),
    /// A mail that a route forwarded or stored.
    Inbound(Box<InboundMail>),
}

impl Payload {
    /// Returns the kind of the payload.
    pub fn kind(&self) -> PayloadKind {
        match self {
            Self::Event(_) => PayloadKind::Event,
            Self::LegacyEvent(_) => PayloadKind::LegacyEvent,
            Self::Inbound(mail) => match mail.content {
                InboundContent::Parsed(_) => PayloadKind::ParsedMail,
                InboundContent::Mime(_) => PayloadKind::MimeMail,
                InboundContent::Stored(_) => PayloadKind::StoredMail,
            },
        }
    }
}

/// The kind of a [`Payload`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PayloadKind {
    /// An event.
    Event,
    /// An event in the form encoding of before 2018.
    LegacyEvent,
    /// A parsed mail with its attachments.
    ParsedMail,
    /// A mail as a MIME message.
    MimeMail,
    /// A parsed mail that Mailgun stored together with its attachments.
    StoredMail,
}

impl fmt::Display for PayloadKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Event => "an event",
            Self::LegacyEvent => "an event as a form",
            Self::ParsedMail => "a parsed mail",
            Self::MimeMail => "a mail as MIME text",
            Self::StoredMail => "a stored mail",
        })
    }
}

macro_rules! payloads {
    ($($variant:ident($type:ty) = $expected:literal,)*) => {$(
        impl TryFrom<Payload> for $type {
            type Error = ReceiveError;

            fn try_from(payload: Payload) -> Result<Self, ReceiveError> {
                match payload {
                    Payload::$variant(payload) => Ok(*payload),
                    other => Err(ReceiveError::UnexpectedPayload {
                        expected: $expected,
                        arrived: other.kind(),
                    }),
                }
            }
        }
    )*};
}
payloads! {
    Event(Event) = "an event",
    LegacyEvent(LegacyEvent) = "an event as a form",
    Inbound(InboundMail) = "an inbound mail",
}

/// A request that was parsed, and whose signature was not checked.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Unverified {
    /// The content of the request.
    pub payload: Payload,
    /// The signature of the request; empty if there is none.
    pub signature: Signature,
}

impl Unverified {
    /// Parses a request: JSON, a URL-encoded form or a multipart form.
    ///
    /// # Errors
    ///
    /// [`ReceiveError::Malformed`], which says why, and [`ReceiveError::TooLarge`].
    pub fn parse(content_type: &str, body: Bytes, limits: &Limits) -> Result<Self, ReceiveError> {
        if body.len() > limits.total_bytes {
            return Err(ReceiveError::TooLarge(Limit::TotalBytes));
        }
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let is = |name: &str| essence.eq_ignore_ascii_case(name);
        if is("application/x-www-form-urlencoded") {
            form(Form::urlencoded(&body, limits)?)
        } else if is("multipart/form-data") {
            form(Form::multipart(content_type, body, limits)?)
        } else if is_object(&body) {
            json(&body, limits)
        } else {
            Err(ReceiveError::Malformed("the body is neither JSON nor a form"))
        }
    }
}

/// Whether the body begins like a JSON object, after a byte order mark or not.
fn is_object(body: &[u8]) -> bool {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    body.trim_ascii_start().starts_with(b"{")
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    signature: Option<Signature>,
    #[serde(rename = "event-data")]
    event: Option<Box<Event>>,
}

fn json(body: &[u8], limits: &Limits) -> Result<Unverified, ReceiveError> {
    if body.len() > limits.json_bytes {
        return Err(ReceiveError::TooLarge(Limit::JsonBytes));
    }
    let Envelope { signature, event } =
        de::from_slice(body).map_err(|_| ReceiveError::Malformed("the JSON cannot be read"))?;
    // An event can be read from any JSON, and would be empty.
    let event = event.filter(|event| event.raw().starts_with('{'));
    let event = event.ok_or(ReceiveError::Malformed("the JSON has no `event-data`"))?;
    let payload = Payload::Event(event);
    Ok(Unverified { payload, signature: signature.unwrap_or_default() })
}

fn form(form: Form) -> Result<Unverified, ReceiveError> {
    let text = |name: &str| form.fields.get(name).map(str::to_owned);
    let signature = Signature {
        timestamp: text("timestamp").unwrap_or_default(),
        token: text("token").unwrap_or_default(),
        signature: text("signature").unwrap_or_default(),
        parent_signature: text("parent-signature"),
    };
    let has = |name: &str| form.own(name).is_some();
    let is_mail = has("body-plain") || has("message-url") || form.mime.is_some();
    // A mail may have no text, and a bounce has no sender.
    let payload = if is_mail || !has("event") && has("recipient") {
        Payload::Inbound(InboundMail::new(form).into())
    } else if has("event") {
        Payload::LegacyEvent(LegacyEvent::new(form).into())
    } else {
        return Err(ReceiveError::Malformed("the form is neither an event nor a mail"));
    };
    Ok(Unverified { payload, signature })
}
