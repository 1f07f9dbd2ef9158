//! Recorded requests of the reference client, compared field by field with ours.

use std::collections::{BTreeMap, BTreeSet};

use mailgun_core::{Client, http::Uri};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{Answer, Scripted, Seen};

/// A call of the reference client.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    /// The name of the case.
    pub case: String,
    /// The method that was called.
    pub js_call: String,
    /// Its arguments.
    pub args: Vec<Value>,
    /// Client settings other than the usual ones.
    #[serde(default)]
    client: Value,
    request: Value,
}

impl Case {
    /// An argument that is a string.
    #[track_caller]
    pub fn text(&self, index: usize) -> &str {
        self.args[index]
            .as_str()
            .unwrap_or_else(|| panic!("{}: {index} is not a string", self.case))
    }

    /// The subaccount that was set before the call.
    #[track_caller]
    pub fn subaccount(&self) -> &str {
        let id = self.client["subaccount"].as_str();
        id.unwrap_or_else(|| panic!("{}: no subaccount", self.case))
    }

    /// An argument. Null if it is missing.
    pub fn arg(&self, index: usize) -> &Value {
        self.args.get(index).unwrap_or(&Value::Null)
    }
}

/// An intended difference from the reference client.
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    /// The case.
    pub case: &'static str,
    /// The field, such as `path`, `query`, `content type` or `part name`.
    pub field: &'static str,
    /// What the reference sends.
    pub theirs: &'static str,
    /// What we send.
    pub ours: &'static str,
    /// The reason.
    pub why: &'static str,
}

/// The cases whose name starts with a prefix.
pub fn cases(prefix: &str) -> Vec<Case> {
    let all: Vec<Case> = serde_json::from_str(include_str!("../fixtures/requests.json")).unwrap();
    all.into_iter().filter(|case| case.case.starts_with(prefix)).collect()
}

/// Makes the call of each case with `call` and compares the request with the recording. Fails on a
/// difference that is not listed, and on a listed one that does not occur.
///
/// `call` takes the case and a client whose service responds to each request with `{}`. The result
/// of the call is ignored.
pub async fn compare(
    cases: &[Case],
    differences: &[Difference],
    call: impl AsyncFn(&Case, &Client),
) {
    assert!(!cases.is_empty());
    let mut found = Vec::new();
    for case in cases {
        let service = Scripted::new(|_| Answer::new(200, "{}"));
        call(case, &service.client()).await;
        let seen = service.seen();
        assert_eq!(seen.len(), 1, "{}: one request", case.case);
        let (theirs, ours) = (expected(&case.request), normal(&seen[0]));
        let fields: BTreeSet<_> = theirs.keys().chain(ours.keys()).collect();
        for field in fields {
            let of = |all: &BTreeMap<String, String>| {
                all.get(field).cloned().unwrap_or_else(|| "absent".to_owned())
            };
            if of(&theirs) != of(&ours) {
                found.push([case.case.clone(), field.clone(), of(&theirs), of(&ours)]);
            }
        }
    }
    let explained: Vec<_> = differences
        .iter()
        .map(|difference| {
            let Difference { case, field, theirs, ours, .. } = difference;
            [case, field, theirs, ours].map(|text| (*text).to_owned())
        })
        .collect();
    let unexplained: Vec<_> = found.iter().filter(|one| !explained.contains(one)).collect();
    assert!(unexplained.is_empty(), "case, field, theirs, ours: {unexplained:#?}");
    let gone: Vec<_> = explained.iter().filter(|one| !found.contains(one)).collect();
    assert!(gone.is_empty(), "listed, but not found: {gone:#?}");
}

/// A recorded request in the form of [`normal`].
fn expected(request: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut query: Vec<(String, String)> =
        serde_json::from_value(request["query"].clone()).unwrap();
    query.sort();
    let mut fields = head(
        &text(&request["method"]),
        request["authority"].as_str().unwrap_or("api.mailgun.net"),
        &text(&request["path"]),
        &query,
        request["headers"]["authorization"].as_str().unwrap_or("absent"),
        request["headers"]["x-mailgun-on-behalf-of"].as_str(),
        request["content_type"].as_str().unwrap_or("none"),
    );
    let mut parts = BTreeMap::<_, Vec<_>>::new();
    match (request["content_type"].as_str(), &request["body"]) {
        (Some("multipart/form-data"), Value::Array(list)) => {
            for part in list {
                let described = match part.get("value") {
                    Some(value) => format!("{:?}", text(value)),
                    None => format!(
                        "{:?} {} {} {}",
                        text(&part["filename"]),
                        text(&part["content_type"]),
                        part["length"],
                        text(&part["sha256"]),
                    ),
                };
                parts.entry(text(&part["name"])).or_default().push(described);
            }
        }
        (Some("application/x-www-form-urlencoded"), Value::Array(list)) => {
            for pair in list {
                let described = format!("{:?}", text(&pair[1]));
                parts.entry(text(&pair[0])).or_default().push(described);
            }
        }
        (_, Value::Null) => {}
        (_, json) => drop(fields.insert("json".to_owned(), json.to_string())),
    }
    fields.extend(parts.into_iter().map(joined));
    fields
}

/// Our request in the form of the recordings. Parts with the same name are in order, names are not.
fn normal(seen: &Seen) -> BTreeMap<String, String> {
    let mut query = seen.query();
    query.sort();
    let header = |name: &str| seen.headers.get(name).map(|value| value.to_str().unwrap());
    let mut fields = head(
        seen.method.as_str(),
        seen.uri.authority().unwrap().as_str(),
        &decoded_path(&seen.uri),
        &query,
        header("authorization").unwrap_or("absent"),
        header("x-mailgun-on-behalf-of"),
        seen.content_type(),
    );
    let mut parts = BTreeMap::<_, Vec<_>>::new();
    match seen.content_type() {
        "multipart/form-data" => {
            for part in &seen.parts {
                let described = match &part.filename {
                    None => {
                        assert_eq!(part.content_type, None, "text parts have no content type");
                        format!("{:?}", part.text())
                    }
                    Some(filename) => {
                        let digest = Sha256::digest(&part.bytes);
                        let digest: String =
                            digest.iter().map(|byte| format!("{byte:02x}")).collect();
                        let content_type = part.content_type.as_deref().unwrap();
                        format!("{filename:?} {content_type} {} {digest}", part.bytes.len())
                    }
                };
                parts.entry(part.name.clone()).or_default().push(described);
            }
        }
        "application/x-www-form-urlencoded" => {
            for (name, value) in seen.fields() {
                parts.entry(name).or_default().push(format!("{value:?}"));
            }
        }
        _ if seen.body.is_empty() => {}
        _ => drop(fields.insert("json".to_owned(), seen.json().to_string())),
    }
    fields.extend(parts.into_iter().map(joined));
    fields
}

fn head(
    method: &str,
    authority: &str,
    path: &str,
    query: &[(String, String)],
    authorization: &str,
    subaccount: Option<&str>,
    content_type: &str,
) -> BTreeMap<String, String> {
    let query = query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
    BTreeMap::from(
        [
            ("method", method),
            ("authority", authority),
            ("path", path),
            ("query", &query.join("&")),
            ("authorization", authorization),
            ("subaccount", subaccount.unwrap_or("absent")),
            ("content type", content_type),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    )
}

fn decoded_path(uri: &Uri) -> String {
    percent_decode_str(uri.path()).decode_utf8().unwrap().into_owned()
}

fn joined((name, parts): (String, Vec<String>)) -> (String, String) {
    (format!("part {name}"), format!("[{}]", parts.join(", ")))
}
