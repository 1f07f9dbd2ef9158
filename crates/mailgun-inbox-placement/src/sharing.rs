use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};

/// Whether whoever knows the link may see a result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Sharing {
    /// What names the result in calls.
    #[serde(deserialize_with = "de::null_default")]
    pub result_id: String,
    /// Whether it is shared.
    #[serde(deserialize_with = "de::null_default")]
    pub enabled: bool,
    /// Until when it is shared.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub expires_at: Option<Timestamp>,
    /// What names the shared result, for
    /// [`Results::get_shared`](crate::Results::get_shared).
    #[serde(deserialize_with = "de::null_default")]
    pub url_id: String,
    /// The page with the result; empty if it is not shared.
    #[serde(deserialize_with = "de::null_default")]
    pub url: String,
    /// The result as JSON; empty if it is not shared.
    #[serde(deserialize_with = "de::null_default")]
    pub api_url: String,
}
