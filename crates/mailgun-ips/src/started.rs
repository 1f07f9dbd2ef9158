use mailgun_core::de;
use serde::{Deserialize, Serialize};

/// The response to a call whose work Mailgun does in the background, where it can still fail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Started {
    /// The message from Mailgun: `started`, or `success` if nothing was left to do.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// The id of the background task, if the response has one.
    pub reference_id: Option<String>,
}
