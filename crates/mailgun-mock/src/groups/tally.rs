//! Event counts, in the form of the metrics.

use std::{borrow::Borrow, collections::BTreeSet};

use serde_json::{Map, Value, json};

/// The metrics of these events.
pub(crate) fn metrics(events: impl Iterator<Item = impl Borrow<Value>>) -> Map<String, Value> {
    let mut counts = Map::new();
    let mut seen = BTreeSet::new();
    for event in events {
        for name in counted(event.borrow(), &mut seen) {
            let count = counts.get(&name).and_then(Value::as_u64).unwrap_or(0);
            counts.insert(name, json!(count + 1));
        }
    }
    let count = |name: &str| counts.get(name).and_then(Value::as_u64).unwrap_or(0);
    let rates = [
        ("delivered_rate", count("delivered_count"), count("accepted_count")),
        ("fail_rate", count("failed_count"), count("accepted_count")),
        ("permanent_fail_rate", count("permanent_failed_count"), count("accepted_count")),
        ("temporary_fail_rate", count("temporary_failed_count"), count("accepted_count")),
        ("bounce_rate", count("bounced_count"), count("accepted_count")),
        ("hard_bounce_rate", count("hard_bounces_count"), count("accepted_count")),
        ("soft_bounce_rate", count("soft_bounces_count"), count("accepted_count")),
        ("delayed_rate", count("temporary_failed_count"), count("accepted_count")),
        (
            "delayed_first_attempt_rate",
            count("delayed_first_attempt_count"),
            count("accepted_count"),
        ),
        ("opened_rate", count("opened_count"), count("delivered_count")),
        ("clicked_rate", count("clicked_count"), count("delivered_count")),
        ("unique_opened_rate", count("unique_opened_count"), count("delivered_count")),
        ("unique_clicked_rate", count("unique_clicked_count"), count("delivered_count")),
        ("unsubscribed_rate", count("unsubscribed_count"), count("delivered_count")),
        ("complained_rate", count("complained_count"), count("delivered_count")),
    ];
    for (name, part, whole) in rates {
        let rate = if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        counts.insert(name.to_owned(), json!(format!("{rate:.4}")));
    }
    counts
}

/// The counts that an event increments. `seen` has the opens and clicks so far.
fn counted(event: &Value, seen: &mut BTreeSet<[String; 3]>) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = text(&event["event"]);
    let attempt = event["delivery-status"]["attempt-no"].as_u64().unwrap_or(1);
    let mut names = vec![format!("{kind}_count")];
    let mut add = |name: &str| names.push(format!("{name}_count"));
    match &*kind {
        "accepted" => {
            add("accepted_outgoing");
            add("processed");
        }
        "delivered" => {
            add("delivered_smtp");
            add("sent");
            add(if attempt > 1 { "delivered_subsequent" } else { "delivered_first_attempt" });
            if attempt > 1 {
                add("delivered_two_plus_attempts");
            }
        }
        "failed" if event["severity"] == "temporary" => {
            add("temporary_failed");
            if event["reason"] == "espblock" {
                add("temporary_failed_esp_block");
            }
            if attempt == 1 {
                add("delayed_first_attempt");
            }
        }
        "failed" => {
            add("permanent_failed");
            let reason = event["reason"].as_str().unwrap_or_default();
            match reason {
                "suppress-bounce" => add("suppressed_bounces"),
                "suppress-unsubscribe" => add("suppressed_unsubscribed"),
                "suppress-complaint" => add("suppressed_complaints"),
                _ => {
                    add("sent");
                    add("bounced");
                    let is_soft = event["delivery-status"]["bounce-type"] == "soft";
                    add(if is_soft { "soft_bounces" } else { "hard_bounces" });
                }
            }
            match reason {
                "old" => add("permanent_failed_old"),
                "espblock" => add("permanent_failed_esp_block"),
                _ => {}
            }
            if event["flags"]["is-delayed-bounce"] == true {
                add("delayed_bounce");
            }
        }
        "opened" | "clicked" => {
            let id = text(&event["message"]["headers"]["message-id"]);
            if seen.insert([kind.clone(), text(&event["recipient"]), id]) {
                add(&format!("unique_{kind}"));
            }
        }
        _ => {}
    }
    names
}

/// A point of the older statistics, with the requested events.
pub(crate) fn stats(metrics: &Map<String, Value>, events: &[&str]) -> Map<String, Value> {
    let count = |name: &str| metrics.get(name).and_then(Value::as_u64).unwrap_or(0);
    let mut point = Map::new();
    for event in events {
        let total = count(&format!("{event}_count"));
        let counts = match *event {
            "accepted" => json!({ "incoming": 0, "outgoing": total, "total": total }),
            "delivered" => json!({ "smtp": total, "http": 0, "optimized": 0, "total": total }),
            "failed" => json!({
                "temporary": {
                    "espblock": count("temporary_failed_esp_block_count"),
                    "total": count("temporary_failed_count"),
                },
                "permanent": {
                    "bounce": count("bounced_count"),
                    "delayed-bounce": count("delayed_bounce_count"),
                    "suppress-bounce": count("suppressed_bounces_count"),
                    "suppress-unsubscribe": count("suppressed_unsubscribed_count"),
                    "suppress-complaint": count("suppressed_complaints_count"),
                    "total": count("permanent_failed_count"),
                },
            }),
            "opened" | "clicked" => {
                json!({ "total": total, "unique": count(&format!("unique_{event}_count")) })
            }
            _ => json!({ "total": total }),
        };
        point.insert((*event).to_owned(), counts);
    }
    point
}
