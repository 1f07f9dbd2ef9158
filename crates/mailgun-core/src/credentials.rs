//! The API key and how clients share it.

use std::{
    fmt,
    str::FromStr,
    sync::{Arc, RwLock},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderValue;
use serde::{Deserialize, Deserializer, de};

use crate::Error;

/// A Mailgun API key.
///
/// `Debug` does not show the key. `Display` and `Serialize` are not implemented.
///
/// ```
/// use mailgun::ApiKey;
///
/// let key: ApiKey = "key-0123456789".parse()?;
/// assert_eq!(format!("{key:?}"), "ApiKey(..)");
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone)]
pub struct ApiKey(HeaderValue);

impl ApiKey {
    /// Checks a key for copy and paste errors: quotes, `api:`, `Bearer`, invisible characters.
    ///
    /// White space around the key is removed. The rest must consist of ASCII letters, digits, `-`,
    /// `_`, `.`, `~`, `+` and `/`, with optional `=` at the end.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Config`](crate::ErrorKind::Config), which names `api_key` and the
    /// reason. The error does not contain the key.
    pub fn new(key: impl AsRef<str>) -> Result<Self, Error> {
        Self::from_setting("api_key", key.as_ref())
    }

    /// Checks a key that was read from `setting`, which errors name.
    pub(super) fn from_setting(setting: &str, key: &str) -> Result<Self, Error> {
        let key = key.trim();
        if let Some(reason) = error_in(key) {
            return Err(Error::config(setting, reason));
        }
        let basic = format!("Basic {}", STANDARD.encode(format!("{USER}{key}")));
        let mut header = HeaderValue::try_from(basic)
            .map_err(|_| Error::config(setting, "cannot be sent in a header"))?;
        header.set_sensitive(true);
        Ok(Self(header))
    }
}

/// What precedes the key in Basic authentication.
const USER: &str = "api:";

/// Why a text is not a key. The reason follows the name of the setting.
fn error_in(key: &str) -> Option<&'static str> {
    if key.is_empty() {
        return Some("is empty");
    }
    let start = key.to_ascii_lowercase();
    let starts_with = |words: &[&str]| words.iter().any(|word| start.starts_with(word));
    if starts_with(&["authorization", "basic ", "bearer "]) {
        return Some("starts like a header: pass the key alone");
    }
    if key.contains("://") {
        return Some("is a URL: pass the key alone");
    }
    if starts_with(&[USER]) {
        return Some("starts with the user name `api:`: pass the key alone");
    }
    // The padding may be missing, so only the first bytes are decoded.
    let decoded = key.get(..8).and_then(|start| STANDARD.decode(start).ok()).unwrap_or_default();
    if decoded.starts_with(USER.as_bytes()) {
        return Some("is already encoded for a header: pass the key alone");
    }
    if key.starts_with(['"', '\'', '`']) || key.ends_with(['"', '\'', '`']) {
        return Some("is in quotes: pass the key alone");
    }
    if key.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Some("contains white space or control characters");
    }
    if !key.is_ascii() {
        return Some("contains a character that is not ASCII, perhaps an invisible one");
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~+/".contains(&byte);
    if !key.trim_end_matches('=').bytes().all(allowed) {
        return Some("contains a character that is not allowed in a key");
    }
    None
}

impl FromStr for ApiKey {
    type Err = Error;

    fn from_str(key: &str) -> Result<Self, Error> {
        Self::new(key)
    }
}

impl<'de> Deserialize<'de> for ApiKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // serde's own error for another type contains the value.
        let key = String::deserialize(deserializer)
            .map_err(|_| de::Error::custom("setting `api_key` is not a string"))?;
        Self::new(key).map_err(de::Error::custom)
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

/// The API key that a client and its clones share. It can be replaced while they run.
///
/// ```
/// use mailgun::{ApiKey, Client, Credentials};
///
/// let credentials = Credentials::new(ApiKey::new("key-old")?);
/// let client = Client::builder(credentials.clone()).build()?;
/// // From now on every attempt uses the new key, including retries of calls in flight.
/// credentials.replace(ApiKey::new("key-new")?);
/// # let _ = client;
/// # Ok::<(), mailgun::Error>(())
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

