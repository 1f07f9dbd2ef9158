//! One type for an event, wherever it comes from.

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

use self::read::{Read, first};
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
/// The events of a domain, the `event-data` of webhooks and the items of the logs are all of this
/// type. What happened is in [`kind`](Self::kind); what the event does not tell is empty or `None`.
///
/// Reading never fails on valid JSON: a kind of event that this version does not know is
/// [`EventKind::Other`], and a field of another shape than expected is left out. A text with half a
/// surrogate pair, or a number that is too large, costs no other field: see
/// [`de::from_slice`](mailgun_core::de::from_slice), which also reads what is no valid JSON. Nothing is lost by
/// that, since the event keeps the JSON that it came as: [`get`](Self::get) has the fields without
/// a place here, and [`raw`](Self::raw) all of it. Serialized, an event is that JSON again, to the
/// letter and whatever was changed in the fields since, so that it can be stored or put on a queue.
/// Both go by `serde_json` only, and not below a `#[serde(flatten)]` or in an untagged enumeration.
///
/// Ids are unique within a day only.
///
/// `Debug` shows kind, id, time and the names of the fields: the rest is addresses and content.
///
/// ```
/// use mailgun_events::{Event, EventKind, Severity};
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
    /// How bad it is.
    pub log_level: Option<LogLevel>,
    /// The domain; the logs tell it.
    pub domain: String,
    /// The account; the logs tell it.
    pub account: Option<EventAccount>,
    /// The recipient.
    pub recipient: String,
    /// The domain of the recipient.
    pub recipient_domain: String,
    /// The provider of the recipient, `Gmail` for example.
    pub recipient_provider: String,
    /// The message.
    pub message: EventMessage,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its campaigns.
    pub campaigns: Vec<Campaign>,
    /// Its variables; those beyond 4 KB are a piece of text.
    pub user_variables: MapOrText,
    /// What is true of the message.
    pub flags: EventFlags,
    /// Its envelope.
    pub envelope: Envelope,
    /// Where it is kept.
    pub storage: Storage,
    /// How it came to Mailgun.
    pub method: Option<Transport>,
    /// The address that it came from.
    pub originating_ip: String,
    /// The id of the API key that it was sent with.
    pub api_key_id: String,
    /// The template that it was made from.
    pub template: Option<EventTemplate>,
    /// The id of the batch that it was sent with.
    pub batch_id: String,
    /// The mailing list that it went to.
    pub mailing_list: Option<EventMailingList>,
    /// When it was delivered; the logs tell it.
    pub delivered_at: Option<Timestamp>,
    /// What Mailgun's delivery optimizer did with it; the logs tell it.
    pub delivery_optimizer: String,
    raw: Raw,
}

impl Event {
    /// The name of what happened: `failed`, `list_uploaded`; empty for an item without one.
    pub fn name(&self) -> &str {
        self.kind.name()
    }

    /// The id of the message, as a rule without angle brackets.
    pub fn message_id(&self) -> &str {
        &self.message.headers.message_id
    }

    /// How the delivery went, of events that tell it.
    pub fn delivery_status(&self) -> Option<&DeliveryStatus> {
        match &self.kind {
            EventKind::Delivered(delivered) => Some(&delivered.delivery_status),
            EventKind::Failed(failed) => Some(&failed.delivery_status),
            _ => None,
        }
    }

    /// The JSON that the event came as.
    pub fn raw(&self) -> &str {
        self.raw.0.get()
    }

    /// A field of that JSON by its name there. Each call reads the JSON once more.
    pub fn get(&self, name: &str) -> Option<Value> {
        fields(&self.raw.0).remove(name)
    }
}

/// No fields if the JSON is no object.
fn fields(json: &RawValue) -> Map<String, Value> {
    de::from_slice(json.get().as_bytes()).unwrap_or_default()
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let event = &Value::Object(fields(&raw));
        Ok(Self {
            id: Read::read(&event["id"]),
            timestamp: Read::read(first(event, &["timestamp", "@timestamp"])),
            kind: EventKind::read(&String::read(&event["event"]), event),
            log_level: Read::read(&event["log-level"]),
            domain: Read::read(&event["domain"]["name"]),
            account: Read::read(&event["account"]),
            recipient: Read::read(&event["recipient"]),
            recipient_domain: Read::read(&event["recipient-domain"]),
            recipient_provider: Read::read(&event["recipient-provider"]),
            message: Read::read(&event["message"]),
            tags: Read::read(&event["tags"]),
            campaigns: Read::read(&event["campaigns"]),
            user_variables: Read::read(&event["user-variables"]),
            flags: Read::read(&event["flags"]),
            envelope: Read::read(&event["envelope"]),
            storage: Read::read(&event["storage"]),
            method: Read::read(&event["method"]),
            originating_ip: Read::read(&event["originating-ip"]),
            api_key_id: Read::read(&event["api-key-id"]),
            template: Read::read(&event["template"]),
            batch_id: Read::read(&event["batch"]["id"]),
            mailing_list: Read::read(&event["mailing-list"]),
            delivered_at: Read::read(&event["delivered-at"]),
            delivery_optimizer: Read::read(&event["i-delivery-optimizer"]),
            raw: Raw(raw),
        })
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

/// Equal if the text is.
#[derive(Clone)]
struct Raw(Box<RawValue>);

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

#[cfg(test)]
mod tests;
