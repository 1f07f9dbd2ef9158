use mailgun_core::de;
use serde::{Deserialize, Serialize};

/// What Mailgun answers when it has done something and says no more than that.
///
/// ```
/// use mailgun_types::Success;
///
/// let done: Success = serde_json::from_str(r#"{"success": true}"#)?;
/// assert!(done.success);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Success {
    /// Whether it was done.
    #[serde(deserialize_with = "de::null_default")]
    pub success: bool,
    /// Mailgun's words, where it has any.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
}
