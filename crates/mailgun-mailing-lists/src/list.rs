use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};

mailgun_core::open_enum! {
    /// Who may post to a list.
    pub enum AccessLevel {
        /// Only holders of the API key or of SMTP credentials.
        ReadOnly = "readonly",
        /// Members as well.
        Members = "members",
        /// Everyone.
        Everyone = "everyone",
    }
}

mailgun_core::open_enum! {
    /// Where replies to messages of a list go.
    pub enum ReplyPreference {
        /// To the list.
        List = "list",
        /// To the author of the message.
        Sender = "sender",
    }
}

/// A mailing list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MailingList {
    /// The address, which identifies the list in calls.
    #[serde(deserialize_with = "de::null_default")]
    pub address: String,
    /// The name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// A description, in any words.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// Who may post to the list.
    pub access_level: Option<AccessLevel>,
    /// Where replies go.
    pub reply_preference: Option<ReplyPreference>,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// The number of members.
    #[serde(deserialize_with = "de::number_or_string")]
    pub members_count: Option<u64>,
}

/// The response to creating or changing a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MailingListResponse {
    /// The message from Mailgun, such as `Mailing list has been created`.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// The list after the change.
    #[serde(deserialize_with = "de::null_default")]
    pub list: MailingList,
}

/// The response to deleting a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MailingListDeleted {
    /// The message from Mailgun, such as `Mailing list has been removed`.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// The address of the deleted list.
    #[serde(deserialize_with = "de::null_default")]
    pub address: String,
}

mailgun_core::params! {
    /// Settings of a mailing list.
    pub struct MailingListSettings;
}

impl MailingListSettings {
    /// The address, optionally with a name: `Developers <devs@mg.example.com>`.
    pub fn address(self, address: impl Into<String>) -> Self {
        self.set("address", address.into())
    }

    /// The name.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set("name", name.into())
    }

    /// A description, in any words.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.set("description", description.into())
    }

    /// Who may post to the list; default [`AccessLevel::ReadOnly`].
    pub fn access_level(self, level: AccessLevel) -> Self {
        self.set("access_level", level)
    }

    /// Where replies go; default [`ReplyPreference::List`].
    pub fn reply_preference(self, preference: ReplyPreference) -> Self {
        self.set("reply_preference", preference)
    }

    /// The id in the `List-Id` header. Only for
    /// [`MailingLists::update`](crate::MailingLists::update).
    pub fn list_id(self, id: impl Into<String>) -> Self {
        self.set("list-id", id.into())
    }
}
