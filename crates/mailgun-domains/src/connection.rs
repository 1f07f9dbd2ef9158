use mailgun_core::{de, true_false};
use serde::{Deserialize, Deserializer, Serialize};

mailgun_core::params! {
    /// How mail of a domain is handed over.
    pub struct ConnectionSettings;
}

impl ConnectionSettings {
    /// Sends over TLS or not at all; false when not set.
    pub fn require_tls(self, yes: bool) -> Self {
        self.set("require_tls", true_false(yes))
    }

    /// Does not check the certificates of receiving servers; false when not set.
    pub fn skip_verification(self, yes: bool) -> Self {
        self.set("skip_verification", true_false(yes))
    }
}

/// How mail of a domain is handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConnectionResponse {
    /// Mailgun's words; none when the settings were only asked for.
    pub message: Option<String>,
    /// Whether mail is sent over TLS or not at all.
    pub require_tls: bool,
    /// Whether the certificates of receiving servers are not checked.
    pub skip_verification: bool,
}

/// Mailgun's documents have the settings below `connection`, the service has not.
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
