//! Responses: recorded ones, and variants with missing, null or unknown fields.

use mailgun_core::{Call, Client, Pager, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{Answer, Scripted};

/// The names of secret fields, which are not serialized.
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
    /// The path. Some recordings omit version and domain.
    pub path: String,
    /// The query.
    pub query: String,
    /// The status.
    pub status: u16,
    /// The body as received.
    pub body: String,
}

/// The recorded exchanges of a method whose path contains `part`, in order.
pub fn recorded(method: &str, part: &str) -> Vec<Exchange> {
    let all: Vec<Exchange> =
        serde_json::from_str(include_str!("../fixtures/exchanges.json")).unwrap();
    let found: Vec<_> = all
        .into_iter()
        .filter(|exchange| exchange.method == method && exchange.path.contains(part))
        .collect();
    assert!(!found.is_empty(), "no recording for {method} {part}");
    found
}

/// Decodes a response and checks that nothing is lost: no field is ignored, and all values except
/// secrets are in the result.
#[track_caller]
pub fn read_whole<T: DeserializeOwned + Serialize>(json: &str) -> T {
    let mut ignored = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let value =
        serde_ignored::deserialize(&mut deserializer, |path| ignored.push(path.to_string()));
    let value = value.unwrap_or_else(|error| panic!("{error} in {json}"));
    assert!(ignored.is_empty(), "ignored: {ignored:?} of {json}");
    nothing_is_lost(&serde_json::from_str(json).unwrap(), &value);
    value
}

/// Responds to a call with `response` and checks that all values are in the result.
///
/// [`read_whole`] cannot detect values that a crate decodes and then drops.
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

/// Like [`called_whole`], for the first page of a listing. Links are not checked.
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

/// Checks that all values of a response are in what was decoded from it.
#[track_caller]
fn nothing_is_lost(response: &Value, read: &impl Serialize) {
    let mut found = Vec::new();
    leaves(&serde_json::to_value(read).unwrap(), "", &mut found);
    let mut sent = Vec::new();
    leaves(response, "", &mut sent);
    for (path, leaf) in sent {
        let is_secret = path.split('.').any(|name| SECRETS.contains(&name));
        let is_found = found.iter().any(|(_, other)| *other == leaf);
        assert!(is_found || is_secret, "decoded and then lost: {path} of {response}");
    }
}

/// The paths and values of all scalars except `null`. Numbers and strings with numbers are equal.
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
        // Means an empty string or no time.
        Value::String(text) if text.is_empty() || is_never(text) => {}
        Value::String(text) => found.push((path.to_owned(), plain(text))),
        other => found.push((path.to_owned(), plain(&other.to_string()))),
    }
}

/// Whether a date is in the year 1, which means no date.
fn is_never(text: &str) -> bool {
    let time = text.parse::<Timestamp>();
    time.is_ok_and(Timestamp::is_zero)
}

fn plain(text: &str) -> String {
    let text = text.trim().to_lowercase();
    if let Ok(number) = text.parse::<f64>() {
        // A number this large is a time in milliseconds.
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

/// Checks that a response can be decoded if any field, at any depth, is missing or null, and if
/// there are unknown fields. Without the fields in `required`, given by paths such as
/// `items.0.address`, decoding must fail.
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
                Ok(_) if is_required => {
                    panic!("decoded {what} {path}, which is listed as required")
                }
                Err(error) if !is_required => panic!("not decoded {what} {path}: {error}"),
                _ => {}
            }
        }
        if let Some(changed) = changed(response, path, Change::AddBeside) {
            let read = serde_json::from_value::<T>(changed);
            assert!(read.is_ok(), "not decoded with an unknown field beside {path}");
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

/// The response with one field changed. `None` if the path does not lead to a field of an object,
/// for example because a name contains a dot.
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
        #[expect(dead_code, reason = "the field is dropped on purpose")]
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
