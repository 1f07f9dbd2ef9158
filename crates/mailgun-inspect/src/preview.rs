use std::collections::BTreeMap;

use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A preview that was created.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CreatedPreview {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// Your own id for the preview.
    #[serde(deserialize_with = "de::string_or_number")]
    pub reference_id: Option<String>,
}

/// A preview in a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ListedPreview {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub date: Option<Timestamp>,
    /// The type, such as `email-test`.
    pub r#type: Option<String>,
    /// The subject of the mail.
    pub subject: Option<String>,
    /// The headers of the mail. Mailgun does not document their values.
    #[serde(deserialize_with = "de::map")]
    pub headers: BTreeMap<String, Value>,
}

/// A preview, with the ids of its clients by their state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Preview {
    /// The subject of the mail.
    #[serde(deserialize_with = "de::null_default")]
    pub subject: String,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub date: Option<Timestamp>,
    /// The clients that are done.
    #[serde(deserialize_with = "de::readable")]
    pub completed: Vec<String>,
    /// The clients that are not done yet.
    #[serde(deserialize_with = "de::readable")]
    pub processing: Vec<String>,
    /// The clients that did not accept the mail. They cannot be reprocessed.
    #[serde(deserialize_with = "de::readable")]
    pub bounced: Vec<String>,
    /// The results of checks of the content. They are returned unchanged.
    pub content_checking: Option<Value>,
}

impl Preview {
    /// Whether all clients are done: none is processing, and at least one has completed or
    /// bounced.
    pub fn is_done(&self) -> bool {
        self.processing.is_empty() && !(self.completed.is_empty() && self.bounced.is_empty())
    }
}
