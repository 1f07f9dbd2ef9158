//! Explains decoding errors without showing values.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Error as Tracked, Path, Segment};

use super::read::repaired;

/// Explains why `json` cannot be decoded as a `T`. `what` names it in the text.
///
/// It decodes again and tracks the path, so that successful decoding does not have to.
pub(crate) fn explain<T: DeserializeOwned>(what: &str, json: &[u8]) -> String {
    match tracked::<T>(&repaired(json)) {
        Ok(_) => format!("{what} has text after its JSON"),
        Err(error) => describe(what, &path(error.path()), error.inner()),
    }
}

pub(super) fn tracked<T: DeserializeOwned>(json: &[u8]) -> Result<T, Tracked<serde_json::Error>> {
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(json))
}

/// Describes an error at `path`, which is empty for the whole value.
pub(super) fn describe(what: &str, path: &str, error: &serde_json::Error) -> String {
    if !error.is_data() {
        return format!("{what} is not JSON (line {}, column {})", error.line(), error.column());
    }
    let place = match path {
        "" => what.to_owned(),
        path => format!("{what}'s field `{path}`"),
    };
    // serde's text may contain the value, which may be personal data. Only field names and the
    // expected type are taken from it.
    let text = error.to_string();
    let name = |text: &str| text.split('`').next().unwrap_or_default().to_owned();
    if let Some(rest) = text.strip_prefix("missing field `") {
        return format!("{place} lacks the field `{}`", name(rest));
    }
    if let Some(rest) = text.strip_prefix("duplicate field `") {
        return format!("{place} has the field `{}` twice", name(rest));
    }
    match expected(&text) {
        Some(expected) => format!("{place} is not {expected}"),
        None => format!("{place} cannot be decoded"),
    }
}

/// The expected type in serde's text, without the value that was found.
fn expected(text: &str) -> Option<&str> {
    const FORMS: [&str; 4] =
        ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant "];
    FORMS.iter().find(|form| text.starts_with(**form))?;
    // The value comes first and may contain the same words.
    let (_, expected) = text.rsplit_once(", expected ")?;
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

/// Formats a path: `items[3].created_at`.
pub(super) fn segments<'a>(segments: impl Iterator<Item = &'a Segment>) -> String {
    let mut path = String::new();
    for segment in segments {
        match segment {
            Segment::Seq { index } => path.push_str(&format!("[{index}]")),
            Segment::Map { key: name } | Segment::Enum { variant: name } => {
                if !path.is_empty() {
                    path.push('.');
                }
                // Map keys may be addresses.
                path.push_str(if name.contains('@') { "[address]" } else { name });
            }
            Segment::Unknown => {}
        }
    }
    path
}
