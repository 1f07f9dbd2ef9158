use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use mailgun_core::{Error, Secret};
use sha2::Sha256;

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
pub struct SigningKey(Hmac<Sha256>);

impl SigningKey {
    /// Takes the key, without surrounding white space.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](mailgun_core::ErrorKind::Config) if the key is empty: anyone could sign with
    /// it.
    pub fn new(key: impl AsRef<str>) -> Result<Self, Error> {
        let key = key.as_ref().trim();
        if key.is_empty() {
            return Err(Error::config("signing_key", "is empty"));
        }
        let mac = Hmac::new_from_slice(key.as_bytes());
        mac.map(Self).map_err(|_| Error::config("signing_key", "cannot be used"))
    }

    /// Signs a timestamp and a token, in hexadecimal digits.
    pub(super) fn sign(&self, timestamp: &str, token: &str) -> String {
        let digest = self.mac(timestamp, token).finalize().into_bytes();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether this key made the signature, compared in constant time.
    pub(super) fn has_signed(&self, timestamp: &str, token: &str, hex: &str) -> bool {
        bytes(hex).is_some_and(|digest| self.mac(timestamp, token).verify_slice(&digest).is_ok())
    }

    fn mac(&self, timestamp: &str, token: &str) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(timestamp.as_bytes());
        mac.update(token.as_bytes());
        mac
    }
}

/// Decodes 64 hexadecimal digits.
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
        assert!(key.has_signed("what do ya want ", "for nothing?", &hex.to_uppercase()));
    }

    #[test]
    fn text_that_is_not_a_digest_is_not_a_signature() {
        let key = SigningKey::new("Jefe").unwrap();
        let right = key.sign("1", "2");
        let odd = [
            String::new(),
            right[1..].to_owned(),
            format!("{right}0"),
            format!("{}g", &right[..63]),
            "é".repeat(32),
            "\u{1F4A9}".repeat(16),
            "+1".repeat(32),
            "0".repeat(64),
        ];
        for hex in odd {
            assert!(!key.has_signed("1", "2", &hex), "{hex}");
        }
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
