//! API keys. Besides the key of the builder, created keys authorize calls until they expire or are
//! deleted. Keys of domains and of the role `sending` only send.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use http::StatusCode;
use serde_json::{Value, json};

use super::Answer;
use crate::{
    account::Account,
    date,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

#[derive(Debug, Default)]
pub(crate) struct State {
    /// In the format of the listing, in order of creation.
    all: Vec<Value>,
    secrets: Vec<Secret>,
}

struct Secret {
    id: String,
    text: String,
    /// Whether the key only sends.
    is_for_sending: bool,
    /// The only domain that the key is for.
    domain: Option<String>,
    expires_at: Option<SystemTime>,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Whether the key of a request allows it.
pub(crate) fn authorizes(account: &Account, request: &Request) -> bool {
    let Some(key) = request.api_key() else { return false };
    let now = account.now();
    key == account.api_key
        || account.groups.keys.secrets.iter().any(|secret| {
            let path: Vec<&str> = request.segments.iter().map(String::as_str).collect();
            let of_path = match path[..] {
                ["v3", domain, "messages" | "messages.mime"] => Some(domain),
                _ => None,
            };
            let is_own = |own: &String| of_path.is_some_and(|it| it.eq_ignore_ascii_case(own));
            secret.text == key
                && secret.expires_at.is_none_or(|end| end > now)
                && (!secret.is_for_sending || of_path.is_some())
                && secret.domain.as_ref().is_none_or(is_own)
        })
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    match (method, segments) {
        ("GET", ["v1", "keys"]) => Some(list(account, request)),
        ("POST", ["v1", "keys"]) => Some(create(account, request)),
        ("POST", ["v1", "keys", "public"]) => Some(Ok(regenerate_public(account))),
        ("DELETE", ["v1", "keys", id]) => Some(delete(account, id)),
        _ => None,
    }
}

fn list(account: &Account, request: &Request) -> Answer {
    let (kind, domain) = (kind(request)?, request.parameter("domain_name"));
    let mut items: Vec<_> = account.groups.keys.all.iter().collect();
    items.retain(|key| {
        kind.is_none_or(|kind| key["kind"] == kind)
            && domain.is_none_or(|domain| key["domain_name"] == domain)
    });
    Ok(Response::ok(&json!({ "total_count": items.len(), "items": items })))
}

fn create(account: &mut Account, request: &Request) -> Answer {
    let kind = kind(request)?.unwrap_or("user");
    let role = request.value("role").unwrap_or_default();
    if !matches!(role, "admin" | "basic" | "sending" | "developer") {
        return Err(Refusal::bad_request(
            "expected `role` param to be one of [admin basic sending developer]",
        ));
    }
    let domain = request.value("domain_name");
    if kind == "domain" && domain.is_none() {
        return Err(Refusal::bad_request("`domain_name` param is required for domain keys"));
    }
    let now = account.now();
    let id = account.object_id();
    let (first, second) = id.split_at(8);
    let mut key = json!({
        "id": format!("{first}-{}", &second[..8]),
        "description": request.value("description").unwrap_or_default(),
        "kind": kind,
        "role": role,
        "created_at": date::iso8601(now),
        "updated_at": date::iso8601(now),
        "is_disabled": false,
        "domain_name": domain,
        "requestor": request.value("email"),
        "user_name": request.value("user_name"),
    });
    let mut expires_at = None;
    if let Some(lifetime) = request.value("expiration") {
        let seconds = lifetime.parse().ok().filter(|seconds| *seconds > 0);
        let end = seconds.and_then(|seconds| now.checked_add(Duration::from_secs(seconds)));
        let end = end.ok_or_else(|| Refusal::bad_request("`expiration` must be greater than 0"))?;
        key["expires_at"] = date::iso8601(end).into();
        expires_at = Some(end);
    }
    let secret = Secret {
        id: key["id"].as_str().unwrap_or_default().to_owned(),
        text: account.object_id(),
        is_for_sending: kind == "domain" || role == "sending",
        domain: domain.filter(|_| kind == "domain").map(str::to_owned),
        expires_at,
    };
    account.groups.keys.all.push(key.clone());
    key["secret"] = secret.text.as_str().into();
    account.groups.keys.secrets.push(secret);
    Ok(Response::ok(&json!({ "message": "great success", "key": key })))
}

fn delete(account: &mut Account, id: &str) -> Answer {
    let State { all, secrets } = &mut account.groups.keys;
    secrets.retain(|secret| secret.id != id);
    let index = all.iter().position(|key| key["id"] == id);
    all.remove(index.ok_or_else(|| Refusal::not_found("no key matching id"))?);
    Ok(Response::message(StatusCode::OK, "key deleted"))
}

fn regenerate_public(account: &mut Account) -> Response {
    Response::ok(&json!({
        "key": format!("pubkey-{}", account.object_id()),
        "message": "The public API key has been successfully regenerated.",
    }))
}

fn kind(request: &Request) -> Result<Option<&str>, Refusal> {
    let kind = request.value("kind");
    if kind.is_some_and(|kind| !matches!(kind, "domain" | "user" | "web")) {
        let message = "expected `kind` param to be one of [domain user web] or absent";
        return Err(Refusal::bad_request(message));
    }
    Ok(kind)
}
