//! Dynamic pools and their domains. The mock does not rate domains: a domain counts as new until a
//! client overrides its pool.

mod monitoring;

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use regex_lite::Regex;
use serde_json::{Value, json};

pub(super) use self::monitoring::route as monitoring;
use super::{is_dedicated, is_warming, pools, started, success};
use crate::{
    account::Account,
    date,
    groups::{Answer, domains::SHARED_IP},
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

const GOOD: &str = "dynamic_good";
const POOR: &str = "dynamic_poor";
const NEW: &str = "dynamic_new";
/// Each pool and the field with its IPs.
const POOLS: [(&str, &str); 3] =
    [(GOOD, "good_reputation"), (POOR, "poor_reputation"), (NEW, "new_senders")];

#[derive(Debug, Default)]
pub(super) struct State {
    /// In the order of [`POOLS`]; empty until they are set.
    pools: Vec<Pool>,
    /// By domain name.
    enrolled: BTreeMap<String, Enrolled>,
    /// Oldest first.
    moves: Vec<Move>,
}

impl State {
    pub(super) fn forget(&mut self, domain: &str) {
        self.enrolled.remove(domain);
    }
}

#[derive(Clone, Debug)]
struct Pool {
    id: String,
    name: &'static str,
    field: &'static str,
    ips: Vec<String>,
}

#[derive(Debug)]
struct Enrolled {
    pool: &'static str,
    is_overridden: bool,
    registered_at: SystemTime,
}

#[derive(Debug)]
struct Move {
    at: SystemTime,
    json: Value,
}

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    rest: &[&str],
) -> Option<Answer> {
    match (method, rest) {
        ("GET", []) => Some(list(account)),
        ("POST", ["all"]) => Some(set(account, request)),
        ("DELETE", ["all"]) => Some(delete_all(account)),
        ("POST", [pool, ip]) => Some(change(account, pool, &[ip], &[])),
        ("PATCH", [pool]) => Some(update(account, request, pool)),
        _ => None,
    }
}

pub(super) fn enrollment(
    account: &mut Account,
    request: &Request,
    method: &str,
    rest: &[&str],
) -> Option<Answer> {
    match (method, rest) {
        ("GET", ["dynamic_pools", "assignable"]) => Some(assignable(account, request)),
        ("POST", ["all", "dynamic_pools", "enroll"]) => Some(enroll_all(account)),
        ("POST", [domain, "dynamic_pools"]) => Some(enroll(account, request, domain)),
        ("DELETE", [domain, "dynamic_pools"]) => Some(unenroll(account, request, domain)),
        _ => None,
    }
}

fn list(account: &Account) -> Answer {
    let pools = &account.groups.ips.dynamic.pools;
    let mut response = ips_of_all(pools);
    let pools = pools.iter().map(|pool| {
        json!({
            "account_id": "mock",
            "enabled": true,
            "id": pool.id,
            "ips": pool.ips,
            "name": pool.name,
        })
    });
    response["pools"] = pools.collect();
    Ok(Response::ok(&response))
}

fn ips_of_all(pools: &[Pool]) -> Value {
    pools.iter().map(|pool| (pool.field.to_owned(), json!(pool.ips))).collect()
}

fn set(account: &mut Account, request: &Request) -> Answer {
    let form = request.form()?;
    let mut pools = Vec::new();
    for (name, field) in POOLS {
        let ips = form.all(field).map(str::to_owned).collect();
        pools.push(Pool { id: account.object_id(), name, field, ips });
    }
    check(account, &pools)?;
    let response = ips_of_all(&pools);
    account.groups.ips.dynamic.pools = pools;
    Ok(Response::ok(&response))
}

fn delete_all(account: &mut Account) -> Answer {
    let state = &mut account.groups.ips.dynamic;
    if !state.enrolled.is_empty() {
        return Err(Refusal::bad_request("domains are still assigned to dynamic IP pools"));
    }
    state.pools.clear();
    Ok(success())
}

fn update(account: &mut Account, request: &Request, pool: &str) -> Answer {
    let form = request.form()?;
    let [added, removed] = ["add_ip", "remove_ip"].map(|name| form.all(name).collect::<Vec<_>>());
    change(account, pool, &added, &removed)
}

fn change(account: &mut Account, pool: &str, added: &[&str], removed: &[&str]) -> Answer {
    let mut pools = account.groups.ips.dynamic.pools.clone();
    let changed = pools.iter_mut().find(|known| known.name == pool);
    let changed = changed.ok_or_else(|| Refusal::not_found("dynamic IP pool not found"))?;
    changed.ips.retain(|ip| !removed.contains(&&**ip));
    changed.ips.extend(added.iter().map(|ip| (*ip).to_owned()));
    check(account, &pools)?;
    account.groups.ips.dynamic.pools = pools;
    Ok(success())
}