/// What a client can be built from: a key as a string, an [`ApiKey`], or shared [`Credentials`].
pub trait IntoCredentials {
    /// The credentials, or why the key is invalid.
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

impl IntoCredentials for &String {
    fn into_credentials(self) -> Result<Credentials, Error> {
        self.as_str().into_credentials()
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
        assert_eq!(ApiKey::new(" \tkey-test\r\n").unwrap().0, header);
    }

    #[test]
    fn keys_of_every_known_format_are_accepted() {
        for key in [
            "key-3ax6xnjp29jd6fds4gc373sgvjxteol0",
            "pubkey-5ogiflzbnjrljiky49qxsiozqef5jxp7",
            "0123456789abcdef0123456789abcdef-01234567-89abcdef",
            "a.gateway_token~of+another/form==",
        ] {
            ApiKey::new(key).unwrap();
        }
    }

    /// Each contains `canary`, which no error may show.
    const BAD: [(&str, &str); 30] = [
        ("", "empty"),
        (" \n", "empty"),
        ("key canary", "white space"),
        ("key-\ncanary", "white space"),
        ("key-canary\r\nX-Evil: 1", "white space"),
        ("\"key-canary\"", "quotes"),
        (" 'key-canary' ", "quotes"),
        ("`key-canary`", "quotes"),
        ("\"key-canary", "quotes"),
        ("key-canary\"", "quotes"),
        ("\u{201c}key-canary\u{201d}", "not ASCII"),
        ("\u{feff}key-canary", "not ASCII"),
        ("key-\u{200b}canary", "not ASCII"),
        ("key-canary\u{200d}", "not ASCII"),
        ("key\u{2013}canary", "not ASCII"),
        ("k\u{e9}y-canary", "not ASCII"),
        ("Authorization: Basic key-canary", "header"),
        ("authorization:key-canary", "header"),
        ("Basic key-canary", "header"),
        ("BEARER key-canary", "header"),
        ("api:key-canary", "`api:`"),
        ("YXBpOmtleS1jYW5hcnk=", "encoded"),
        ("https://api.mailgun.net/v3/canary", "URL"),
        ("https://api:key-canary@api.mailgun.net", "URL"),
        ("MAILGUN_API_KEY=key-canary", "not allowed"),
        ("key-canary,", "not allowed"),
        ("key-canary;", "not allowed"),
        ("${canary}", "not allowed"),
        ("<key-canary>", "not allowed"),
        ("key-****canary", "not allowed"),
    ];

    #[test]
    fn errors_of_bad_keys_name_the_setting_and_hide_the_key() {
        for (key, reason) in BAD {
            let error = ApiKey::new(key).unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.starts_with("setting `api_key` ") && text.contains(reason), "{text}");
            assert!(!text.contains("canary") && !text.contains("jYW5hcnk"), "{text}");
        }
    }

    #[test]
    fn keys_are_deserialized_and_errors_hide_them() {
        let key: ApiKey = serde_json::from_str(r#""key-test""#).unwrap();
        assert_eq!(key.0, "key-test".parse::<ApiKey>().unwrap().0);
        let quoted = BAD.map(|(key, _)| serde_json::to_string(key).unwrap());
        for json in quoted.iter().map(String::as_str).chain(["123456", "null", "[\"canary\"]"]) {
            let error = serde_json::from_str::<ApiKey>(json).unwrap_err().to_string();
            assert!(error.starts_with("setting `api_key` "), "{json}: {error}");
            assert!(!error.contains("canary") && !error.contains("123456"), "{error}");
        }
    }

    #[test]
    fn a_key_can_be_a_borrowed_string() {
        let key = "key-test".to_owned();
        let header = (&key).into_credentials().unwrap().header();
        assert_eq!(header, key.as_str().into_credentials().unwrap().header());
        assert_eq!(header, key.into_credentials().unwrap().header());
    }

    #[test]
    fn a_replaced_key_is_seen_by_every_clone() {
        let credentials = Credentials::new(ApiKey::new("key-old").unwrap());
        let clone = credentials.clone();
        credentials.replace(ApiKey::new("key-new").unwrap());
        assert_eq!(clone.header(), ApiKey::new("key-new").unwrap().0);
    }
}
