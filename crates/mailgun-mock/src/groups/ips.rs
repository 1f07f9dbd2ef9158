//! The IPs of the account, its IP pools, and warm-ups. The domains hold which IPs and pools they
//! send from. What Mailgun does in the background happens at once here.

mod dynamic;
mod paging;
mod pools;
mod warmups;

use serde_json::{Value, json};

use super::{
    Answer,
    domains::{Domain, SHARED_IP},
    listing,
};
use crate::{
    account::Account,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

/// The number of dedicated IPs in the plan.
const MAX_DEDICATED: usize = 8;

#[derive(Debug)]
pub(crate) struct State {
    dedicated: Vec<String>,
    pools: pools::State,
    dynamic: dynamic::State,
    warmups: warmups::State,
}

impl Default for State {
    fn default() -> Self {
        Self {
            dedicated: (1..=5).map(dedicated_ip).collect(),
            pools: Default::default(),
            dynamic: Default::default(),
            warmups: Default::default(),
        }
    }
}

impl State {
    /// Removes a deleted domain.
    pub(crate) fn forget(&mut self, domain: &str) {
        self.dynamic.forget(domain);
    }
}

fn dedicated_ip(number: usize) -> String {
    format!("192.0.2.{number}")
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    match (method, segments) {
        ("GET", ["v3", "ips"]) => Some(list(account, request)),
        ("GET", ["v3", "ips", "request", "new"]) => Some(available(account)),
        ("POST", ["v3", "ips", "request", "new"]) => Some(request_new(account)),
        ("GET", ["v3", "ips", ip]) => Some(get(account, ip)),
        ("GET", ["v3", "ips", ip, "domains"]) => Some(domains(account, request, ip)),
        ("POST", ["v3", "ips", ip, "domains"]) => Some(assign(account, ip)),
        ("DELETE", ["v3", "ips", ip, "domains"]) => Some(remove(account, request, ip)),
        ("POST", ["v3", "ips", ip, "ip_band"]) => Some(set_band(account, request, ip)),
        ("PUT", ["v5", "accounts", "subaccounts", _, "ip"]) => {
            Some(link_to_subaccount(account, request))
        }
        (_, ["v3", "ip_pools", rest @ ..]) => pools::route(account, request, method, rest),
        (_, ["v5", "accounts", "subaccounts", rest @ ..]) => {
            pools::of_subaccounts(account, request, method, rest)
        }
        (_, ["v3", "dynamic_pools", rest @ ..]) => dynamic::route(account, request, method, rest),
        (_, ["v3", "domains", rest @ ..]) => dynamic::enrollment(account, request, method, rest),
        (_, ["v1", "dynamic_pools", rest @ ..]) => {
            dynamic::monitoring(account, request, method, rest)
        }
        (_, ["v3", "ip_warmups", rest @ ..]) => warmups::route(account, request, method, rest),
        _ => None,
    }
}

fn list(account: &Account, request: &Request) -> Answer {
    let mut items: Vec<&str> = account.groups.ips.dedicated.iter().map(String::as_str).collect();
    if request.parameter("dedicated") != Some("true") {
        items.push(SHARED_IP);
    }
    let details: Vec<_> = items
        .iter()
        .map(|ip| match is_warming(account, ip) {
            true => json!({ "ip": ip, "is_on_warmup": true }),
            false => json!({ "ip": ip }),
        })
        .collect();
    let assignable = account.groups.ips.dedicated.iter().filter(|ip| !pools::has(account, ip));
    Ok(Response::ok(&json!({
        "items": items,
        "total_count": items.len(),
        "details": details,
        "assignable_to_pools": assignable.collect::<Vec<_>>(),
    })))
}

fn get(account: &Account, ip: &str) -> Answer {
    is_known(account, ip)?;
    let rdns = format!("ip{}.mailgun.net", ip.replace('.', "-"));
    Ok(Response::ok(&json!({ "ip": ip, "dedicated": ip != SHARED_IP, "rdns": rdns })))
}

fn domains(account: &Account, request: &Request, ip: &str) -> Answer {
    is_known(account, ip)?;
    let searched = request.parameter("search").unwrap_or_default().to_lowercase();
    let words: Vec<_> = searched.split(|c: char| !c.is_alphanumeric()).collect();
    let is_found = |domain: &&Domain| {
        ips_of(account, domain).iter().any(|own| own == ip)
            && (searched.is_empty()
                || words.iter().any(|word| !word.is_empty() && domain.name.contains(word)))
    };
    let mut found: Vec<_> = account.groups.domains.all.iter().filter(is_found).collect();
    found.sort_by_key(|domain| &domain.id);
    let items: Vec<_> = listing::by_skip(request, &found, 100)?
        .iter()
        .map(|domain| json!({ "domain": domain.name, "ips": ips_of(account, domain) }))
        .collect();
    Ok(Response::ok(&json!({ "items": items, "total_count": found.len() })))
}

fn assign(account: &mut Account, ip: &str) -> Answer {
    is_known(account, ip)?;
    own_ips(account).for_each(|domain| domain.add_ip(ip));
    Ok(started(account))
}

fn remove(account: &mut Account, request: &Request, ip: &str) -> Answer {
    is_known(account, ip)?;
    let alternative = request.parameter("alternative");
    alternative.map_or(Ok(()), |alternative| is_known(account, alternative))?;
    for domain in own_ips(account).filter(|domain| domain.ips.iter().any(|own| own == ip)) {
        domain.ips.retain(|own| own != ip);
        if let Some(alternative) = alternative {
            domain.add_ip(alternative);
        }
    }
    Ok(started(account))
}

fn set_band(account: &Account, request: &Request, ip: &str) -> Answer {
    is_dedicated(account, ip)?;
    if request.form()?.field("ip_band").is_none_or(str::is_empty) {
        return Err(Refusal::bad_request("ip_band is required"));
    }
    Ok(success())
}

fn available(account: &Account) -> Answer {
    let left = MAX_DEDICATED.saturating_sub(account.groups.ips.dedicated.len());
    Ok(Response::ok(&json!({ "allowed": { "dedicated": left, "shared": 0 } })))
}

fn request_new(account: &mut Account) -> Answer {
    let all = &mut account.groups.ips.dedicated;
    if all.len() >= MAX_DEDICATED {
        return Err(Refusal::bad_request("the limit of dedicated IPs is reached"));
    }
    all.push(dedicated_ip(all.len() + 1));
    Ok(success())
}

fn link_to_subaccount(account: &Account, request: &Request) -> Answer {
    is_known(account, request.form()?.field("ip").unwrap_or_default())?;
    Ok(success())
}

fn is_known(account: &Account, ip: &str) -> Result<(), Refusal> {
    let known = ip == SHARED_IP || account.groups.ips.dedicated.iter().any(|own| own == ip);
    if known { Ok(()) } else { Err(Refusal::not_found("IP not found")) }
}

fn is_dedicated(account: &Account, ip: &str) -> Result<(), Refusal> {
    let fault = || Refusal::bad_request(format!("{ip} is not a dedicated IP of the account"));
    if account.groups.ips.dedicated.iter().any(|own| own == ip) { Ok(()) } else { Err(fault()) }
}

fn is_warming(account: &Account, ip: &str) -> bool {
    account.groups.ips.warmups.contains_key(ip)
}

/// The domains that send from dedicated IPs outside pools.
fn own_ips(account: &mut Account) -> impl Iterator<Item = &mut Domain> {
    account.groups.domains.all.iter_mut().filter(|domain| domain.pool.is_none())
}

/// The IPs of a domain.
fn ips_of(account: &Account, domain: &Domain) -> Vec<String> {
    let pool = domain.pool.as_deref().and_then(|id| pools::find(account, id).ok());
    pool.map_or_else(|| domain.ips.clone(), pools::Pool::ips)
}

fn success() -> Response {
    Response::ok(&json!({ "message": "success" }))
}

/// The response to a call whose work Mailgun does in the background.
fn started(account: &mut Account) -> Response {
    let response: Value = json!({ "message": "started", "reference_id": account.object_id() });
    Response::ok(&response)
}
