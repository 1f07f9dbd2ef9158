//! Reads one field of a response instead of the whole.

use std::{collections::HashMap, iter::once};

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_path_to_error::Segment;

use super::{
    explain::{describe, segments, tracked},
    read::repaired,
};

/// Reads the field `name` of the object `json`; `null` and a missing field are the default.
///
/// The error names the path from the top of the response and holds nothing of the value.
pub(crate) fn field<T: DeserializeOwned + Default>(json: &[u8], name: &str) -> Result<T, String> {
    const RESPONSE: &str = "the response";
    let json = repaired(json);
    let fields: HashMap<String, Option<&RawValue>> =
        serde_json::from_slice(&json).map_err(|error| describe(RESPONSE, "", &error))?;
    let Some(value) = fields.get(name).copied().flatten() else {
        return Ok(T::default());
    };
    tracked(value.get().as_bytes()).map_err(|error| {
        let name = Segment::Map { key: name.to_owned() };
        let path = segments(once(&name).chain(error.path().iter()));
        describe(RESPONSE, &path, error.inner())
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Route {
        priority: u8,
    }

    #[test]
    fn missing_and_null_fields_are_the_default() {
        for (json, priority) in [
            (r#"{"message": "ok", "route": {"priority": 7}}"#, 7),
            ("\u{feff}{\"route\": {\"priority\": 7, \"score\": NaN}}", 7),
            (r#"{"route": {}}"#, 0),
            (r#"{"route": null}"#, 0),
            ("{}", 0),
        ] {
            assert_eq!(field::<Route>(json.as_bytes(), "route").unwrap().priority, priority);
        }
    }

    #[test]
    fn errors_name_the_path_from_the_top() {
        for (json, error) in [
            (r#"{"route": {"priority": "x"}}"#, "the response's field `route.priority` is not u8"),
            (r#"{"route": 5}"#, "the response's field `route` is not an object"),
            ("[1]", "the response is not an object"),
            ("null", "the response is not an object"),
            (r#"{"route": {}} x"#, "the response is not JSON (line 1, column 15)"),
        ] {
            assert_eq!(field::<Route>(json.as_bytes(), "route").unwrap_err(), error, "{json}");
        }
        let list = field::<Vec<Route>>(br#"{"items": [{}, {"priority": []}]}"#, "items");
        assert_eq!(list.unwrap_err(), "the response's field `items[1].priority` is not u8");
    }
}
