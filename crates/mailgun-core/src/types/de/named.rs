//! Objects that are a named field in some responses and the whole response in others.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IntoDeserializer, MapAccess, Visitor, value::MapAccessDeserializer},
};

/// Reads additional fields of an object; see [`beside`].
pub trait Beside<'de> {
    /// Reads the value of the field `name` from `map`, or returns `false` without reading it.
    ///
    /// # Errors
    ///
    /// Returns an error if the value does not have the type of the field.
    fn read<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<bool, A::Error>;
}

/// Reads a `T` from an object. Each field is first offered to `others`.
///
/// It works like `#[serde(flatten)]`, but does not buffer the fields, so that errors keep their
/// path.
///
/// # Errors
///
/// Returns an error if the value is not an object, or a field does not have its type.
pub fn beside<'de, D, T, B>(deserializer: D, others: &mut B) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
    B: Beside<'de>,
{
    struct Object<'a, T, B>(&'a mut B, PhantomData<T>);

    impl<'de, T: Deserialize<'de>, B: Beside<'de>> Visitor<'de> for Object<'_, T, B> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(Rest { map, others: self.0 }))
        }
    }

    deserializer.deserialize_map(Object(others, PhantomData))
}

/// The fields that `others` did not read.
struct Rest<'a, A, B> {
    map: A,
    others: &'a mut B,
}

impl<'de, A: MapAccess<'de>, B: Beside<'de>> MapAccess<'de> for Rest<'_, A, B> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        while let Some(name) = self.map.next_key::<String>()? {
            if !self.others.read(&name, &mut self.map)? {
                return seed.deserialize(name.into_deserializer()).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

/// Reads an object from the field with one of the `names`, or else from the response itself. Also
/// returns the `message` of the response.
///
/// The field is used if it is present and not `null`, even if it cannot be decoded.
///
/// ```
/// use mailgun::resource::de;
/// use serde::{Deserialize, Deserializer};
///
/// #[derive(Default, Deserialize)]
/// #[serde(default)]
/// struct List {
///     address: String,
/// }
///
/// struct Response(List);
///
/// impl<'de> Deserialize<'de> for Response {
///     fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
///         let (_message, list) = de::named(deserializer, &["list"])?;
///         Ok(Self(list))
///     }
/// }
///
/// for json in [r#"{"list": {"address": "a@b.c"}}"#, r#"{"address": "a@b.c", "message": "ok"}"#] {
///     assert_eq!(serde_json::from_str::<Response>(json)?.0.address, "a@b.c");
/// }
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
///
/// Returns an error if the value is not an object, or a field does not have its type.
pub fn named<'de, D, T>(deserializer: D, names: &[&str]) -> Result<(Option<String>, T), D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Named<'a, T> {
        names: &'a [&'a str],
        message: Option<String>,
        value: Option<T>,
    }

    impl<'de, T: Deserialize<'de>> Beside<'de> for Named<'_, T> {
        fn read<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<bool, A::Error> {
            if name == "message" {
                self.message = map.next_value()?;
            } else if self.names.contains(&name) {
                self.value = map.next_value::<Option<T>>()?.or(self.value.take());
            } else {
                return Ok(false);
            }
            Ok(true)
        }
    }

    let mut named = Named { names, message: None, value: None };
    let whole = beside(deserializer, &mut named)?;
    Ok((named.message, named.value.unwrap_or(whole)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Object {
        number: u8,
        below: Option<Box<Object>>,
    }

    #[derive(Debug)]
    struct Response {
        message: Option<String>,
        object: Object,
    }

    impl<'de> Deserialize<'de> for Response {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let (message, object) = named(deserializer, &["result", "sharing"])?;
            Ok(Self { message, object })
        }
    }

    #[test]
    fn an_object_is_read_from_its_field_or_from_the_response() {
        for (json, number, message) in [
            (r#"{"result": {"number": 1}}"#, 1, None),
            (r#"{"message": "ok", "result": {"number": 1}, "else": []}"#, 1, Some("ok")),
            (r#"{"number": 2}"#, 2, None),
            (r#"{"number": 2, "message": null}"#, 2, None),
            (r#"{"sharing": {}}"#, 0, None),
            (r#"{"number": 3, "result": null}"#, 3, None),
            (r#"{"sharing": {"number": 4}, "result": null}"#, 4, None),
            ("{}", 0, None),
        ] {
            let response: Response = serde_json::from_str(json).unwrap();
            assert_eq!(
                (response.object.number, response.message.as_deref()),
                (number, message),
                "{json}"
            );
        }
    }

    #[test]
    fn an_error_keeps_its_path() {
        for (json, path) in [
            (r#"{"result": {"number": []}}"#, "result.number"),
            (r#"{"result": {"below": {"number": "x"}}}"#, "result.below.number"),
            (r#"{"number": []}"#, "number"),
            (r#"{"below": {"number": "x"}}"#, "below.number"),
            (r#"{"message": {}, "number": 1}"#, "message"),
            (r#"{"result": 5}"#, "result"),
            ("[1]", "."),
            ("null", "."),
        ] {
            let json = &mut serde_json::Deserializer::from_str(json);
            let error = serde_path_to_error::deserialize::<_, Response>(json).unwrap_err();
            assert_eq!(error.path().to_string(), path, "{error}");
        }
    }
}
