//! The alert settings, and the key that signs webhooks.

use http::{StatusCode, Uri};
use serde_json::{Value, json};

use crate::{
    account::Account,
    groups::Answer,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

/// All event types.
pub(super) const EVENT_TYPES: [&str; 6] = [
    "ip_listed",
    "ip_delisted",
    "domain_listed",
    "domain_delisted",
    "validation_job",
    "validation_preview",
];

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    rest: &[&str],
) -> Option<Answer> {
    Some(match (method, rest) {
        ("GET", ["events"]) => Ok(Response::ok(&json!({ "events": EVENT_TYPES }))),
        ("GET", ["settings"]) => Ok(list(account)),
        ("POST", ["settings", "events"]) => create(account, request),
        ("PUT", ["settings", "events", id]) => update(account, request, id),
        ("DELETE", ["settings", "events", id]) => delete(account, id),
        ("PUT", ["settings", "webhooks", "signing_key"]) => Ok(reset_signing_key(account)),
        _ => return None,
    })
}

fn list(account: &Account) -> Response {
    let state = &account.groups.alerts;
    let mut settings = json!({
        "events": state.events,
        "webhooks": { "signing_key": state.signing_key() },
    });
    if let Some(slack) = &state.slack {
        settings["slack"] = slack.clone();
    }
    Response::ok(&settings)
}

fn create(account: &mut Account, request: &Request) -> Answer {
    let mut setting = read(request)?;
    let is_same = |other: &&Value| {
        ["event_type", "channel", "settings"].iter().all(|name| other[name] == setting[name])
    };
    if account.groups.alerts.events.iter().any(|other| is_same(&other)) {
        return Err(Refusal::new(StatusCode::CONFLICT, "settings already exist"));
    }
    setting["id"] = account.object_id().into();
    let response = Response::ok(&setting);
    account.groups.alerts.events.push(setting);
    Ok(response)
}

fn update(account: &mut Account, request: &Request, id: &str) -> Answer {
    let setting = find(account, id)?;
    let mut new = read(request)?;
    new["id"] = setting["id"].take();
    *setting = new;
    Ok(Response::message(StatusCode::OK, "settings updated"))
}

fn delete(account: &mut Account, id: &str) -> Answer {
    find(account, id)?;
    account.groups.alerts.events.retain(|setting| setting["id"] != id);
    Ok(Response::message(StatusCode::OK, "settings deleted"))
}

fn find<'a>(account: &'a mut Account, id: &str) -> Result<&'a mut Value, Refusal> {
    let found = account.groups.alerts.events.iter_mut().find(|setting| setting["id"] == id);
    found.ok_or_else(|| Refusal::not_found("settings not found"))
}

fn reset_signing_key(account: &mut Account) -> Response {
    let key = account.object_id();
    let response = Response::ok(&json!({ "signing_key": key }));
    account.groups.alerts.signing_key = Some(key);
    response
}

/// Reads the setting of a request. The URL of a webhook is not requested.
fn read(request: &Request) -> Result<Value, Refusal> {
    let asked: Value = request.json()?;
    let settings = &asked["settings"];
    let has_some = |name: &str| settings[name].as_array().is_some_and(|all| !all.is_empty());
    let is_complete = match asked["channel"].as_str() {
        Some("webhook") => is_url(&settings["url"]),
        Some("email") => has_some("emails"),
        Some("slack") => has_some("channel_ids"),
        _ => return Err(Refusal::bad_request("invalid channel")),
    };
    if !is_complete {
        return Err(Refusal::bad_request("invalid settings"));
    }
    let event_type = event_type(&asked)?;
    Ok(json!({
        "event_type": event_type,
        "channel": asked["channel"],
        "settings": settings,
        "disabled_at": null,
    }))
}

pub(super) fn event_type(asked: &Value) -> Result<&str, Refusal> {
    let known = asked["event_type"].as_str().filter(|name| EVENT_TYPES.contains(name));
    known.ok_or_else(|| Refusal::bad_request("invalid event_type"))
}

pub(super) fn is_url(url: &Value) -> bool {
    url.as_str().and_then(|url| url.parse().ok()).is_some_and(|uri: Uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some()
    })
}
