//! The log of requests, and the webhooks that were posted.

use serde_json::{Value, json};

use super::messages::millis;
use crate::{
    groups::Answer,
    http::response::{Refusal, Response},
    log::LoggedRequest,
    server::State,
};

/// How many requests the page lists.
const LISTED: usize = 200;

/// How much of a body is shown, in bytes.
const SHOWN: usize = 64 * 1024;

pub(super) fn list(state: &State) -> Response {
    let log = state.log();
    let requests = log.iter().enumerate().rev().take(LISTED).map(|(index, logged)| {
        let mut json = request_json(logged);
        json["number"] = json!(index);
        json
    });
    let deliveries = state.account.groups.webhooks.deliveries.iter().rev().take(LISTED);
    let webhooks = deliveries.map(
        |webhook| json!({ "url": webhook.url, "event": webhook.event, "status": webhook.status }),
    );
    Response::ok(&json!({
        "total": log.len(),
        "requests": requests.collect::<Vec<_>>(),
        "webhooks": webhooks.collect::<Vec<_>>(),
    }))
}

pub(super) fn get(state: &State, number: &str) -> Answer {
    let number: Option<usize> = number.parse().ok();
    let logged = number.and_then(|number| state.log().get(number));
    let logged = logged.ok_or_else(|| Refusal::not_found("Request not found"))?;
    let headers = logged.headers().iter().map(|(name, value)| {
        let shown = match value.is_sensitive() {
            true => "(hidden)".into(),
            false => String::from_utf8_lossy(value.as_bytes()),
        };
        json!([name.as_str(), shown])
    });
    let body = logged.body();
    let mut json = request_json(logged);
    json["headers"] = headers.collect();
    json["body"] = json!(String::from_utf8_lossy(&body[..body.len().min(SHOWN)]));
    json["is_cut"] = json!(body.len() > SHOWN);
    Ok(Response::ok(&json))
}

fn request_json(logged: &LoggedRequest) -> Value {
    json!({
        "method": logged.method().as_str(),
        "path": logged.path(),
        "query": logged.query(),
        "at": millis(logged.arrived_at),
        "size": logged.body().len(),
        "status": logged.status(),
    })
}
