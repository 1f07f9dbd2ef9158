//! Helpers for `#[serde(deserialize_with = "…")]`, for values whose type varies between responses.
//!
//! As with every `deserialize_with`, a field that may be *absent* also needs `#[serde(default)]`.
//!
//! ```
//! use mailgun::{Timestamp, resource::de};
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! struct Bounce {
//!     #[serde(default, deserialize_with = "de::number_or_string")]
//!     code: Option<u16>,
//!     #[serde(default, deserialize_with = "de::optional_timestamp")]
//!     created_at: Option<Timestamp>,
//!     #[serde(default, deserialize_with = "de::null_default")]
//!     tags: Vec<String>,
//! }
//!
//! let bounce: Bounce = serde_json::from_str(r#"{"code": "550", "tags": null}"#)?;
//! assert_eq!(bounce.code, Some(550));
//! assert_eq!(bounce.created_at, None);
//! assert!(bounce.tags.is_empty());
//! # Ok::<(), serde_json::Error>(())
//! ```

mod explain;
mod field;
mod items;
mod lenient;
mod map_or_text;
mod named;
mod read;
mod unreadable;

use std::{any::type_name, borrow::Cow, fmt::Display, str::FromStr};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, Unexpected},
};
use serde_json::Value;

pub(crate) use self::{
    explain::explain, field::field, read::repaired, unreadable::read_without_invalid_items,
};
pub use self::{
    items::{items, map, readable},
    lenient::Lenient,
    map_or_text::MapOrText,
    named::{Beside, beside, named},
    read::from_slice,
    unreadable::UnreadableItem,
};
use super::Timestamp;

/// Reads `null` as the default of the type: an empty list, an empty string, zero.
///
/// Use it for fields where `null` means nothing, in particular lists. Their items may be
/// [`Lenient`].
///
/// # Errors
///
/// Returns an error if the value is not `null` and does not have the type.
pub fn null_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Reads a list. `null` is an empty list. A single value is a list of one item.
///
/// Use it for fields that are sometimes a string and sometimes a list, such as the URL of a stored
/// message. It buffers the list as JSON values; if only `null` needs special treatment, use
/// [`null_default`].
///
/// # Errors
///
/// Returns an error if an item, or the single value, does not have the type.
pub fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let items = match Value::deserialize(deserializer)? {
        Value::Null => return Ok(Vec::new()),
        Value::Array(items) => items,
        single => vec![single],
    };
    items.into_iter().map(T::deserialize).collect::<Result<_, _>>().map_err(D::Error::custom)
}

/// Reads a number that may be a string: `550`, `"550"` or `".99"`.
///
/// `null` and the empty string are `None`. The type may be any number that implements [`FromStr`].
///
/// # Errors
///
/// Returns an error if the value is not a number of the type, for example a fraction for an integer
/// type, or out of range.
pub fn number_or_string<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
{
    let read = |text: Option<Cow<'_, str>>| match text.as_deref().map(str::trim) {
        None | Some("") => Some(None),
        Some(text) => text.parse().ok().map(Some),
    };
    scalar(
        deserializer,
        format_args!("a number of type {} or a string with one", type_name::<T>()),
        read,
    )
}

/// Reads a string that some services write as a number, such as the codes `550`, `"550"` and
/// `"5.1.1"`.
///
/// `null` is `None`. The empty string is kept.
///
/// # Errors
///
/// Returns an error if the value is a list or an object.
pub fn string_or_number<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    scalar(deserializer, "a string or a number", |text| Some(text.map(Cow::into_owned)))
}

/// Reads a string, number or boolean with the `From<&str>` of the type.
///
/// The types that [`open_enum!`](crate::open_enum) declares use it.
///
/// # Errors
///
/// Returns an error if the value is `null`, a list or an object.
pub fn text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    scalar(deserializer, "a string", |text| text.map(|text| T::from(&text)))
}

/// Reads a boolean that may be 0 or 1, or `yes`, `no`, `true` or `false` in any case.
///
/// `null` and the empty string are `None`. For a field with a third value, such as `htmlonly`, use
/// [`open_enum!`](crate::open_enum).
///
/// # Errors
///
/// Returns an error if the value is anything else.
pub fn bool_like<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    scalar(deserializer, "a boolean or a string with one", |text| {
        let text = text.as_deref().unwrap_or_default().trim();
        let is = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        if text.is_empty() {
            Some(None)
        } else if is(["true", "yes", "1"]) {
            Some(Some(true))
        } else if is(["false", "no", "0"]) {
            Some(Some(false))
        } else {
            None
        }
    })
}

/// Reads an optional date. `null`, the empty string and a date in the year 1 are `None`.
///
/// # Errors
///
/// Returns an error if the value is not a date.
pub fn optional_timestamp<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let read = |text: Option<Cow<'_, str>>| match text.as_deref().map(str::trim) {
        None | Some("") => Some(None),
        Some(text) => text.parse().ok().map(|it: Timestamp| (!it.is_zero()).then_some(it)),
    };
    scalar(deserializer, "a date as a string or a number", read)
}

/// Passes `null` to `read` as `None`, and a string, number or boolean as its text. If `read`
/// returns `None`, the value is an error, which does not contain it.
///
/// It deserializes a [`Value`], because visitors receive numbers as maps if any crate of the
/// program enables the feature `arbitrary_precision` of `serde_json`.
pub(super) fn scalar<'de, D, T>(
    deserializer: D,
    expected: impl Display,
    read: impl FnOnce(Option<Cow<'_, str>>) -> Option<T>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    let (read, found) = match Value::deserialize(deserializer)? {
        Value::Null => (read(None), Unexpected::Other("null")),
        Value::Bool(value) => {
            (read(Some(if value { "true" } else { "false" }.into())), Unexpected::Bool(value))
        }
        Value::Number(number) => {
            (read(Some(number.to_string().into())), Unexpected::Other("number"))
        }
        Value::String(text) => (read(Some(text.into())), Unexpected::Other("text")),
        Value::Array(_) => (None, Unexpected::Seq),
        Value::Object(_) => (None, Unexpected::Map),
    };
    read.ok_or_else(|| D::Error::invalid_type(found, &&*expected.to_string()))
}

#[cfg(test)]
mod tests;
