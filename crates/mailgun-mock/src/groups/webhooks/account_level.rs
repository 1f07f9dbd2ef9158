//! The webhooks of the account.

use std::time::SystemTime;

use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::{Outcome, Refused, answer, check, unknown_url};
use crate::{
    account::Account,
    date,
    groups::Answer,
    http::{request::Request, response::Response},
};

#[derive(Clone, Debug)]
pub(super) struct AccountWebhook {
    id: String,
    description: String,
    pub(super) url: String,
    pub(super) event_types: Vec<String>,
    created_at: String,
}

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    Some(answer(match (method, segments) {
        ("GET", ["v1", "webhooks"]) => Ok(list(account, request)),
        ("POST", ["v1", "webhooks"]) => create(account, request),
        ("DELETE", ["v1", "webhooks"]) => delete_many(account, request),
        ("GET", ["v1", "webhooks", id]) => find(account, id).map(|it| Response::ok(&it.json())),
        ("PUT", ["v1", "webhooks", id]) => update(account, request, id),
        ("DELETE", ["v1", "webhooks", id]) => delete(account, id),
        _ => return None,
    }))
}

fn ids(request: &Request) -> Vec<&str> {
    let ids = request.parameter("webhook_ids").unwrap_or_default();
    ids.split(',').filter(|id| !id.is_empty()).collect()
}

fn list(account: &Account, request: &Request) -> Response {
    let ids = ids(request);
    let all = account.groups.webhooks.account.iter();
    let found = all.filter(|webhook| ids.is_empty() || ids.contains(&&*webhook.id));
    let webhooks: Vec<_> = found.map(AccountWebhook::json).collect();
    Response::ok(&json!({ "webhooks": webhooks }))
}

fn find<'a>(account: &'a mut Account, id: &str) -> Result<&'a mut AccountWebhook, Refused> {
    let mut all = account.groups.webhooks.account.iter_mut();
    all.find(|webhook| webhook.id == id).ok_or_else(unknown_url)
}

fn create(account: &mut Account, request: &Request) -> Outcome {
    let mut webhook = AccountWebhook {
        id: account.object_id(),
        description: String::new(),
        url: String::new(),
        event_types: Vec::new(),
        created_at: format!("{}Z", date::iso8601(SystemTime::now())),
    };
    webhook.set(request)?;
    let all = &mut account.groups.webhooks.account;
    if all.iter().any(|other| other.url == webhook.url) {
        let refusal = json!({ "Description": "Webhook already exists" });
        return Err(Refused::Json(StatusCode::CONFLICT, refusal));
    }
    let response = json!({ "webhook_id": webhook.id });
    all.push(webhook);
    Ok(Response::ok(&response))
}

fn update(account: &mut Account, request: &Request, id: &str) -> Outcome {
    find(account, id)?.set(request)?;
    Ok(done())
}

fn delete(account: &mut Account, id: &str) -> Outcome {
    find(account, id)?;
    account.groups.webhooks.account.retain(|webhook| webhook.id != id);
    Ok(done())
}

/// Ids take precedence over `all`.
fn delete_many(account: &mut Account, request: &Request) -> Outcome {
    let ids = ids(request);
    let all = &mut account.groups.webhooks.account;
    if !ids.is_empty() {
        all.retain(|webhook| !ids.contains(&&*webhook.id));
    } else if request.parameter("all") == Some("true") {
        all.clear();
    } else {
        let refusal = json!({ "Field": "webhook_ids", "Value": "" });
        return Err(Refused::Json(StatusCode::BAD_REQUEST, refusal));
    }
    Ok(done())
}

fn done() -> Response {
    Response::new(StatusCode::NO_CONTENT, HeaderValue::from_static("application/json"), "")
}

impl AccountWebhook {
    /// Replaces all settings by the form.
    fn set(&mut self, request: &Request) -> Result<(), Refused> {
        let form = request.form()?;
        let url = form.field("url").unwrap_or_default();
        let event_types: Vec<_> = form.all("event_types").collect();
        check(&event_types, &[url])?;
        self.event_types = event_types.into_iter().map(str::to_owned).collect();
        self.description = form.field("description").unwrap_or_default().to_owned();
        self.url = url.to_owned();
        Ok(())
    }

    fn json(&self) -> Value {
        json!({
            "webhook_id": self.id,
            "description": self.description,
            "url": self.url,
            "event_types": self.event_types,
            "created_at": self.created_at,
        })
    }
}
