//! Monitored domains. A verification is complete at once.

use std::time::SystemTime;

use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    account::Account,
    date,
    groups::{Answer, listing},
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
        ("GET", []) => Some(list(account, request)),
        ("POST", []) => Some(create(account, request)),
        ("DELETE", []) => Some(delete(account, request)),
        ("PUT", ["verify"]) => Some(verify(account, request)),
        _ => None,
    }
}

fn list(account: &Account, request: &Request) -> Answer {
    let mut domains = account.groups.optimize.domains.iter().collect::<Vec<_>>();
    if let Some(wanted) = request.parameter("domain") {
        domains.retain(|(name, _)| name.eq_ignore_ascii_case(wanted));
    }
    let (items, paging) =
        listing::by_pivot(&account.base_url, request, &domains, |(name, _)| name, "after", 100)?;
    let items = items.iter().map(|(_, domain)| domain).collect::<Vec<_>>();
    Ok(Response::ok(&json!({ "items": items, "paging": paging })))
}

fn create(account: &mut Account, request: &Request) -> Answer {
    let name = name(request)?;
    if account.groups.optimize.domains.contains_key(&name) {
        return Err(Refusal::bad_request("The domain already exists"));
    }
    let domain = json!({
        "ID": account.object_id(),
        "created_at": date::epoch_seconds(SystemTime::now()),
        "name": name,
        "verified": { "verified_at": 0, "status": "pending" },
        "services": { "spam_trap_monitoring": true, "domain_blocklist_monitoring": true },
        "txt_record": account.object_id(),
    });
    let response = json!({ "message": "The domain has been added", "domain": domain });
    account.groups.optimize.domains.insert(name, domain);
    Ok(Response::ok(&response))
}

fn delete(account: &mut Account, request: &Request) -> Answer {
    let name = name(request)?;
    account.groups.optimize.domains.remove(&name).ok_or_else(not_found)?;
    Ok(Response::message(StatusCode::OK, format!("{name} has been removed from InboxReady")))
}

fn verify(account: &mut Account, request: &Request) -> Answer {
    let name = name(request)?;
    let status = if account.domain(&name).is_ok() { "sending" } else { "inbox_ready" };
    let domain: &mut Value =
        account.groups.optimize.domains.get_mut(&name).ok_or_else(not_found)?;
    let now = date::epoch_seconds(SystemTime::now());
    domain["verified"] = json!({ "verified_at": now, "status": status });
    Ok(Response::message(StatusCode::OK, "Domain pending verification"))
}

fn name(request: &Request) -> Result<String, Refusal> {
    let name = request.parameter("domain").filter(|name| name.contains('.'));
    name.map(str::to_lowercase).ok_or_else(|| Refusal::bad_request("domain is invalid"))
}

fn not_found() -> Refusal {
    Refusal::not_found("Domain not found")
}
