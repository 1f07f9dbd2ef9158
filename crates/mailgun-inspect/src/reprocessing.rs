use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Whether a client renders a mail again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Reprocessing {
    /// Whether it does.
    #[serde(deserialize_with = "de::bool_like")]
    pub success: Option<bool>,
    /// How often the client can still be reprocessed.
    #[serde(deserialize_with = "de::number_or_string")]
    pub remaining_reprocesses: Option<u64>,
    /// Mailgun does not document what it means.
    pub regional: Option<Value>,
    /// The new picture.
    pub screenshot: Option<Screenshot>,
    /// Why the client was refused.
    pub reason: Option<String>,
}

/// A picture that is being made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Screenshot {
    /// The id.
    #[serde(deserialize_with = "de::string_or_number")]
    pub id: Option<String>,
    /// The type.
    pub r#type: Option<String>,
    /// When the mail was sent to the client.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub sent: Option<Timestamp>,
    /// When the picture was done.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub completed: Option<Timestamp>,
}
