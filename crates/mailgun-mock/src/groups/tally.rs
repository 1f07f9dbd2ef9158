//! Counts of events, as the metrics have them.

use serde_json::{Map, Value, json};

/// The metrics that follow from these events.
pub(crate) fn metrics<'a>(events: impl Iterator<Item = &'a Value>) -> Map<String, Value> {
    let mut counts = Map::new();
    let mut add = |name: String| {
        let count = counts.get(&name).and_then(Value::as_u64).unwrap_or(0);
        counts.insert(name, json!(count + 1));
    };
    for event in events {
        let kind = event["event"].as_str().unwrap_or_default();
        add(format!("{kind}_count"));
        match kind {
            "accepted" => {
                add("accepted_outgoing_count".to_owned());
                add("processed_count".to_owned());
                add("sent_count".to_owned());
            }
            "delivered" => {
                add("delivered_smtp_count".to_owned());
                add("delivered_first_attempt_count".to_owned());
            }
            "failed" => {
                let severity = event["severity"].as_str().unwrap_or("permanent");
                add(format!("{severity}_failed_count"));
            }
            "opened" | "clicked" => add(format!("unique_{kind}_count")),
            _ => {}
        }
    }
    let count = |name: &str| counts.get(name).and_then(Value::as_u64).unwrap_or(0);
    let rates = [
        ("delivered_rate", count("delivered_count"), count("accepted_count")),
        ("fail_rate", count("failed_count"), count("accepted_count")),
        ("permanent_fail_rate", count("permanent_failed_count"), count("accepted_count")),
        ("temporary_fail_rate", count("temporary_failed_count"), count("accepted_count")),
        ("opened_rate", count("opened_count"), count("delivered_count")),
        ("clicked_rate", count("clicked_count"), count("delivered_count")),
        ("unsubscribed_rate", count("unsubscribed_count"), count("delivered_count")),
        ("complained_rate", count("complained_count"), count("delivered_count")),
    ];
    for (name, part, whole) in rates {
        let rate = if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        counts.insert(name.to_owned(), json!(format!("{rate:.4}")));
    }
    counts
}

/// One point of the older statistics, with the events that were asked for.
pub(crate) fn stats(metrics: &Map<String, Value>, events: &[&str]) -> Map<String, Value> {
    let count = |name: &str| metrics.get(name).and_then(Value::as_u64).unwrap_or(0);
    let mut point = Map::new();
    for event in events {
        let total = count(&format!("{event}_count"));
        let counts = match *event {
            "accepted" => json!({ "incoming": 0, "outgoing": total, "total": total }),
            "delivered" => json!({ "smtp": total, "http": 0, "optimized": 0, "total": total }),
            "failed" => json!({
                "temporary": { "espblock": 0, "total": count("temporary_failed_count") },
                "permanent": { "bounce": 0, "total": count("permanent_failed_count") },
            }),
            "opened" | "clicked" => json!({ "total": total, "unique": total }),
            _ => json!({ "total": total }),
        };
        point.insert((*event).to_owned(), counts);
    }
    point
}
