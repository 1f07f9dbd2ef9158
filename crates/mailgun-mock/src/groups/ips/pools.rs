//! Dedicated IP pools and their delegation to subaccounts.

use std::{collections::BTreeMap, time::SystemTime};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{is_dedicated, paging, started, success};
use crate::{
    account::Account,
    date,
    groups::{Answer, domains::SHARED_IP},
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

#[derive(Debug, Default)]
pub(super) struct State {
    /// In order of creation.
    all: Vec<Pool>,
    /// The id of the pool of each subaccount.
    delegated: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pool {
    id: String,
    name: String,
    description: String,
    /// With the date at which each was added.
    ips: Vec<(String, String)>,
}

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    rest: &[&str],
) -> Option<Answer> {
    match (method, rest) {
        ("GET", []) => Some(list(account)),
        ("POST", []) => Some(create(account, request)),
        ("GET", [id]) => Some(get(account, id)),
        ("PATCH", [id]) => Some(update(account, request, id)),
        ("DELETE", [id]) => Some(delete(account, request, id)),
        ("GET", [id, "domains"]) => Some(domains(account, request, id)),
        ("PUT", [id, "ips", ip]) => Some(add_ips(account, id, &[(*ip).to_owned()])),
        ("DELETE", [id, "ips", ip]) => Some(remove_ip(account, id, ip)),
        ("POST", [id, "ips.json"]) => Some(add_json(account, request, id)),
        ("PUT" | "DELETE", [id, "delegate"]) => {
            let form = match request.form() {
                Ok(form) => form,
                Err(refusal) => return Some(Err(refusal)),
            };
            let subaccount = form.field("subaccount_id").unwrap_or_default();
            Some(delegate(account, method, subaccount, id))
        }
        _ => None,
    }
}

pub(super) fn of_subaccounts(
    account: &mut Account,
    request: &Request,
    method: &str,
    rest: &[&str],
) -> Option<Answer> {
    match (method, rest) {
        ("GET", ["ip_pools", "all"]) => Some(list_delegated(account)),
        ("GET", [subaccount, "ip_pools"]) => Some(list_of_subaccount(account, subaccount)),
        ("PUT" | "DELETE", [subaccount, "ip_pool"]) => {
            let pool = request.value("pool_id").unwrap_or_default().to_owned();
            Some(delegate(account, method, subaccount, &pool))
        }
        _ => None,
    }
}

pub(super) fn find<'a>(account: &'a Account, id: &str) -> Result<&'a Pool, Refusal> {
    let found = account.groups.ips.pools.all.iter().find(|pool| pool.id == id);
    found.ok_or_else(|| Refusal::not_found("DIPP not found"))
}

/// Whether any pool has the IP.
pub(super) fn has(account: &Account, ip: &str) -> bool {
    account.groups.ips.pools.all.iter().any(|pool| pool.has(ip))
}

fn list(account: &Account) -> Answer {
    Ok(Response::ok(&listed(account, |_| true)))
}

/// The response is not documented; the mock returns that of [`list`].
fn list_of_subaccount(account: &Account, subaccount: &str) -> Answer {
    let delegated = account.groups.ips.pools.delegated.get(subaccount);
    Ok(Response::ok(&listed(account, |pool| delegated == Some(&pool.id))))
}

fn listed(account: &Account, is_meant: impl Fn(&Pool) -> bool) -> Value {
    let pools = account.groups.ips.pools.all.iter();
    let pools: Vec<_> = pools
        .filter(|pool| is_meant(pool))
        .map(|pool| {
            let mut json = pool.json(account);
            json.remove("linked_domains");
            json.remove("metadata");
            json
        })
        .collect();
    json!({ "ip_pools": pools, "message": "success" })
}

fn get(account: &Account, id: &str) -> Answer {
    let details = find(account, id)?.json(account);
    Ok(Response::ok(&json!({ "details": details, "message": "success" })))
}

