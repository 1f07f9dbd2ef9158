//! Alerts on sending rates, and their hits. The rates are those of the metrics. They are checked
//! whenever a client asks for the alerts or the hits.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::now;
use crate::{
    account::Account,
    groups::{Answer, analytics, events::Event, queue, tally},
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

const METRICS: [&str; 4] =
    ["hard_bounce_rate", "temporary_fail_rate", "delivered_rate", "complained_rate"];
const DIMENSIONS: [&str; 5] = ["domain", "ip", "ip_pool", "recipient_provider", "subaccount"];
const COMPARATORS: [&str; 6] = ["=", "!=", "<", "<=", ">", ">="];

#[derive(Debug, Default)]
pub(super) struct State {
    alerts: Vec<Value>,
    hits: Vec<Value>,
}

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    rest: &[&str],
) -> Option<Answer> {
    check(account);
    Some(match (method, rest) {
        ("GET", []) => Ok(listing(&account.groups.alerts.send.alerts)),
        ("POST", []) => create(account, request),
        ("GET", [name]) => find(account, name).map(|alert| Response::ok(alert)),
        ("PUT", [name]) => update(account, request, name),
        ("DELETE", [name]) => delete(account, name),
        _ => return None,
    })
}

pub(super) fn hits(account: &mut Account) -> Response {
    check(account);
    listing(&account.groups.alerts.send.hits)
}

fn listing(items: &[Value]) -> Response {
    Response::ok(&json!({ "items": items, "total": items.len() }))
}

fn create(account: &mut Account, request: &Request) -> Answer {
    let mut alert = settings(request)?;
    if find(account, alert["name"].as_str().unwrap_or_default()).is_ok() {
        return Err(Refusal::bad_request("send alert already exists"));
    }
    let now = now();
    for (name, value) in
        [("id", account.object_id()), ("created_at", now.clone()), ("updated_at", now)]
    {
        alert.insert(name.to_owned(), value.into());
    }
    let alert = Value::Object(alert);
    let response = Response::ok(&alert);
    account.groups.alerts.send.alerts.push(alert);
    Ok(response)
}

fn update(account: &mut Account, request: &Request, name: &str) -> Answer {
    let alert = find(account, name)?;
    let mut new = settings(request)?;
    for name in ["id", "created_at"] {
        new.insert(name.to_owned(), alert[name].take());
    }
    new.insert("updated_at".to_owned(), now().into());
    *alert = Value::Object(new);
    // The hits belong to the old settings.
    account.groups.alerts.send.hits.retain(|hit| hit["name"] != name);
    Ok(Response::message(StatusCode::OK, "success"))
}

fn delete(account: &mut Account, name: &str) -> Answer {
    find(account, name)?;
    let State { alerts, hits } = &mut account.groups.alerts.send;
    alerts.retain(|alert| alert["name"] != name);
    hits.retain(|hit| hit["name"] != name);
    Ok(Response::message(StatusCode::OK, "success"))
}

fn find<'a>(account: &'a mut Account, name: &str) -> Result<&'a mut Value, Refusal> {
    let found = account.groups.alerts.send.alerts.iter_mut().find(|alert| alert["name"] == name);
    found.ok_or_else(|| Refusal::not_found("send alert not found"))
}

fn settings(request: &Request) -> Result<Map<String, Value>, Refusal> {
    let settings: Map<String, Value> = request.json()?;
    let text = |name: &str| {
        let text = settings.get(name).and_then(Value::as_str);
        text.ok_or_else(|| Refusal::bad_request(format!("{name} is required")))
    };
    let is_one_of = |name: &str, known: &[&str]| {
        let bad = || Refusal::bad_request(format!("{name} is invalid"));
        if known.contains(&text(name)?) { Ok(()) } else { Err(bad()) }
    };
    text("name")?;
    is_one_of("metric", &METRICS)?;
    is_one_of("comparator", &COMPARATORS)?;
    is_one_of("dimension", &DIMENSIONS)?;
    if text("limit")?.parse::<f64>().is_err() {
        return Err(Refusal::bad_request("limit is invalid"));
    }
    if settings.get("period").is_some_and(|period| seconds(period).is_none()) {
        return Err(Refusal::bad_request("period is invalid"));
    }
    Ok(settings)
}

