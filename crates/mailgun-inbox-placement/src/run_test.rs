use std::net::IpAddr;

use mailgun_core::{__private::is_control, Error, Mailbox, de};
use serde::{Deserialize, Serialize};
use serde_json::Value;

mailgun_core::json_params! {
    /// The message of a test and its recipients.
    ///
    /// The content is [`html`](Self::html) or the name of a template.
    pub struct RunTest;
}

impl RunTest {
    /// The HTML body.
    pub fn html(self, html: &str) -> Self {
        self.set(&["html"], html)
    }

    /// The template of the sender's domain to use.
    pub fn template_name(self, name: &str) -> Self {
        self.set(&["template_name"], name)
    }

    /// The template of the account to use.
    pub fn account_template_name(self, name: &str) -> Self {
        self.set(&["account_template_name"], name)
    }

    /// The variables of the HTML or template: an object whose values are texts.
    ///
    /// Mailgun replaces `%recipient.first_name%` and `%recipient.last_name%` in values for each
    /// seed.
    pub fn variables(self, variables: &(impl Serialize + ?Sized)) -> Self {
        self.set(&["variables"], variables)
    }

    /// Sets a header of the message, replacing one of the same name.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.set(&["headers", name], value)
    }

    /// Adds a provider whose seeds get the message. Default: all providers.
    pub fn provider_filter(self, domain: &str) -> Self {
        self.append(&["provider_filter"], domain)
    }

    /// The address of the seed list to use. Default: a new one.
    pub fn seed_list(self, address: &str) -> Self {
        self.set(&["seed_list"], address)
    }

    /// Maximum number of seeds for each provider; 0 for no limit.
    pub fn max_seeds_per_provider(self, count: u32) -> Self {
        self.set(&["max_seeds_per_provider"], &count)
    }

    /// The IP of the account to send from.
    pub fn sending_ip(self, ip: impl Into<IpAddr>) -> Self {
        self.set(&["sending_ip"], &ip.into())
    }

    /// The IP pool to send from.
    pub fn sending_ip_pool_id(self, id: &str) -> Self {
        self.set(&["sending_ip_pool_id"], id)
    }

    pub(crate) fn complete(self, from: &Mailbox, subject: &str) -> Result<Self, Error> {
        let refused = "must not hold control characters or line separators";
        let has_control = |text: &str| text.contains(is_control);
        if has_control(subject) {
            return Err(Error::invalid("subject", refused));
        }
        let headers = self.0.get(&["headers"]).and_then(Value::as_object);
        for (name, value) in headers.into_iter().flatten() {
            if has_control(name) || value.as_str().is_some_and(has_control) {
                return Err(Error::invalid("headers", refused));
            }
        }
        Ok(self.set(&["from"], from).set(&["subject"], subject))
    }
}

/// The response to starting a test.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TestResponse {
    /// The id of the result.
    #[serde(deserialize_with = "de::null_default")]
    pub result_id: String,
    /// The recipients: addresses, separated by commas.
    pub mailing_list: Option<String>,
    /// The links to the result.
    #[serde(deserialize_with = "de::null_default")]
    pub links: TestLinks,
}

/// The links to the result of a test.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TestLinks {
    /// The URL of the result.
    #[serde(deserialize_with = "de::null_default")]
    pub results: String,
}
