//! Message variables, which Mailgun returns as text if it has truncated them.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error as _, Unexpected},
};
use serde_json::{Map, Value};

/// A JSON object or a string.
///
/// Events contain the variables of a message as an object. If they are too large, Mailgun truncates
/// them to the start of their JSON text.
///
/// `Debug` shows only the kind and the size.
///
/// ```
/// use mailgun::resource::de::MapOrText;
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
    /// The complete object.
    Map(Map<String, Value>),
    /// The truncated text.
    Text(String),
}

impl MapOrText {
    /// The value of a key. `None` if the key is missing or this is a text.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map().and_then(|map| map.get(key))
    }

    /// Deserializes the value of a key. `None` if the key is missing or this is a text.
    ///
    /// Mailgun returns the value of a `v:` parameter as a string. If the type does not accept a string, the
    /// string is read as JSON. `serde_json::Value` accepts strings.
    ///
    /// ```
    /// use mailgun::resource::de::MapOrText;
    ///
    /// let variables: MapOrText = serde_json::from_str(r#"{"lines": "[7, 8]", "paid": "true"}"#)?;
    /// assert_eq!(variables.read("lines")?, Some(vec![7, 8]));
    /// assert_eq!(variables.read("paid")?, Some(true));
    /// assert_eq!(variables.read("lines")?, Some("[7, 8]".to_owned()));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the value does not have the type. The error may quote it.
    pub fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, serde_json::Error> {
        let Some(value) = self.get(key) else { return Ok(None) };
        match (T::deserialize(value), value) {
            (Err(_), Value::String(text)) => super::from_slice(text.as_bytes()).map(Some),
            (result, _) => result.map(Some),
        }
    }

    /// The object, if it is complete.
    pub fn as_map(&self) -> Option<&Map<String, Value>> {
        match self {
            Self::Map(map) => Some(map),
            Self::Text(_) => None,
        }
    }

    /// The truncated text, if any.
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
            // PHP writes an empty object like this.
            Value::Array(list) if list.is_empty() => Ok(Self::default()),
            Value::String(text) => Ok(Self::Text(text)),
            _ => Err(D::Error::invalid_type(Unexpected::Other("value"), &"an object or text")),
        }
    }
}
