//! Messages from template files.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs, io,
    path::Path,
    sync::Arc,
};

use bytes::Bytes;
use mailgun_core::{__private::without_byte_order_mark, BoxError, Error, Upload, by_content_id};

use crate::{
    Batch, Message,
    content::{Content, MAX_MESSAGE},
    html::attributes,
};

/// Fills in the templates of a [`MessageFolder`].
///
/// Closures implement it, so most engines need no type of their own. With
/// [minijinja](https://docs.rs/minijinja):
///
/// ```ignore
/// let environment = minijinja::Environment::new();
/// let engine = |name: &str, source: &str| {
///     // The name decides what is escaped: `body.html` is, `body.txt` is not.
///     environment.render_named_str(name, source, minijinja::context! { name => "Bob" })
/// };
/// ```
pub trait TemplateEngine {
    /// Fills in a template. `name` is the name of its file, `source` what is in it.
    ///
    /// # Errors
    ///
    /// If the template is invalid, or if a value that it needs is missing.
    fn render(&self, name: &str, source: &str) -> Result<String, BoxError>;
}

impl<F, E> TemplateEngine for F
where
    F: Fn(&str, &str) -> Result<String, E>,
    E: Into<BoxError>,
{
    fn render(&self, name: &str, source: &str) -> Result<String, BoxError> {
        self(name, source).map_err(Into::into)
    }
}

/// A mail as a folder of template files and images.
///
/// | File | What it is |
/// |---|---|
/// | `subject.txt` | the subject; white space around it is removed |
/// | `body.html` | the HTML body |
/// | `body.txt` | the text body |
/// | any other | an image that the HTML body may show |
///
/// Each template may be missing, but not both bodies. The HTML body names an image by its path in the folder:
/// `<img src="logo.png">` or `<img src="cid:logo.png">`. The image is then sent as an inline file. An image
/// that the body does not name is not sent. Images are found in `src`, `background` and `poster`, but not
/// in CSS, in `srcset` or in comments, such as Outlook's conditional ones.
///
/// The folder is read once. Use it for any number of messages.
///
/// ```no_run
/// # async fn example(messages: mailgun::messages::Messages) -> Result<(), mailgun::Error> {
/// use mailgun::messages::MessageFolder;
///
/// let welcome = MessageFolder::open("mails/welcome").await?;
///
/// // Any template engine.
/// let engine = |_: &str, source: &str| Ok::<_, std::fmt::Error>(source.replace("{{ name }}", "Bob"));
/// let message = welcome.message(&engine)?.from("shop@mg.example.com").to("bob@example.com");
/// messages.send(message).await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct MessageFolder {
    subject: Option<String>,
    html: Option<String>,
    text: Option<String>,
    /// By path in the folder, with `/`.
    files: Arc<BTreeMap<String, Bytes>>,
    to_text: Option<ToText>,
}

type ToText = Arc<dyn Fn(&str) -> String + Send + Sync>;

