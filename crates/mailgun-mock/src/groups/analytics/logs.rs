//! Logs: the events of the account in the format of the logs API.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    attributes,
    query::{self, Range},
};
use crate::{
    account::Account,
    date,
    groups::{
        Answer,
        events::{Event, page},
        tally,
    },
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

const MAX_LIMIT: u64 = 100;

pub(super) fn list(account: &Account, request: &Request, _: &[&str]) -> Answer {
    let asked: Value = request.json()?;
    let range = Range::read(|name| asked[name].as_str(), 1)?;
    check_labels(&asked)?;
    let pagination = &asked["pagination"];
    let limit = pagination["limit"].as_u64().unwrap_or(MAX_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Refusal::bad_request(format!("limit must be from 1 to {MAX_LIMIT}")));
    }
    let ascending = match pagination["sort"].as_str().unwrap_or_default() {
        "" | "timestamp:desc" => false,
        "timestamp:asc" => true,
        other => return Err(Refusal::bad_request(format!("invalid sort: {other}"))),
    };
    let position = match pagination["token"].as_str().filter(|token| !token.is_empty()) {
        None => page::Position::First,
        Some(token) => {
            let (position, _) =
                page::decode(token).ok_or_else(|| Refusal::bad_request("invalid token"))?;
            position
        }
    };

    let all = &account.groups.events.all;
    let found = query::select(all, &asked, range, attributes::of)?;
    let found = found.into_iter().filter(|(_, event)| is_asked_for(&asked, event));
    let mut found: Vec<_> = found.map(|(index, _)| index).collect();
    if !ascending {
        found.reverse();
    }
    let (items, links) = page::cut(&found, position, limit as usize, ascending);
    let items: Vec<_> = items.iter().map(|&index| item(&all[index])).collect();
    let token = |position| page::encode(position, &[]);
    let mut response = json!({
        "start": date::rfc2822(range.start, "-0000"),
        "end": date::rfc2822(range.end, "-0000"),
        "items": items,
        "pagination": {
            "first": token(page::Position::First),
            "last": token(page::Position::Last),
            "next": token(links.next),
            "previous": token(links.previous),
        },
        "aggregates": {},
    });
    if asked["include_totals"] == true {
        let mut kinds = BTreeMap::<_, u64>::new();
        for &index in &found {
            *kinds
                .entry(all[index].json()["event"].as_str().unwrap_or_default().to_owned())
                .or_default() += 1;
        }
        response["pagination"]["total"] = json!(found.len());
        response["aggregates"] = json!({ "all": found.len(), "metrics": kinds });
    }
    Ok(Response::ok(&response))
}

/// Unlike metrics, logs require a label with every value.
fn check_labels(asked: &Value) -> Result<(), Refusal> {
    let conditions = asked["filter"]["AND"].as_array().into_iter().flatten();
    let mut values = conditions.flat_map(|one| one["values"].as_array().into_iter().flatten());
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    match values.all(|value| is_text(&value["label"]) && is_text(&value["value"])) {
        true => Ok(()),
        false => Err(Refusal::bad_request("each value of a filter needs a label and a value")),
    }
}

fn is_asked_for(asked: &Value, event: &Event) -> bool {
    let kinds = asked["events"].as_array().filter(|kinds| !kinds.is_empty());
    let counts = asked["metric_events"].as_array().filter(|counts| !counts.is_empty());
    let is_counted = |counts: &Vec<Value>| {
        let counted = tally::metrics([event.json()].into_iter());
        let names = counts.iter().filter_map(Value::as_str);
        names.into_iter().any(|name| counted.contains_key(&format!("{name}_count")))
    };
    kinds.is_none_or(|kinds| kinds.contains(&event.json()["event"]))
        && counts.is_none_or(is_counted)
}

fn item(event: &Event) -> Value {
    let mut json = event.json().into_owned();
    let time = query::time_of(event);
    let millis = event.micros / 1000 % 1000;
    let provider = attributes::provider(&json);
    let Some(fields) = json.as_object_mut() else { return json };
    fields.remove("timestamp");
    fields.insert("@timestamp".to_owned(), json!(format!("{}.{millis:03}Z", date::iso8601(time))));
    fields.insert("account".to_owned(), json!({ "id": "mock" }));
    fields.insert("domain".to_owned(), json!({ "name": &*event.domain }));
    fields.insert("recipient-provider".to_owned(), json!(provider));
    if let Some(variables) = fields.get_mut("user-variables") {
        *variables = json!(variables.to_string());
    }
    if let Some(url @ Value::String(_)) = fields.get_mut("storage").map(|it| &mut it["url"]) {
        *url = json!([url]);
    }
    json
}
