use std::fmt;

use mailgun_core::{Error, Secret};
use mailgun_types::HmacKey;

/// The webhook signing key of alerts.
///
/// It is neither the API key nor the signing key of other webhooks.
/// [`Alerts::settings`](crate::Alerts::settings) returns it.
///
/// `Debug` does not show it.
#[derive(Clone)]
pub struct SigningKey(HmacKey);

impl SigningKey {
    /// Creates a key from its text. Surrounding white space is ignored.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Config`](mailgun_core::ErrorKind::Config) if the text is empty.
    pub fn new(key: impl AsRef<str>) -> Result<Self, Error> {
        HmacKey::new(key.as_ref()).map(Self)
    }

    /// Signs a body, for tests of your handlers. The signature consists of hexadecimal digits.
    ///
    /// ```
    /// use mailgun::alerts::receive::{SigningKey, Verifier};
    ///
    /// let key = SigningKey::new("test")?;
    /// let body = br#"{"event_data": {"event": "ip_listed", "ip": "192.0.2.1"}}"#;
    /// let signature = key.sign(body);
    /// let alert = Verifier::new(key).receive(&signature, body)?;
    /// assert_eq!(alert.event_data.ip, Some("192.0.2.1".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign(&self, body: &[u8]) -> String {
        self.0.sign(&[body])
    }

    /// Whether the signature is by this key, compared in constant time.
    pub(super) fn has_signed(&self, body: &[u8], hex: &str) -> bool {
        self.0.has_signed(&[body], hex)
    }
}

impl TryFrom<&str> for SigningKey {
    type Error = Error;

    fn try_from(key: &str) -> Result<Self, Error> {
        Self::new(key)
    }
}

impl TryFrom<String> for SigningKey {
    type Error = Error;

    fn try_from(key: String) -> Result<Self, Error> {
        Self::new(key)
    }
}

/// The key as [`Alerts::settings`](crate::Alerts::settings) returns it.
impl TryFrom<&Secret> for SigningKey {
    type Error = Error;

    fn try_from(key: &Secret) -> Result<Self, Error> {
        Self::new(key.expose())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}
