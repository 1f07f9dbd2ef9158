//! Replies: recorded ones, and made-up ones with fields missing, null or unknown.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

/// A reply of the real service.
#[derive(Clone, Debug, Deserialize)]
pub struct Exchange {
    /// The HTTP method.
    pub method: String,
    /// The path; some recordings lack the version and the domain.
    pub path: String,
    /// The query.
    pub query: String,
    /// The status.
    pub status: u16,
    /// The body as received.
    pub body: String,
}

/// The recorded exchanges of a method whose path has `part` in it, in order.
pub fn recorded(method: &str, part: &str) -> Vec<Exchange> {
    let all: Vec<Exchange> =
        serde_json::from_str(include_str!("../fixtures/exchanges.json")).unwrap();
    let found: Vec<_> = all
        .into_iter()
        .filter(|exchange| exchange.method == method && exchange.path.contains(part))
        .collect();
    assert!(!found.is_empty(), "nothing was recorded for {method} {part}");
    found
}

/// Reads a reply and checks that no field of it is left out.
#[track_caller]
pub fn read_whole<T: DeserializeOwned>(json: &str) -> T {
    let mut ignored = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let value =
        serde_ignored::deserialize(&mut deserializer, |path| ignored.push(path.to_string()));
    let value = value.unwrap_or_else(|error| panic!("{error} in {json}"));
    assert!(ignored.is_empty(), "not read: {ignored:?} of {json}");
    value
}

/// Checks that a reply can be read with each of its fields, at any depth, missing or null, and
/// with an unknown one beside them. `required` names fields, by their path such as
/// `items.0.address`, without which there is nothing to be read: those must give an error.
#[track_caller]
pub fn tolerates<T: DeserializeOwned>(reply: &Value, required: &[&str]) {
    read_whole::<T>(&reply.to_string());
    let mut paths = Vec::new();
    collect(reply, String::new(), &mut paths);
    for name in required {
        assert!(paths.iter().any(|path| path == name), "the reply has no field {name}");
    }
    for path in &paths {
        for (what, changed) in [
            ("without", changed(reply, path, Change::Drop)),
            ("with null for", changed(reply, path, Change::Null)),
        ] {
            let Some(changed) = changed else { continue };
            let read = serde_json::from_value::<T>(changed);
            let is_required = required.contains(&path.as_str());
            match read {
                Ok(_) if is_required => panic!("read {what} {path}, which is said to be required"),
                Err(error) if !is_required => panic!("not read {what} {path}: {error}"),
                _ => {}
            }
        }
        if let Some(changed) = changed(reply, path, Change::AddBeside) {
            let read = serde_json::from_value::<T>(changed);
            assert!(read.is_ok(), "not read with an unknown field beside {path}");
        }
    }
}

#[derive(Clone, Copy)]
enum Change {
    Drop,
    Null,
    AddBeside,
}

/// The paths of all fields of objects, at any depth.
fn collect(value: &Value, path: String, paths: &mut Vec<String>) {
    let below =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                paths.push(below(name));
                collect(field, below(name), paths);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, below(&index.to_string()), paths);
            }
        }
        _ => {}
    }
}

/// The reply with one field changed; `None` if the path's object is not one (a name with a dot).
fn changed(reply: &Value, path: &str, change: Change) -> Option<Value> {
    let mut reply = reply.clone();
    let mut object = &mut reply;
    let mut rest = path;
    loop {
        match object {
            Value::Array(items) => {
                let (index, below) = rest.split_once('.')?;
                object = &mut items[index.parse::<usize>().ok()?];
                rest = below;
            }
            Value::Object(fields) if fields.contains_key(rest) => {
                match change {
                    Change::Drop => drop(fields.remove(rest)),
                    Change::Null => drop(fields.insert(rest.to_owned(), Value::Null)),
                    Change::AddBeside => {
                        fields
                            .insert("field-of-tomorrow".to_owned(), serde_json::json!([{"a": 1}]));
                    }
                }
                return Some(reply);
            }
            Value::Object(fields) => {
                let name =
                    fields.keys().find(|name| rest.starts_with(&format!("{name}.")))?.clone();
                rest = &rest[name.len() + 1..];
                object = fields.get_mut(&name)?;
            }
            _ => return None,
        }
    }
}
