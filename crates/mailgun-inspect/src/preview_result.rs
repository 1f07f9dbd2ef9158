use std::collections::BTreeMap;

use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::ClientCategory;

/// The result of one client. [`Previews::download`](crate::Previews::download) gets its pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PreviewResult {
    /// The id of the client.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The name of the client to show to users.
    #[serde(deserialize_with = "de::null_default")]
    pub display_name: String,
    /// The name of the client.
    #[serde(deserialize_with = "de::null_default")]
    pub client: String,
    /// The operating system.
    #[serde(deserialize_with = "de::null_default")]
    pub os: String,
    /// The kind of client.
    pub category: Option<ClientCategory>,
    /// The browser. `None` if the client is not a website.
    pub browser: Option<String>,
    /// The URLs of the pictures, by their names.
    #[serde(deserialize_with = "urls")]
    pub screenshots: BTreeMap<String, String>,
    /// The URL of a small picture of the top of the mail.
    pub thumbnail: Option<String>,
    /// The URL of a small picture of the whole mail.
    pub full_thumbnail: Option<String>,
    /// The status, such as `Complete`.
    pub status: Option<String>,
    /// When the mail was submitted and rendered, and why it bounced.
    #[serde(deserialize_with = "de::null_default")]
    pub status_details: StatusDetails,
}

/// Skips values that are not URLs.
fn urls<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let values: BTreeMap<String, Value> = de::map(deserializer)?;
    let url = |value: Value| value.as_str().map(str::to_owned);
    Ok(values.into_iter().filter_map(|(name, value)| Some((name, url(value)?))).collect())
}

/// Details of the status of a result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StatusDetails {
    /// When the mail was submitted to the client.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub submitted: Option<Timestamp>,
    /// When the pictures were done.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub completed: Option<Timestamp>,
    /// The code of the bounce.
    #[serde(deserialize_with = "de::string_or_number")]
    pub bounce_code: Option<String>,
    /// The message of the bounce.
    pub bounce_message: Option<String>,
}
