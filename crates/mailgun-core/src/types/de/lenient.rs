//! Items of a list, of which one odd one must not lose the page.

use std::fmt;

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{fault, from_slice};

/// A value that is read if it can be, and otherwise kept as the JSON that came.
///
/// `Vec<Lenient<Event>>` with [`de::null_default`](super::null_default) reads a page of which one
/// item is not as expected. Any valid JSON will do; only `serde_json` can read this type, and not
/// below a `#[serde(flatten)]` or in an untagged enumeration.
///
/// `Debug` shows the reason, which holds nothing of the JSON.
///
/// ```
/// use mailgun_core::de::Lenient;
///
/// let items: Vec<Lenient<u8>> = serde_json::from_str(r#"[1, "two", 3]"#)?;
/// let read: Vec<_> = items.iter().filter_map(Lenient::read).collect();
/// assert_eq!(read, [&1, &3]);
/// assert_eq!(items[1].raw().map(|json| json.get()), Some(r#""two""#));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub enum Lenient<T> {
    /// The value.
    Read(T),
    /// JSON that is not of the type.
    Raw {
        /// The JSON as it came.
        json: Box<RawValue>,
        /// Which field is not what was expected; it holds no value.
        reason: String,
    },
}

impl<T> Lenient<T> {
    /// The value, if it was read.
    pub fn read(&self) -> Option<&T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Raw { .. } => None,
        }
    }

    /// The JSON, if it was not read.
    pub fn raw(&self) -> Option<&RawValue> {
        match self {
            Self::Read(_) => None,
            Self::Raw { json, .. } => Some(json),
        }
    }

    /// Which field of the JSON is not what was expected; it holds no value.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Read(_) => None,
            Self::Raw { reason, .. } => Some(reason),
        }
    }

    /// The value, or the JSON that was not read.
    ///
    /// # Errors
    ///
    /// The JSON, if it was not read.
    pub fn into_result(self) -> Result<T, Box<RawValue>> {
        match self {
            Self::Read(value) => Ok(value),
            Self::Raw { json, .. } => Err(json),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Lenient<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(value) => f.debug_tuple("Read").field(value).finish(),
            Self::Raw { reason, .. } => write!(f, "Raw({reason})"),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        Ok(match from_slice(json.get().as_bytes()) {
            Ok(value) => Self::Read(value),
            Err(_) => {
                let reason = fault::<T>("the item", json.get().as_bytes());
                Self::Raw { json, reason }
            }
        })
    }
}
