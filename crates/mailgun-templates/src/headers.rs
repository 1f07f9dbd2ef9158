use mailgun_core::{Error, Fields};
use serde::{Deserialize, Serialize};

/// Headers that are stored with a version, with variables of the template where wanted.
///
/// They are put into each mail when it is delivered, and so are not in its `accepted` event. What a
/// message sets itself comes before them; where neither has a `From`, Mailgun takes
/// `postmaster@` with the sending domain. It knows no others than these three.
///
/// ```
/// use mailgun_templates::TemplateHeaders;
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
    /// None of them.
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

    /// Sets the field `headers`, or the fault that a line break in one of them is.
    pub(crate) fn put(&self, fields: &mut Fields) {
        let all = [("From", &self.from), ("Subject", &self.subject), ("Reply-To", &self.reply_to)];
        let has_control = |value: &String| value.chars().any(char::is_control);
        match all.into_iter().find(|(_, value)| value.as_ref().is_some_and(has_control)) {
            Some((name, _)) => {
                let fault = Error::invalid(name, "must not hold control characters");
                fields.record_error(fault.in_parameter("headers"))
            }
            None => fields.set_json("headers", self),
        };
    }
}
