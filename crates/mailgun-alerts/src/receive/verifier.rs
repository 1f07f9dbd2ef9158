use std::{sync::Arc, time::Duration};

use super::{Alert, ReceiveError, SigningKey};

const MAX_BYTES: usize = 1 << 20;
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Checks that requests come from Mailgun, and reads them.
///
/// Cheap to clone.
///
/// ```
/// use mailgun_alerts::receive::{SigningKey, Verifier};
///
/// // While the key is being replaced, requests are signed with the old or the new one.
/// let verifier = Verifier::new(SigningKey::new("new")?).key(SigningKey::new("old")?);
/// # Ok::<(), mailgun_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Verifier(Arc<Settings>);

#[derive(Clone, Debug)]
struct Settings {
    keys: Vec<SigningKey>,
    max_bytes: usize,
    read_timeout: Duration,
}

impl Verifier {
    /// With a key.
    pub fn new(key: SigningKey) -> Self {
        let (max_bytes, read_timeout) = (MAX_BYTES, READ_TIMEOUT);
        Self(Arc::new(Settings { keys: vec![key], max_bytes, read_timeout }))
    }

    /// Adds another key, of which any is right: the old one while the key is being replaced, or
    /// those of several accounts.
    #[must_use]
    pub fn key(mut self, key: SigningKey) -> Self {
        Arc::make_mut(&mut self.0).keys.push(key);
        self
    }

    /// How many bytes a request may have; 1 MiB when not set.
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        Arc::make_mut(&mut self.0).max_bytes = bytes;
        self
    }

    /// How long the body of a request may take to arrive; 30 seconds when not set.
    ///
    /// It applies where this crate reads the body: in the axum extractor, which runs in a tokio
    /// runtime with its time enabled.
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        Arc::make_mut(&mut self.0).read_timeout = timeout;
        self
    }

    /// Checks the signature of a request, which is the value of its header
    /// [`X-Sign`](super::X_SIGN), and reads its body.
    ///
    /// The body must be as it arrived, byte by byte.
    ///
    /// # Errors
    ///
    /// [`ReceiveError::TooLarge`], [`ReceiveError::BadSignature`] and, for a signed body that is no
    /// alert, [`ReceiveError::Malformed`].
    pub fn receive(&self, signature: &str, body: &[u8]) -> Result<Alert, ReceiveError> {
        let Settings { keys, max_bytes, .. } = &*self.0;
        if body.len() > *max_bytes {
            return Err(ReceiveError::TooLarge);
        }
        if !keys.iter().any(|key| key.has_signed(body, signature.trim())) {
            return Err(ReceiveError::BadSignature);
        }
        Alert::read(body)
    }

    #[cfg(feature = "axum")]
    pub(super) fn limits(&self) -> (usize, Duration) {
        (self.0.max_bytes, self.0.read_timeout)
    }
}
