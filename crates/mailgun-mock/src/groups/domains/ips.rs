//! The IPs of a domain and the IP pool that is linked to it. Any IP and any pool is accepted.

use serde_json::json;

use super::{Domain, find};
use crate::{
    account::Account,
    groups::Answer,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

/// The shared IP of all domains without a dedicated one.
pub(crate) const SHARED: &str = "198.51.100.1";

/// The paths below `ips` and `pool` do the same.
pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    name: &str,
    rest: &[&str],
) -> Option<Answer> {
    let handle: fn(&mut Domain, &Request, &str) -> Result<(), Refusal> = match (method, rest) {
        ("GET", []) => return Some(list(account, name)),
        ("POST", []) => add,
        ("DELETE", ["all"]) => remove_all,
        ("DELETE", ["ip_pool"]) => unlink_pool,
        ("DELETE", [_]) => remove,
        _ => return None,
    };
    let ip = rest.first().copied().unwrap_or_default();
    let done = find(account, name).and_then(|domain| handle(domain, request, ip));
    Some(done.map(|()| Response::ok(&json!({ "message": "success" }))))
}

fn list(account: &mut Account, name: &str) -> Answer {
    let ips = &find(account, name)?.ips;
    Ok(Response::ok(&json!({ "items": ips, "total_count": ips.len() })))
}

fn add(domain: &mut Domain, request: &Request, _ip: &str) -> Result<(), Refusal> {
    let form = request.form()?;
    match (form.field("ip"), form.field("pool_id")) {
        (Some(ip), None) => {
            domain.has_no_pool()?;
            domain.add_ip(ip);
        }
        (None, Some(pool)) => domain.pool = Some(pool.to_owned()),
        _ => return Err(one_of_both()),
    }
    Ok(())
}

fn remove(domain: &mut Domain, request: &Request, ip: &str) -> Result<(), Refusal> {
    domain.has_no_pool()?;
    if !domain.ips.iter().any(|own| own == ip) {
        return Err(Refusal::not_found("IP not found"));
    }
    if request.parameter("ip").is_some() || request.parameter("pool_id").is_some() {
        replace(domain, request)?;
    }
    domain.ips.retain(|own| own != ip);
    Ok(())
}

fn remove_all(domain: &mut Domain, _request: &Request, _ip: &str) -> Result<(), Refusal> {
    domain.ips.clear();
    domain.pool = None;
    Ok(())
}

fn unlink_pool(domain: &mut Domain, request: &Request, _ip: &str) -> Result<(), Refusal> {
    if domain.pool.is_none() {
        return Err(Refusal::bad_request("no IP pool is linked to the domain"));
    }
    replace(domain, request)
}

/// Links the replacement, which may also replace a pool.
fn replace(domain: &mut Domain, request: &Request) -> Result<(), Refusal> {
    match (request.parameter("ip"), request.parameter("pool_id")) {
        (Some(ip), None) => {
            domain.pool = None;
            domain.add_ip(if ip == "shared" { SHARED } else { ip });
        }
        (None, Some(pool)) => domain.pool = Some(pool.to_owned()),
        _ => return Err(one_of_both()),
    }
    Ok(())
}

fn one_of_both() -> Refusal {
    Refusal::bad_request("either ip or pool_id must be specified")
}

impl Domain {
    fn has_no_pool(&self) -> Result<(), Refusal> {
        let fault = || Refusal::bad_request("an IP pool is linked to the domain");
        if self.pool.is_none() { Ok(()) } else { Err(fault()) }
    }

    pub(crate) fn add_ip(&mut self, ip: &str) {
        if !self.ips.iter().any(|own| own == ip) {
            self.ips.push(ip.to_owned());
        }
    }
}
