//! Variables of the application, which come as text when they were cut.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, Unexpected},
};
use serde_json::{Map, Value};

/// A JSON object, or a text in its place.
///
/// The variables of a message come back in events as an object, or as a piece of its text when
/// Mailgun cut them because of their size.
///
/// `Debug` shows the kind and the size only.
///
/// ```
/// use mailgun_core::de::MapOrText;
///
/// let whole: MapOrText = serde_json::from_str(r#"{"order": 7}"#)?;
/// assert_eq!(whole.get("order"), Some(&7.into()));
/// let cut: MapOrText = serde_json::from_str(r#""{\"order\": 7, \"no""#)?;
/// assert_eq!(cut.as_text(), Some(r#"{"order": 7, "no"#));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum MapOrText {
    /// The whole object.
    Map(Map<String, Value>),
    /// The text that came instead.
    Text(String),
}

impl MapOrText {
    /// The value of a key; `None` also if this is a text.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map().and_then(|map| map.get(key))
    }

    /// The object, if it came whole.
    pub fn as_map(&self) -> Option<&Map<String, Value>> {
        match self {
            Self::Map(map) => Some(map),
            Self::Text(_) => None,
        }
    }

    /// The text, if one came in place of the object.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Map(_) => None,
            Self::Text(text) => Some(text),
        }
    }
}

/// An empty object.
impl Default for MapOrText {
    fn default() -> Self {
        Self::Map(Map::new())
    }
}

impl fmt::Debug for MapOrText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Map(map) => write!(f, "Map({} entries)", map.len()),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
        }
    }
}

impl<'de> Deserialize<'de> for MapOrText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Object(map) => Ok(Self::Map(map)),
            Value::String(text) => Ok(Self::Text(text)),
            _ => Err(D::Error::invalid_type(Unexpected::Other("value"), &"an object or text")),
        }
    }
}
