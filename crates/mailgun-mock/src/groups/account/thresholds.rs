//! Usage limits of the account. They are stored but not enforced.

use std::time::SystemTime;

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::{
    account::Account,
    date,
    groups::Answer,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    rest: &[&str],
) -> Option<Answer> {
    match (method, rest) {
        ("GET", []) => Some(Ok(list(account))),
        ("POST", []) => Some(create(account, request)),
        ("GET", [name]) => Some(find(account, name).map(|threshold| Response::ok(threshold))),
        ("PUT", [name]) => Some(update(account, request, name)),
        ("DELETE", [name]) => Some(delete(account, name)),
        _ => None,
    }
}

fn list(account: &Account) -> Response {
    let all = &account.groups.account.thresholds;
    Response::ok(&json!({ "items": all, "total": all.len() }))
}

fn create(account: &mut Account, request: &Request) -> Answer {
    let mut threshold = settings(request)?;
    let now = now();
    for (name, value) in
        [("id", account.object_id()), ("created_at", now.clone()), ("updated_at", now)]
    {
        threshold.insert(name.to_owned(), value.into());
    }
    let threshold = Value::Object(threshold);
    let response = Response::ok(&threshold);
    account.groups.account.thresholds.push(threshold);
    Ok(response)
}

fn update(account: &mut Account, request: &Request, name: &str) -> Answer {
    let threshold = find(account, name)?;
    let mut new = settings(request)?;
    for name in ["id", "created_at"] {
        new.insert(name.to_owned(), threshold[name].take());
    }
    new.insert("updated_at".to_owned(), now().into());
    *threshold = Value::Object(new);
    Ok(Response::message(StatusCode::OK, "success"))
}

fn delete(account: &mut Account, name: &str) -> Answer {
    find(account, name)?;
    account.groups.account.thresholds.retain(|threshold| threshold["name"] != name);
    Ok(Response::message(StatusCode::OK, "success"))
}

fn find<'a>(account: &'a mut Account, name: &str) -> Result<&'a mut Value, Refusal> {
    let mut all = account.groups.account.thresholds.iter_mut();
    let found = all.find(|threshold| threshold["name"] == name);
    found.ok_or_else(|| Refusal::not_found("limit threshold not found"))
}

fn settings(request: &Request) -> Result<Map<String, Value>, Refusal> {
    let settings: Map<String, Value> = request.json()?;
    let needed = ["name", "metric", "comparator", "limit", "dimension"];
    match needed.into_iter().find(|name| !settings.get(*name).is_some_and(Value::is_string)) {
        Some(missing) => Err(Refusal::bad_request(format!("{missing} is required"))),
        None => Ok(settings),
    }
}

fn now() -> String {
    date::iso8601(SystemTime::now()) + "Z"
}
