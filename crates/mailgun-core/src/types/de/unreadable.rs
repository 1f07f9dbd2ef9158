//! Items of lists that are not as expected, cut out of a response so that the others can be read.

use std::{collections::HashMap, fmt};

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_path_to_error::{Path, Segment};

use super::{
    fault::{describe, segments, tracked},
    read::repaired,
};

/// How many lists of one response may have odd items.
const LISTS: usize = 8;

/// An item of a page that is not as expected, with the JSON that came.
///
/// `Debug` and `Display` show the reason only, which holds nothing of the JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct UnreadableItem {
    json: Box<str>,
    reason: Box<str>,
}

impl UnreadableItem {
    /// The JSON as it came.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// Which field is not what was expected; it holds no value.
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

/// Reads JSON that is no `T` only because of single items of lists; `None` if it is none for
/// another reason.
///
/// The path of a fault tells the list and the item. The item is left out, and what follows it is
/// read again, so that the work grows with the length of the list alone.
pub(crate) fn read_without_odd_items<T: DeserializeOwned>(
    json: &[u8],
) -> Option<(T, Vec<UnreadableItem>)> {
    let mut json = str::from_utf8(&repaired(json)).ok()?.to_owned();
    let mut unreadable = Vec::new();
    for _ in 0..LISTS {
        let fault = match tracked::<T>(json.as_bytes()) {
            Ok(value) => return Some((value, unreadable)),
            Err(fault) => fault,
        };
        let (list, _) = item_of(fault.path())?;
        json = without_odd_items::<T>(&json, &list, &mut unreadable)?;
    }
    None
}

/// The JSON without the odd items of one list.
fn without_odd_items<T: DeserializeOwned>(
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
    while let Err(fault) = tracked::<T>(with(rest).as_bytes()) {
        // A fault elsewhere is the next one of the whole.
        let Some((_, index)) = item_of(fault.path()).filter(|(keys, _)| keys == list) else {
            break;
        };
        let (good, odd) = rest.split_at_checked(index)?;
        let (odd, others) = odd.split_first()?;
        read.extend_from_slice(good);
        rest = others;
        let path = segments(fault.path().iter().skip(list.len() + 1));
        unreadable.push(UnreadableItem {
            json: odd.get().into(),
            reason: describe("the item", &path, fault.inner()).into(),
        });
    }
    read.extend_from_slice(rest);
    (read.len() < items.len()).then(|| with(&read))
}

/// The keys that lead to the outermost list, and the index of the item in it.
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

/// The text of the value that these keys lead to.
fn find<'a>(json: &'a str, keys: &[&str]) -> Option<&'a str> {
    keys.iter().try_fold(json, |json, key| {
        let object: HashMap<String, &RawValue> = serde_json::from_str(json).ok()?;
        object.get(*key).map(|value| value.get())
    })
}
