use std::path::Path;

use mailgun_core::{Error, FieldValue, bytes::Bytes, read_text};

/// The content of a version: HTML or text in the template language of its
/// [`Engine`](crate::Engine).
///
/// Mailgun accepts up to 100 KB.
///
/// ```
/// use mailgun::templates::Content;
///
/// assert_eq!(Content::from("<p>Hello {{name}}</p>").as_str(), "<p>Hello {{name}}</p>");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Content(String);

impl Content {
    /// Reads a file: UTF-8 text of up to 100 KB.
    ///
    /// ```no_run
    /// # async fn example(versions: mailgun::templates::Versions) -> Result<(), mailgun::Error> {
    /// use mailgun::templates::{Content, VersionSettings};
    ///
    /// let content = Content::from_path("templates/welcome.hbs").await?;
    /// versions.create("v2", content, VersionSettings::new()).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if the file does
    /// not exist, cannot be read, is not a regular file, or is not UTF-8. Returns
    /// [`ErrorKind::TooLarge`](mailgun_core::ErrorKind::TooLarge) if it is too large. The error
    /// names the path.
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
