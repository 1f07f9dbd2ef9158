use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};

mailgun_core::open_enum! {
    /// Who may send mail to a list.
    pub enum AccessLevel {
        /// Only who has the API key or the SMTP credentials.
        ReadOnly = "readonly",
        /// The members too.
        Members = "members",
        /// Everyone.
        Everyone = "everyone",
    }
}

mailgun_core::open_enum! {
    /// Where responses to the mail of a list go.
    pub enum ReplyPreference {
        /// To the list.
        List = "list",
        /// To who wrote the mail.
        Sender = "sender",
    }
}

/// A mailing list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MailingList {
    /// Its address, which names it in calls.
    #[serde(deserialize_with = "de::null_default")]
    pub address: String,
    /// Its name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// Free text.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// Who may send mail to it.
    pub access_level: Option<AccessLevel>,
    /// Where responses go.
    pub reply_preference: Option<ReplyPreference>,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// How many members it has.
    #[serde(deserialize_with = "de::number_or_string")]
    pub members_count: Option<u64>,
}

/// The reply to the writing of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MailingListResponse {
    /// Mailgun's words, `Mailing list has been created` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// The list as it is now.
    #[serde(deserialize_with = "de::null_default")]
    pub list: MailingList,
}

/// The reply to the deletion of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MailingListDeleted {
    /// Mailgun's words, `Mailing list has been removed` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// The address that the list had.
    #[serde(deserialize_with = "de::null_default")]
    pub address: String,
}

mailgun_core::params! {
    /// What a mailing list is to be.
    pub struct MailingListSettings;
}

impl MailingListSettings {
    /// The address, also with a name: `Developers <devs@mg.example.com>`.
    pub fn address(self, address: impl Into<String>) -> Self {
        self.set("address", address.into())
    }

    /// The name.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set("name", name.into())
    }

    /// Free text.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.set("description", description.into())
    }

    /// Who may send mail to it; [`AccessLevel::ReadOnly`] when not set.
    pub fn access_level(self, level: AccessLevel) -> Self {
        self.set("access_level", level)
    }

    /// Where responses go; [`ReplyPreference::List`] when not set.
    pub fn reply_preference(self, preference: ReplyPreference) -> Self {
        self.set("reply_preference", preference)
    }

    /// The id of the list in the `List-Id` header; only for
    /// [`MailingLists::update`](crate::MailingLists::update).
    pub fn list_id(self, id: impl Into<String>) -> Self {
        self.set("list-id", id.into())
    }
}
