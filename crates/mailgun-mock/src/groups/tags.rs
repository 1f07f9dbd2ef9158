//! Tags: sending creates them, in lower case, and they count what happens to the mail.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::SystemTime,
};

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Answer, events::Event, listing, queue, tally};
use crate::{
    account::Account,
    date,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
    sent::SentMessage,
};

const LIMIT: usize = 100_000;
const DEVICES: [&str; 4] = ["desktop", "mobile", "tablet", "unknown"];
const PROVIDERS: [&str; 5] = ["gmail.com", "yahoo.com", "hotmail.com", "aol.com", "icloud.com"];
const COUNTRIES: [&str; 4] = ["de", "fr", "gb", "us"];

#[derive(Debug, Default)]
pub(crate) struct State {
    /// By name.
    all: BTreeMap<String, Tag>,
}

#[derive(Clone, Debug)]
struct Tag {
    name: String,
    description: String,
    first_seen: SystemTime,
    last_seen: SystemTime,
    domains: BTreeSet<String>,
}

/// Stores the tags of an accepted message.
pub(crate) fn seen(account: &mut Account, message: &SentMessage) {
    let now = message.accepted_at;
    for name in message.tags().into_iter().map(str::to_lowercase) {
        let tag = account.groups.tags.all.entry(name.clone()).or_insert_with(|| Tag {
            name,
            description: String::new(),
            first_seen: now,
            last_seen: now,
            domains: BTreeSet::new(),
        });
        tag.last_seen = now;
        tag.domains.insert(message.domain.clone());
    }
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    match (method, segments) {
        ("POST", ["v1", "analytics", "tags"]) => Some(list(account, request)),
        ("GET", ["v1", "analytics", "tags", "limits"]) => Some(limits(account)),
        ("PUT", ["v1", "analytics", "tags"]) => Some(update(account, request)),
        ("DELETE", ["v1", "analytics", "tags"]) => Some(delete(account, request)),
        ("GET", ["v3", "domains", domain, "limits", "tag"]) => Some(domain_limits(account, domain)),
        ("GET", ["v3", "domains", domain, "tag", known]) => {
            Some(known_values(account, domain, known))
        }
        ("GET", ["v3", domain, "tags"]) => Some(domain_list(account, request, domain)),
        (_, ["v3", domain, "tags", tag, rest @ ..]) => {
            of_domain(account, request, domain, tag, method, rest)
        }
        (_, ["v3", domain, "tag", rest @ ..]) => {
            let tag = request.parameter("tag").unwrap_or_default().to_owned();
            of_domain(account, request, domain, &tag, method, rest)
        }
        _ => None,
    }
}

fn list(account: &mut Account, request: &Request) -> Answer {
    queue::deliver_due(account);
    let asked: Value = request.json()?;
    let pagination = &asked["pagination"];
    let number = |name: &str| pagination[name].as_u64().map(|number| number as usize);
    let has_metrics = asked["include_metrics"] == true;
    let limit = number("limit").unwrap_or(10);
    if limit > if has_metrics { 20 } else { 1000 } {
        return Err(Refusal::bad_request(format!("limit {limit} is too large")));
    }
    let prefix = asked["tag"].as_str().unwrap_or_default().to_lowercase();
    let mut found: Vec<_> =
        account.groups.tags.all.values().filter(|tag| tag.name.starts_with(&prefix)).collect();
    let sort = pagination["sort"].as_str().filter(|sort| !sort.is_empty());
    let sort = sort.unwrap_or("lastseen:desc");
    let (column, direction) = sort.split_once(':').unwrap_or((sort, "asc"));
    match column {
        "lastseen" => found.sort_by_key(|tag| tag.last_seen),
        "firstseen" => found.sort_by_key(|tag| tag.first_seen),
        // They are stored in the order of their names.
        "tag" => {}
        _ => return Err(Refusal::bad_request(format!("invalid sort: {sort}"))),
    }
    match direction {
        "asc" => {}
        "desc" => found.reverse(),
        _ => return Err(Refusal::bad_request(format!("invalid sort: {sort}"))),
    }
    let skip = number("skip").unwrap_or(0);
    let page = found.iter().skip(skip).take(limit);
    let items: Vec<_> = page
        .map(|tag| {
            let metrics = if has_metrics { metrics(account, &tag.name, None) } else { Map::new() };
            json!({
                "account_id": "mock",
                "parent_account_id": "",
                "account_name": "Mock",
                "tag": tag.name,
                "description": tag.description,
                "first_seen": date::rfc2822(tag.first_seen, "+0000"),
                "last_seen": date::rfc2822(tag.last_seen, "+0000"),
                "metrics": metrics,
            })
        })
        .collect();
    let mut pagination_out = json!({ "sort": sort, "skip": skip, "limit": limit });
    if pagination["include_total"] == true {
        pagination_out["total"] = json!(found.len());
    }
    Ok(Response::ok(&json!({ "items": items, "pagination": pagination_out })))
}

fn limits(account: &Account) -> Answer {
    let count = account.groups.tags.all.len();
    let is_reached = count >= LIMIT;
    Ok(Response::ok(&json!({ "limit": LIMIT, "count": count, "limit_reached": is_reached })))
}

fn update(account: &mut Account, request: &Request) -> Answer {
    let asked: Value = request.json()?;
    let tag = find(account, asked["tag"].as_str(), None)?;
    tag.description = asked["description"].as_str().unwrap_or_default().to_owned();
    Ok(Response::message(StatusCode::OK, "Tag updated"))
}

