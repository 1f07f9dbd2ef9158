//! Reading fields whose type varies.

use std::{borrow::Cow, fmt, marker::PhantomData};

use mailgun_core::{Timestamp, de};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

/// A type that can be read from any JSON. JSON of an unexpected shape becomes the default, so that one
/// odd field loses neither the event nor the page. Only text that is not JSON is an error.
pub(crate) trait Read: Default + PartialEq {
    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<Self, D::Error>;
}

/// Reads JSON as described at [`de::from_slice`]; the default if it is not readable.
pub(crate) fn read<T: Read>(json: &RawValue) -> T {
    de::from_slice(json.get().as_bytes()).map_or_else(|_| T::default(), |Any(value)| value)
}

/// Reads the value of the next field. If the field occurs again or by another name, an empty value
/// does not replace it.
pub(crate) fn read_field<'de, A, T>(field: &mut T, map: &mut A) -> Result<(), A::Error>
where
    A: MapAccess<'de>,
    T: Read,
{
    let Any(value) = map.next_value()?;
    if value != T::default() {
        *field = value;
    }
    Ok(())
}

struct Any<T>(T);

impl<'de, T: Read> Deserialize<'de> for Any<T> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        T::read(json).map(Self)
    }
}

/// Other JSON becomes text: a number, or an object that old events have in place of a text.
impl Read for String {
    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(json)? {
            Value::Null => Self::new(),
            Value::String(text) => text,
            other => other.to_string(),
        })
    }
}

/// `null` is an empty list, and a single value is a list of one item.
impl<T: Read> Read for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let items = match Value::deserialize(json)? {
            Value::Array(items) => items,
            single => vec![single],
        };
        let items = items.into_iter().filter(|item| !item.is_null());
        Ok(items.filter_map(|item| T::read(item).ok()).collect())
    }
}

/// The logs have the object as text. If the text was cut, it stays a text.
impl Read for de::MapOrText {
    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(json)? {
            Value::Object(map) => Self::Map(map),
            Value::String(text) if text.trim().is_empty() => Self::default(),
            Value::String(text) => {
                de::from_slice(text.as_bytes()).map_or(Self::Text(text), Self::Map)
            }
            _ => Self::default(),
        })
    }
}

macro_rules! scalars {
    ($($type:ty = $read:path,)*) => {$(
        impl Read for Option<$type> {
            fn read<'de, D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
                // The first error is one of the text, the second one of the shape.
                Ok($read(Value::deserialize(json)?).ok().flatten())
            }
        }
    )*};
}
scalars! {
    bool = de::bool_like,
    u64 = de::number_or_string,
    i64 = de::number_or_string,
    f64 = de::number_or_string,
    Timestamp = de::optional_timestamp,
}

/// An object whose fields are read one by one, in any order.
pub(crate) trait Object: Default + PartialEq {
    /// Reads the value of the field `name`, the next one of `map`.
    fn field<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error>;
}

impl<T: Object> Read for T {
    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        Option::read(json).map(Option::unwrap_or_default)
    }
}

impl<T: Object> Read for Option<T> {
    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(Fields(PhantomData))
    }
}

struct Fields<T>(PhantomData<T>);

/// Borrowed, unless it has escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de, T: Object> Visitor<'de> for Fields<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<T>, A::Error> {
        let mut object = T::default();
        while let Some(Name(name)) = map.next_key()? {
            object.field(&name, &mut map)?;
        }
        Ok(Some(object))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Option<T>, A::Error> {
        IgnoredAny.visit_seq(items).map(|_| None)
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Option<T>, E> {
        Ok(None)
    }
}

/// Reads an open enum; an empty text is `None`.
macro_rules! words {
    ($($name:ident),* $(,)?) => {$(
        impl $crate::event::read::Read for Option<$name> {
            fn read<'de, D: serde::Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
                let text = <String as $crate::event::read::Read>::read(json)?;
                Ok((!text.is_empty()).then(|| $name::from(text)))
            }
        }
    )*};
}

/// Defines an object of an event, with the names of each field in the JSON.
macro_rules! object {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $name:ident {
            $(
                $(#[$field_attribute:meta])*
                $field_visibility:vis $field:ident: $type:ty = $($key:literal)|+
            ),* $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Default, PartialEq)]
        #[non_exhaustive]
        $visibility struct $name {
            $(
                $(#[$field_attribute])*
                $field_visibility $field: $type,
            )*
        }

        impl $crate::event::read::Object for $name {
            fn field<'de, A: serde::de::MapAccess<'de>>(
                &mut self,
                name: &str,
                map: &mut A,
            ) -> Result<(), A::Error> {
                match name {
                    $($($key)|+ => $crate::event::read::read_field(&mut self.$field, map),)*
                    _ => map.next_value::<serde::de::IgnoredAny>().map(drop),
                }
            }
        }

        $crate::event::read::hide!($name);
    };
}

/// Implements `Debug`, which shows nothing, because nearly all objects contain addresses or content.
macro_rules! hide {
    ($($name:ident),+ $(,)?) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )+};
}

pub(crate) use hide;
pub(crate) use object;
pub(crate) use words;
