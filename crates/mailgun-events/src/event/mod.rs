//! The event type of the events API, webhooks and logs.

mod fields;
mod kind;
mod parts;
mod read;

use std::fmt;

use mailgun_core::{
    Timestamp,
    de::{self, MapOrText},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, value::RawValue};

use self::{fields::EventFields, read::read};
pub use self::{
    kind::{
        Accepted, Clicked, Delivered, Engagement, EventKind, Failed, FailureReason,
        ListMemberUploadError, ListMemberUploaded, ListUploaded, Rejected, Severity, UploadError,
    },
    parts::{
        AttachmentInfo, Bot, Campaign, ClientInfo, ClientType, DeliveryStatus, DeviceType,
        Envelope, EventAccount, EventFlags, EventMailingList, EventMember, EventMessage,
        EventTemplate, Geolocation, LogLevel, MatchedRoute, MessageHeaders, RouteMatch, SmtpCode,
        Storage, Transport,
    },
};

/// Something that happened to a message, for one recipient.
///
/// It is the type of the events of a domain, of the `event-data` of webhooks and of the items of the
/// logs. [`kind`](Self::kind) says what happened. A field that an event does not have is empty or
/// `None`.
///
/// Deserializing valid JSON never fails. A kind that this version does not know is
/// [`EventKind::Other`]. A field of an unexpected shape is left out, and so is a number that is too
/// large; half a surrogate pair becomes a replacement character. To read events that are not valid JSON,
/// use [`de::from_slice`](mailgun_core::de::from_slice).
///
/// An event keeps the JSON that it was read from. [`get`](Self::get) returns a field that has no place
/// here, and [`raw`](Self::raw) the whole. Serializing writes that JSON unchanged, so an event can be
/// stored or queued; changes to its fields are not written. This works with `serde_json` only, and not
/// within `#[serde(flatten)]` or an untagged enum.
///
/// Ids are unique within a day only.
///
/// `Debug` shows kind, id, time and the names of the fields. The rest is addresses and content.
///
/// ```
/// use mailgun::events::{Event, EventKind, Severity};
///
/// let json = r#"{"event": "failed", "severity": "permanent", "recipient": "bob@example.com",
///     "delivery-status": {"code": "550"}, "field-of-tomorrow": 7}"#;
/// let event: Event = serde_json::from_str(json)?;
/// if let EventKind::Failed(failed) = &event.kind {
///     assert_eq!(failed.severity, Severity::Permanent);
///     assert_eq!(failed.delivery_status.code.as_u16(), Some(550));
/// }
/// assert_eq!(event.recipient, "bob@example.com");
/// assert_eq!(event.get("field-of-tomorrow"), Some(7.into()));
/// assert_eq!(serde_json::to_string(&event)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// The id, unique within a day.
    pub id: String,
    /// When it happened.
    pub timestamp: Option<Timestamp>,
    /// What happened.
    pub kind: EventKind,
    /// Its severity for a log.
    pub log_level: Option<LogLevel>,
    /// The domain. Only in the logs.
    pub domain: String,
    /// The account. Only in the logs.
    pub account: Option<EventAccount>,
    /// The recipient.
    pub recipient: String,
    /// The domain of the recipient.
    pub recipient_domain: String,
    /// The provider of the recipient, for example `Gmail`.
    pub recipient_provider: String,
    /// The message.
    pub message: EventMessage,
    /// The tags of the message.
    pub tags: Vec<String>,
    /// The campaigns of the message.
    pub campaigns: Vec<Campaign>,
    /// The variables of the message. If they exceed 4 KB, Mailgun cuts them, and they are text.
    /// [`MapOrText::read`] deserializes one.
    pub user_variables: MapOrText,
    /// Properties of the message.
    pub flags: EventFlags,
    /// The envelope of the message.
    pub envelope: Envelope,
    /// Where Mailgun stores the message.
    pub storage: Storage,
    /// How Mailgun received the message.
    pub method: Option<Transport>,
    /// The IP address from which Mailgun received the message.
    pub originating_ip: String,
    /// The id of the API key with which the message was sent.
    pub api_key_id: String,
    /// The template of the message.
    pub template: Option<EventTemplate>,
    /// The id of the batch of the message.
    pub batch_id: String,
    /// The mailing list to which the message was sent.
    pub mailing_list: Option<EventMailingList>,
    /// When the message was delivered. Only in the logs.
    pub delivered_at: Option<Timestamp>,
    /// What Mailgun's delivery optimizer did. Only in the logs.
    pub delivery_optimizer: String,
    raw: Raw,
}

impl Event {
    /// Returns the name of the kind, such as `failed`; empty if the item has none.
    pub fn name(&self) -> &str {
        self.kind.name()
    }

    /// Returns the id of the message, usually without angle brackets.
    pub fn message_id(&self) -> &str {
        &self.message.headers.message_id
    }

    /// Returns the result of the delivery, if the event is `delivered` or `failed`.
    pub fn delivery_status(&self) -> Option<&DeliveryStatus> {
        match &self.kind {
            EventKind::Delivered(delivered) => Some(&delivered.delivery_status),
            EventKind::Failed(failed) => Some(&failed.delivery_status),
            _ => None,
        }
    }

    /// Returns the JSON that the event was read from.
    pub fn raw(&self) -> &str {
        self.raw.0.get()
    }

    /// Returns a field of that JSON by its name. Each call parses the JSON again.
    pub fn get(&self, name: &str) -> Option<Value> {
        fields(&self.raw.0).remove(name)
    }
}

/// The fields of an object; none for any other JSON.
fn fields(json: &RawValue) -> Map<String, Value> {
    de::from_slice(json.get().as_bytes()).unwrap_or_default()
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let fields: EventFields = read(&raw);
        Ok(fields.into_event(Raw(raw)))
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.0.serialize(serializer)
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("kind", &self.kind)
            .field("id", &self.id)
            .field("timestamp", &self.timestamp)
            .field("fields", &fields(&self.raw.0).keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// Two are equal if their texts are.
#[derive(Clone)]
struct Raw(Box<RawValue>);

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

#[cfg(test)]
mod tests;
