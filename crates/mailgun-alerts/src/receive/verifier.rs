use std::{sync::Arc, time::Duration};

use super::{Alert, ReceiveError, SigningKey};

const MAX_BYTES: usize = 1 << 20;
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Verifies and parses alerts. Cheap to clone.
///
/// ```
/// use mailgun_alerts::receive::{SigningKey, Verifier};
///
/// // While you replace the key, accept both.
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
    /// Creates a verifier with one key.
    pub fn new(key: SigningKey) -> Self {
        let (max_bytes, read_timeout) = (MAX_BYTES, READ_TIMEOUT);
        Self(Arc::new(Settings { keys: vec![key], max_bytes, read_timeout }))
    }

    /// Adds another key. A signature by any of the keys is valid.
    #[must_use]
    pub fn key(mut self, key: SigningKey) -> Self {
        Arc::make_mut(&mut self.0).keys.push(key);
        self
    }

    /// The largest body in bytes. Default: 1 MiB.
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        Arc::make_mut(&mut self.0).max_bytes = bytes;
        self
    }

    /// How long the body may take to arrive. Default: 30 s.
    ///
    /// It applies to the axum extractor only, which needs a tokio runtime with its time driver
    /// enabled.
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        Arc::make_mut(&mut self.0).read_timeout = timeout;
        self
    }

    /// Verifies and parses a request. `signature` is the value of the header
    /// [`X-Sign`](super::X_SIGN), `body` the body as received.
    ///
    /// # Errors
    ///
    /// Returns [`ReceiveError::TooLarge`], [`ReceiveError::BadSignature`] or
    /// [`ReceiveError::Malformed`].
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
