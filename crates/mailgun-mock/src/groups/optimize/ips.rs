//! Monitored IPs.

use std::net::Ipv4Addr;

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

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    rest: &[&str],
) -> Option<Answer> {
    match (method, rest) {
        ("GET", []) => Some(list(account, request)),
        ("POST", []) => Some(create(account, request)),
        ("GET", [ip]) => Some(get(account, ip)),
        ("PUT", [ip]) => Some(update(account, request, ip)),
        ("DELETE", [ip]) => Some(delete(account, ip)),
        _ => None,
    }
}

fn list(account: &Account, request: &Request) -> Answer {
    let limit = request.parameter("limit").map_or(Ok(usize::MAX), str::parse);
    let limit = limit.map_err(|_| Refusal::bad_request("limit is invalid"))?;
    let ips = account.groups.optimize.ips.iter().take(limit);
    let items = ips.map(|ip| with_health(account, ip)).collect::<Vec<_>>();
    Ok(Response::ok(&json!({ "items": items })))
}

fn create(account: &mut Account, request: &Request) -> Answer {
    let asked: Value = request.json()?;
    let ip = asked["ip"].as_str().and_then(|ip| ip.parse::<Ipv4Addr>().ok());
    let ip = ip.ok_or_else(|| Refusal::bad_request("ip is invalid"))?.to_string();
    if position(account, &ip).is_ok() {
        return Err(Refusal::bad_request("IP already exists"));
    }
    let mut created = json!({ "ip": ip, "ip_pool": "", "description": "" });
    set(&mut created, &asked);
    let response = Response::json(StatusCode::CREATED, &with_health(account, &created));
    account.groups.optimize.ips.push(created);
    Ok(response)
}

fn get(account: &Account, ip: &str) -> Answer {
    let position = position(account, ip)?;
    Ok(Response::ok(&with_health(account, &account.groups.optimize.ips[position])))
}

fn update(account: &mut Account, request: &Request, ip: &str) -> Answer {
    let position = position(account, ip)?;
    set(&mut account.groups.optimize.ips[position], &request.json()?);
    get(account, ip)
}

fn delete(account: &mut Account, ip: &str) -> Answer {
    let position = position(account, ip)?;
    account.groups.optimize.ips.remove(position);
    Ok(Response::new(StatusCode::NO_CONTENT, HeaderValue::from_static("application/json"), ""))
}

fn set(ip: &mut Value, asked: &Value) {
    for name in ["ip_pool", "description"] {
        if let Some(text) = asked[name].as_str() {
            ip[name] = text.into();
        }
    }
}

fn position(account: &Account, ip: &str) -> Result<usize, Refusal> {
    let position = account.groups.optimize.ips.iter().position(|known| known["ip"] == ip);
    position.ok_or_else(|| Refusal::not_found("IP not found"))
}

fn with_health(account: &Account, ip: &Value) -> Value {
    let name = ip["ip"].as_str().unwrap_or_default();
    account.groups.optimize.with_health(name, ip.clone())
}
