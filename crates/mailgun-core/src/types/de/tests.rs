use serde_json::{Deserializer as Json, json};

use super::*;

/// Decodes text directly and from a `Value`. Both results must be equal.
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
fn a_list_may_be_null_or_a_single_value() {
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
fn numbers_may_be_strings() {
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
fn codes_become_strings() {
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
fn booleans_may_be_numbers_or_strings() {
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
fn lenient_items_keep_their_json_if_they_are_invalid() {
    #[derive(Debug, Deserialize)]
    struct Page {
        #[serde(default, deserialize_with = "null_default")]
        items: Vec<Lenient<Vec<u8>>>,
    }
    let page: Page =
        serde_json::from_str(r#"{"items": [[1], {"to": "secret"}, null, [2, 3]]}"#).unwrap();
    assert_eq!(page.items.iter().filter_map(Lenient::read).flatten().count(), 3);
    assert_eq!(page.items[1].raw().unwrap().get(), r#"{"to": "secret"}"#);
    assert_eq!(page.items[1].reason(), Some("the item is not a list"));
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
fn variables_are_an_object_or_a_string() {
    let map = read!(MapOrText::deserialize, r#"{"a": {"b": [1, null]}}"#).unwrap();
    assert_eq!(map.get("a"), Some(&json!({"b": [1, null]})));
    assert_eq!(map.get("b"), None);
    assert_eq!(serde_json::to_value(&map).unwrap(), json!({"a": {"b": [1, null]}}));
    let text = read!(MapOrText::deserialize, r#""{\"secret\"""#).unwrap();
    assert_eq!((text.as_text(), text.as_map(), text.get("a")), (Some("{\"secret\""), None, None));
    assert_eq!(serde_json::to_value(&text).unwrap(), json!("{\"secret\""));
    assert_eq!(format!("{map:?} {text:?}"), "Map(1 entries) Text(9 bytes)");
    assert_eq!(read!(null_default::<_, MapOrText>, "null").unwrap(), MapOrText::default());
    assert_eq!(read!(MapOrText::deserialize, "[]").unwrap(), MapOrText::default());
    for json in ["null", "[1]", "5", "true"] {
        assert!(read!(MapOrText::deserialize, json).is_err(), "{json}");
    }
}

#[test]
fn a_variable_is_read_from_its_json_or_from_json_in_a_string() {
    let json = r#"{"order": "{\"id\": 7}", "n": "7", "text": "seven", "map": {"id": 8}}"#;
    let variables = read!(MapOrText::deserialize, json).unwrap();
    assert_eq!(
        variables.read("order").unwrap(),
        Some(json!({"id": 7}).as_object().unwrap().clone())
    );
    assert_eq!(variables.read("map").unwrap(), Some(json!({"id": 8}).as_object().unwrap().clone()));
    assert_eq!(variables.read("n").unwrap(), Some(7));
    assert_eq!(variables.read("n").unwrap(), Some("7".to_owned()));
    assert_eq!(variables.read("text").unwrap(), Some("seven".to_owned()));
    assert_eq!(variables.read::<u8>("none").unwrap(), None);
    assert!(variables.read::<u8>("text").is_err() && variables.read::<u8>("map").is_err());
    let text = read!(MapOrText::deserialize, r#""{\"n\": 7""#).unwrap();
    assert_eq!(text.read::<u8>("n").unwrap(), None);
}

#[test]
fn an_invalid_value_is_replaced_and_the_rest_is_kept() {
    for (invalid, expected) in [
        (&br#""\udce9""#[..], json!("\u{fffd}")),
        (br#""\uD83D""#, json!("\u{fffd}")),
        (br#""\uD83Dx\uDE00""#, json!("\u{fffd}x\u{fffd}")),
        (br#""\uDE00\uD83D\uDE00""#, json!("\u{fffd}\u{1F600}")),
        (br#""\\udce9""#, json!("\\udce9")),
        (b"\"J\xe9r\xf4me\"", json!("J\u{fffd}r\u{fffd}me")),
        (b"\"\xe2\x82\"", json!("\u{fffd}")),
        (b"\"\xed\xb3\xa9\"", json!("\u{fffd}\u{fffd}\u{fffd}")),
        (b"\"a\nb\x00\x1f\tc\"", json!("a\nb\0\u{1f}\tc")),
        (br#""\x41 \' \u12 \\""#, json!("\\x41 \\' \\u12 \\")),
        (br#""\uD83D\u12""#, json!("\u{fffd}\\u12")),
        (b"1e999", Value::Null),
        (b"-1e999", Value::Null),
        (b"NaN", Value::Null),
        (b"-Infinity", Value::Null),
        (b"007", Value::Null),
        (b"+1", Value::Null),
        (b".5", Value::Null),
        (b"123456789012345678901234567890", json!(1.2345678901234568e29)),
    ] {
        let shown = String::from_utf8_lossy(invalid);
        let mut json = br#"{"before": "\u00e9\"", "invalid": "#.to_vec();
        json.extend_from_slice(invalid);
        json.extend_from_slice(br#", "list": [1, "#);
        json.extend_from_slice(invalid);
        json.extend_from_slice(r#"], "after": {"x": [2.5, "é"]}}"#.as_bytes());
        let value: Value = from_slice(&json).unwrap_or_else(|error| panic!("{shown}: {error}"));
        let all = json!({
            "before": "é\"", "invalid": expected, "list": [1, expected], "after": {"x": [2.5, "é"]},
        });
        assert_eq!(value, all, "{shown}");
    }
}

#[test]
fn invalid_names_and_a_byte_order_mark_are_repaired() {
    let value: Value = from_slice(b"\xef\xbb\xbf {\"\xff\": 1, \"\\ud800\n\": 2}").unwrap();
    assert_eq!(value, json!({"\u{fffd}": 1, "\u{fffd}\n": 2}));
    assert_eq!(from_slice::<u8>(b"\xef\xbb\xbf1").unwrap(), 1);
}

#[test]
fn a_value_that_is_nested_too_deep_becomes_null() {
    for (open, close) in [("[", "]"), (r#"{"a\ud800": "#, "}")] {
        for depth in [99, 100, 1_000, 100_000] {
            let deep = format!("{}\"]\"{}", open.repeat(depth), close.repeat(depth));
            let json = format!(r#"{{"deep": {deep}, "deep too": [{deep}], "x": 1}}"#);
            let value: Value = from_slice(json.as_bytes()).unwrap();
            assert_eq!(value["x"], 1, "{depth}");
            assert!(!value["deep"].is_null() && value["deep too"].is_array());
        }
    }
}

#[test]
fn other_errors_remain_and_valid_json_is_not_copied() {
    for json in [
        "",
        "<html>",
        "{",
        r#"{"a": "#,
        r#"{"a": "b"#,
        r#"{"a": "b\"#,
        "[1,]",
        "{} x",
        "NaN",
        "1e999",
        "[nope]",
        "[tru]",
        r#"{"a" 1}"#,
        "[1 2]",
        "]",
        "[}",
        "\u{feff}",
    ] {
        assert!(from_slice::<Value>(json.as_bytes()).is_err(), "{json}");
    }
    for json in [r#"{"a": ["\ud83d\ude00\\", -1.5e-3, 0, true, null, "é😀\u007f"]}"#, " 1 ", ""]
    {
        assert!(matches!(read::repaired(json.as_bytes()), std::borrow::Cow::Borrowed(_)), "{json}");
    }
}

#[test]
fn random_bytes_do_not_panic_and_valid_json_is_unchanged() {
    let pieces: [&[u8]; 16] = [
        b"{",
        b"[",
        b"}",
        b"]",
        b"\"",
        b"\\",
        b"\\u",
        b"\\ud800",
        b"d8",
        b"\xe9",
        b"\xe2\x82",
        b"1e9",
        b",",
        b":",
        b"N",
        b"\n",
    ];
    let mut state = 1_u64;
    for _ in 0..20_000 {
        let mut json = Vec::new();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            json.extend_from_slice(pieces[(state >> 60) as usize]);
        }
        let strict = serde_json::from_slice::<Value>(&json);
        let repaired = serde_json::from_slice::<Value>(&read::repaired(&json));
        if let Ok(strict) = strict {
            assert_eq!(strict, repaired.unwrap());
        }
    }
}

#[test]
fn an_explanation_names_the_field_and_the_expected_type_but_no_value() {
    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only its errors are tested")]
    struct Bounce {
        address: String,
        #[serde(default, deserialize_with = "optional_timestamp")]
        created_at: Option<Timestamp>,
        #[serde(default)]
        at: Option<Timestamp>,
        #[serde(default, deserialize_with = "number_or_string")]
        limit: Option<u64>,
        #[serde(default)]
        count: u8,
        #[serde(default, deserialize_with = "bool_like")]
        flag: Option<bool>,
        #[serde(default, deserialize_with = "list")]
        urls: Vec<String>,
        #[serde(default)]
        tags: Vec<String>,
        #[serde(default)]
        pair: Option<(u8, u8)>,
        #[serde(default)]
        vars: MapOrText,
        #[serde(default)]
        engine: Option<Engine>,
        #[serde(default)]
        inner: Option<Box<Bounce>>,
        #[serde(default)]
        counts: std::collections::BTreeMap<String, u32>,
        #[serde(default)]
        any: Option<Any>,
    }
    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Engine {
        Mustache,
        Handlebars,
    }
    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    #[allow(dead_code, reason = "only its errors are tested")]
    enum Any {
        Number(u8),
        Flag(bool),
    }
    let date = "a date as a string or a number";
    let number = "a number of type u64 or a string with one";
    for (field, expected) in [
        (r#""created_at": {}"#, format!("`created_at` is not {date}")),
        (r#""created_at": ["canary"]"#, format!("`created_at` is not {date}")),
        (r#""created_at": "canary, expected canary""#, format!("`created_at` is not {date}")),
        (r#""at": {"canary": 1}"#, format!("`at` is not {date}")),
        (r#""limit": -1"#, format!("`limit` is not {number}")),
        (r#""limit": "canary""#, format!("`limit` is not {number}")),
        (r#""limit": []"#, format!("`limit` is not {number}")),
        (r#""count": -1"#, "`count` is not u8".to_owned()),
        (r#""count": 1.5"#, "`count` is not u8".to_owned()),
        (r#""count": "x, expected canary at line 7""#, "`count` is not u8".to_owned()),
        (r#""flag": "canary""#, "`flag` is not a boolean or a string with one".to_owned()),
        (r#""urls": [7]"#, "`urls` is not a string".to_owned()),
        (r#""tags": {"canary": 1}"#, "`tags` is not a list".to_owned()),
        (r#""tags": ["a", null]"#, "`tags[1]` is not a string".to_owned()),
        (r#""pair": [1]"#, "`pair` is not a tuple of size 2".to_owned()),
        (r#""vars": 7"#, "`vars` is not an object or text".to_owned()),
        (r#""engine": "canary""#, "`engine` is not `mustache` or `handlebars`".to_owned()),
        (r#""inner": "canary""#, "`inner` is not an object".to_owned()),
        (r#""inner": {}"#, "`inner` lacks the field `address`".to_owned()),
        (
            r#""inner": {"address": "x", "inner": {"address": 7}}"#,
            "`inner.inner.address` is not a string".to_owned(),
        ),
        (r#""counts": {"a@canary": "x"}"#, "`counts.[address]` is not u32".to_owned()),
        (r#""any": "canary""#, "`any` cannot be decoded".to_owned()),
    ] {
        let json = format!(r#"{{"address": "canary", {field}}}"#);
        assert!(from_slice::<Bounce>(json.as_bytes()).is_err(), "{field}");
        let text = explain::<Bounce>("the response", json.as_bytes());
        assert_eq!(text, format!("the response's field {expected}"), "{field}");
    }
    for (json, expected) in [
        ("null", "the response is not an object"),
        (r#""canary""#, "the response is not an object"),
        ("{}", "the response lacks the field `address`"),
        (r#"{"address": "a", "address": "b"}"#, "the response has the field `address` twice"),
        ("<html>", "the response is not JSON (line 1, column 1)"),
        (r#"{"address": "canary"} x"#, "the response has text after its JSON"),
    ] {
        assert_eq!(explain::<Bounce>("the response", json.as_bytes()), expected, "{json}");
    }
}
