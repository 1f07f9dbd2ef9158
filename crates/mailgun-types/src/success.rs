use mailgun_core::de;
use serde::{Deserialize, Serialize};

/// A response that only says whether the operation succeeded.
///
/// ```
/// use mailgun::subaccounts::Success;
///
/// let done: Success = serde_json::from_str(r#"{"success": true}"#)?;
/// assert!(done.success);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Success {
    /// Whether the operation succeeded.
    #[serde(deserialize_with = "de::null_default")]
    pub success: bool,
    /// Mailgun's message, if any.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
}
