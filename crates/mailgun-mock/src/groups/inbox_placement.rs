//! Inbox placement: seed lists, and tests whose mails arrive while a client polls the results.

mod results;
mod seed_lists;

use std::{collections::BTreeSet, time::SystemTime};

use serde_json::{Value, json};

use self::{results::TestResult, seed_lists::SeedList};
use super::{Answer, listing};
use crate::{
    account::Account,
    date,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

/// Domain, name and region.
const PROVIDERS: [(&str, &str, &str); 4] = [
    ("gmail.com", "Gmail", "Global"),
    ("yahoo.com", "Yahoo", "Global"),
    ("o365.mailgun.email", "Office 365", "Global"),
    ("gmx.de", "GMX", "Europe"),
];
const NEVER: &str = "0001-01-01T00:00:00Z";

#[derive(Debug, Default)]
pub(crate) struct State {
    /// In order of creation.
    seed_lists: Vec<SeedList>,
    /// In order of creation.
    results: Vec<TestResult>,
}

#[derive(Clone, Debug)]
struct Seed {
    email: String,
    provider: &'static str,
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    let ["v4", "inbox", rest @ ..] = segments else { return None };
    match (method, rest) {
        ("GET", ["providers"]) => Some(providers()),
        ("POST", ["tests"]) => Some(results::run(account, request)),
        (_, ["seedlists", rest @ ..]) => seed_lists::route(account, request, method, rest),
        (_, ["results", rest @ ..]) => results::route(account, request, method, rest),
        ("GET", ["sharing", "public", share_id]) => Some(results::get_shared(account, share_id)),
        ("GET", ["sharing", id]) => Some(results::sharing(account, id)),
        ("PUT", ["sharing", id]) => Some(results::update_sharing(account, request, id)),
        _ => None,
    }
}

fn providers() -> Answer {
    let items = PROVIDERS.map(|(domain, name, region)| {
        json!({
            "domain": domain,
            "display_name": name,
            "region": region,
            "created_at": "2021-08-04T16:15:28Z",
            "updated_at": "2024-08-09T14:32:59Z",
            "max_email_count": 1000,
            "unsupported_authentications": [],
        })
    });
    Ok(Response::ok(&json!({ "items": items })))
}

/// The providers that a filter names, or all if it names none.
fn chosen(names: &[String]) -> Result<Vec<&'static str>, Refusal> {
    let all = PROVIDERS.iter().map(|(domain, ..)| *domain);
    if names.is_empty() {
        return Ok(all.collect());
    }
    let find = |name: &String| all.clone().find(|domain| domain.eq_ignore_ascii_case(name));
    let unknown = |name| Refusal::bad_request(format!("unknown provider: {name}"));
    names.iter().map(|name| find(name).ok_or_else(|| unknown(name))).collect()
}

/// The `items`, in order of creation, that were created within the time range of the query.
fn in_time<'a, T>(
    request: &Request,
    items: &'a [T],
    created_at: impl Fn(&T) -> SystemTime,
) -> Result<Vec<&'a T>, Refusal> {
    let bound = |name: &str| match request.parameter(name).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => date::parse_iso8601(text)
            .map(Some)
            .ok_or_else(|| Refusal::bad_request(format!("invalid {name}: {text}"))),
    };
    let (after, before) = (bound("time_after")?, bound("time_before")?);
    let is_in = |item: &&T| {
        after.is_none_or(|after| created_at(item) > after)
            && before.is_none_or(|before| created_at(item) < before)
    };
    Ok(items.iter().filter(is_in).collect())
}

/// A page of `items`, which are in order of creation. The newest comes first by default.
fn page(base_url: &str, request: &Request, mut items: Vec<Value>) -> Answer {
    let is_ascending = matches!(request.parameter("ascending"), Some("true" | "1"));
    if !is_ascending {
        items.reverse();
    }
    let total = items.len();
    // The links keep the offset of the first page, which a cursor overrides.
    let offset = match request.parameter("cursor").filter(|cursor| !cursor.is_empty()) {
        None => request.parameter("offset").and_then(|offset| offset.parse().ok()).unwrap_or(0),
        Some(_) => 0,
    };
    let keyed = items.into_iter().enumerate().skip(offset);
    let keyed: Vec<_> = keyed.map(|(index, item)| (format!("{index:012}"), item)).collect();
    let (found, paging) =
        listing::by_pivot(base_url, request, &keyed, |(key, _)| key, "cursor", 25)?;
    let found: Vec<_> = found.iter().map(|(_, item)| item).collect();
    Ok(Response::ok(&json!({ "items": found, "paging": paging, "total": total })))
}

fn attributes(names: &[&str]) -> Answer {
    attribute("available attributes", names.iter().map(|name| (*name).to_owned()))
}

fn attribute(name: &str, values: impl Iterator<Item = String>) -> Answer {
    let values: BTreeSet<_> = values.collect();
    Ok(Response::ok(&json!({ "items": { "attribute": name, "values": values } })))
}

fn filters(filters: &[(&str, &str)]) -> Answer {
    let filters: Vec<_> = filters
        .iter()
        .map(|(parameter, about)| json!({ "parameter": parameter, "description": about }))
        .collect();
    Ok(Response::ok(&json!({ "supported_filters": { "filters": filters } })))
}

fn unknown_attribute<T>(name: &str) -> Result<T, Refusal> {
    Err(Refusal::not_found(format!("unknown attribute: {name}")))
}

fn iso8601(time: SystemTime) -> String {
    format!("{}Z", date::iso8601(time))
}
