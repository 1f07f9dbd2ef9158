//! Metrics and usage.

use std::{collections::BTreeMap, time::SystemTime};

use serde_json::{Map, Value, json};

use super::{
    attributes,
    query::{self, Range, Resolution, SortKey},
};
use crate::{
    account::Account,
    date,
    groups::{Answer, events::Event, tally},
    http::{request::Request, response::Response},
};

const DIMENSIONS: [&str; 11] = [
    "bot",
    "country",
    "device",
    "domain",
    "ip",
    "ip_pool",
    "recipient_domain",
    "recipient_provider",
    "subaccount",
    "tag",
    "time",
];

/// The usage metrics besides processed mail. They are always zero here.
const USAGE: [&str; 20] = [
    "accessibility_count",
    "accessibility_failed_count",
    "archived_count",
    "domain_blocklist_monitoring_count",
    "email_preview_count",
    "email_preview_failed_count",
    "email_validation_bulk_count",
    "email_validation_count",
    "email_validation_list_count",
    "email_validation_mailgun_count",
    "email_validation_mailjet_count",
    "email_validation_public_count",
    "email_validation_single_count",
    "email_validation_valid_count",
    "image_validation_count",
    "image_validation_failed_count",
    "ip_blocklist_monitoring_count",
    "link_validation_count",
    "link_validation_failed_count",
    "seed_test_count",
];

/// The value of a dimension and its sort key.
type Key = (String, String);

pub(super) fn metrics(account: &Account, request: &Request, _: &[&str]) -> Answer {
    let is_metric = |name: &str| {
        (name.ends_with("_count") || name.ends_with("_rate")) && !USAGE.contains(&name)
    };
    answer(account, request, &DIMENSIONS, is_metric)
}

pub(super) fn usage(account: &Account, request: &Request, _: &[&str]) -> Answer {
    let is_metric = |name: &str| name == "processed_count" || USAGE.contains(&name);
    answer(account, request, &["subaccount", "time"], is_metric)
}

fn answer(
    account: &Account,
    request: &Request,
    known_dimensions: &[&str],
    is_metric: impl Fn(&str) -> bool,
) -> Answer {
    let asked: Value = request.json()?;
    let range = Range::read(|name| asked[name].as_str(), 7)?;
    let resolution = Resolution::read(asked["resolution"].as_str())?;
    let dimensions = query::names(&asked, "dimensions", |name| known_dimensions.contains(&name))?;
    let metrics = query::names(&asked, "metrics", is_metric)?;

    let filterable = |name: &str| name != "time" && DIMENSIONS.contains(&name);
    let attribute =
        |event: &Event, name: &str| attributes::of(event, name).filter(|_| filterable(name));
    let events = query::select(&account.groups.events.all, &asked, range, attribute)?;
    let mut groups = BTreeMap::<Vec<Key>, Vec<&Event>>::new();
    if dimensions.is_empty() {
        groups.insert(Vec::new(), Vec::new());
    }
    for (_, event) in &events {
        for key in keys(event, &dimensions, resolution) {
            groups.entry(key).or_default().push(*event);
        }
    }
    let items = groups
        .into_iter()
        .map(|(key, events)| {
            (key, chosen(tally::metrics(events.into_iter().map(Event::json)), &metrics))
        })
        .collect();
    let position = |name: &str| dimensions.iter().position(|dimension| *dimension == name);
    let column = |(key, metrics): &(Vec<Key>, Map<String, Value>), name: &str| match position(name)
    {
        Some(index) => SortKey::Text(key[index].0.clone()),
        None => query::metric_key(metrics.get(name)),
    };
    let limits = if dimensions.contains(&"time") { [1500, 1500] } else { [10, 1000] };
    let (items, pagination) = query::page(&asked, items, column, limits)?;
    let items: Vec<_> = items.into_iter().map(|item| json_of(&dimensions, item)).collect();
    let all = || chosen(tally::metrics(events.iter().map(|(_, event)| event.json())), &metrics);
    let aggregates = if asked["include_aggregates"] == true { all() } else { Map::new() };
    let mut response = json!({
        "start": date::rfc2822(resolution.begin(range.start), "+0000"),
        "end": date::rfc2822(resolution.begin(range.end), "+0000"),
        "resolution": resolution.name(),
        "dimensions": dimensions,
        "pagination": pagination,
        "items": items,
        "aggregates": { "metrics": aggregates },
    });
    if let Some(duration) = asked["duration"].as_str() {
        response["duration"] = json!(duration);
    }
    Ok(Response::ok(&response))
}

/// The combinations of the values of an event in these dimensions: none if it lacks a value,
/// several if it has several tags.
fn keys(event: &Event, dimensions: &[&str], resolution: Resolution) -> Vec<Vec<Key>> {
    dimensions.iter().fold(vec![Vec::new()], |keys, dimension| {
        let values: Vec<Key> = if *dimension == "time" {
            let begin: SystemTime = resolution.begin(query::time_of(event));
            vec![(format!("{:020}", date::epoch_seconds(begin)), date::rfc2822(begin, "+0000"))]
        } else {
            let values = attributes::of(event, dimension).unwrap_or_default();
            values.into_iter().map(|value| (value.clone(), value)).collect()
        };
        let with = |key: Vec<Key>| {
            values.iter().map(move |value| [key.clone(), vec![value.clone()]].concat())
        };
        keys.into_iter().flat_map(with).collect()
    })
}

/// The requested metrics, or all; zero by default.
fn chosen(counted: Map<String, Value>, metrics: &[&str]) -> Map<String, Value> {
    if metrics.is_empty() {
        return counted;
    }
    let value = |name: &str| {
        let zero = || if name.ends_with("_rate") { json!("0.0000") } else { json!(0) };
        counted.get(name).cloned().unwrap_or_else(zero)
    };
    metrics.iter().map(|name| ((*name).to_owned(), value(name))).collect()
}

fn json_of(dimensions: &[&str], (key, metrics): (Vec<Key>, Map<String, Value>)) -> Value {
    let dimensions = dimensions.iter().zip(key).map(|(name, (_, value))| {
        let shown = if *name == "subaccount" { "Mock" } else { &value };
        json!({ "dimension": name, "value": value, "display_value": shown })
    });
    json!({ "dimensions": dimensions.collect::<Vec<_>>(), "metrics": metrics })
}