fn create(account: &mut Account, request: &Request) -> Answer {
    let form = request.form()?;
    let required = |name: &str| {
        let value = form.field(name).filter(|value| !value.is_empty()).map(str::to_owned);
        value.ok_or_else(|| Refusal::bad_request(format!("{name} is required")))
    };
    let (name, description) = (required("name")?, required("description")?);
    let mut pool = Pool { id: account.object_id(), name, description, ips: Vec::new() };
    for ip in form.all("ip") {
        pool.add(account, ip)?;
    }
    let response = json!({ "message": "success", "pool_id": pool.id });
    account.groups.ips.pools.all.push(pool);
    Ok(Response::ok(&response))
}

fn update(account: &mut Account, request: &Request, id: &str) -> Answer {
    let before = find(account, id)?.clone();
    let mut pool = before.clone();
    let form = request.form()?;
    if let Some(name) = form.field("name") {
        pool.name = name.to_owned();
    }
    if let Some(description) = form.field("description") {
        pool.description = description.to_owned();
    }
    for ip in form.all("remove_ip") {
        pool.remove(ip)?;
    }
    for ip in form.all("add_ip") {
        pool.add(account, ip)?;
    }
    let [linked, unlinked] =
        ["link_domain", "unlink_domain"].map(|name| form.all(name).collect::<Vec<_>>());
    let known: Vec<_> = account.groups.domains.all.iter().map(|domain| &domain.id).collect();
    if linked.iter().chain(&unlinked).any(|id| !known.iter().any(|known| known == id)) {
        return Err(Refusal::not_found("Domain not found"));
    }
    let mut has_changed = pool != before;
    let has_other_ips = pool.ips != before.ips;
    put(account, pool);
    let of_pool = Some(id.to_owned());
    for domain in &mut account.groups.domains.all {
        if linked.contains(&&*domain.id) && domain.pool != of_pool {
            domain.pool.clone_from(&of_pool);
            has_changed = true;
        }
        if unlinked.contains(&&*domain.id) && domain.pool == of_pool {
            domain.pool = None;
            has_changed = true;
        }
    }
    match (has_changed, has_other_ips) {
        (false, _) => Err(Refusal::bad_request("no changes were requested")),
        (true, false) => Ok(success()),
        (true, true) => Ok(started(account)),
    }
}

fn delete(account: &mut Account, request: &Request, id: &str) -> Answer {
    let is_empty = find(account, id)?.ips.is_empty();
    let (ip, pool) = match (request.value("ip"), request.value("pool_id")) {
        (None, None) if is_empty => (SHARED_IP.to_owned(), None),
        (Some("shared"), None) => (SHARED_IP.to_owned(), None),
        (Some(ip), None) => {
            is_dedicated(account, ip)?;
            if has(account, ip) {
                return Err(Refusal::bad_request(format!("{ip} belongs to a DIPP")));
            }
            (ip.to_owned(), None)
        }
        (None, Some(other)) if other != id => {
            if find(account, other)?.ips.is_empty() {
                return Err(Refusal::bad_request("the replacement DIPP has no IPs"));
            }
            (String::new(), Some(other.to_owned()))
        }
        _ => return Err(Refusal::bad_request("either ip or pool_id must be specified")),
    };
    let domains = account.groups.domains.all.iter_mut();
    for domain in domains.filter(|domain| domain.pool.as_deref() == Some(id)) {
        domain.pool.clone_from(&pool);
        if pool.is_none() {
            domain.ips = vec![ip.clone()];
        }
    }
    let state = &mut account.groups.ips.pools;
    state.all.retain(|pool| pool.id != id);
    match pool {
        None => state.delegated.retain(|_, delegated| delegated != id),
        Some(pool) => {
            let delegated = state.delegated.values_mut().filter(|delegated| *delegated == id);
            delegated.for_each(|delegated| delegated.clone_from(&pool));
        }
    }
    Ok(started(account))
}

fn domains(account: &Account, request: &Request, id: &str) -> Answer {
    find(account, id)?;
    let domains = account.groups.domains.all.iter();
    let domains: Vec<_> = domains
        .filter(|domain| domain.pool.as_deref() == Some(id))
        .map(|domain| json!({ "id": domain.id, "name": domain.name }))
        .collect();
    let page = paging::page(request, &domains, ("limit", 10))?;
    let link = |token: &str| paging::link(&account.base_url, request, token);
    Ok(Response::ok(&json!({
        "domains": page.items,
        "paging": { "first": link(&page.first), "next": link(&page.next) },
    })))
}

