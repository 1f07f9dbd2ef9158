use std::net::IpAddr;

use mailgun_core::{Error, Mailbox, de};
use serde::{Deserialize, Serialize};
use serde_json::Value;

mailgun_core::json_params! {
    /// The mail of a test, and who gets it.
    ///
    /// The content is either [`html`](Self::html) or the name of a template.
    pub struct RunTest;
}

impl RunTest {
    /// The HTML of the mail.
    pub fn html(self, html: &str) -> Self {
        self.set(&["html"], html)
    }

    /// The template that the mail is made from, of the sender's domain.
    pub fn template_name(self, name: &str) -> Self {
        self.set(&["template_name"], name)
    }

    /// The template that the mail is made from, of the account.
    pub fn account_template_name(self, name: &str) -> Self {
        self.set(&["account_template_name"], name)
    }

    /// The variables of the HTML or of the template: an object whose values are texts.
    ///
    /// `%recipient.first_name%` and `%recipient.last_name%` in a value are filled in for each seed.
    pub fn variables(self, variables: &(impl Serialize + ?Sized)) -> Self {
        self.set(&["variables"], variables)
    }

    /// Adds a header to the mail, in place of one of this name.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.set(&["headers", name], value)
    }

    /// Adds a provider to whose seeds the mail goes; all providers when not set.
    pub fn provider_filter(self, domain: &str) -> Self {
        self.append(&["provider_filter"], domain)
    }

    /// The seed list that the mail goes to, by its address; a new one when not set.
    pub fn seed_list(self, address: &str) -> Self {
        self.set(&["seed_list"], address)
    }

    /// At most so many seeds of each provider; 0 for no limit.
    pub fn max_seeds_per_provider(self, count: u32) -> Self {
        self.set(&["max_seeds_per_provider"], &count)
    }

    /// The IP address of the account that the mail is sent from.
    pub fn sending_ip(self, ip: impl Into<IpAddr>) -> Self {
        self.set(&["sending_ip"], &ip.into())
    }

    /// The IP pool that the mail is sent from.
    pub fn sending_ip_pool_id(self, id: &str) -> Self {
        self.set(&["sending_ip_pool_id"], id)
    }

    pub(crate) fn complete(self, from: &Mailbox, subject: &str) -> Result<Self, Error> {
        let refused = "must not hold control characters";
        let has_control = |text: &str| text.contains(char::is_control);
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

/// The reply to the start of a test.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TestResponse {
    /// What names the result in calls.
    #[serde(deserialize_with = "de::null_default")]
    pub result_id: String,
    /// Whom the mail goes to: addresses, separated by commas.
    pub mailing_list: Option<String>,
    /// Where the result is.
    #[serde(deserialize_with = "de::null_default")]
    pub links: TestLinks,
}

/// Where the result of a test is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TestLinks {
    /// The URL of the result.
    #[serde(deserialize_with = "de::null_default")]
    pub results: String,
}