/// Checks that these pools are allowed.
fn check(account: &Account, pools: &[Pool]) -> Result<(), Refusal> {
    let mut all: Vec<_> = pools.iter().flat_map(|pool| &pool.ips).collect();
    all.iter().try_for_each(|ip| is_dedicated(account, ip))?;
    all.sort();
    if all.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Refusal::bad_request("an IP cannot be in multiple dynamic IP pools"));
    }
    if pools.iter().any(|pool| pool.ips.iter().all(|ip| is_warming(account, ip))) {
        let words = "each dynamic IP pool must contain at least 1 IP that is not warming";
        return Err(Refusal::bad_request(words));
    }
    Ok(())
}

fn enroll(account: &mut Account, request: &Request, name: &str) -> Answer {
    let name = account.domain(name)?;
    is_set_up(account)?;
    match request.parameter("replacement_ip") {
        None | Some("shared") => {}
        Some(ip) => is_dedicated(account, ip)?,
    }
    move_to(account, &name, NEW, "domain was enrolled", false);
    Ok(success())
}

fn enroll_all(account: &mut Account) -> Answer {
    is_set_up(account)?;
    for name in outside(account, |_| true).into_iter().map(|(_, name)| name) {
        move_to(account, &name, NEW, "domain was enrolled", false);
    }
    Ok(started(account))
}

fn unenroll(account: &mut Account, request: &Request, name: &str) -> Answer {
    let name = account.domain(name)?;
    let values = request.query.iter().filter(|(key, _)| key == "replacement_ip");
    let mut ips: Vec<_> = values.map(|(_, ip)| ip.clone()).collect();
    let pool = request.parameter("replacement_pool_id").map(str::to_owned);
    match &pool {
        Some(pool) if ips.is_empty() => drop(pools::find(account, pool)?),
        None if ips == ["shared"] => ips = vec![SHARED_IP.to_owned()],
        None if !ips.is_empty() => ips.iter().try_for_each(|ip| is_dedicated(account, ip))?,
        _ => {
            let words = "either replacement_ip or replacement_pool_id must be specified";
            return Err(Refusal::bad_request(words));
        }
    }
    let removed = account.groups.ips.dynamic.enrolled.remove(&name);
    removed.ok_or_else(not_enrolled)?;
    let mut domains = account.groups.domains.all.iter_mut();
    if let Some(domain) = domains.find(|domain| domain.name == name) {
        domain.ips = ips;
        domain.pool = pool;
    }
    Ok(success())
}

fn assignable(account: &Account, request: &Request) -> Answer {
    let pattern = Regex::new(request.parameter("domain").unwrap_or_default())
        .map_err(|_| Refusal::bad_request("domain is not a valid regular expression"))?;
    let is_own = request.parameter("subaccount_id").is_none();
    let found = outside(account, |name| is_own && pattern.is_match(name));
    let items: Vec<_> = found
        .into_iter()
        .map(|(id, name)| json!({ "account_id": "mock", "id": id, "name": name }))
        .collect();
    Ok(Response::ok(&json!({ "items": items })))
}

/// The ids and names of the domains that are not enrolled.
fn outside(account: &Account, is_wanted: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let enrolled = &account.groups.ips.dynamic.enrolled;
    let domains = account.groups.domains.all.iter();
    domains
        .filter(|domain| !enrolled.contains_key(&domain.name) && is_wanted(&domain.name))
        .map(|domain| (domain.id.clone(), domain.name.clone()))
        .collect()
}

fn is_set_up(account: &Account) -> Result<(), Refusal> {
    let is_set_up = !account.groups.ips.dynamic.pools.is_empty();
    let fault = || Refusal::bad_request("dynamic IP pools are not configured");
    if is_set_up { Ok(()) } else { Err(fault()) }
}

fn not_enrolled() -> Refusal {
    Refusal::not_found("domain is not assigned to a dynamic IP pool")
}

/// Moves a domain into a pool and records the move.
fn move_to(account: &mut Account, name: &str, pool: &'static str, reason: &str, by_hand: bool) {
    let at = UNIX_EPOCH + Duration::from_micros(account.tick());
    let domain_id = account.groups.domains.find(name).map(|domain| domain.id.clone());
    let id = account.object_id();
    let state = &mut account.groups.ips.dynamic;
    let new = Enrolled { pool, is_overridden: by_hand, registered_at: at };
    let before = match state.enrolled.get_mut(name) {
        Some(known) => {
            known.is_overridden = by_hand;
            std::mem::replace(&mut known.pool, pool)
        }
        None => {
            state.enrolled.insert(name.to_owned(), new);
            ""
        }
    };
    let json = json!({
        "id": id,
        "owning_account_id": "mock",
        "account_id": "mock",
        "account_name": "Mock",
        "domain_id": domain_id,
        "domain_name": name,
        "new_band": pool,
        "prev_band": before,
        "reason": reason,
        "bounce_rate": null,
        "complaint_rate": null,
        "processed_count": null,
        "initiated_by": if by_hand { "user" } else { "system" },
        "timestamp": date::rfc3339(at),
    });
    state.moves.push(Move { at, json });
}