/// How long a period such as `1h` or `1d` is.
fn seconds(period: &Value) -> Option<u64> {
    let period = period.as_str()?;
    let (number, unit) = period.split_at_checked(period.len().checked_sub(1)?)?;
    let unit = match unit {
        "h" => 3600,
        "d" => 24 * 3600,
        "M" => 30 * 24 * 3600,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// Checks all rates, and adds and updates hits.
fn check(account: &mut Account) {
    queue::deliver_due(account);
    let now = now();
    let mut alerts = std::mem::take(&mut account.groups.alerts.send.alerts);
    for alert in &mut alerts {
        alert["last_checked"] = now.as_str().into();
        let rates = rates(account, alert);
        for (value, rate) in rates {
            let is_passed = compares(alert, &rate);
            let hits = &mut account.groups.alerts.send.hits;
            let of_value =
                |hit: &&mut Value| hit["name"] == alert["name"] && hit["dimension_value"] == value;
            if let Some(hit) = hits.iter_mut().find(of_value) {
                hit["triggered"] = is_passed.into();
                hit["latest_value"] = rate;
                hit["updated_at"] = now.as_str().into();
            } else if is_passed {
                let id = account.object_id();
                account.groups.alerts.send.hits.push(json!({
                    "id": id,
                    "name": alert["name"],
                    "created_at": now,
                    "updated_at": now,
                    "triggered": true,
                    "expires_at": "0001-01-01T00:00:00Z",
                    "latest_value": rate,
                    "metric": alert["metric"],
                    "comparator": alert["comparator"],
                    "limit": alert["limit"],
                    "dimension": alert["dimension"],
                    "dimension_value": value,
                }));
            }
        }
    }
    account.groups.alerts.send.alerts = alerts;
}

/// The rate of each value of the alert's dimension that has events.
fn rates(account: &Account, alert: &Value) -> Vec<(String, Value)> {
    let dimension = alert["dimension"].as_str().unwrap_or_default();
    let period = seconds(&alert["period"]).unwrap_or(3600);
    let begin = SystemTime::now().checked_sub(Duration::from_secs(period)).unwrap_or(UNIX_EPOCH);
    let begin = begin.duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
    let mut by_value = BTreeMap::<String, Vec<&Event>>::new();
    for event in &account.groups.events.all {
        if u128::from(event.micros) >= begin && is_counted(event, &alert["filters"]) {
            for value in analytics::attributes(event, dimension) {
                by_value.entry(value).or_default().push(event);
            }
        }
    }
    let metric = alert["metric"].as_str().unwrap_or_default();
    let rate = |events: Vec<&Event>| {
        tally::metrics(events.into_iter().map(Event::json)).remove(metric).unwrap_or_default()
    };
    by_value.into_iter().map(|(value, events)| (value, rate(events))).collect()
}

fn is_counted(event: &Event, filters: &Value) -> bool {
    filters.as_array().into_iter().flatten().all(|filter| {
        let values = analytics::attributes(event, filter["dimension"].as_str().unwrap_or_default());
        let wanted = || filter["values"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let any = |is: fn(&str, &str) -> bool| {
            values.iter().any(|value| wanted().any(|wanted| is(value, wanted)))
        };
        match filter["comparator"].as_str().unwrap_or_default() {
            "=" => any(|value, wanted| value == wanted),
            "!=" => !any(|value, wanted| value == wanted),
            "contains" => any(|value, wanted| value.contains(wanted)),
            "not contains" => !any(|value, wanted| value.contains(wanted)),
            "<" => any(|value, wanted| value < wanted),
            "<=" => any(|value, wanted| value <= wanted),
            ">" => any(|value, wanted| value > wanted),
            ">=" => any(|value, wanted| value >= wanted),
            _ => false,
        }
    })
}

/// Whether the comparison of the rate with the limit holds.
fn compares(alert: &Value, rate: &Value) -> bool {
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<f64>().ok());
    let (Some(rate), Some(limit)) = (number(rate), number(&alert["limit"])) else {
        return false;
    };
    match alert["comparator"].as_str().unwrap_or_default() {
        "=" => rate == limit,
        "!=" => rate != limit,
        "<" => rate < limit,
        "<=" => rate <= limit,
        ">" => rate > limit,
        ">=" => rate >= limit,
        _ => false,
    }
}
