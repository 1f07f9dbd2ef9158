//! List items that are kept as JSON if they are invalid.

use std::fmt;

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{explain, from_slice};

/// A value, or its JSON if it cannot be decoded.
///
/// `Vec<Lenient<Event>>` with [`de::null_default`](super::null_default) reads a page even if some
/// items are invalid. Only `serde_json` can deserialize this type, and not below
/// `#[serde(flatten)]` or in an untagged enumeration.
///
/// `Debug` shows the reason, which contains no values.
///
/// ```
/// use mailgun::resource::de::Lenient;
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
    /// JSON that cannot be decoded.
    Raw {
        /// The JSON as received.
        json: Box<RawValue>,
        /// Which field is invalid. It contains no values.
        reason: String,
    },
}

impl<T> Lenient<T> {
    /// The value, if it was decoded.
    pub fn read(&self) -> Option<&T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Raw { .. } => None,
        }
    }

    /// The JSON, if it was not decoded.
    pub fn raw(&self) -> Option<&RawValue> {
        match self {
            Self::Read(_) => None,
            Self::Raw { json, .. } => Some(json),
        }
    }

    /// Which field is invalid, if the value was not decoded. It contains no values.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Read(_) => None,
            Self::Raw { reason, .. } => Some(reason),
        }
    }

    /// Converts to a `Result`.
    ///
    /// # Errors
    ///
    /// Returns the JSON if it was not decoded.
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
                let reason = explain::<T>("the item", json.get().as_bytes());
                Self::Raw { json, reason }
            }
        })
    }
}
