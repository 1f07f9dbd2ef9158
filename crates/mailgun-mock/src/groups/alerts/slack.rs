//! The Slack workspace. Its channels are always the same.

use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::{
    account::Account,
    groups::Answer,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

/// Ids and names, and whether the channel is archived.
const CHANNELS: [(&str, &str, bool); 3] =
    [("C0001", "general", false), ("C0002", "alerts", false), ("C0003", "old-alerts", true)];

pub(super) fn settings(account: &mut Account, request: &Request, method: &str) -> Option<Answer> {
    match method {
        "PUT" => Some(update(account, request)),
        "DELETE" => Some(Ok(delete(account))),
        _ => None,
    }
}

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    rest: &[&str],
) -> Option<Answer> {
    match (method, rest) {
        ("DELETE", ["oauth"]) => Some(Ok(delete(account))),
        ("GET", ["channels"]) => Some(channels(account, request)),
        ("GET", ["channels", id]) => Some(channel(account, id)),
        _ => None,
    }
}

fn update(account: &mut Account, request: &Request) -> Answer {
    let asked: Value = request.json()?;
    if asked["token"].as_str().is_none_or(str::is_empty) {
        return Err(Refusal::bad_request("token is required"));
    }
    account.groups.alerts.slack = Some(json!({
        "token": asked["token"],
        "team_id": asked["team_id"],
        "team_name": asked["team_name"],
        "scope": asked["scope"],
    }));
    Ok(done())
}

/// Deletes the alert settings for Slack too.
fn delete(account: &mut Account) -> Response {
    let state = &mut account.groups.alerts;
    state.slack = None;
    state.events.retain(|setting| setting["channel"] != "slack");
    done()
}

fn done() -> Response {
    Response::new(StatusCode::NO_CONTENT, HeaderValue::from_static("application/json"), "")
}

fn connected(account: &Account) -> Result<(), Refusal> {
    let slack = account.groups.alerts.slack.as_ref();
    slack.map(drop).ok_or_else(|| Refusal::not_found("slack is not configured"))
}

/// The token of a page is the index of its first channel.
fn channels(account: &Account, request: &Request) -> Answer {
    connected(account)?;
    let number = |name: &str| {
        let text = request.parameter(name).filter(|text| !text.is_empty());
        let bad = || Refusal::bad_request(format!("invalid {name}"));
        text.map(|text| text.parse::<usize>().map_err(|_| bad())).transpose()
    };
    let start = number("page")?.unwrap_or(0).min(CHANNELS.len());
    let limit = number("limit")?.unwrap_or(CHANNELS.len()).clamp(1, CHANNELS.len());
    let end = CHANNELS.len().min(start + limit);
    Ok(Response::ok(&json!({
        "items": CHANNELS[start..end].iter().map(json_of).collect::<Vec<_>>(),
        "paging": {
            "first": "0",
            "last": (CHANNELS.len() - 1).to_string(),
            "next": end.to_string(),
            "previous": start.saturating_sub(limit).to_string(),
        },
    })))
}

fn channel(account: &Account, id: &str) -> Answer {
    connected(account)?;
    let found = CHANNELS.iter().find(|(channel, ..)| *channel == id);
    found
        .map(|channel| Response::ok(&json_of(channel)))
        .ok_or_else(|| Refusal::not_found("channel not found"))
}

fn json_of((id, name, is_archived): &(&str, &str, bool)) -> Value {
    json!({ "id": id, "name": name, "is_archived": is_archived })
}
