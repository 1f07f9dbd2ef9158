//! Responses: recorded ones, and made-up ones with fields missing, null or unknown.

use mailgun_core::{Call, Client, Pager, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{Answer, Scripted};

/// The names of secrets, which no response writes out again.
const SECRETS: [&str; 9] = [
    "credentials",
    "download_url",
    "http_signing_key",
    "key",
    "password",
    "secret",
    "signing_key",
    "smtp_password",
    "token",
];

/// A response of the real service.
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

/// Reads a response and checks that nothing of it is lost: no field is left out, and each value is in
/// what was read, secrets excepted.
#[track_caller]
pub fn read_whole<T: DeserializeOwned + Serialize>(json: &str) -> T {
    let mut ignored = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let value =
        serde_ignored::deserialize(&mut deserializer, |path| ignored.push(path.to_string()));
    let value = value.unwrap_or_else(|error| panic!("{error} in {json}"));
    assert!(ignored.is_empty(), "not read: {ignored:?} of {json}");
    nothing_is_lost(&serde_json::from_str(json).unwrap(), &value);
    value
}

/// Answers a call with `response`, and checks that each value of the response reaches the caller.
///
/// [`read_whole`] cannot see what a crate reads into a type of its own and then drops.
pub async fn called_whole<T: Serialize + 'static>(
    response: &Value,
    call: impl FnOnce(&Client) -> Call<T>,
) -> T {
    let answer = response.clone();
    let service = Scripted::new(move |_| Answer::json(&answer));
    let value = call(&service.client()).await.unwrap();
    nothing_is_lost(response, &value);
    value
}

/// As [`called_whole`], for the first page of a listing. The links are the pager's.
pub async fn paged_whole<T: Serialize + Send + 'static>(
    response: &Value,
    pager: impl FnOnce(&Client) -> Pager<T>,
) -> Vec<T> {
    let answer = response.clone();
    let service = Scripted::new(move |_| Answer::json(&answer));
    let page = pager(&service.client()).next_page().await.unwrap().unwrap();
    let mut response = response.clone();
    response.as_object_mut().unwrap().remove("paging");
    nothing_is_lost(&response, &json!([page.items, page.total]));
    page.items
}

/// Checks that a listing by `skip` counts a null item: the next page would repeat an item otherwise.
///
/// `list` is the field of the response that has the items.
pub async fn counts_null_items<T: Send + 'static>(
    list: &str,
    pager: impl FnOnce(&Client) -> Pager<T>,
) {
    let service = Scripted::script(vec![
        Answer::json(&json!({list: [{}, null, {}]})),
        Answer::json(&json!({list: []})),
    ]);
    let mut pager = pager(&service.client());
    let page = pager.next_page().await.unwrap().unwrap();
    assert_eq!((page.items.len(), page.unreadable.len()), (2, 1));
    assert!(pager.next_page().await.unwrap().is_none());
    let second = &service.seen()[1];
    let in_query = second.query().into_iter().find(|(name, _)| name == "skip");
    let skip = match in_query {
        Some((_, skip)) => skip,
        None => second.json()["pagination"]["skip"].to_string(),
    };
    assert_eq!(skip, "3");
}

/// Checks that each value of a response is among those of what was read from it.
#[track_caller]
fn nothing_is_lost(response: &Value, read: &impl Serialize) {
    let mut kept = Vec::new();
    leaves(&serde_json::to_value(read).unwrap(), "", &mut kept);
    let mut sent = Vec::new();
    leaves(response, "", &mut sent);
    for (path, leaf) in sent {
        let is_secret = path.split('.').any(|name| SECRETS.contains(&name));
        let is_kept = kept.iter().any(|(_, other)| *other == leaf);
        assert!(is_kept || is_secret, "read and then lost: {path} of {response}");
    }
}

/// The paths and the values of what is neither an object nor a list nor `null`, each value in one
/// form whether it is written as text or not.
fn leaves(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
    let below = |name: &str| format!("{path}.{name}");
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| leaves(field, &below(name), found));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, item)| leaves(item, &below(&index.to_string()), found));
        }
        // No text, and no time.
        Value::String(text) if text.is_empty() || is_never(text) => {}
        Value::String(text) => found.push((path.to_owned(), plain(text))),
        other => found.push((path.to_owned(), plain(&other.to_string()))),
    }
}

/// Whether it is the date in the year 1 that stands for no date.
fn is_never(text: &str) -> bool {
    let time = text.parse::<Timestamp>();
    time.is_ok_and(Timestamp::is_zero)
}

fn plain(text: &str) -> String {
    let text = text.trim().to_lowercase();
    if let Ok(number) = text.parse::<f64>() {
        // A number of this size is a time in milliseconds.
        return if number > 1e11 { number / 1e3 } else { number }.to_string();
    }
    match &*text {
        "yes" => "true".to_owned(),
        "no" => "false".to_owned(),
        _ => {
            let time = text.to_uppercase().parse::<Timestamp>();
            time.map_or(text, |time| time.to_epoch_seconds().to_string())
        }
    }
}

/// Checks that a response can be read with each of its fields, at any depth, missing or null, and
/// with an unknown one beside them. `required` names fields, by their path such as
/// `items.0.address`, without which there is nothing to be read: those must give an error.
#[track_caller]
pub fn tolerates<T: DeserializeOwned + Serialize>(response: &Value, required: &[&str]) {
    read_whole::<T>(&response.to_string());
    let mut paths = Vec::new();
    collect(response, String::new(), &mut paths);
    for name in required {
        assert!(paths.iter().any(|path| path == name), "the response has no field {name}");
    }
    for path in &paths {
        for (what, changed) in [
            ("without", changed(response, path, Change::Drop)),
            ("with null for", changed(response, path, Change::Null)),
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
        if let Some(changed) = changed(response, path, Change::AddBeside) {
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

/// The response with one field changed; `None` if the path's object is not one (a name with a dot).
fn changed(response: &Value, path: &str, change: Change) -> Option<Value> {
    let mut response = response.clone();
    let mut object = &mut response;
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
                return Some(response);
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

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    #[derive(Deserialize, Serialize)]
    #[serde(from = "Whole")]
    struct Part {
        name: String,
    }

    #[derive(Deserialize)]
    struct Whole {
        name: String,
        #[serde(default)]
        #[expect(dead_code, reason = "it is what is thrown away")]
        note: String,
    }

    impl From<Whole> for Part {
        fn from(Whole { name, .. }: Whole) -> Self {
            Self { name }
        }
    }

    #[test]
    fn fields_lost_in_conversion_are_found() {
        assert_eq!(read_whole::<Part>(r#"{"name": "a"}"#).name, "a");
        let lost = catch_unwind(|| read_whole::<Part>(r#"{"name": "a", "note": "b"}"#));
        assert!(lost.is_err());
        let unknown = catch_unwind(|| read_whole::<Part>(r#"{"name": "a", "other": "b"}"#));
        assert!(unknown.is_err());
    }
}
