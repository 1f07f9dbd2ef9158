use std::collections::BTreeMap;

use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};

use crate::response;

/// Where the messages to one provider's seeds, or to all seeds, arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DeliveryStats {
    /// The provider; `all` for the total.
    #[serde(deserialize_with = "de::null_default")]
    pub provider: String,
    /// The number of messages expected.
    #[serde(deserialize_with = "de::null_default")]
    pub total: u64,
    /// The number of messages delivered.
    #[serde(deserialize_with = "de::null_default")]
    pub delivered: u64,
    /// The number of messages delivered to a folder other than spam.
    #[serde(deserialize_with = "de::null_default")]
    pub inbox: u64,
    /// The number of messages delivered to the spam folder.
    #[serde(deserialize_with = "de::null_default")]
    pub spam: u64,
    /// The number of messages that did not arrive in time.
    #[serde(deserialize_with = "de::null_default")]
    pub missing: u64,
    /// The number of messages that may still arrive.
    #[serde(deserialize_with = "de::null_default")]
    pub pending: u64,
    /// The number of messages in each category of the provider, such as `primary` or `promotions`.
    #[serde(deserialize_with = "response::map")]
    pub categories: BTreeMap<String, u64>,
    /// When the first message arrived.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub first_received_at: Option<Timestamp>,
    /// When the last message arrived.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub last_received_at: Option<Timestamp>,
}
