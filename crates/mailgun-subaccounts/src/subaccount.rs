use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

mailgun_core::open_enum! {
    /// Whether a subaccount can be used.
    pub enum SubaccountStatus {
        /// It can.
        Open = "open",
        /// It was disabled, and can be enabled.
        Disabled = "disabled",
        /// It was closed for good.
        Closed = "closed",
    }
}

/// An account below the account of the client.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Subaccount {
    /// What names it in calls.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// Its name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// Whether it can be used.
    pub status: Option<SubaccountStatus>,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// What it may use.
    #[serde(deserialize_with = "de::null_default")]
    pub features: SubaccountFeatures,
}

/// Which features a subaccount may use; `None` for those that the server says nothing of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SubaccountFeatures {
    /// Previews of mails in many mail programs.
    #[serde(deserialize_with = "enabled", serialize_with = "as_feature")]
    pub email_preview: Option<bool>,
    /// Tests of where mails arrive.
    #[serde(deserialize_with = "enabled", serialize_with = "as_feature")]
    pub inbox_placement: Option<bool>,
    /// Sending.
    #[serde(deserialize_with = "enabled", serialize_with = "as_feature")]
    pub sending: Option<bool>,
    /// Validation of single addresses.
    #[serde(deserialize_with = "enabled", serialize_with = "as_feature")]
    pub validations: Option<bool>,
    /// Validation of lists of addresses.
    #[serde(deserialize_with = "enabled", serialize_with = "as_feature")]
    pub validations_bulk: Option<bool>,
    /// Features that this version does not know, as the server wrote them.
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
