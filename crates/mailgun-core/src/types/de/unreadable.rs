//! Removes invalid list items from a response, so that the others can be decoded.

use std::{collections::HashMap, fmt};

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_path_to_error::{Path, Segment};

use super::{
    explain::{describe, segments, tracked},
    read::repaired,
};

/// How many lists of one response may have invalid items.
const LISTS: usize = 8;

/// An item of a page that could not be decoded, with its JSON.
///
/// `Debug` and `Display` show only the reason, which contains no values.
#[derive(Clone, PartialEq, Eq)]
pub struct UnreadableItem {
    json: Box<str>,
    reason: Box<str>,
}

impl UnreadableItem {
    /// The JSON as received.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// Which field is invalid. It contains no values.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Debug for UnreadableItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnreadableItem({})", self.reason)
    }
}

impl fmt::Display for UnreadableItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// Decodes JSON without its invalid list items. `None` if it has other errors.
///
/// The path of an error names the list and the item. The item is removed and the items after it are
/// decoded again, so that the work grows linearly with the length of the list.
pub(crate) fn read_without_invalid_items<T: DeserializeOwned>(
    json: &[u8],
) -> Option<(T, Vec<UnreadableItem>)> {
    let mut json = str::from_utf8(&repaired(json)).ok()?.to_owned();
    let mut unreadable = Vec::new();
    for _ in 0..LISTS {
        let error = match tracked::<T>(json.as_bytes()) {
            Ok(value) => return Some((value, unreadable)),
            Err(error) => error,
        };
        let (list, _) = item_of(error.path())?;
        json = without_invalid_items::<T>(&json, &list, &mut unreadable)?;
    }
    None
}

/// The JSON without the invalid items of one list.
fn without_invalid_items<T: DeserializeOwned>(
    json: &str,
    list: &[&str],
    unreadable: &mut Vec<UnreadableItem>,
) -> Option<String> {
    let text = find(json, list)?;
    let start = text.as_ptr().addr().checked_sub(json.as_ptr().addr())?;
    let (before, after) = (json.get(..start)?, json.get(start + text.len()..)?);
    let with = |items: &[&RawValue]| {
        let items: Vec<_> = items.iter().map(|item| item.get()).collect();
        format!("{before}[{}]{after}", items.join(","))
    };
    let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    let (mut read, mut rest) = (Vec::new(), &*items);
    while let Err(error) = tracked::<T>(with(rest).as_bytes()) {
        // The caller handles an error outside this list.
        let Some((_, index)) = item_of(error.path()).filter(|(keys, _)| keys == list) else {
            break;
        };
        let (valid, invalid) = rest.split_at_checked(index)?;
        let (invalid, others) = invalid.split_first()?;
        read.extend_from_slice(valid);
        rest = others;
        let path = segments(error.path().iter().skip(list.len() + 1));
        unreadable.push(UnreadableItem {
            json: invalid.get().into(),
            reason: describe("the item", &path, error.inner()).into(),
        });
    }
    read.extend_from_slice(rest);
    (read.len() < items.len()).then(|| with(&read))
}

/// The keys of the outermost list on the path, and the index of the item in it.
fn item_of(path: &Path) -> Option<(Vec<&str>, usize)> {
    let mut keys = Vec::new();
    for segment in path {
        match segment {
            Segment::Map { key } => keys.push(&**key),
            Segment::Seq { index } => return Some((keys, *index)),
            Segment::Enum { .. } | Segment::Unknown => return None,
        }
    }
    None
}

/// The JSON of the value at these keys.
fn find<'a>(json: &'a str, keys: &[&str]) -> Option<&'a str> {
    keys.iter().try_fold(json, |json, key| {
        let object: HashMap<String, &RawValue> = serde_json::from_str(json).ok()?;
        object.get(*key).map(|value| value.get())
    })
}
