use serde::Deserialize;

use super::de;

/// What Mailgun answers when it has done something and has nothing else to tell.
///
/// ```
/// use mailgun_core::Confirmation;
///
/// let done: Confirmation = serde_json::from_str(r#"{"message": "Route has been deleted"}"#)?;
/// assert_eq!(done.message, "Route has been deleted");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Confirmation {
    /// Mailgun's words.
    #[serde(default, alias = "Message", deserialize_with = "de::null_default")]
    pub message: String,
}
