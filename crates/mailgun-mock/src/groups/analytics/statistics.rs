//! The older statistics.

use std::{collections::BTreeMap, time::SystemTime};

use serde_json::{Value, json};

use super::{
    attributes,
    query::{Range, Resolution, time_of},
};
use crate::{
    account::Account,
    date,
    groups::{Answer, events::Event, tally},
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

const MAX_POINTS: usize = 10_000;

pub(super) fn read(account: &Account, request: &Request, segments: &[&str]) -> Answer {
    match segments {
        ["stats", "total"] => totals(account, request, |_| true),
        ["stats", "total", "domains"] => by_domain(account, request),
        ["stats", "filter"] => {
            let filter = request.parameter("filter").and_then(|filter| filter.split_once(':'));
            totals(account, request, |event| {
                filter.is_none_or(|(name, value)| {
                    let values = attributes::of(event, name).unwrap_or_default();
                    values.iter().any(|one| one.eq_ignore_ascii_case(value))
                })
            })
        }
        [domain, "stats", "total"] => account
            .domain(domain)
            .and_then(|domain| totals(account, request, |event| *event.domain == *domain)),
        [domain, "aggregates", kind @ ("providers" | "devices" | "countries")] => {
            aggregates(account, domain, kind)
        }
        _ => Err(Refusal::not_found("not found")),
    }
}

fn totals(account: &Account, request: &Request, is_found: impl Fn(&Event) -> bool) -> Answer {
    let range = Range::read(|name| request.parameter(name), 7)?;
    let resolution = Resolution::read(request.parameter("resolution"))?;
    let mut begin = resolution.begin(range.start);
    let mut points = Vec::new();
    while begin <= range.end {
        if points.len() == MAX_POINTS {
            return Err(Refusal::bad_request("the time range is too large"));
        }
        points.push(begin);
        begin = resolution.next(begin);
    }
    let events: Vec<_> = account.groups.events.all.iter().collect();
    let found = |event: &Event| range.has(event) && is_found(event);
    response(request, range, resolution, &points, &events, found)
}

fn by_domain(account: &Account, request: &Request) -> Answer {
    let resolution = Resolution::read(request.parameter("resolution"))?;
    let timestamp = request.parameter("timestamp").and_then(date::parse_rfc2822);
    let timestamp = timestamp.ok_or_else(|| Refusal::bad_request("timestamp is required"))?;
    let begin = date::rfc2822(timestamp, "UTC");
    let range = Range::read(|name| ["start", "end"].contains(&name).then_some(&*begin), 0)?;
    let events: Vec<_> = account.groups.events.all.iter().collect();
    response(request, range, resolution, &[resolution.begin(timestamp)], &events, |_| true)
}

fn response(
    request: &Request,
    range: Range,
    resolution: Resolution,
    points: &[SystemTime],
    events: &[&Event],
    is_found: impl Fn(&Event) -> bool,
) -> Answer {
    let names = request.query.iter().filter(|(name, _)| name == "event");
    let names: Vec<_> = names.map(|(_, event)| event.as_str()).collect();
    if names.is_empty() {
        return Err(Refusal::bad_request("event is required"));
    }
    let stats: Vec<_> = points
        .iter()
        .map(|&begin| {
            let here = events.iter().filter(|event| resolution.begin(time_of(event)) == begin);
            let found = here.filter(|event| is_found(event)).map(|event| event.json());
            let mut point = tally::stats(&tally::metrics(found), &names);
            point.insert("time".to_owned(), json!(date::rfc2822(begin, "UTC")));
            point
        })
        .collect();
    Ok(Response::ok(&json!({
        "description": "",
        "start": date::rfc2822(range.start, "UTC"),
        "end": date::rfc2822(range.end, "UTC"),
        "resolution": resolution.name(),
        "stats": stats,
    })))
}

fn aggregates(account: &Account, domain: &str, kind: &str) -> Answer {
    let domain = account.domain(domain)?;
    let attribute = match kind {
        "providers" => "recipient_domain",
        "devices" => "device",
        _ => "country",
    };
    let mut groups = BTreeMap::<String, Vec<&Event>>::new();
    for event in account.groups.events.all.iter().filter(|event| *event.domain == *domain) {
        for value in attributes::of(event, attribute).unwrap_or_default() {
            groups.entry(value).or_default().push(event);
        }
    }
    let counts = groups.into_iter().map(|(value, events)| {
        let metrics = tally::metrics(events.into_iter().map(Event::json));
        let names =
            ["accepted", "clicked", "opened", "unique_clicked", "unique_opened", "unsubscribed"];
        let count = |name: &str| metrics.get(&format!("{name}_count")).cloned();
        let counts = names.map(|name| (name.to_owned(), count(name).unwrap_or(json!(0))));
        (value, Value::Object(counts.into_iter().collect()))
    });
    Ok(Response::ok(&json!({ kind: Value::Object(counts.collect()) })))
}
