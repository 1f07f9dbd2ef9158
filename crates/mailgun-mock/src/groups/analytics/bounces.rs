//! Bounce classification: groups the failures of the mock by the responses of the servers.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    attributes,
    query::{self, Range, Resolution, SortKey},
};
use crate::{
    account::Account,
    date,
    groups::{Answer, events::Event, listing},
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

const DIMENSIONS: [&str; 13] = [
    "entity-name",
    "domain.name",
    "envelope.sending-ip",
    "account.name",
    "envelope.i-ip-pool-name",
    "tags",
    "tag",
    "recipient-domain",
    "group-id",
    "criticality",
    "severity",
    "category",
    "timestamp",
];

/// Dimensions that only failures have.
const OF_FAILURES: [&str; 4] = ["group-id", "criticality", "severity", "category"];

const METRICS: [&str; 10] = [
    "critical_bounce_count",
    "non_critical_bounce_count",
    "critical_delay_count",
    "non_critical_delay_count",
    "classified_failures_count",
    "delivered_smtp_count",
    "critical_bounce_rate",
    "non_critical_bounce_rate",
    "critical_delay_rate",
    "non_critical_delay_rate",
];

pub(super) fn metrics(account: &Account, request: &Request, _: &[&str]) -> Answer {
    let asked: Value = request.json()?;
    let range = Range::read(|name| asked[name].as_str(), 7)?;
    let resolution = Resolution::read(asked["resolution"].as_str())?;
    let dimensions = query::names(&asked, "dimensions", |name| DIMENSIONS.contains(&name))?;
    let metrics = query::names(&asked, "metrics", |name| METRICS.contains(&name))?;
    if dimensions.contains(&"tag") && dimensions.contains(&"tags") {
        return Err(Refusal::bad_request("'tag' and 'tags' are not compatible"));
    }
    let mut groups = BTreeMap::<Vec<String>, Vec<&Event>>::new();
    let attribute = |event: &Event, name: &str| value(event, name, resolution);
    let events = query::select(&account.groups.events.all, &asked, range, attribute)?;
    let is_counted = |event: &Event| is_classified(event) || event.json()["event"] == "delivered";
    for (_, event) in events.into_iter().filter(|(_, event)| is_counted(event)) {
        for key in keys(event, &dimensions, resolution) {
            groups.entry(key).or_default().push(event);
        }
    }
    // Deliveries have no group. They are counted only if no dimension of failures is requested.
    groups.retain(|_, events| events.iter().any(|event| is_classified(event)));
    let has_deliveries = !dimensions.iter().any(|name| OF_FAILURES.contains(name));
    let items = groups
        .into_iter()
        .map(|(key, events)| {
            let mut item = Map::new();
            for (name, value) in dimensions.iter().zip(key) {
                item.insert((*name).to_owned(), json!(value));
            }
            if let (true, Some(failure)) = (dimensions.contains(&"group-id"), events.first()) {
                let rule = rule(failure);
                item.insert("sample-text".to_owned(), rule["sample-text"].clone());
                item.insert("explanation".to_owned(), rule["explanation"].clone());
            }
            item.insert("metrics".to_owned(), counts(&events, has_deliveries, &metrics));
            item
        })
        .collect();
    let column = |item: &Map<String, Value>, name: &str| match item.get(name) {
        Some(Value::String(text)) => SortKey::Text(text.clone()),
        _ => query::metric_key(item.get("metrics").and_then(|metrics| metrics.get(name))),
    };
    let (items, pagination) = query::page(&asked, items, column, [10, 50])?;
    let mut response = json!({
        "start": date::rfc2822(range.start, "+0000"),
        "end": date::rfc2822(range.end, "+0000"),
        "resolution": resolution.name(),
        "dimensions": dimensions,
        "pagination": pagination,
        "items": items,
    });
    if let Some(duration) = asked["duration"].as_str() {
        response["duration"] = json!(duration);
    }
    Ok(Response::ok(&response))
}

/// A failure of an attempted delivery.
fn is_classified(event: &Event) -> bool {
    let json = event.json();
    let reason = json["reason"].as_str().unwrap_or_default();
    json["event"] == "failed" && !reason.starts_with("suppress-")
}

/// The values of an attribute; deliveries have none for dimensions of failures.
fn value(event: &Event, name: &str, resolution: Resolution) -> Option<Vec<String>> {
    let names = |name| attributes::of(event, name).unwrap_or_default();
    Some(match name {
        "entity-name" => names("recipient_provider"),
        "domain.name" => names("domain"),
        "envelope.sending-ip" => names("ip"),
        "account.name" => vec!["Mock".to_owned()],
        "envelope.i-ip-pool-name" => names("ip_pool"),
        "tag" => names("tag"),
        "tags" => vec![names("tag").join(", ")],
        "recipient-domain" => names("recipient_domain"),
        "timestamp" => {
            vec![date::rfc2822(resolution.begin(query::time_of(event)), "+0000")]
        }
        name if OF_FAILURES.contains(&name) => {
            let is_failure = is_classified(event);
            let value = rule(event)[name].as_str().map(str::to_owned);
            value.filter(|_| is_failure).into_iter().collect()
        }
        _ => return None,
    })
}

/// The combinations of values that an event has in these dimensions.
fn keys(event: &Event, dimensions: &[&str], resolution: Resolution) -> Vec<Vec<String>> {
    dimensions.iter().fold(vec![Vec::new()], |keys, dimension| {
        let values = value(event, dimension, resolution).unwrap_or_default();
        let with = |key: Vec<String>| {
            values.iter().map(move |value| [key.clone(), vec![value.clone()]].concat())
        };
        keys.into_iter().flat_map(with).collect()
    })
}

fn counts(events: &[&Event], has_deliveries: bool, metrics: &[&str]) -> Value {
    let failures = |criticality: &str, severity: &str| {
        let is_such = |event: &&&Event| {
            let rule = rule(event);
            is_classified(event)
                && rule["criticality"] == criticality
                && rule["severity"] == severity
        };
        events.iter().filter(is_such).count()
    };
    let counts = [
        ("critical_bounce", failures("CRITICAL", "PERMANENT")),
        ("non_critical_bounce", failures("NON-CRITICAL", "PERMANENT")),
        ("critical_delay", failures("CRITICAL", "TEMPORARY")),
        ("non_critical_delay", failures("NON-CRITICAL", "TEMPORARY")),
    ];
    let classified: usize = counts.iter().map(|(_, count)| count).sum();
    let delivered = events.len() - events.iter().filter(|event| is_classified(event)).count();
    let mut all = Map::new();
    for (name, count) in counts {
        all.insert(format!("{name}_count"), json!(count));
        let rate = has_deliveries.then(|| 100 * count / (classified + delivered).max(1));
        all.insert(format!("{name}_rate"), json!(rate));
    }
    all.insert("classified_failures_count".to_owned(), json!(classified));
    let delivered = has_deliveries.then_some(delivered);
    all.insert("delivered_smtp_count".to_owned(), json!(delivered));
    all.retain(|name, _| metrics.is_empty() || metrics.contains(&name.as_str()));
    Value::Object(all)
}

/// The group of a failure.
fn rule(event: &Event) -> Value {
    let json = event.json();
    let reason = json["reason"].as_str().unwrap_or("generic");
    let severity = json["severity"].as_str().unwrap_or("permanent");
    let status = &json["delivery-status"];
    let criticality = if reason == "espblock" { "CRITICAL" } else { "NON-CRITICAL" };
    let explanation = match reason {
        "espblock" => "The provider blocks the sender",
        "bounce" => "The mailbox does not exist",
        "greylisted" => "The provider wants another attempt later",
        _ => "The server refused the message",
    };
    json!({
        "group-id": format!("{severity}-{reason}"),
        "criticality": criticality,
        "severity": severity.to_uppercase(),
        "category": reason.to_uppercase(),
        "sample-text": status["message"].as_str().unwrap_or_default(),
        "explanation": explanation,
    })
}

/// Version 1 of the classification, which calls a group a rule.
pub(super) fn read(account: &Account, request: &Request, segments: &[&str]) -> Answer {
    let failures = account.groups.events.all.iter().filter(|event| is_classified(event));
    let name = |event: &Event| attributes::provider(&event.json()).unwrap_or_default();
    let id = |event: &Event| name(event).to_lowercase();
    let of = |domain: &str| {
        let domain = domain.to_lowercase();
        failures.clone().filter(move |event| event.domain.to_lowercase() == domain)
    };
    let rule_of = |event: &Event| {
        let mut rule = rule(event);
        rule["rule-id"] = rule["group-id"].take();
        if let Some(fields) = rule.as_object_mut() {
            fields.retain(|name, _| name != "group-id" && name != "criticality");
        }
        rule
    };
    Ok(Response::ok(&match &segments[1..] {
        ["config", "groups", id] => {
            let found = failures.map(rule).find(|rule| rule["group-id"] == **id);
            found.ok_or_else(|| Refusal::not_found("group not found"))?
        }
        ["stats"] => {
            let groups = request.parameter("group").unwrap_or("domain.name");
            let item = |event: &Event| {
                let mut item = Map::new();
                let rule = rule_of(event);
                for group in groups.split(',') {
                    let (name, value) = match group.trim() {
                        "subaccount.id" => ("subaccount", json!({ "id": "mock" })),
                        "entity-id" => ("entity-id", json!(id(event))),
                        "rule-id" => ("rule-id", rule["rule-id"].clone()),
                        _ => ("domain", json!({ "name": &*event.domain })),
                    };
                    item.insert(name.to_owned(), value);
                }
                item.into()
            };
            let items = bounced(failures, item);
            let limit = request.parameter("limit").and_then(|limit| limit.parse().ok());
            let items: Vec<_> = items.into_iter().take(limit.unwrap_or(usize::MAX)).collect();
            json!({ "items": items, "_duration": "0s" })
        }
        ["domains"] => {
            let items = bounced(failures, |event| json!({ "domain": { "name": &*event.domain } }));
            let wanted = request.parameter("query").and_then(|query| query.split_once(':'));
            let is_found = |item: &&Value| {
                wanted.is_none_or(|(_, name)| item["domain"]["name"].as_str() == Some(name))
            };
            let items: Vec<_> = items.iter().filter(is_found).collect();
            let page = listing::by_skip(request, &items, 100)?;
            json!({ "items": page, "total": items.len() })
        }
        ["domains", domain, "entities"] => {
            let item =
                |event: &Event| json!({ "entity-id": id(event), "entity-name": name(event) });
            json!({ "items": bounced(of(domain), item) })
        }
        ["domains", domain, "entities", entity, "rules"] => {
            let failures = of(domain).filter(|event| id(event) == *entity);
            json!({ "items": bounced(failures, rule_of) })
        }
        ["domains", domain, "events"] => {
            let items: Vec<_> = of(domain).map(Event::json).collect();
            json!({ "items": items })
        }
        ["config", "entities"] => {
            let entities = failures.map(|event| (id(event), json!({ "name": name(event) })));
            Value::Object(entities.collect())
        }
        ["config", "rules"] => {
            let rules = failures.map(|event| {
                let rule = rule(event);
                let json = json!({
                    "entity_id": id(event),
                    "class": rule["category"],
                    "sample-text": rule["sample-text"],
                    "explanation": rule["explanation"],
                    "short-explanation": rule["explanation"],
                });
                (rule["group-id"].as_str().unwrap_or_default().to_owned(), json)
            });
            Value::Object(rules.collect())
        }
        _ => return Err(Refusal::not_found("not found")),
    }))
}

/// Counts the events of each item, the highest count first.
fn bounced<'a>(
    events: impl Iterator<Item = &'a Event>,
    item: impl Fn(&Event) -> Value,
) -> Vec<Value> {
    let mut counts: Vec<(Value, u64)> = Vec::new();
    for item in events.map(item) {
        match counts.iter_mut().find(|(known, _)| *known == item) {
            Some((_, count)) => *count += 1,
            None => counts.push((item, 1)),
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let with_count = |(mut item, count): (Value, u64)| {
        item["bounced"] = json!({ "total": count });
        item
    };
    counts.into_iter().map(with_count).collect()
}
