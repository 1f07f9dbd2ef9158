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
    /// The address, which names the member in calls.
    #[serde(deserialize_with = "de::null_default")]
    pub address: String,
    /// The name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// The variables; [`read_vars`](Self::read_vars) reads them into a type.
    #[serde(deserialize_with = "de::null_default")]
    pub vars: MapOrText,
    /// Whether mail to the list goes to the member.
    #[serde(deserialize_with = "de::bool_like")]
    pub subscribed: Option<bool>,
}

impl Member {
    /// The variables as a type of the application.
    ///
    /// ```
    /// use mailgun_mailing_lists::Member;
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
    /// If they are not of the type; the error may quote them.
    pub fn read_vars<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        match &self.vars {
            MapOrText::Map(map) => T::deserialize(map),
            MapOrText::Text(text) => de::from_slice(text.as_bytes()),
        }
    }
}

/// The reply to the writing or deletion of a member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MemberResponse {
    /// Mailgun's words, `Mailing list member has been created` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// The member as it is now; of a deleted one the address alone.
    #[serde(deserialize_with = "de::null_default")]
    pub member: Member,
}

/// The reply to the writing of many members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MembersResponse {
    /// Mailgun's words, `Mailing list upload started in background` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// The list; the members that are still being written are not counted.
    #[serde(deserialize_with = "de::null_default")]
    pub list: MailingList,
    /// What names the task in the background, also in the events about it.
    #[serde(rename = "task-id", deserialize_with = "de::string_or_number")]
    pub task_id: Option<String>,
}

/// A member, below `member` or alone.
pub(crate) struct OneMember(pub(crate) Member);

impl<'de> Deserialize<'de> for OneMember {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        de::named(deserializer, &["member"]).map(|(_message, member)| Self(member))
    }
}

mailgun_core::params! {
    /// What a member is to be.
    pub struct MemberSettings;
}

impl MemberSettings {
    /// The address, also with a name: `Ada <ada@example.com>`.
    pub fn address(self, address: impl Into<String>) -> Self {
        self.set("address", address.into())
    }

    /// The name.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set("name", name.into())
    }

    /// The variables, in place of all that were there: anything that is a JSON object.
    pub fn vars(mut self, vars: &(impl Serialize + ?Sized)) -> Self {
        match object(vars) {
            Ok(json) => self.set("vars", json.get()),
            Err(fault) => {
                self.0.record_error(fault);
                self
            }
        }
    }

    /// Whether mail to the list goes to the member; `true` when not set.
    pub fn subscribed(self, subscribed: bool) -> Self {
        self.set("subscribed", yes_no(subscribed))
    }

    /// Whether a member that is there already is changed, which is refused when not set; only for
    /// [`Members::create`](crate::Members::create).
    pub fn upsert(self, upsert: bool) -> Self {
        self.set("upsert", yes_no(upsert))
    }
}

/// The variables of a member as JSON text.
pub(crate) fn object(vars: &(impl Serialize + ?Sized)) -> Result<Box<RawValue>, Error> {
    match to_raw_value(vars) {
        Ok(json) if json.get().starts_with('{') => Ok(json),
        Ok(_) => Err(Error::invalid("vars", "is not a JSON object")),
        Err(error) => Err(Error::invalid("vars", "cannot be written as JSON").with_source(error)),
    }
}
