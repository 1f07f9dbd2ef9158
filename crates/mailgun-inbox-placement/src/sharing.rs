use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};

/// Whether anyone with the link can see a result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Sharing {
    /// The id of the result.
    #[serde(deserialize_with = "de::null_default")]
    pub result_id: String,
    /// Whether the result is shared.
    #[serde(deserialize_with = "de::null_default")]
    pub enabled: bool,
    /// When sharing ends.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub expires_at: Option<Timestamp>,
    /// The id of the shared result, for [`Results::get_shared`](crate::Results::get_shared).
    #[serde(deserialize_with = "de::null_default")]
    pub url_id: String,
    /// The URL of the page with the result; empty if it is not shared.
    #[serde(deserialize_with = "de::null_default")]
    pub url: String,
    /// The URL of the result as JSON; empty if it is not shared.
    #[serde(deserialize_with = "de::null_default")]
    pub api_url: String,
}
