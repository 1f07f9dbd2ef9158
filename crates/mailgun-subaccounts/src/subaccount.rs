use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

mailgun_core::open_enum! {
    /// The status of a subaccount.
    pub enum SubaccountStatus {
        /// Open: it can be used.
        Open = "open",
        /// Disabled: it can be enabled again.
        Disabled = "disabled",
        /// Closed for good.
        Closed = "closed",
    }
}

/// An account below the client's account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Subaccount {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// The status.
    pub status: Option<SubaccountStatus>,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// The features that it may use.
    #[serde(deserialize_with = "de::null_default")]
    pub features: SubaccountFeatures,
}

/// The features that a subaccount may use; `None` if the response does not say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SubaccountFeatures {
    /// Email previews.
    #[serde(deserialize_with = "enabled", serialize_with = "as_feature")]
    pub email_preview: Option<bool>,
    /// Inbox placement tests.
    #[serde(deserialize_with = "enabled", serialize_with = "as_feature")]
    pub inbox_placement: Option<bool>,
    /// Sending messages.
    #[serde(deserialize_with = "enabled", serialize_with = "as_feature")]
    pub sending: Option<bool>,
    /// Validation of single addresses.
    #[serde(deserialize_with = "enabled", serialize_with = "as_feature")]
    pub validations: Option<bool>,
    /// Bulk validation of lists.
    #[serde(deserialize_with = "enabled", serialize_with = "as_feature")]
    pub validations_bulk: Option<bool>,
    /// Features that this version does not know, as received.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// Reads `{"enabled": true}`.
fn enabled<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    struct Feature {
        #[serde(default, deserialize_with = "de::bool_like")]
        enabled: Option<bool>,
    }
    Ok(Option::<Feature>::deserialize(deserializer)?.and_then(|feature| feature.enabled))
}

/// Writes `{"enabled": true}`, as the server does.
fn as_feature<S: Serializer>(enabled: &Option<bool>, serializer: S) -> Result<S::Ok, S::Error> {
    enabled.map(|enabled| json!({ "enabled": enabled })).serialize(serializer)
}
