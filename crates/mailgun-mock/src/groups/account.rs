//! The account: its settings, users, authorized recipients of the sandbox domain, and limits.
//! Limits are not enforced.

mod allowlist;
mod exports;
mod sandbox;
mod thresholds;
mod users;

use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, message_limit};
use crate::{
    account::Account,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) monthly_limit: Option<u64>,
    allowlist: Vec<allowlist::Entry>,
    exports: Vec<exports::Export>,
    sandbox: Vec<String>,
    thresholds: Vec<Value>,
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    let accounts = match segments {
        ["v5", "accounts", rest @ ..] => rest,
        ["v5", "sandbox", "auth_recipients", rest @ ..] => {
            return sandbox::route(account, request, method, rest);
        }
        ["v5", "users", rest @ ..] => return users::route(request, method, rest),
        ["v2", "ip_whitelist"] => return allowlist::route(account, request, method),
        ["v1", "thresholds", "limits", rest @ ..] => {
            return thresholds::route(account, request, method, rest);
        }
        ["v3", "exports", rest @ ..] => return exports::route(account, request, method, rest),
        _ => return None,
    };
    Some(match (method, accounts) {
        ("PUT", []) => update_settings(request),
        ("GET", ["http_signing_key"]) => Ok(signing_key(account)),
        ("POST", ["http_signing_key"]) => Ok(new_signing_key(account)),
        ("POST", ["resend_activation_email"]) => Ok(success()),
        ("PUT", ["features"]) => update_features(request),
        ("GET" | "PUT" | "DELETE", ["limit", "custom", "monthly"]) => {
            let sent = account.groups.messages.sent.len();
            message_limit::answer(&mut account.groups.account.monthly_limit, sent, request)
        }
        ("PUT", ["limit", "custom", "enable"]) => Ok(success()),
        _ => return None,
    })
}

fn update_settings(request: &Request) -> Answer {
    let names =
        ["name", "inactive_session_timeout", "absolute_session_timeout", "logout_redirect_url"];
    if names.iter().all(|name| request.value(name).is_none()) {
        return Err(Refusal::bad_request(
            "Either `name`, `absolute_timeout`, `inactive_timeout`, or `logout_redirect_url` must \
             be provided to update account info.",
        ));
    }
    Ok(Response::message(StatusCode::OK, "Account info has been updated"))
}

fn signing_key(account: &Account) -> Response {
    Response::ok(&json!({ "http_signing_key": account.signing_key }))
}

fn new_signing_key(account: &mut Account) -> Response {
    account.signing_key = format!("key-{}", account.object_id());
    Response::ok(&json!({
        "message": "regenerated HTTP signing key for account",
        "http_signing_key": account.signing_key,
    }))
}

fn update_features(request: &Request) -> Answer {
    let is_switch = |text: &str| {
        serde_json::from_str::<Value>(text).is_ok_and(|value| value["enabled"].is_boolean())
    };
    let mut values = ["webhooks_redact_pii", "ai_insights"].into_iter();
    if values.any(|name| request.value(name).is_some_and(is_switch)) {
        Ok(success())
    } else {
        Err(Refusal::bad_request("No valid updates provided"))
    }
}

fn success() -> Response {
    Response::ok(&json!({ "success": true }))
}
