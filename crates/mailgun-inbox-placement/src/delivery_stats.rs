use std::collections::BTreeMap;

use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};

use crate::response;

/// Where mails to the seeds of one provider, or of all, ended up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DeliveryStats {
    /// The provider, `all` for the sum of them.
    #[serde(deserialize_with = "de::null_default")]
    pub provider: String,
    /// How many mails are expected.
    #[serde(deserialize_with = "de::null_default")]
    pub total: u64,
    /// How many came.
    #[serde(deserialize_with = "de::null_default")]
    pub delivered: u64,
    /// How many of those that came are in a folder that is not for spam.
    #[serde(deserialize_with = "de::null_default")]
    pub inbox: u64,
    /// How many of those that came are in the folder for spam.
    #[serde(deserialize_with = "de::null_default")]
    pub spam: u64,
    /// How many did not come in the time that they had.
    #[serde(deserialize_with = "de::null_default")]
    pub missing: u64,
    /// How many may still come.
    #[serde(deserialize_with = "de::null_default")]
    pub pending: u64,
    /// How many are in each category of the provider, such as `primary` or `promotions`.
    #[serde(deserialize_with = "response::map")]
    pub categories: BTreeMap<String, u64>,
    /// When the first one came.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub first_received_at: Option<Timestamp>,
    /// When the last one came.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub last_received_at: Option<Timestamp>,
}
