use std::{fs, path::Path};

use serde_json::{Value, json};

use super::*;

/// All events of `tests/events/fixtures`.
fn fixtures() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/events/fixtures");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let event = |path: std::path::PathBuf| {
        let json = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        (path.file_stem().unwrap().to_string_lossy().into_owned(), json)
    };
    files.map(event).collect()
}

fn read(json: &Value) -> Event {
    serde_json::from_value(json.clone()).unwrap()
}

/// The places of all fields of objects, and of all items of lists.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, it)| (name.clone(), it)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, it)| (index.to_string(), it)).collect()
        }
        _ => return,
    };
    for (name, value) in below {
        let at = format!("{at}/{name}");
        pointers(value, &at, all);
        all.push(at);
    }
}

#[test]
fn every_field_of_every_event_has_a_place_and_may_be_null_missing_or_odd() {
    let fixtures = fixtures();
    assert_eq!(fixtures.len(), 21);
    for (name, json) in fixtures {
        let event = read(&json);
        assert_eq!(event.name(), json["event"], "{name}");
        assert!(!matches!(event.kind, EventKind::Other(_)), "{name}");
        let mut all = Vec::new();
        pointers(&json, "", &mut all);
        for pointer in all {
            let old = json.pointer(&pointer).unwrap();
            let says_nothing = [json!(null), json!(""), json!([]), json!({}), json!("{}")];
            let with = |new: Value| {
                let mut changed = json.clone();
                *changed.pointer_mut(&pointer).unwrap() = new;
                let mut changed = read(&changed);
                changed.raw = event.raw.clone();
                changed
            };
            let nulled = with(Value::Null);
            assert_eq!(nulled == event, says_nothing.contains(old), "{name} {pointer}");
            for odd in [json!({"odd": 1}), json!([[1]]), json!("odd"), json!(-1.5), json!(true)] {
                with(odd);
            }

            let (parent, field) = pointer.rsplit_once('/').unwrap();
            let mut without = json.clone();
            if let Some(Value::Object(fields)) = without.pointer_mut(parent) {
                fields.remove(field);
                let mut without = read(&without);
                without.raw = event.raw.clone();
                // A variable of the application may well be null.
                let is_variable =
                    ["/user-variables/", "/vars/"].iter().any(|it| pointer.contains(it));
                assert!(is_variable || without == nulled, "{name} {pointer}");
            }
        }
    }
}

#[test]
fn an_odd_field_loses_no_other() {
    for (name, json) in fixtures() {
        for field in json.as_object().unwrap().keys().filter(|field| *field != "event") {
            let mut odd = json.clone();
            odd[field] = json!([{"odd": [null, {}]}]);
            let mut null = json.clone();
            null[field] = Value::Null;
            let (odd, null) = (read(&odd), read(&null));
            assert_eq!(odd.name(), null.name());
            if field != "id" {
                assert_eq!(odd.id, null.id, "{name} {field}");
            }
            if field != "message" {
                assert_eq!(odd.message, null.message, "{name} {field}");
            }
            if field != "delivery-status" {
                assert_eq!(odd.delivery_status(), null.delivery_status(), "{name} {field}");
            }
        }
    }
}

#[test]
fn an_event_serializes_as_the_json_it_was_read_from() {
    for (name, json) in fixtures() {
        let text = format!("{json:#}");
        let event: Event = serde_json::from_str(&text).unwrap();
        assert_eq!(event.raw(), text);
        let written = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), json, "{name}");
        assert_eq!(serde_json::from_str::<Event>(&written).unwrap(), event, "{name}");
        assert_eq!(read(&serde_json::to_value(&event).unwrap()).kind, event.kind, "{name}");
    }
    // Digits that a floating point number has no room for.
    let exact = r#"{"event":"x","timestamp":1529704976.10469212345678}"#;
    let event: Event = serde_json::from_str(exact).unwrap();
    assert_eq!(serde_json::to_string(&event).unwrap(), exact);
}

/// What serde_json refuses only when it looks inside costs no other field.
#[test]
fn an_unreadable_value_loses_no_other_field_and_stays_in_the_raw_json() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for (odd, read) in [
        (r#""Andr\udce9""#, json!("Andr\u{fffd}")),
        (r#""\ud83d\ud83d""#, json!("\u{fffd}\u{fffd}")),
        ("1e999", Value::Null),
        ("-1e400", Value::Null),
    ] {
        let text = format!(
            r#"{{"event":"clicked","odd":{odd},"user-variables":{{"a":{odd},"b":1}},"deep":{deep},"recipient":"a@b.c"}}"#
        );
        let event: Event = serde_json::from_str(&text).unwrap();
        assert_eq!((event.name(), &*event.recipient), ("clicked", "a@b.c"), "{odd}");
        assert_eq!(event.user_variables.get("b"), Some(&json!(1)), "{odd}");
        assert_eq!(event.user_variables.get("a"), Some(&read), "{odd}");
        assert_eq!(event.get("odd"), Some(read), "{odd}");
        assert_eq!(event.raw(), text);
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
    }
    // The logs have the variables as text.
    let text = r#"{"event": "opened", "user-variables": "{\"a\": \"\\udce9\", \"b\": 1}"}"#;
    let event: Event = serde_json::from_str(text).unwrap();
    assert_eq!(event.user_variables.get("a"), Some(&json!("\u{fffd}")));
    assert_eq!(event.user_variables.get("b"), Some(&json!(1)));
}

#[test]
fn debug_has_no_address_and_no_content() {
    for (name, json) in fixtures() {
        let event = read(&json);
        let shown = format!("{event:?}");
        assert!(shown.contains(&event.id), "{shown}");
        assert!(!shown.contains('@') || name.starts_with("log_"), "{shown}");
        assert!(!shown.replace("\"@timestamp\"", "").contains('@'), "{shown}");
        for part in [
            format!("{:?}", event.message),
            format!("{:?}", event.envelope),
            format!("{:?}", event.storage),
            format!("{:?}", event.mailing_list),
            format!("{:?}", event.delivery_status()),
            format!("{:?}", event.user_variables),
        ] {
            assert!(part.len() < 32, "{part}");
        }
    }
}
