use std::fmt;

use mailgun_core::{Error, Secret};
use mailgun_types::HmacKey;

/// The HTTP webhook signing key of an account.
///
/// It is not the API key, although Mailgun gives new accounts the same value for both until one of them
/// is replaced. There is no conversion from one type to the other:
///
/// ```compile_fail
/// use mailgun::ApiKey;
/// use mailgun::webhooks::receive::SigningKey;
///
/// # fn example(api_key: ApiKey) {
/// let _: SigningKey = api_key.into();
/// # }
/// ```
///
/// ```compile_fail
/// use mailgun::ApiKey;
/// use mailgun::webhooks::receive::{SigningKey, Verifier};
///
/// # fn example(api_key: ApiKey) {
/// let _ = Verifier::new(api_key);
/// # }
/// ```
///
/// `Debug` does not show the key.
#[doc(alias = "hmac")]
#[derive(Clone)]
pub struct SigningKey(HmacKey);

impl SigningKey {
    /// Takes the key, without surrounding white space.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](mailgun_core::ErrorKind::Config) if the key is empty: anyone could sign with
    /// it.
    pub fn new(key: impl AsRef<str>) -> Result<Self, Error> {
        HmacKey::new(key.as_ref()).map(Self)
    }

    /// Signs a timestamp and a token, in hexadecimal digits.
    pub(super) fn sign(&self, timestamp: &str, token: &str) -> String {
        self.0.sign(&[timestamp.as_bytes(), token.as_bytes()])
    }

    /// Whether this key made the signature, compared in constant time.
    pub(super) fn has_signed(&self, timestamp: &str, token: &str, hex: &str) -> bool {
        self.0.has_signed(&[timestamp.as_bytes(), token.as_bytes()], hex)
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

/// Takes the key as the account's settings return it.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_hmac_of_timestamp_and_token() {
        // RFC 4231, test case 2, with the text cut in two.
        let key = SigningKey::new("Jefe").unwrap();
        let hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(key.sign("what do ya want ", "for nothing?"), hex);
        assert!(key.has_signed("what do ya want ", "for nothing?", hex));
    }

    #[test]
    fn an_empty_key_is_an_error_and_debug_hides_the_key() {
        for empty in ["", " ", "\n"] {
            let error = SigningKey::new(empty).unwrap_err();
            assert_eq!(error.kind(), mailgun_core::ErrorKind::Config);
        }
        let key = SigningKey::try_from(&Secret::new("hunter2")).unwrap();
        assert_eq!(format!("{key:?}"), "SigningKey(..)");
    }
}
