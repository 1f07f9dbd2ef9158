//! What is wrong with JSON, in words that hold nothing of it.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Error as Tracked, Path, Segment};

use super::read::repaired;

/// Why `json`, which is `what`, is no `T`. It is read once more with the path tracked, which what
/// can be read need not pay for.
pub(crate) fn fault<T: DeserializeOwned>(what: &str, json: &[u8]) -> String {
    match tracked::<T>(&repaired(json)) {
        Ok(_) => format!("{what} has text after its JSON"),
        Err(fault) => describe(what, &path(fault.path()), fault.inner()),
    }
}

pub(super) fn tracked<T: DeserializeOwned>(json: &[u8]) -> Result<T, Tracked<serde_json::Error>> {
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(json))
}

/// `path` is empty for the whole of it.
pub(super) fn describe(what: &str, path: &str, error: &serde_json::Error) -> String {
    if !error.is_data() {
        return format!("{what} is not JSON (line {}, column {})", error.line(), error.column());
    }
    let place = match path {
        "" => what.to_owned(),
        path => format!("{what}'s field `{path}`"),
    };
    // serde's words may quote the value, which may be personal data; only names are taken, and
    // what was expected.
    let words = error.to_string();
    let name = |words: &str| words.split('`').next().unwrap_or_default().to_owned();
    if let Some(rest) = words.strip_prefix("missing field `") {
        return format!("{place} lacks the field `{}`", name(rest));
    }
    if let Some(rest) = words.strip_prefix("duplicate field `") {
        return format!("{place} has the field `{}` twice", name(rest));
    }
    match expected(&words) {
        Some(expected) => format!("{place} is not {expected}"),
        None => format!("{place} cannot be read"),
    }
}

/// What serde says that it expected, without what it says that it found.
fn expected(words: &str) -> Option<&str> {
    const FORMS: [&str; 4] =
        ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant "];
    FORMS.iter().find(|form| words.starts_with(**form))?;
    // What was found comes first, and may have these words in it too.
    let (_, expected) = words.rsplit_once(", expected ")?;
    let expected = expected.split(" at line ").next().unwrap_or(expected);
    Some(match expected {
        "a sequence" => "a list",
        "a map" => "an object",
        expected if expected.starts_with("struct ") => "an object",
        expected => expected,
    })
}

pub(super) fn path(path: &Path) -> String {
    segments(path.iter())
}

/// A path as people write it: `items[3].created_at`.
pub(super) fn segments<'a>(segments: impl Iterator<Item = &'a Segment>) -> String {
    let mut path = String::new();
    for segment in segments {
        match segment {
            Segment::Seq { index } => path.push_str(&format!("[{index}]")),
            Segment::Map { key: name } | Segment::Enum { variant: name } => {
                if !path.is_empty() {
                    path.push('.');
                }
                // The key of a map may be an address.
                path.push_str(if name.contains('@') { "[address]" } else { name });
            }
            Segment::Unknown => {}
        }
    }
    path
}
