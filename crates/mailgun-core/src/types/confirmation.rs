use serde::{Deserialize, Serialize};

/// A response that contains only a message.
///
/// ```
/// use mailgun::Confirmation;
///
/// let done: Confirmation = serde_json::from_str(r#"{"message": "Route has been deleted"}"#)?;
/// assert_eq!(done.message, "Route has been deleted");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Spellings")]
#[non_exhaustive]
pub struct Confirmation {
    /// Mailgun's message.
    pub message: String,
}

/// Two fields, because an alias would reject a response with both.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PageLinks;

    #[test]
    fn message_is_read_in_lower_case_upper_case_or_both() {
        for json in [
            r#"{"message": "ok"}"#,
            r#"{"Message": "ok"}"#,
            r#"{"message": "ok", "Message": "ok"}"#,
            r#"{"Message": "ok", "message": null}"#,
        ] {
            assert_eq!(serde_json::from_str::<Confirmation>(json).unwrap().message, "ok", "{json}");
        }
        for json in [
            r#"{"prev": "a", "next": "b"}"#,
            r#"{"previous": "a", "prev": "c", "Next": "b"}"#,
            r#"{"previous": null, "Previous": "a", "Next": "b", "next": null}"#,
        ] {
            let links: PageLinks = serde_json::from_str(json).unwrap();
            let links = (links.previous.as_deref(), links.next.as_deref());
            assert_eq!(links, (Some("a"), Some("b")), "{json}");
        }
    }
}
