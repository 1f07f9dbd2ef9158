//! Lists and maps whose other entries can be read if one is invalid.

use std::collections::BTreeMap;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};
use serde_json::Value;

use super::null_default;

/// Reads a list and skips `null` items. `null` is an empty list.
///
/// Use it for lists of objects. An invalid item is an error that names its position; without the
/// item, the list would look complete.
///
/// # Errors
///
/// Returns an error if the value is not a list, or an item does not have the type.
pub fn items<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let items: Vec<Option<T>> = null_default(deserializer)?;
    Ok(items.into_iter().flatten().collect())
}

/// Reads a list and skips invalid items. `null` is an empty list. A single value is a list of one
/// item.
///
/// Use it for lists of plain values: addresses, URLs, tags.
///
/// # Errors
///
/// Returns an error if a single value does not have the type.
pub fn readable<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(Vec::new()),
        Value::Array(items) => {
            Ok(items.into_iter().filter_map(|item| T::deserialize(item).ok()).collect())
        }
        single => T::deserialize(single).map(|item| vec![item]).map_err(D::Error::custom),
    }
}

/// Reads a map and skips `null` values. `null` is an empty map.
///
/// # Errors
///
/// Returns an error if the value is not an object, or a key or value does not have the type.
pub fn map<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    let entries: BTreeMap<K, Option<V>> = null_default(deserializer)?;
    Ok(entries.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use serde_json::json;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Record {
        id: u8,
    }

    #[test]
    fn null_items_are_skipped_and_invalid_items_are_errors() {
        let read = |json: Value| items::<_, Record>(json).map(|all| all.len());
        for (json, count) in [
            (json!(null), 0),
            (json!([]), 0),
            (json!([null]), 0),
            (json!([null, { "id": 1 }, null, { "id": 2 }]), 2),
        ] {
            assert_eq!(read(json.clone()).unwrap(), count, "{json}");
        }
        #[derive(Debug, Deserialize)]
        struct Listing {
            #[serde(deserialize_with = "items")]
            #[expect(dead_code, reason = "its errors are what is tested")]
            all: Vec<Record>,
        }
        for (json, path) in [
            (r#"{"all": [{"id": 1}, {"id": "x"}]}"#, "all[1].id"),
            (r#"{"all": [null, 5]}"#, "all[1]"),
            (r#"{"all": {"id": 1}}"#, "all"),
        ] {
            let json = &mut serde_json::Deserializer::from_str(json);
            let error = serde_path_to_error::deserialize::<_, Listing>(json).unwrap_err();
            assert_eq!(error.path().to_string(), path, "{error}");
        }
    }

    #[test]
    fn readable_skips_invalid_items() {
        let ips = |json: Value| readable::<_, IpAddr>(json).map(|all| all.len());
        for (json, count) in [
            (json!(null), 0),
            (json!(["192.0.2.1", null, "2001:db8::1"]), 2),
            (json!(["192.0.2.1", "shared"]), 1),
            (json!([5, {}, [], true]), 0),
            (json!("192.0.2.1"), 1),
        ] {
            assert_eq!(ips(json.clone()).unwrap(), count, "{json}");
        }
        for json in [json!("shared"), json!(true), json!({})] {
            assert!(ips(json.clone()).is_err(), "{json}");
        }
    }

    #[test]
    fn null_values_of_a_map_are_skipped() {
        let read = |json: Value| map::<_, String, u8>(json);
        assert_eq!(read(json!({ "a": null })).unwrap(), BTreeMap::new());
        assert_eq!(read(json!(null)).unwrap(), BTreeMap::new());
        let one = BTreeMap::from([("b".to_owned(), 1)]);
        assert_eq!(read(json!({ "a": null, "b": 1 })).unwrap(), one);
        assert!(read(json!({ "a": "x" })).is_err());
    }
}
