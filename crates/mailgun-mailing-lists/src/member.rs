use mailgun_core::{
    Error,
    de::{self, MapOrText},
    yes_no,
};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::value::{RawValue, to_raw_value};

use crate::MailingList;

/// A member of a mailing list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Member {
    /// The address, which identifies the member in calls.
    #[serde(deserialize_with = "de::null_default")]
    pub address: String,
    /// The name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// The variables. [`read_vars`](Self::read_vars) deserializes them.
    #[serde(deserialize_with = "de::null_default")]
    pub vars: MapOrText,
    /// Whether the member gets mail of the list.
    #[serde(deserialize_with = "de::bool_like")]
    pub subscribed: Option<bool>,
}

impl Member {
    /// Deserializes the variables.
    ///
    /// ```
    /// use mailgun::mailing_lists::Member;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Vars {
    ///     age: u8,
    /// }
    ///
    /// let json = r#"{"address": "ada@example.com", "vars": {"age": 36}}"#;
    /// let member: Member = serde_json::from_str(json)?;
    /// assert_eq!(member.read_vars::<Vars>()?.age, 36);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the variables do not match the type. The error may quote them.
    pub fn read_vars<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        match &self.vars {
            MapOrText::Map(map) => T::deserialize(map),
            MapOrText::Text(text) => de::from_slice(text.as_bytes()),
        }
    }
}

/// The response to creating, changing or deleting a member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MemberResponse {
    /// The message from Mailgun, such as `Mailing list member has been created`.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// The member after the change; after a deletion, only its address.
    #[serde(deserialize_with = "de::null_default")]
    pub member: Member,
}

/// The response to creating or changing many members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MembersResponse {
    /// The message from Mailgun, such as `Mailing list upload started in background`.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// The list. Members that are still being added are not counted.
    #[serde(deserialize_with = "de::null_default")]
    pub list: MailingList,
    /// The id of the background task, which its events have too.
    #[serde(rename = "task-id", deserialize_with = "de::string_or_number")]
    pub task_id: Option<String>,
}

/// A member, either below `member` or alone.
pub(crate) struct OneMember(pub(crate) Member);

impl<'de> Deserialize<'de> for OneMember {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        de::named(deserializer, &["member"]).map(|(_message, member)| Self(member))
    }
}

mailgun_core::params! {
    /// Settings of a member.
    pub struct MemberSettings;
}

impl MemberSettings {
    /// The address, optionally with a name: `Ada <ada@example.com>`.
    pub fn address(self, address: impl Into<String>) -> Self {
        self.set("address", address.into())
    }

    /// The name.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set("name", name.into())
    }

    /// The variables, replacing all existing ones. They must serialize to a JSON object.
    pub fn vars(mut self, vars: &(impl Serialize + ?Sized)) -> Self {
        match object(vars) {
            Ok(json) => self.set("vars", json.get()),
            Err(error) => {
                self.0.record_error(error);
                self
            }
        }
    }

    /// Whether the member gets mail of the list; default `true`.
    pub fn subscribed(self, subscribed: bool) -> Self {
        self.set("subscribed", yes_no(subscribed))
    }

    /// Whether to change a member that already exists; by default the call fails. Only for
    /// [`Members::create`](crate::Members::create).
    ///
    /// A member that has unsubscribed is subscribed again, unless [`subscribed`](Self::subscribed) is
    /// `false`. To change the name or the variables alone, use [`Members::update`](crate::Members::update).
    pub fn upsert(self, upsert: bool) -> Self {
        self.set("upsert", yes_no(upsert))
    }
}

/// The variables of a member as JSON text.
pub(crate) fn object(vars: &(impl Serialize + ?Sized)) -> Result<Box<RawValue>, Error> {
    match to_raw_value(vars) {
        Ok(json) if json.get().starts_with('{') => Ok(json),
        Ok(_) => Err(Error::invalid("vars", "is not a JSON object")),
        Err(error) => {
            Err(Error::invalid("vars", "cannot be serialized as JSON").with_source(error))
        }
    }
}
