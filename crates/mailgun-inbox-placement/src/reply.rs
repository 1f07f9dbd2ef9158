//! The forms in which the replies of this service vary.

use std::collections::BTreeMap;

use mailgun_core::de;
use serde::{Deserialize, Deserializer};

/// An object that stands below its name in some replies and alone in others.
///
/// Not an untagged enumeration: a fault below the name would make it an empty object.
#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
pub(crate) struct Wrapped<T> {
    #[serde(alias = "seedlist", alias = "result", alias = "sharing")]
    named: Option<T>,
    #[serde(flatten)]
    alone: T,
}

impl<T> Wrapped<T> {
    pub(crate) fn into_inner(self) -> T {
        self.named.unwrap_or(self.alone)
    }
}

/// A map; `null` is an empty one, and in place of a value it is the default.
pub(crate) fn map<'de, D, T>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    let map: BTreeMap<String, Option<T>> = de::null_default(deserializer)?;
    Ok(map.into_iter().map(|(name, value)| (name, value.unwrap_or_default())).collect())
}

/// As [`map`]; words alone, as older replies have them, are names without values.
pub(crate) fn tags<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Tags {
        Map(#[serde(deserialize_with = "map")] BTreeMap<String, String>),
        Words(Vec<String>),
    }
    Ok(match Tags::deserialize(deserializer)? {
        Tags::Map(map) => map,
        Tags::Words(words) => words.into_iter().map(|word| (word, String::new())).collect(),
    })
}

/// A text that is empty where there is none.
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
        for json in [r#"{"tags": null}"#, r#"{"tags": {}}"#, r#"{"tags": []}"#, "{}"] {
            assert!(read(json).is_empty(), "{json}");
        }
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Object {
        number: u8,
    }

    #[test]
    fn an_object_is_read_below_its_name_and_alone_and_its_faults_are_told() {
        let read = |json| serde_json::from_str::<Wrapped<Object>>(json);
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
