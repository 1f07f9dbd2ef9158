//! Tokens that cannot be forged and do not reveal their content.
//!
//! The construction is a synthetic initialization vector, as in RFC 5297, with HMAC-SHA256 for both of its
//! parts. The first 16 bytes are the HMAC of the content. They also start the key stream that covers the
//! content, so no random numbers are needed, and one content always has the same token.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const TAG: usize = 16;

/// Makes and reads tokens with one secret.
#[derive(Clone)]
pub(super) struct TokenKey {
    tag: Hmac<Sha256>,
    stream: Hmac<Sha256>,
}

impl TokenKey {
    /// `None` if the secret has less than 16 bytes, which could be guessed.
    pub(super) fn new(secret: &[u8]) -> Option<Self> {
        if secret.len() < 16 {
            return None;
        }
        let secret = Hmac::<Sha256>::new_from_slice(secret).ok()?;
        let derived = |purpose: &[u8]| {
            let key = secret.clone().chain_update(purpose).finalize().into_bytes();
            Hmac::new_from_slice(&key).ok()
        };
        let tag = derived(b"mailgun unsubscribe: tag")?;
        Some(Self { tag, stream: derived(b"mailgun unsubscribe: stream")? })
    }

    pub(super) fn seal(&self, content: &[u8]) -> String {
        let tag = self.tag.clone().chain_update(content).finalize().into_bytes();
        let mut token = tag[..TAG].to_vec();
        token.extend(self.covered(&tag[..TAG], content));
        BASE64_URL_SAFE_NO_PAD.encode(token)
    }

    /// `None` if this secret did not make the token.
    pub(super) fn open(&self, token: &str) -> Option<Vec<u8>> {
        let token = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (tag, covered) = token.split_at_checked(TAG)?;
        let content = self.covered(tag, covered);
        let mac = self.tag.clone().chain_update(&content);
        mac.verify_truncated_left(tag).is_ok().then_some(content)
    }

    /// Covers content with the key stream, or uncovers it.
    fn covered(&self, tag: &[u8], content: &[u8]) -> Vec<u8> {
        let mut covered = content.to_vec();
        for (number, block) in (0_u64..).zip(covered.chunks_mut(32)) {
            let stream = self.stream.clone().chain_update(tag).chain_update(number.to_be_bytes());
            for (byte, mask) in block.iter_mut().zip(stream.finalize().into_bytes()) {
                *byte ^= mask;
            }
        }
        covered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"0123456789abcdef";

    #[test]
    fn a_token_is_read_with_its_own_secret_only() {
        let key = TokenKey::new(SECRET).unwrap();
        for length in [0, 1, 31, 32, 33, 64, 300] {
            let content = vec![b'x'; length];
            let token = key.seal(&content);
            assert_eq!(key.open(&token), Some(content), "{length}");
            let other = TokenKey::new(b"0123456789abcdeF").unwrap();
            assert_eq!(other.open(&token), None, "{length}");
        }
        assert!(TokenKey::new(&SECRET[1..]).is_none());
    }

    #[test]
    fn a_changed_bit_anywhere_makes_a_token_invalid() {
        let key = TokenKey::new(SECRET).unwrap();
        let token = BASE64_URL_SAFE_NO_PAD.decode(key.seal(b"bob@example.com")).unwrap();
        for bit in 0..token.len() * 8 {
            let mut changed = token.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key.open(&BASE64_URL_SAFE_NO_PAD.encode(changed)), None, "{bit}");
        }
        for odd in ["", "AAAA", "é", "not base64!"] {
            assert_eq!(key.open(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_token_shows_nothing_of_its_content() {
        let key = TokenKey::new(SECRET).unwrap();
        let [one, two] = [b"bob@example.com", b"bab@example.com"].map(|it| key.seal(it));
        let [one, two] = [one, two].map(|it| BASE64_URL_SAFE_NO_PAD.decode(it).unwrap());
        assert!(!one.windows(3).any(|bytes| b"bob@example.com".windows(3).any(|it| it == bytes)));
        // One letter differs, but the key streams are not the same.
        let equal = one.iter().zip(&two).filter(|(a, b)| a == b).count();
        assert!(equal < one.len() / 2, "{equal}");
    }
}
