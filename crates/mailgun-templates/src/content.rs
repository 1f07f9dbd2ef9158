use std::path::Path;

use mailgun_core::{Error, FieldValue, bytes::Bytes, read_text};

/// The content of a version: HTML or text in the language of its [`Engine`](crate::Engine).
///
/// Mailgun takes at most 100 KB.
///
/// ```
/// use mailgun_templates::Content;
///
/// assert_eq!(Content::from("<p>Hello {{name}}</p>").as_str(), "<p>Hello {{name}}</p>");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Content(String);

impl Content {
    /// What is in a file: text in UTF-8, at most 100 KB.
    ///
    /// ```no_run
    /// # async fn example(versions: mailgun_templates::Versions) -> Result<(), mailgun_core::Error> {
    /// use mailgun_templates::{Content, VersionSettings};
    ///
    /// let content = Content::from_path("templates/welcome.hbs").await?;
    /// versions.create("v2", content, VersionSettings::new()).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if there is no such file, it cannot
    /// be read, is no regular file, or holds something other than UTF-8;
    /// [`ErrorKind::TooLarge`](mailgun_core::ErrorKind::TooLarge) if it is larger. Both name the path.
    pub async fn from_path(path: impl AsRef<Path>) -> Result<Self, Error> {
        const MAX_CONTENT: u64 = 100 * 1024;
        read_text(path, MAX_CONTENT).await.map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl FieldValue for Content {
    fn into_value(self) -> Bytes {
        self.0.into()
    }
}