fn add_json(account: &mut Account, request: &Request, id: &str) -> Answer {
    #[derive(Deserialize)]
    struct Ips {
        ips: Vec<String>,
    }
    add_ips(account, id, &request.json::<Ips>()?.ips)
}

fn add_ips(account: &mut Account, id: &str, ips: &[String]) -> Answer {
    let mut pool = find(account, id)?.clone();
    for ip in ips {
        pool.add(account, ip)?;
    }
    put(account, pool);
    Ok(started(account))
}

fn remove_ip(account: &mut Account, id: &str, ip: &str) -> Answer {
    let mut pool = find(account, id)?.clone();
    pool.remove(ip)?;
    put(account, pool);
    Ok(started(account))
}

/// Accepts any subaccount.
fn delegate(account: &mut Account, method: &str, subaccount: &str, id: &str) -> Answer {
    if subaccount.is_empty() || id.is_empty() {
        return Err(Refusal::bad_request("invalid request parameters"));
    }
    find(account, id)?;
    let delegated = &mut account.groups.ips.pools.delegated;
    if method == "PUT" {
        delegated.insert(subaccount.to_owned(), id.to_owned());
    } else if delegated.get(subaccount).is_some_and(|pool| pool == id) {
        delegated.remove(subaccount);
    } else {
        return Err(Refusal::not_found("account not found"));
    }
    Ok(started(account))
}

fn list_delegated(account: &Account) -> Answer {
    let delegated = account.groups.ips.pools.delegated.iter();
    let items: Vec<_> = delegated
        .map(|(subaccount, pool)| json!({ "pool_id": pool, "subaccount_id": subaccount }))
        .collect();
    Ok(Response::ok(&json!({ "total_count": items.len(), "items": items })))
}

fn put(account: &mut Account, changed: Pool) {
    let mut pools = account.groups.ips.pools.all.iter_mut();
    if let Some(pool) = pools.find(|pool| pool.id == changed.id) {
        *pool = changed;
    }
}

impl Pool {
    pub(super) fn ips(&self) -> Vec<String> {
        self.ips.iter().map(|(ip, _)| ip.clone()).collect()
    }

    fn has(&self, ip: &str) -> bool {
        self.ips.iter().any(|(own, _)| own == ip)
    }

    fn add(&mut self, account: &Account, ip: &str) -> Result<(), Refusal> {
        is_dedicated(account, ip)?;
        if has(account, ip) || self.has(ip) {
            return Err(Refusal::bad_request(format!("{ip} belongs to a DIPP")));
        }
        self.ips.push((ip.to_owned(), date::rfc3339(SystemTime::now())));
        Ok(())
    }

    fn remove(&mut self, ip: &str) -> Result<(), Refusal> {
        if !self.has(ip) {
            return Err(Refusal::bad_request(format!("{ip} does not belong to the DIPP")));
        }
        self.ips.retain(|(own, _)| own != ip);
        Ok(())
    }

    fn json(&self, account: &Account) -> Map<String, Value> {
        let domains = account.groups.domains.all.iter();
        let linked: Vec<_> = domains
            .filter(|domain| domain.pool.as_ref() == Some(&self.id))
            .map(|domain| &domain.name)
            .collect();
        let assignments: Map<_, _> =
            self.ips.iter().map(|(ip, at)| (ip.clone(), json!({ "linked_at": at }))).collect();
        Map::from_iter(
            [
                ("pool_id", json!(self.id)),
                ("name", json!(self.name)),
                ("description", json!(self.description)),
                ("ips", json!(self.ips())),
                ("is_linked", json!(!linked.is_empty())),
                ("is_inherited", json!(false)),
                ("linked_domains", json!(linked)),
                ("metadata", json!({ "assignments": assignments })),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        )
    }
}
