//! Shapes of responses that this service varies.

use std::{collections::BTreeMap, fmt};

use mailgun_core::de;
use serde::{
    Deserialize, Deserializer,
    de::{
        MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};

/// An object that is below its name in some responses, and alone in others.
pub(crate) struct Named<T>(T);

impl<T> Named<T> {
    pub(crate) fn into_inner(self) -> T {
        self.0
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = ["seedlist", "result", "sharing"];
        de::named(deserializer, &names).map(|(_message, value)| Self(value))
    }
}

/// A map. `null` is an empty map; a null value is the default.
pub(crate) fn map<'de, D, T>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    let map: BTreeMap<String, Option<T>> = de::null_default(deserializer)?;
    Ok(map.into_iter().map(|(name, value)| (name, value.unwrap_or_default())).collect())
}

/// Like [`map`]. A list of words, as older responses have it, becomes names without values.
pub(crate) fn tags<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    struct Tags;

    impl<'de> Visitor<'de> for Tags {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object or a list of words")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(BTreeMap::new())
        }

        fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
            let tags: BTreeMap<_, Option<_>> =
                BTreeMap::deserialize(MapAccessDeserializer::new(fields))?;
            Ok(tags.into_iter().map(|(tag, text)| (tag, text.unwrap_or_default())).collect())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, words: A) -> Result<Self::Value, A::Error> {
            let words: Vec<String> = de::readable(SeqAccessDeserializer::new(words))?;
            Ok(words.into_iter().map(|word| (word, String::new())).collect())
        }
    }

    deserializer.deserialize_any(Tags)
}

/// A text that is empty if missing.
pub(crate) fn optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    let text = de::string_or_number(deserializer)?.filter(|text| !text.is_empty());
    Ok(text.map(|text| T::from(&text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Tagged {
        #[serde(default, deserialize_with = "tags")]
        tags: BTreeMap<String, String>,
    }

    #[test]
    fn tags_are_a_map_or_words_or_nothing() {
        let read = |json| serde_json::from_str::<Tagged>(json).unwrap().tags;
        let of = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        assert_eq!(read(r#"{"tags": {"a": "b"}}"#), of("a", "b"));
        assert_eq!(read(r#"{"tags": {"a": null}}"#), of("a", ""));
        assert_eq!(read(r#"{"tags": ["a"]}"#), of("a", ""));
        assert_eq!(read(r#"{"tags": ["a", null, 5]}"#), of("a", ""));
        for json in [r#"{"tags": null}"#, r#"{"tags": {}}"#, r#"{"tags": []}"#, "{}"] {
            assert!(read(json).is_empty(), "{json}");
        }
        for json in [r#"{"tags": {"a": []}}"#, r#"{"tags": "a"}"#, r#"{"tags": 5}"#] {
            assert!(serde_json::from_str::<Tagged>(json).is_err(), "{json}");
        }
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Object {
        number: u8,
    }

    #[test]
    fn an_object_is_read_below_its_name_and_alone() {
        let read = |json| serde_json::from_str::<Named<Object>>(json);
        for (json, number) in [
            (r#"{"result": {"number": 1}}"#, 1),
            (r#"{"number": 2}"#, 2),
            (r#"{"sharing": {}}"#, 0),
            (r#"{"seedlist": null}"#, 0),
            ("{}", 0),
        ] {
            assert_eq!(read(json).unwrap().into_inner().number, number, "{json}");
        }
        for json in [r#"{"result": {"number": []}}"#, r#"{"number": []}"#, "[1]"] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
