//! Helpers for `#[serde(deserialize_with = "…")]`, for the forms in which responses vary.
//!
//! A field that may be *absent* needs `#[serde(default)]` as well, as with every
//! `deserialize_with`.
//!
//! ```
//! use mailgun_core::{Timestamp, de};
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

mod fault;
mod field;
mod items;
mod lenient;
mod map_or_text;
mod named;
mod read;
mod unreadable;

use std::{any::type_name, str::FromStr};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, Unexpected},
};
use serde_json::Value;

pub(crate) use self::{
    fault::fault, field::field, read::repaired, unreadable::read_without_odd_items,
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

/// `null` becomes the default of the type: an empty list, an empty text, zero.
///
/// For fields where `null` means the same as nothing, above all lists; their items may be
/// [`Lenient`].
///
/// # Errors
///
/// If there is a value other than `null` that is not of the type.
pub fn null_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A list; `null` is an empty one, and a single value is a list of it.
///
/// For fields that are sometimes a text and sometimes a list, such as the URL of a stored message.
/// The list is held in memory once more while it is read: where only `null` is to be expected,
/// [`null_default`] is better.
///
/// # Errors
///
/// If an item, or the single value, is not of the type.
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

/// A number that is written as a number or as text, `550`, `"550"` or `".99"`.
///
/// `null` and empty text are `None`. The type may be any number that has [`FromStr`].
///
/// # Errors
///
/// If the value is not a number of the type: a fraction where the type is an integer, too large,
/// other text, a list or an object.
pub fn number_or_string<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
{
    let expected = format!("a number of type {}, also as text", type_name::<T>());
    scalar(deserializer, &expected, |text| match text.map(str::trim) {
        None | Some("") => Some(None),
        Some(text) => text.parse().ok().map(Some),
    })
}

/// Text that some services write as a number, such as the codes `550`, `"550"` and `"5.1.1"`.
///
/// `null` is `None`; empty text stays empty text.
///
/// # Errors
///
/// If the value is a list or an object.
pub fn string_or_number<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    scalar(deserializer, "text or a number", |text| Some(text.map(str::to_owned)))
}

/// Text, a number or a boolean, read by the `From<&str>` of the type.
///
/// This is how the types that [`open_enum!`](crate::open_enum) declares are read.
///
/// # Errors
///
/// If the value is `null`, a list or an object.
pub fn text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    scalar(deserializer, "text", |text| text.map(T::from))
}

/// A boolean that is written as one, as 0 or 1, or as `yes`, `no`, `true` or `false` in any case.
///
/// `null` and empty text are `None`. A field with a third value, such as `htmlonly`, wants an
/// [`open_enum!`](crate::open_enum) instead.
///
/// # Errors
///
/// If the value is anything else.
pub fn bool_like<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    scalar(deserializer, "a boolean, also as text", |text| {
        let text = text.unwrap_or_default().trim();
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

/// A date that may be missing: `null`, empty text and a date in the year 1 are `None`.
///
/// # Errors
///
/// If there is a value that is not a date.
pub fn optional_timestamp<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    scalar(deserializer, "a date as text or a number", |text| match text.map(str::trim) {
        None | Some("") => Some(None),
        Some(text) => text.parse().ok().map(|it: Timestamp| (!it.is_zero()).then_some(it)),
    })
}

/// Reads `null` as `None`, and text, a number or a boolean as its text. `read` returns `None` for
/// what is not as expected; no error holds the value.
///
/// It goes through [`Value`], since numbers reach a visitor as maps when any crate of the program
/// switches on the feature `arbitrary_precision` of `serde_json`.
pub(super) fn scalar<'de, D, T>(
    deserializer: D,
    expected: &str,
    read: impl FnOnce(Option<&str>) -> Option<T>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    let (read, found) = match Value::deserialize(deserializer)? {
        Value::Null => (read(None), Unexpected::Other("null")),
        Value::Bool(value) => {
            (read(Some(if value { "true" } else { "false" })), Unexpected::Bool(value))
        }
        Value::Number(number) => (read(Some(&number.to_string())), Unexpected::Other("number")),
        Value::String(text) => (read(Some(&text)), Unexpected::Other("text")),
        Value::Array(_) => (None, Unexpected::Seq),
        Value::Object(_) => (None, Unexpected::Map),
    };
    read.ok_or_else(|| D::Error::invalid_type(found, &expected))
}

#[cfg(test)]
mod tests;