fn delete(account: &mut Account, request: &Request) -> Answer {
    let asked: Value = request.json()?;
    let name = find(account, asked["tag"].as_str(), None)?.name.clone();
    account.groups.tags.all.remove(&name);
    Ok(Response::message(StatusCode::OK, "Tag deleted"))
}

fn domain_list(account: &Account, request: &Request, domain: &str) -> Answer {
    let domain = account.domain(domain)?;
    let prefix = request.parameter("prefix").unwrap_or_default().to_lowercase();
    let found: Vec<_> = account
        .groups
        .tags
        .all
        .values()
        .filter(|tag| tag.domains.contains(&domain) && tag.name.starts_with(&prefix))
        .collect();
    let (page, paging) =
        listing::by_pivot(&account.base_url, request, &found, |tag| &tag.name, "tag", 100)?;
    let items: Vec<_> = page.iter().map(|tag| tag.json()).collect();
    Ok(Response::ok(&json!({ "items": items, "paging": paging })))
}

/// Handles a tag of a domain, which may be named in the path or in the query.
fn of_domain(
    account: &mut Account,
    request: &Request,
    domain: &str,
    tag: &str,
    method: &str,
    rest: &[&str],
) -> Option<Answer> {
    let answer = |account: &mut Account| {
        let domain = account.domain(domain)?;
        queue::deliver_due(account);
        let tag = find(account, Some(tag), Some(&domain))?;
        match (method, rest) {
            ("GET", []) => Ok(Response::ok(&tag.json())),
            ("PUT", []) => {
                tag.description = request.value("description").unwrap_or_default().to_owned();
                Ok(Response::message(StatusCode::OK, "Tag updated"))
            }
            ("DELETE", []) => {
                let name = tag.name.clone();
                account.groups.tags.all.remove(&name);
                Ok(Response::message(StatusCode::OK, "Tag deleted"))
            }
            (_, ["stats"]) => {
                let tag = tag.clone();
                stats(account, request, &domain, &tag)
            }
            (_, ["stats", "aggregates", ..]) => {
                let kind = match rest.get(2) {
                    Some(&"countries") => "country",
                    Some(&"providers") => "provider",
                    Some(_) => "device",
                    None => request.parameter("type").unwrap_or("country"),
                };
                Ok(Response::ok(&json!({ "tag": tag.name, kind: {} })))
            }
            _ => Err(Refusal::not_found("not found")),
        }
    };
    let is_known = matches!(
        (method, rest),
        ("GET" | "PUT" | "DELETE", []) | ("GET", ["stats"] | ["stats", "aggregates", ..])
    );
    is_known.then(|| answer(account))
}

fn stats(account: &Account, request: &Request, domain: &str, tag: &Tag) -> Answer {
    let events: Vec<_> = request
        .query
        .iter()
        .filter(|(name, _)| name == "event")
        .map(|(_, event)| event.as_str())
        .collect();
    if events.is_empty() {
        return Err(Refusal::bad_request("event is required"));
    }
    let mut point = tally::stats(&metrics(account, &tag.name, Some(domain)), &events);
    let now = date::rfc2822(SystemTime::now(), "UTC");
    point.insert("time".to_owned(), json!(now));
    Ok(Response::ok(&json!({
        "tag": tag.name,
        "description": tag.description,
        "start": now,
        "end": now,
        "resolution": request.parameter("resolution").unwrap_or("day"),
        "stats": [point],
    })))
}

fn domain_limits(account: &Account, domain: &str) -> Answer {
    let domain = account.domain(domain)?;
    let tags = account.groups.tags.all.values();
    let count = tags.filter(|tag| tag.domains.contains(&domain)).count();
    Ok(Response::ok(&json!({ "id": "tag", "limit": LIMIT, "count": count })))
}

fn known_values(account: &Account, domain: &str, known: &str) -> Answer {
    account.domain(domain)?;
    let items = match known {
        "devices" => &DEVICES[..],
        "providers" => &PROVIDERS[..],
        "countries" => &COUNTRIES[..],
        _ => return Err(Refusal::not_found("not found")),
    };
    Ok(Response::ok(&json!({ "items": items })))
}

/// A tag of the account, or of one of its domains.
fn find<'a>(
    account: &'a mut Account,
    name: Option<&str>,
    domain: Option<&str>,
) -> Result<&'a mut Tag, Refusal> {
    let name = name.unwrap_or_default().to_lowercase();
    let found = account.groups.tags.all.get_mut(&name);
    let found = found.filter(|tag| domain.is_none_or(|domain| tag.domains.contains(domain)));
    found.ok_or_else(|| match domain {
        Some(_) => Refusal::not_found("tag not found"),
        None => Refusal::bad_request("tag not found"),
    })
}

fn metrics(account: &Account, tag: &str, domain: Option<&str>) -> Map<String, Value> {
    let events = account.groups.events.all.iter();
    let events = events.filter(|event| domain.is_none_or(|domain| *event.domain == *domain));
    tally::metrics(events.map(Event::json).filter(|event| {
        let tags = event["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
        tags.into_iter().any(|one| one.to_lowercase() == tag)
    }))
}

impl Tag {
    fn json(&self) -> Value {
        json!({
            "tag": self.name,
            "description": self.description,
            "first-seen": date::rfc2822(self.first_seen, "UTC"),
            "last-seen": date::rfc2822(self.last_seen, "UTC"),
        })
    }
}
