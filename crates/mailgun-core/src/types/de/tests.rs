use serde_json::{Deserializer as Json, json};

use super::*;

/// Reads text by a helper, and reads it as a `Value` as well: both must agree.
macro_rules! read {
    ($helper:expr, $json:expr) => {{
        let text: &str = $json;
        let direct = $helper(&mut Json::from_str(text));
        let value: Value = serde_json::from_str(text).unwrap();
        let by_value = $helper(value);
        assert_eq!(direct.is_ok(), by_value.is_ok(), "{text}");
        if let (Ok(direct), Ok(by_value)) = (&direct, &by_value) {
            assert_eq!(direct, by_value, "{text}");
        }
        direct.map_err(|error| error.to_string())
    }};
}

#[test]
fn null_becomes_the_default() {
    assert_eq!(read!(null_default::<_, Vec<u8>>, "null").unwrap(), Vec::<u8>::new());
    assert_eq!(read!(null_default::<_, Vec<u8>>, "[1]").unwrap(), [1]);
    assert_eq!(read!(null_default::<_, String>, "null").unwrap(), "");
    assert!(read!(null_default::<_, Vec<u8>>, "{}").is_err());
    assert!(read!(null_default::<_, String>, "5").is_err());
}

#[test]
fn lists_come_in_three_forms() {
    assert_eq!(read!(list::<_, String>, "null").unwrap(), [""; 0]);
    assert_eq!(read!(list::<_, String>, r#""https://x""#).unwrap(), ["https://x"]);
    assert_eq!(read!(list::<_, String>, r#"["a", "b\n"]"#).unwrap(), ["a", "b\n"]);
    assert_eq!(read!(list::<_, u64>, "5").unwrap(), [5]);
    assert_eq!(read!(list::<_, i64>, "-5").unwrap(), [-5]);
    assert_eq!(read!(list::<_, f64>, "0.5").unwrap(), [0.5]);
    assert_eq!(read!(list::<_, bool>, "true").unwrap(), [true]);
    assert_eq!(read!(list::<_, Timestamp>, "0").unwrap(), [Timestamp::UNIX_EPOCH]);
    assert_eq!(read!(list::<_, Value>, r#"{"a": [1]}"#).unwrap(), [json!({"a": [1]})]);
    for json in ["5", "[1]", r#"{"a": 1}"#, r#"["a", null]"#] {
        assert!(read!(list::<_, String>, json).is_err(), "{json}");
    }
}

#[test]
fn numbers_may_be_text() {
    for (json, number) in [
        ("550", Some(550.0)),
        (r#""550""#, Some(550.0)),
        (r#""0.8300""#, Some(0.83)),
        (r#"".99""#, Some(0.99)),
        ("0.1", Some(0.1)),
        ("1e300", Some(1e300)),
        ("-5", Some(-5.0)),
        (r#"" 5 ""#, Some(5.0)),
        ("null", None),
        (r#""""#, None),
    ] {
        assert_eq!(read!(number_or_string::<_, f64>, json).unwrap(), number, "{json}");
    }
    assert_eq!(read!(number_or_string::<_, u64>, "18446744073709551615").unwrap(), Some(u64::MAX));
    assert_eq!(read!(number_or_string::<_, i64>, r#""-5""#).unwrap(), Some(-5));
    for json in ["5.5", "-1", "65536", r#""secret""#, "true", "[]", "{}", r#""5 5""#] {
        let error = read!(number_or_string::<_, u16>, json).unwrap_err();
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn codes_become_text() {
    for (json, text) in [
        ("550", Some("550")),
        (r#""550""#, Some("550")),
        (r#""5.1.1""#, Some("5.1.1")),
        ("-1", Some("-1")),
        ("5.5", Some("5.5")),
        ("true", Some("true")),
        (r#""""#, Some("")),
        ("null", None),
    ] {
        assert_eq!(read!(string_or_number, json).unwrap().as_deref(), text, "{json}");
    }
    assert!(read!(string_or_number, "[]").is_err());
    assert!(read!(string_or_number, "{}").is_err());
    assert!(read!(text::<_, String>, "null").is_err());
    assert_eq!(read!(text::<_, String>, "7").unwrap(), "7");
}

#[test]
fn booleans_come_in_many_forms() {
    for json in ["true", "1", r#""true""#, r#""Yes""#, r#""1""#] {
        assert_eq!(read!(bool_like, json).unwrap(), Some(true), "{json}");
    }
    for json in ["false", "0", r#""FALSE""#, r#""no""#, r#""0""#] {
        assert_eq!(read!(bool_like, json).unwrap(), Some(false), "{json}");
    }
    for json in ["null", r#""""#] {
        assert_eq!(read!(bool_like, json).unwrap(), None, "{json}");
    }
    for json in ["2", "-1", r#""htmlonly""#, "[]", "{}"] {
        assert!(read!(bool_like, json).is_err(), "{json}");
    }
}

#[test]
fn dates_may_be_missing() {
    for json in ["null", r#""""#, r#""0001-01-01T00:00:00Z""#, r#""Mon, 01 Jan 0001 00:00:00 UTC""#]
    {
        assert_eq!(read!(optional_timestamp, json).unwrap(), None, "{json}");
    }
    let day = Timestamp::from_unix_seconds(86_400).unwrap();
    for json in ["86400", "86400.0", r#""86400""#, r#""1970-01-02""#] {
        assert_eq!(read!(optional_timestamp, json).unwrap(), Some(day), "{json}");
    }
    for json in [r#""secret""#, "true", "[]", "{}", "1e300"] {
        let error = read!(optional_timestamp, json).unwrap_err();
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn one_odd_item_does_not_lose_the_others() {
    #[derive(Debug, Deserialize)]
    struct Page {
        #[serde(default, deserialize_with = "null_default")]
        items: Vec<Lenient<Vec<u8>>>,
    }
    let page: Page =
        serde_json::from_str(r#"{"items": [[1], {"to": "secret"}, null, [2, 3]]}"#).unwrap();
    assert_eq!(page.items.iter().filter_map(Lenient::read).flatten().count(), 3);
    assert_eq!(page.items[1].raw().unwrap().get(), r#"{"to": "secret"}"#);
    assert!(page.items[1].reason().unwrap().contains("map"));
    assert!(page.items[0].raw().is_none() && page.items[0].reason().is_none());
    assert!(!format!("{page:?}").contains("secret"));
    let raw = page.items.into_iter().filter_map(|item| item.into_result().err());
    assert_eq!(raw.count(), 2);
    for json in [r#"{"items": null}"#, "{}"] {
        assert!(serde_json::from_str::<Page>(json).unwrap().items.is_empty());
    }
    let by_value: Page = serde_json::from_value(json!({"items": [[1], 5]})).unwrap();
    assert_eq!(by_value.items.len(), 2);
    assert!(serde_json::from_str::<Page>(r#"{"items": [[1], }"#).is_err());
}

#[test]
fn variables_are_an_object_or_a_text() {
    let map = read!(MapOrText::deserialize, r#"{"a": {"b": [1, null]}}"#).unwrap();
    assert_eq!(map.get("a"), Some(&json!({"b": [1, null]})));
    assert_eq!(map.get("b"), None);
    assert_eq!(serde_json::to_value(&map).unwrap(), json!({"a": {"b": [1, null]}}));
    let text = read!(MapOrText::deserialize, r#""{\"secret\"""#).unwrap();
    assert_eq!((text.as_text(), text.as_map(), text.get("a")), (Some("{\"secret\""), None, None));
    assert_eq!(serde_json::to_value(&text).unwrap(), json!("{\"secret\""));
    assert_eq!(format!("{map:?} {text:?}"), "Map(1 entries) Text(9 bytes)");
    assert_eq!(read!(null_default::<_, MapOrText>, "null").unwrap(), MapOrText::default());
    for json in ["null", "[]", "5", "true"] {
        assert!(read!(MapOrText::deserialize, json).is_err(), "{json}");
    }
}
