//! Test alerts. Only those for a webhook are sent.

use std::time::SystemTime;

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    now,
    settings::{event_type, is_url},
};
use crate::{
    account::Account,
    date,
    groups::Answer,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
    webhook::Post,
};

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    channel: &str,
) -> Option<Answer> {
    (method == "POST").then(|| test(account, request, channel))
}

fn test(account: &mut Account, request: &Request, channel: &str) -> Answer {
    let asked: Value = request.json()?;
    let event_type = event_type(&asked)?;
    let is_complete = match channel {
        "webhooks" => is_url(&asked["url"]),
        "email" => asked["emails"].as_array().is_some_and(|emails| !emails.is_empty()),
        _ => account.groups.alerts.slack.is_some(),
    };
    if !is_complete {
        return Err(Refusal::bad_request("Invalid request"));
    }
    if let Some(url) = asked["url"].as_str().filter(|_| channel == "webhooks") {
        let body = alert(account, event_type).to_string();
        let post = Post::alert(url, event_type, body, account.groups.alerts.signing_key());
        account.post(post);
    }
    Ok(Response::message(StatusCode::OK, "Test message sent"))
}

/// An alert with sample data.
pub(super) fn alert(account: &mut Account, event_type: &str) -> Value {
    let mut event = json!({
        "id": account.object_id(),
        "timestamp": now(),
        "log_level": "info",
        "event": event_type,
        "message": format!("This is a test of {event_type}"),
    });
    match event_type {
        "ip_listed" | "ip_delisted" => event["ip"] = "192.0.2.1".into(),
        "domain_listed" | "domain_delisted" => event["domain"] = "mg.example.com".into(),
        _ => {
            let result = json!({
                "deliverable": 8, "undeliverable": 1, "do_not_send": 0, "catch_all": 0, "unknown": 1,
            });
            event["bulk_validation_job"] = json!({
                "list_id": "test",
                "created_at": date::epoch_seconds(SystemTime::now()),
                "quantity": 10,
                "processed": 10,
                "status": "uploaded",
                "summary": {
                    "result": result,
                    "risk": { "high": 1, "medium": 0, "low": 8, "unknown": 1 },
                },
            });
        }
    }
    if event_type.ends_with("listed") {
        event["blocklist"] = "blocklist.example.com".into();
    }
    let timestamp = date::epoch_seconds(SystemTime::now());
    let token = account.signature_token();
    json!({ "signature": { "timestamp": timestamp, "token": token }, "event_data": event })
}
