//! Templates as files: `NAME.html`, and `NAME.headers.json` if the template has headers.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use mailgun::templates::{Engine, GetTemplate, TemplateHeaders, Templates};

use crate::{
    context::without_mark,
    exit::{Failure, Result},
};

const HTML: &str = "html";
const HEADERS: &str = "headers.json";

/// What a version of a template is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) content: String,
    pub(crate) headers: TemplateHeaders,
}

/// A folder with templates.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.{HTML}"))
    }

    fn headers_path(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.{HEADERS}"))
    }

    /// The templates of the folder, or those that are named.
    pub(crate) fn read(&self, names: &[String]) -> Result<BTreeMap<String, Document>> {
        let names = if names.is_empty() { self.names()? } else { names.to_vec() };
        let documents = names.into_iter().map(|name| {
            let document = self.document(&name)?;
            document.map(|it| (name.clone(), it)).ok_or_else(|| {
                Failure::usage(format!("{} does not exist", self.path(&name).display()))
            })
        });
        documents.collect()
    }

    fn names(&self) -> Result<Vec<String>> {
        let failed = |error| Failure::file(self.0.display(), error);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|it| it == HTML)
                && let Some(name) = path.file_stem().and_then(|name| name.to_str())
            {
                names.push(name.to_owned());
            }
        }
        if names.is_empty() {
            let text = format!("{} has no template: no file ends with .{HTML}", self.0.display());
            return Err(Failure::usage(text));
        }
        Ok(names)
    }

    /// A template of the folder, if it is there.
    pub(crate) fn document(&self, name: &str) -> Result<Option<Document>> {
        check(name)?;
        let Some(content) = text(&self.path(name))? else { return Ok(None) };
        let path = self.headers_path(name);
        let headers = match text(&path)? {
            Some(json) => serde_json::from_str(&json)
                .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?,
            None => TemplateHeaders::new(),
        };
        Ok(Some(Document { content, headers }))
    }

    /// Whether a file of this template is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists() || self.headers_path(name).exists()
    }

    pub(crate) fn write(&self, name: &str, document: &Document) -> Result<()> {
        check(name)?;
        let failed = |error| Failure::file(self.path(name).display(), error);
        fs::create_dir_all(&self.0).map_err(failed)?;
        let headers = self.headers_path(name);
        for path in [&self.path(name), &headers] {
            // It would be written where the link points to, which may be outside of the folder.
            if path.is_symlink() {
                let text = format!("{} is a symbolic link, and is not written", path.display());
                return Err(Failure::error(text));
            }
        }
        fs::write(self.path(name), &document.content).map_err(failed)?;
        if document.headers == TemplateHeaders::new() {
            return match fs::remove_file(&headers) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
                _ => Ok(()),
            };
        }
        let json = serde_json::to_string_pretty(&document.headers)
            .map_err(|error| Failure::error(error.to_string()))?;
        fs::write(headers, json + "\n").map_err(failed)
    }
}

/// Refuses a name that would leave the folder. Names also come from the account.
fn check(name: &str) -> Result<()> {
    let is_file_name = !name.is_empty()
        && !name.starts_with('.')
        && name.chars().all(|c| c.is_alphanumeric() || "-_. ".contains(c));
    if is_file_name {
        return Ok(());
    }
    Err(Failure::error(format!(
        "the template `{name}` cannot be a file: its name has other characters \
        than letters, digits, spaces, `-`, `_` and `.`"
    )))
}

fn text(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(without_mark(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::file(path.display(), error)),
    }
}

/// The active version of a stored template, and its engine. `None` if there is no such template.
pub(crate) async fn stored(
    templates: &Templates,
    name: &str,
) -> Result<Option<(Document, Option<Engine>)>> {
    let template = templates.get(name, GetTemplate::new().active(true)).optional().await?;
    let version = template.map(|template| template.version.unwrap_or_default());
    Ok(version.map(|version| {
        let content = version.content.unwrap_or_default();
        (Document { content, headers: version.headers }, version.engine)
    }))
}
