use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Visitor};

/// Mailgun's response to a message that it has accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Receipt {
    /// The id of the message in events and stored messages.
    pub id: MessageId,
    /// The message from Mailgun, for example `Queued. Thank you.`
    #[serde(default, deserialize_with = "mailgun_core::de::null_default")]
    pub message: String,
}

/// The id of a message: the value of its `Message-Id` header.
///
/// The response to a send has the id in angle brackets, and events have it without. Here both are
/// equal.
///
/// ```
/// use mailgun::messages::MessageId;
///
/// assert_eq!(MessageId::from("<1@mg.example.com>"), MessageId::from("1@mg.example.com"));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(Box<str>);

impl MessageId {
    /// Returns the id without angle brackets, as events and their filters have it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the id in angle brackets, as the header has it.
    pub fn bracketed(&self) -> String {
        format!("<{}>", self.0)
    }
}

impl From<&str> for MessageId {
    fn from(id: &str) -> Self {
        let id = id.trim();
        let bare = id.strip_prefix('<').and_then(|id| id.strip_suffix('>'));
        Self(bare.unwrap_or(id).into())
    }
}

impl From<String> for MessageId {
    fn from(id: String) -> Self {
        id.as_str().into()
    }
}

impl From<MessageId> for String {
    fn from(id: MessageId) -> Self {
        id.0.into()
    }
}

impl Serialize for MessageId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for MessageId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Id;

        impl Visitor<'_> for Id {
            type Value = MessageId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the id of a message")
            }

            fn visit_str<E>(self, id: &str) -> Result<MessageId, E> {
                Ok(id.into())
            }
        }

        deserializer.deserialize_str(Id)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageId({})", self.0)
    }
}
