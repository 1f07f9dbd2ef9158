use mailgun_core::{__private::is_control, Error, Fields};
use serde::{Deserialize, Serialize};

/// Headers that are stored with a version. They can contain variables of the template.
///
/// Mailgun adds them to each message on delivery, so its `accepted` event does not have them.
/// Headers of the message itself take precedence. If neither has a `From`, Mailgun uses
/// `postmaster@` and the sending domain. Only these three headers exist.
///
/// ```
/// use mailgun::templates::TemplateHeaders;
///
/// let headers = TemplateHeaders::new().from("Shop <shop@mg.example.com>").subject("Hi {{name}}");
/// assert_eq!(headers.subject.as_deref(), Some("Hi {{name}}"));
/// assert_eq!(headers.reply_to, None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TemplateHeaders {
    /// `From`
    #[serde(rename = "From", skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// `Subject`
    #[serde(rename = "Subject", skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// `Reply-To`
    #[serde(rename = "Reply-To", skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
}

impl TemplateHeaders {
    /// No headers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets `From`.
    #[must_use]
    pub fn from(self, value: impl Into<String>) -> Self {
        Self { from: Some(value.into()), ..self }
    }

    /// Sets `Subject`.
    #[must_use]
    pub fn subject(self, value: impl Into<String>) -> Self {
        Self { subject: Some(value.into()), ..self }
    }

    /// Sets `Reply-To`.
    #[must_use]
    pub fn reply_to(self, value: impl Into<String>) -> Self {
        Self { reply_to: Some(value.into()), ..self }
    }

    /// Sets the field `headers`, or an error if one of them contains a line break.
    pub(crate) fn put(&self, fields: &mut Fields) {
        let all = [("From", &self.from), ("Subject", &self.subject), ("Reply-To", &self.reply_to)];
        let has_control = |value: &String| value.contains(is_control);
        match all.into_iter().find(|(_, value)| value.as_ref().is_some_and(has_control)) {
            Some((name, _)) => {
                let error =
                    Error::invalid(name, "must not hold control characters or line separators");
                fields.record_error(error.in_parameter("headers"))
            }
            None => fields.set_json("headers", self),
        };
    }
}
