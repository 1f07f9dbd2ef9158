use mailgun_core::{de, true_false};
use serde::{Deserialize, Deserializer, Serialize};

mailgun_core::params! {
    /// How Mailgun connects to the servers that receive a domain's mail.
    pub struct ConnectionSettings;
}

impl ConnectionSettings {
    /// Sends only over TLS; default false.
    pub fn require_tls(self, yes: bool) -> Self {
        self.set("require_tls", true_false(yes))
    }

    /// Skips the verification of receiving servers' certificates; default false.
    pub fn skip_verification(self, yes: bool) -> Self {
        self.set("skip_verification", true_false(yes))
    }
}

/// How Mailgun connects to the servers that receive a domain's mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConnectionResponse {
    /// The message from Mailgun; `None` in the response to a read.
    pub message: Option<String>,
    /// Whether mail is sent only over TLS.
    pub require_tls: bool,
    /// Whether the certificates of receiving servers are not verified.
    pub skip_verification: bool,
}

/// Mailgun's documentation nests the settings below `connection`; the service does not.
impl<'de> Deserialize<'de> for ConnectionResponse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (message, settings) = de::named(deserializer, &["connection"])?;
        let Settings { require_tls, skip_verification } = settings;
        Ok(Self { message, require_tls, skip_verification })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Settings {
    #[serde(deserialize_with = "de::null_default")]
    require_tls: bool,
    #[serde(deserialize_with = "de::null_default")]
    skip_verification: bool,
}
