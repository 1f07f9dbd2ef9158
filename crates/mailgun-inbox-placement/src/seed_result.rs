use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};

use crate::{MicrosoftSpam, response};

mailgun_core::open_enum! {
    /// Where a mail ended up.
    pub enum Destination {
        /// In a folder that is not for spam.
        Inbox = "inbox",
        /// In the folder for spam.
        Spam = "spam",
    }
}

mailgun_core::open_enum! {
    /// Whether a mail came.
    pub enum SeedState {
        /// It came.
        Delivered = "delivered",
        /// It may still come.
        Pending = "pending",
        /// It did not come in the time that it had.
        Missing = "missing",
    }
}

mailgun_core::open_enum! {
    /// What a provider says of a mail's authentication.
    pub enum AuthenticationResult {
        /// It is right.
        Pass = "pass",
        /// It is wrong.
        Fail = "fail",
        /// There is none.
        NotSet = "missing/not-set",
    }
}

/// What became of the mail to one seed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SeedResult {
    /// The address of the seed.
    #[serde(deserialize_with = "de::null_default")]
    pub email: String,
    /// Its provider.
    #[serde(deserialize_with = "de::null_default")]
    pub provider: String,
    /// Where the mail ended up, if it came.
    #[serde(deserialize_with = "response::optional")]
    pub destination: Option<Destination>,
    /// Whether it came.
    #[serde(deserialize_with = "response::optional")]
    pub state: Option<SeedState>,
    /// The IP address that it came from, if that is known.
    #[serde(deserialize_with = "response::optional")]
    pub originating_ip: Option<String>,
    /// The folder or the labels that it got.
    #[serde(deserialize_with = "de::readable")]
    pub tags: Vec<String>,
    /// What the provider says of its DKIM signature, if it does.
    #[serde(deserialize_with = "response::optional")]
    pub dkim: Option<AuthenticationResult>,
    /// What the provider says of SPF, if it does.
    #[serde(deserialize_with = "response::optional")]
    pub spf: Option<AuthenticationResult>,
    /// What the provider says of DMARC, if it does.
    #[serde(deserialize_with = "response::optional")]
    pub dmarc: Option<AuthenticationResult>,
    /// Its headers as they came.
    #[serde(deserialize_with = "de::items")]
    pub headers: Vec<MessageHeader>,
    /// What some providers say beyond that.
    pub extensions: Option<MessageExtensions>,
    /// When the seed got it.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub received_at: Option<Timestamp>,
    /// When it was delivered.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub delivered_at: Option<Timestamp>,
}

/// A header of a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MessageHeader {
    /// Its name.
    #[serde(deserialize_with = "de::null_default")]
    pub key: String,
    /// Its value.
    #[serde(deserialize_with = "de::null_default")]
    pub value: String,
}

/// What some providers say of a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MessageExtensions {
    /// The provider's category, such as `primary` or `promotions`.
    #[serde(deserialize_with = "response::optional")]
    pub category: Option<String>,
    /// What Microsoft's filters say.
    pub ms_spam: Option<MicrosoftSpam>,
}
