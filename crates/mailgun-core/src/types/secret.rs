//! Text that must not be printed.

use std::fmt;

use serde::Deserialize;

/// A string that must not appear in logs: a signing key, a password, a key in a response.
///
/// `Debug` does not show it. `Display` and `Serialize` are not implemented. Only
/// [`expose`](Self::expose) returns it. Its memory is not zeroed on drop.
///
/// ```
/// use mailgun::Secret;
///
/// let password = Secret::new("hunter2");
/// assert_eq!(format!("{password:?}"), "Secret(..)");
/// assert_eq!(password.expose(), "hunter2");
/// ```
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(Box<str>);

impl Secret {
    /// Wraps a string. It may be empty.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into_boxed_str())
    }

    /// Returns the string.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_secret_inside_other_types_too() {
        let secret: Secret = serde_json::from_str(r#""hunter2""#).unwrap();
        assert_eq!(format!("{:?}", Some(&secret)), "Some(Secret(..))");
        assert_eq!(format!("{secret:#?}"), "Secret(..)");
        assert_eq!(secret.clone().expose(), "hunter2");
        assert!(serde_json::from_str::<Secret>("null").is_err());
    }
}
