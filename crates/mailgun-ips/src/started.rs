use mailgun_core::de;
use serde::{Deserialize, Serialize};

/// The reply to a call whose work Mailgun does in the background, where it may still fail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Started {
    /// Mailgun's words: `started`, or `success` if there is nothing left to be done.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// What names the work, where Mailgun tells it.
    pub reference_id: Option<String>,
}
