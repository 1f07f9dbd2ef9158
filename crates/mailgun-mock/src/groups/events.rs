//! Events: what happened to messages, one per recipient, and the search over them.

mod filter;
pub(crate) mod page;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Answer, queue, suppressions, webhooks};
use crate::{
    account::Account,
    date,
    http::{
        reply::{Refusal, Reply},
        request::Request,
    },
    sent::SentMessage,
};

#[derive(Debug, Default)]
pub(crate) struct State {
    /// All events, oldest first.
    pub(crate) all: Vec<Event>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Event {
    pub(crate) domain: String,
    pub(crate) micros: u64,
    pub(crate) json: Value,
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    match (method, segments) {
        ("GET", ["v3", domain, "events"]) => Some(search(account, domain, &request.query)),
        ("GET", ["v3", domain, "events", token]) => Some(follow(account, domain, token)),
        _ => None,
    }
}

fn search(account: &mut Account, domain: &str, query: &[(String, String)]) -> Answer {
    answer(account, domain, page::Position::First, query)
}

fn follow(account: &mut Account, domain: &str, token: &str) -> Answer {
    let (position, query) =
        page::decode(token).ok_or_else(|| Refusal::bad_request("Invalid page token"))?;
    answer(account, domain, position, &query)
}

fn answer(
    account: &mut Account,
    domain: &str,
    position: page::Position,
    query: &[(String, String)],
) -> Answer {
    let domain = account.domain(domain)?;
    queue::deliver_due(account);
    let search = filter::Search::read(query).map_err(Refusal::bad_request)?;
    let all = &account.groups.events.all;
    let is_found =
        |event: &Event| event.domain == domain && search.matches(event.micros, &event.json);
    let mut found: Vec<usize> = (0..all.len()).filter(|&i| is_found(&all[i])).collect();
    if !search.ascending {
        found.reverse();
    }
    let (items, links) = page::cut(&found, position, search.limit, search.ascending);
    let items: Vec<_> = items.iter().map(|&i| &all[i].json).collect();
    let link = |position| {
        format!("{}/v3/{domain}/events/{}", account.base_url, page::encode(position, query))
    };
    let paging = json!({
        "first": link(page::Position::First),
        "last": link(page::Position::Last),
        "next": link(links.next),
        "previous": link(links.previous),
    });
    Ok(Reply::json(StatusCode::OK, &json!({ "items": items, "paging": paging })))
}

/// Adds an event of this kind for each recipient of a message; a delivery to a suppressed address
/// is a failure.
pub(crate) fn record(account: &mut Account, message: &SentMessage, kind: &str) {
    for recipient in message.recipients() {
        let micros = account.tick();
        let id = account.token().trim_end_matches('=').to_owned();
        let mut json = common(account, message, recipient);
        json.insert("event".to_owned(), json!(kind));
        json.insert("id".to_owned(), json!(id));
        json.insert("timestamp".to_owned(), json!(micros as f64 / 1e6));
        if kind == "delivered" {
            json.insert("delivery-status".to_owned(), delivery_status(recipient));
            json.extend(suppressions::failure(account, message, recipient));
        }
        let event = Event { domain: message.domain.clone(), micros, json: Value::Object(json) };
        webhooks::notify(account, &event.domain, &event.json);
        account.groups.events.all.push(event);
    }
}

/// Adds an event that the index was late with; without a time or an id it gets them.
pub(crate) fn add(account: &mut Account, domain: String, mut json: Value) {
    let now = account.tick();
    let id = account.token().trim_end_matches('=').to_owned();
    if let Value::Object(fields) = &mut json {
        fields.entry("id").or_insert_with(|| json!(id));
        fields.entry("timestamp").or_insert_with(|| json!(now as f64 / 1e6));
    }
    let micros = json["timestamp"].as_f64().map_or(now, |seconds| (seconds * 1e6).round() as u64);
    webhooks::notify(account, &domain, &json);
    account.groups.events.all.push(Event { domain, micros, json });
}

fn common(account: &Account, message: &SentMessage, recipient: &str) -> Map<String, Value> {
    let files = message.mail.files().map(|file| {
        json!({
            "filename": file.filename,
            "content-type": file.content_type,
            "size": file.bytes.len(),
        })
    });
    let variables = message.variables().into_iter();
    let variables: Map<_, _> =
        variables.map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let sender = crate::address::bare(message.from()).unwrap_or_default();
    let json = json!({
        "log-level": "info",
        "method": "HTTP",
        "recipient": recipient,
        "recipient-domain": recipient.rsplit_once('@').map(|(_, domain)| domain),
        "message": {
            "headers": {
                "message-id": message.id().trim_matches(['<', '>']),
                "from": message.from(),
                "to": message.to().join(", "),
                "subject": message.subject(),
            },
            "attachments": files.collect::<Vec<_>>(),
            "recipients": message.recipients(),
            "size": message.size(),
        },
        "storage": {
            "url": account.storage_url(message),
            "key": message.storage_key,
            "region": "us-east4",
            "env": "production",
        },
        "envelope": { "sender": sender, "transport": "smtp", "targets": recipient },
        "tags": message.tags(),
        "campaigns": [],
        "user-variables": variables,
        "flags": {
            "is-authenticated": true,
            "is-routed": false,
            "is-system-test": false,
            "is-test-mode": message.is_test_mode(),
        },
    });
    let Value::Object(mut json) = json else {
        return Map::new();
    };
    if let Some(time) = message.mail.scheduled_for {
        json["message"]["scheduled-for"] = json!(date::epoch_seconds(time));
    }
    if let Some(name) = message.field("template") {
        json.insert(
            "template".to_owned(),
            json!({
                "name": name,
                "version": message.field("t:version"),
                "is-text": message.field("t:text") == Some("yes"),
            }),
        );
    }
    json
}

fn delivery_status(recipient: &str) -> Value {
    json!({
        "code": 250,
        "message": "OK",
        "description": "",
        "attempt-no": 1,
        "session-seconds": 0.25,
        "mx-host": recipient.rsplit_once('@').map(|(_, domain)| format!("mx.{domain}")),
        "tls": true,
        "certificate-verified": true,
        "utf8": true,
    })
}
