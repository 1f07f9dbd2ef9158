//! The API key, kept out of sight.

use std::{
    fmt,
    sync::{Arc, RwLock},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderValue;

use crate::Error;

/// A Mailgun API key.
///
/// It has no `Display` and its `Debug` shows nothing of it.
///
/// ```
/// use mailgun_core::ApiKey;
///
/// let key = ApiKey::new("key-0123456789")?;
/// assert_eq!(format!("{key:?}"), "ApiKey(..)");
/// # Ok::<(), mailgun_core::Error>(())
/// ```
#[derive(Clone)]
pub struct ApiKey(HeaderValue);

impl ApiKey {
    /// Checks a key: it must not be empty or hold white space or control characters.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config), naming `api_key`.
    pub fn new(key: impl AsRef<str>) -> Result<Self, Error> {
        let key = key.as_ref().trim();
        if key.is_empty() {
            return Err(Error::config("api_key", "is empty"));
        }
        if key.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(Error::config("api_key", "holds white space or control characters"));
        }
        let basic = format!("Basic {}", STANDARD.encode(format!("api:{key}")));
        let mut header = HeaderValue::try_from(basic)
            .map_err(|_| Error::config("api_key", "cannot be sent in a header"))?;
        header.set_sensitive(true);
        Ok(Self(header))
    }
}

impl TryFrom<&str> for ApiKey {
    type Error = Error;

    fn try_from(key: &str) -> Result<Self, Error> {
        Self::new(key)
    }
}

impl TryFrom<String> for ApiKey {
    type Error = Error;

    fn try_from(key: String) -> Result<Self, Error> {
        Self::new(key)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(..)")
    }
}

/// The key that a client and its clones use, replaceable while they run.
///
/// ```
/// use mailgun_core::{ApiKey, Client, Credentials};
///
/// let credentials = Credentials::new(ApiKey::new("key-old")?);
/// let client = Client::builder(credentials.clone()).build()?;
/// // The next attempt of any call, also of one that is being repeated, uses the new key.
/// credentials.replace(ApiKey::new("key-new")?);
/// # let _ = client;
/// # Ok::<(), mailgun_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Credentials(Arc<RwLock<HeaderValue>>);

impl Credentials {
    /// Starts with `key`.
    pub fn new(key: ApiKey) -> Self {
        Self(Arc::new(RwLock::new(key.0)))
    }

    /// Uses `key` from the next attempt on, in all clients that share these credentials.
    pub fn replace(&self, key: ApiKey) {
        *self.0.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = key.0;
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}

impl From<ApiKey> for Credentials {
    fn from(key: ApiKey) -> Self {
        Self::new(key)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// What a client can be built from: a key as text, an [`ApiKey`], or shared [`Credentials`].
pub trait IntoCredentials {
    /// The credentials, or what is wrong with the key.
    #[doc(hidden)]
    fn into_credentials(self) -> Result<Credentials, Error>;
}

impl IntoCredentials for &str {
    fn into_credentials(self) -> Result<Credentials, Error> {
        ApiKey::new(self).map(Credentials::new)
    }
}

impl IntoCredentials for String {
    fn into_credentials(self) -> Result<Credentials, Error> {
        ApiKey::new(self).map(Credentials::new)
    }
}

impl IntoCredentials for ApiKey {
    fn into_credentials(self) -> Result<Credentials, Error> {
        Ok(Credentials::new(self))
    }
}

impl IntoCredentials for Credentials {
    fn into_credentials(self) -> Result<Credentials, Error> {
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_basic_auth_of_the_user_api() {
        let header = ApiKey::new("key-test").unwrap().0;
        assert_eq!(header, "Basic YXBpOmtleS10ZXN0");
        assert!(header.is_sensitive());
        assert_eq!(ApiKey::new("kéy").unwrap().0, "Basic YXBpOmvDqXk=");
    }

    #[test]
    fn bad_keys_are_refused_without_being_shown() {
        for key in ["", "  ", "key canary", "key\ncanary"] {
            let error = ApiKey::new(key).unwrap_err();
            assert!(error.to_string().starts_with("setting `api_key` "), "{error}");
            assert!(!error.to_string().contains("canary"));
        }
    }

    #[test]
    fn a_replaced_key_is_seen_by_every_clone() {
        let credentials = Credentials::new(ApiKey::new("old").unwrap());
        let clone = credentials.clone();
        credentials.replace(ApiKey::new("new").unwrap());
        assert_eq!(clone.header(), ApiKey::new("new").unwrap().0);
    }
}
