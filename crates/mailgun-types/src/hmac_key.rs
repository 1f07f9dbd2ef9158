use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use mailgun_core::Error;
use sha2::Sha256;

/// A key with which Mailgun signs what it posts: HMAC-SHA256, in hexadecimal digits.
///
/// `Debug` does not show it.
#[derive(Clone)]
pub struct HmacKey(Hmac<Sha256>);

impl HmacKey {
    /// Takes the text of a key, without surrounding white space.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Config`](mailgun_core::ErrorKind::Config), which names `signing_key`, if the
    /// text is empty: anyone could sign with it.
    pub fn new(key: &str) -> Result<Self, Error> {
        let key = key.trim();
        if key.is_empty() {
            return Err(Error::config("signing_key", "is empty"));
        }
        let mac = Hmac::new_from_slice(key.as_bytes());
        mac.map(Self).map_err(|_| Error::config("signing_key", "cannot be used"))
    }

    /// Signs the parts of a text, one after the other.
    pub fn sign(&self, parts: &[&[u8]]) -> String {
        let digest = self.mac(parts).finalize().into_bytes();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns whether this key made the signature. Compares in constant time.
    pub fn has_signed(&self, parts: &[&[u8]], hex: &str) -> bool {
        digest(hex).is_some_and(|digest| self.mac(parts).verify_slice(&digest).is_ok())
    }

    fn mac(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        mac
    }
}

/// Decodes 64 hexadecimal digits.
fn digest(hex: &str) -> Option<[u8; 32]> {
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

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_hmac_of_all_parts() {
        // RFC 4231, test case 2, with the text cut in two.
        let key = HmacKey::new(" Jefe\n").unwrap();
        let parts: [&[u8]; 2] = [b"what do ya want ", b"for nothing?"];
        let hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(key.sign(&parts), hex);
        assert!(key.has_signed(&parts, hex));
        assert!(key.has_signed(&parts, &hex.to_uppercase()));
    }

    #[test]
    fn text_that_is_not_a_digest_is_not_a_signature() {
        let key = HmacKey::new("Jefe").unwrap();
        let right = key.sign(&[b"12"]);
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
            assert!(!key.has_signed(&[b"12"], &hex), "{hex}");
        }
    }

    #[test]
    fn an_empty_key_is_an_error_and_debug_hides_the_key() {
        for empty in ["", " ", "\n"] {
            let error = HmacKey::new(empty).unwrap_err();
            assert_eq!(error.kind(), mailgun_core::ErrorKind::Config);
        }
        assert_eq!(format!("{:?}", HmacKey::new("hunter2").unwrap()), "HmacKey(..)");
    }
}
