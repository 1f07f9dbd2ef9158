//! Blocklists, what they list, and the events of IPs.

use std::{net::IpAddr, time::SystemTime};

use serde_json::{Value, json};

use crate::{
    account::Account,
    date,
    groups::{Answer, alerts, listing},
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

/// Zones and names.
const BLOCKLISTS: [(&str, &str); 4] = [
    ("b.barracudacentral.org", "Barracuda"),
    ("bl.score.senderscore.com", "Senderscore BL"),
    ("dbl.spamhaus.org", "Spamhaus DBL"),
    ("pbl.spamhaus.org", "Spamhaus PBL"),
];

pub(super) fn list() -> Response {
    let items = BLOCKLISTS.map(|(zone, name)| json!({ "blocklist": zone, "name": name }));
    Response::ok(&json!({ "items": items }))
}

pub(super) fn domains(account: &Account) -> Response {
    let state = &account.groups.optimize;
    let now = date::rfc3339(SystemTime::now());
    let domains = state.domains.keys();
    let domains = domains
        .map(|name| state.with_health(name, json!({ "domain": name, "updated_at": now })))
        .collect::<Vec<_>>();
    Response::ok(&json!({ "domains": domains }))
}

pub(super) fn of_domain(account: &Account, domain: &str) -> Answer {
    let domain = account.domain(domain)?;
    let items = account.groups.optimize.listings(&domain.to_lowercase());
    Ok(Response::ok(&json!({ "items": items })))
}

pub(super) fn events(account: &Account, request: &Request) -> Answer {
    let time = |name: &str| {
        let time = request.parameter(name).and_then(date::parse_iso8601);
        time.ok_or_else(|| Refusal::bad_request(format!("{name} is invalid")))
    };
    let (start, end) = (time("timerangeStart")?, time("timerangeEnd")?);
    if end < start {
        return Err(Refusal::bad_request("timerangeEnd is before timerangeStart"));
    }
    let limit = request.parameter("limit").map_or(Ok(50), str::parse::<u32>);
    if !limit.is_ok_and(|limit| (10..=50).contains(&limit)) {
        return Err(Refusal::bad_request("limit must be from 10 to 50"));
    }
    let in_range = |event: &Value| {
        let time = event["timestamp"].as_str().and_then(date::parse_iso8601);
        time.is_some_and(|time| start <= time && time <= end)
    };
    let is_wanted = |event: &Value| {
        ["ip", "blocklist", "event"]
            .iter()
            .all(|name| request.parameter(name).is_none_or(|wanted| event[name] == wanted))
    };
    let mut events = account.groups.optimize.events.clone();
    events.retain(|(_, event)| in_range(event) && is_wanted(event));
    let (items, paging) =
        listing::by_pivot(&account.base_url, request, &events, |(key, _)| key, "after", 50)?;
    let items = items.iter().map(|(_, event)| event).collect::<Vec<_>>();
    Ok(Response::ok(&json!({ "items": items, "paging": paging })))
}

/// A blocklist lists an IP or a domain from now on.
pub(crate) fn add_to(account: &mut Account, name: &str, zone: &str) {
    let name = name.to_lowercase();
    let now = date::rfc3339(SystemTime::now());
    let listings = account.groups.optimize.listings.entry(name.clone()).or_default();
    if let Some(listing) = listings.iter_mut().find(|listing| listing["list"] == zone) {
        listing["last_seen"] = now.into();
        return;
    }
    let known = BLOCKLISTS.iter().find(|(known, _)| *known == zone);
    listings.push(json!({
        "list": zone,
        "name": known.map_or(zone, |(_, name)| name),
        "first_seen": now,
        "last_seen": now,
        "delist_requested_at": "0001-01-01T00:00:00Z",
        "comments": [],
    }));
    tell(account, &name, zone, "listed");
}

/// A blocklist lists an IP or a domain no longer.
pub(crate) fn remove_from(account: &mut Account, name: &str, zone: &str) {
    let name = name.to_lowercase();
    let Some(listings) = account.groups.optimize.listings.get_mut(&name) else { return };
    let before = listings.len();
    listings.retain(|listing| listing["list"] != zone);
    if listings.len() < before {
        tell(account, &name, zone, "delisted");
    }
}

/// Adds the event and posts the alerts, if the name is monitored.
fn tell(account: &mut Account, name: &str, zone: &str, what: &str) {
    let state = &account.groups.optimize;
    if name.parse::<IpAddr>().is_err() {
        if state.domains.contains_key(name) {
            alerts::post(account, &format!("domain_{what}"), "domain", name, zone);
        }
        return;
    }
    let Some(ip) = state.ips.iter().find(|ip| ip["ip"] == name) else { return };
    let event = json!({
        "ip": name,
        "ip_pool": ip["ip_pool"],
        "timestamp": date::rfc3339(SystemTime::now()),
        "event": format!("ip_{what}"),
        "blocklist": zone,
        "account_id": "",
    });
    let key = format!("{:020}", u64::MAX - account.tick());
    account.groups.optimize.events.insert(0, (key, event));
    alerts::post(account, &format!("ip_{what}"), "ip", name, zone);
}
