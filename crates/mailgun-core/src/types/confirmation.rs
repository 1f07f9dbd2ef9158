use serde::{Deserialize, Serialize};

/// What Mailgun answers when it has done something and has nothing else to tell.
///
/// ```
/// use mailgun_core::Confirmation;
///
/// let done: Confirmation = serde_json::from_str(r#"{"message": "Route has been deleted"}"#)?;
/// assert_eq!(done.message, "Route has been deleted");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Spellings")]
#[non_exhaustive]
pub struct Confirmation {
    /// Mailgun's words.
    pub message: String,
}

/// Two fields, since an alias would refuse a reply with both.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Spellings {
    message: Option<String>,
    #[serde(rename = "Message")]
    capitalized: Option<String>,
}

impl From<Spellings> for Confirmation {
    fn from(Spellings { message, capitalized }: Spellings) -> Self {
        Self { message: message.or(capitalized).unwrap_or_default() }
    }
}
