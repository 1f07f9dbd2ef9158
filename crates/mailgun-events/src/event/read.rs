//! Reading fields whose type varies.

use mailgun_core::{Timestamp, de};
use serde_json::Value;

/// A type that can be read from any JSON. JSON of an unexpected shape becomes the default, so that one
/// odd field loses neither the event nor the page.
pub(crate) trait Read: Default {
    fn read(value: &Value) -> Self;
}

/// Other JSON becomes text: a number, or an object that old events have in place of a text.
impl Read for String {
    fn read(value: &Value) -> Self {
        match value {
            Value::Null => Self::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

/// `null` is an empty list, and a single value is a list of one item.
impl<T: Read> Read for Vec<T> {
    fn read(value: &Value) -> Self {
        match value {
            Value::Null => Self::new(),
            Value::Array(items) => items.iter().filter(|it| !it.is_null()).map(T::read).collect(),
            single => vec![T::read(single)],
        }
    }
}

impl Read for Option<bool> {
    fn read(value: &Value) -> Self {
        de::bool_like(value).ok().flatten()
    }
}

impl Read for Option<u64> {
    fn read(value: &Value) -> Self {
        de::number_or_string(value).ok().flatten()
    }
}

impl Read for Option<i64> {
    fn read(value: &Value) -> Self {
        de::number_or_string(value).ok().flatten()
    }
}

impl Read for Option<f64> {
    fn read(value: &Value) -> Self {
        de::number_or_string(value).ok().flatten()
    }
}

impl Read for Option<Timestamp> {
    fn read(value: &Value) -> Self {
        de::optional_timestamp(value).ok().flatten()
    }
}

/// The logs have the object as text. If the text was cut, it stays a text.
impl Read for de::MapOrText {
    fn read(value: &Value) -> Self {
        match value {
            Value::Object(map) => Self::Map(map.clone()),
            Value::String(text) if text.trim().is_empty() => Self::default(),
            Value::String(text) => {
                de::from_slice(text.as_bytes()).map_or_else(|_| Self::Text(text.clone()), Self::Map)
            }
            _ => Self::default(),
        }
    }
}

/// Reads an open enum; an empty text is `None`.
macro_rules! words {
    ($($name:ident),* $(,)?) => {$(
        impl $crate::event::read::Read for Option<$name> {
            fn read(value: &serde_json::Value) -> Self {
                let text = <String as $crate::event::read::Read>::read(value);
                (!text.is_empty()).then(|| $name::from(text))
            }
        }
    )*};
}

/// Defines an object of an event: each field with its names in the JSON, of which the first that is not
/// null counts. `Debug` shows nothing, because nearly all objects contain addresses or content.
macro_rules! object {
    (
        $(#[$attribute:meta])*
        pub struct $name:ident {
            $(
                $(#[$field_attribute:meta])*
                pub $field:ident: $type:ty = $($key:literal)|+
            ),* $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$field_attribute])*
                pub $field: $type,
            )*
        }

        impl $crate::event::read::Read for $name {
            fn read(value: &serde_json::Value) -> Self {
                Self {
                    $($field: $crate::event::read::Read::read(
                        $crate::event::read::first(value, &[$($key),+]),
                    ),)*
                }
            }
        }

        impl $crate::event::read::Read for Option<$name> {
            fn read(value: &serde_json::Value) -> Self {
                value.is_object().then(|| $crate::event::read::Read::read(value))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

pub(crate) use object;
pub(crate) use words;

/// The first of these fields that is not missing or null.
pub(crate) fn first<'a>(object: &'a Value, names: &[&str]) -> &'a Value {
    let mut found = names.iter().filter_map(|name| object.get(name));
    found.find(|value| !value.is_null()).unwrap_or(&Value::Null)
}
