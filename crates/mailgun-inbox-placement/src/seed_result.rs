use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};

use crate::{MicrosoftSpam, response};

mailgun_core::open_enum! {
    /// Where a message arrived.
    pub enum Destination {
        /// In a folder other than spam.
        Inbox = "inbox",
        /// In the spam folder.
        Spam = "spam",
    }
}

mailgun_core::open_enum! {
    /// Whether a message arrived.
    pub enum SeedState {
        /// It arrived.
        Delivered = "delivered",
        /// It may still arrive.
        Pending = "pending",
        /// It did not arrive in time.
        Missing = "missing",
    }
}

mailgun_core::open_enum! {
    /// A provider's verdict on the authentication of a message.
    pub enum AuthenticationResult {
        /// Authentication passed.
        Pass = "pass",
        /// Authentication failed.
        Fail = "fail",
        /// The message has none.
        NotSet = "missing/not-set",
    }
}

/// The result at one seed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SeedResult {
    /// The address of the seed.
    #[serde(deserialize_with = "de::null_default")]
    pub email: String,
    /// The provider.
    #[serde(deserialize_with = "de::null_default")]
    pub provider: String,
    /// Where the message arrived, if it did.
    #[serde(deserialize_with = "response::optional")]
    pub destination: Option<Destination>,
    /// Whether the message arrived.
    #[serde(deserialize_with = "response::optional")]
    pub state: Option<SeedState>,
    /// The IP that sent the message, if known.
    #[serde(deserialize_with = "response::optional")]
    pub originating_ip: Option<String>,
    /// The folder or labels of the message.
    #[serde(deserialize_with = "de::readable")]
    pub tags: Vec<String>,
    /// The provider's DKIM verdict, if any.
    #[serde(deserialize_with = "response::optional")]
    pub dkim: Option<AuthenticationResult>,
    /// The provider's SPF verdict, if any.
    #[serde(deserialize_with = "response::optional")]
    pub spf: Option<AuthenticationResult>,
    /// The provider's DMARC verdict, if any.
    #[serde(deserialize_with = "response::optional")]
    pub dmarc: Option<AuthenticationResult>,
    /// The headers as received.
    #[serde(deserialize_with = "de::items")]
    pub headers: Vec<MessageHeader>,
    /// Data that only some providers report.
    pub extensions: Option<MessageExtensions>,
    /// When the seed received the message.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub received_at: Option<Timestamp>,
    /// When it was delivered.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub delivered_at: Option<Timestamp>,
}

/// A header of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MessageHeader {
    /// The name.
    #[serde(deserialize_with = "de::null_default")]
    pub key: String,
    /// The value.
    #[serde(deserialize_with = "de::null_default")]
    pub value: String,
}

/// Data that only some providers report about a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MessageExtensions {
    /// The category at the provider, such as `primary` or `promotions`.
    #[serde(deserialize_with = "response::optional")]
    pub category: Option<String>,
    /// The verdict of Microsoft's filters.
    pub ms_spam: Option<MicrosoftSpam>,
}
