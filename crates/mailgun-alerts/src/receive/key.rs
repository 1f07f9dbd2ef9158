use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use mailgun_core::{Error, Secret};
use sha2::Sha256;

/// The webhook signing key of alerts.
///
/// It is neither the API key nor the signing key of other webhooks.
/// [`Alerts::settings`](crate::Alerts::settings) returns it.
///
/// `Debug` does not show it.
#[derive(Clone)]
pub struct SigningKey(Hmac<Sha256>);

impl SigningKey {
    /// Creates a key from its text. Surrounding white space is ignored.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Config`](mailgun_core::ErrorKind::Config) if the text is empty.
    pub fn new(key: impl AsRef<str>) -> Result<Self, Error> {
        let key = key.as_ref().trim();
        if key.is_empty() {
            return Err(Error::config("signing_key", "is empty"));
        }
        let mac = Hmac::new_from_slice(key.as_bytes());
        mac.map(Self).map_err(|_| Error::config("signing_key", "cannot be used"))
    }

    /// Signs a body, for tests of your handlers. The signature consists of hexadecimal digits.
    ///
    /// ```
    /// use mailgun_alerts::receive::{SigningKey, Verifier};
    ///
    /// let key = SigningKey::new("test")?;
    /// let body = br#"{"event_data": {"event": "ip_listed", "ip": "192.0.2.1"}}"#;
    /// let signature = key.sign(body);
    /// let alert = Verifier::new(key).receive(&signature, body)?;
    /// assert_eq!(alert.event_data.ip, Some("192.0.2.1".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign(&self, body: &[u8]) -> String {
        let digest = self.mac(body).finalize().into_bytes();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether the signature is by this key, compared in constant time.
    pub(super) fn has_signed(&self, body: &[u8], hex: &str) -> bool {
        bytes(hex).is_some_and(|digest| self.mac(body).verify_slice(&digest).is_ok())
    }

    fn mac(&self, body: &[u8]) -> Hmac<Sha256> {
        self.0.clone().chain_update(body)
    }
}

/// The 32 bytes that 64 hexadecimal digits stand for.
fn bytes(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        for digit in pair {
            *byte = *byte << 4 | u8::try_from(char::from(*digit).to_digit(16)?).ok()?;
        }
    }
    Some(bytes)
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