impl MessageFolder {
    /// Reads a folder and the folders within it.
    ///
    /// Symbolic links, names that begin with a dot, and names that are not UTF-8 are left out.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if the folder or a file cannot be
    /// read, if a template is not UTF-8, if there is no body, or if the files have more than 25 MiB in all.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        let root = path.clone();
        let found = tokio::task::spawn_blocking(move || read(&root)).await;
        let mut files = found.unwrap_or_else(|join| Err(join.into())).map_err(|error| {
            Error::invalid(path.display(), format_args!("cannot be read: {error}"))
                .with_source(error)
        })?;
        let mut template =
            |name| match files.remove(name).map(|file| String::from_utf8(file.into())) {
                None => Ok(None),
                Some(Ok(text)) => Ok(Some(without_byte_order_mark(text))),
                Some(Err(_)) => Err(Error::invalid(name, "is not UTF-8")),
            };
        let subject = template("subject.txt")?;
        let (html, text) = (template("body.html")?, template("body.txt")?);
        if html.is_none() && text.is_none() {
            let reason = "has neither `body.html` nor `body.txt`";
            return Err(Error::invalid(path.display(), reason));
        }
        Ok(Self { subject, html, text, files: Arc::new(files), to_text: None })
    }

    /// Makes the text body from the HTML body if there is no `body.txt`, for example with a crate that
    /// converts HTML to text. Default: no text body.
    #[must_use]
    pub fn html_to_text(
        mut self,
        convert: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        self.to_text = Some(Arc::new(convert));
        self
    }

    /// Fills in the templates. Add sender and recipients to the message.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if the engine fails, if the HTML
    /// body shows an image that is not in the folder, or if it shows two images whose names differ only in
    /// characters other than ASCII letters, digits, `.`, `_` and `-`.
    pub fn message(&self, engine: &impl TemplateEngine) -> Result<Message, Error> {
        Ok(Message { content: self.content(engine)? })
    }

    /// Fills in the templates of a batch; see [`message`](Self::message).
    ///
    /// What differs between recipients stays in the templates as `%recipient.NAME%`.
    ///
    /// # Errors
    ///
    /// The same as [`message`](Self::message).
    pub fn batch(&self, engine: &impl TemplateEngine) -> Result<Batch, Error> {
        let mut batch = Batch::new();
        batch.content = self.content(engine)?;
        Ok(batch)
    }

    fn content(&self, engine: &impl TemplateEngine) -> Result<Content, Error> {
        let render = |name: &str, source: &Option<String>| match source {
            Some(source) => engine
                .render(name, source)
                .map(Some)
                .map_err(|error| Error::invalid(name, "cannot be filled in").with_source(error)),
            None => Ok(None),
        };
        let mut content = Content::default();
        if let Some(subject) = render("subject.txt", &self.subject)? {
            content.subject(subject.trim().to_owned());
        }
        let mut text = render("body.txt", &self.text)?;
        if let Some(html) = render("body.html", &self.html)? {
            if let (None, Some(to_text)) = (&text, &self.to_text) {
                text = Some(to_text(&html));
            }
            let (html, images) = self.with_images(html)?;
            content.body("html", html);
            for path in images {
                if let Some(file) = self.files.get(&path) {
                    let file = Upload::from_bytes(&*path, file.clone());
                    content.inline(content_id(&path), file);
                }
            }
        }
        if let Some(text) = text {
            content.body("text", text);
        }
        Ok(content)
    }

    /// Turns paths into content ids, and returns the paths.
    fn with_images(&self, html: String) -> Result<(String, BTreeSet<String>), Error> {
        let known: BTreeMap<_, _> = self.files.keys().map(|path| (path.clone(), path)).collect();
        let mut images: BTreeSet<String> = BTreeSet::new();
        let mut changed = String::with_capacity(html.len());
        let mut copied = 0;
        for attribute in attributes(&html) {
            let value = &html[attribute.value.clone()];
            let names_image = IMAGES.iter().any(|name| attribute.name.eq_ignore_ascii_case(name));
            if !names_image || !is_of_folder(value) {
                continue;
            }
            let error = |reason: &str| {
                let line = html[..attribute.value.start].matches('\n').count() + 1;
                Error::invalid("body.html", format_args!("line {line} {reason}"))
            };
            let path = value.trim().trim_start_matches("./");
            let Some(path) = by_content_id(&known, path) else {
                return Err(error("shows an image that is not in the folder"));
            };
            let has_same_id =
                |other: &String| other != *path && content_id(other) == content_id(path);
            if images.iter().any(has_same_id) {
                return Err(error("shows an image whose name is too like that of another"));
            }
            changed.push_str(&html[copied..attribute.value.start]);
            changed.push_str("cid:");
            changed.push_str(&content_id(path));
            copied = attribute.value.end;
            images.insert((*path).clone());
        }
        changed.push_str(&html[copied..]);
        Ok((changed, images))
    }
}

/// The attributes that show an image.
const IMAGES: [&str; 3] = ["src", "background", "poster"];

/// Whether a source is a path or a content id: not a URL, not a placeholder, not empty.
fn is_of_folder(source: &str) -> bool {
    let source = source.trim();
    let is_cid = source.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("cid:"));
    let is_url = source.contains(':') || source.starts_with('/') || source.starts_with('#');
    let is_placeholder = source.starts_with('%') || source.contains("%recipient.");
    !source.is_empty() && (is_cid || !is_url) && !is_placeholder
}

/// Mailgun takes the content id from a filename. What has a meaning in URLs and in HTML is replaced.
fn content_id(path: &str) -> String {
    path.replace(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)), "-")
}

/// Reads all files of a folder and of the folders within it, by their path in the folder.
fn read(root: &Path) -> io::Result<BTreeMap<String, Bytes>> {
    let mut files = BTreeMap::new();
    let mut left = MAX_MESSAGE;
    let mut folders = vec![(String::new(), root.to_owned())];
    while let Some((prefix, folder)) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push((format!("{prefix}{name}/"), entry.path()));
            } else if kind.is_file() {
                left = left.checked_sub(entry.metadata()?.len()).ok_or_else(|| {
                    io::Error::other("its files have more than 25 MiB, the limit of a message")
                })?;
                files.insert(format!("{prefix}{name}"), fs::read(entry.path())?.into());
            }
        }
    }
    Ok(files)
}

impl fmt::Debug for MessageFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageFolder").field("files", &self.files.keys()).finish_non_exhaustive()
    }
}
