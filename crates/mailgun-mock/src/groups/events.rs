//! Events: what happened to each message, per recipient, and how clients search for it.

mod filter;
pub(crate) mod page;

use std::{borrow::Cow, slice, sync::Arc, time::Duration};

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Answer, queue, suppressions, webhooks};
use crate::{
    account::Account,
    date,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
    sent::SentMessage,
    smtp,
};

/// What recipients do. Their events lack the fields of a delivery.
const REACTIONS: [&str; 4] = ["opened", "clicked", "unsubscribed", "complained"];

#[derive(Debug, Default)]
pub(crate) struct State {
    /// All events, oldest first.
    pub(crate) all: Vec<Event>,
    /// How long searches do not find a new event.
    pub(crate) index_delay: Duration,
}

#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) domain: Arc<str>,
    pub(crate) micros: u64,
    /// From when on searches find the event.
    indexed_at: u64,
    source: Source,
}

/// The parts of an event. A mailing to a million recipients has two million events, so that shared
/// parts are stored once and JSON is written on demand.
#[derive(Clone, Debug)]
enum Source {
    Message(OfMessage),
    /// As a test added it.
    Given(Value),
}

#[derive(Clone, Debug)]
struct OfMessage {
    shared: Arc<Shared>,
    /// The index of the recipient in the message.
    recipient: usize,
    id: Box<str>,
    /// Fields of this event only, such as those of a failure. They override the common ones.
    own: Option<Box<Map<String, Value>>>,
}

/// What all events of one kind share for a message.
#[derive(Debug)]
struct Shared {
    message: SentMessage,
    kind: &'static str,
    storage_url: String,
}

/// An event without fields.
impl Default for Event {
    fn default() -> Self {
        Self { domain: "".into(), micros: 0, indexed_at: 0, source: Source::Given(Value::Null) }
    }
}

impl Event {
    /// The event in the format of the events endpoint.
    pub(crate) fn json(&self) -> Cow<'_, Value> {
        match &self.source {
            Source::Given(json) => Cow::Borrowed(json),
            Source::Message(event) => Cow::Owned(event.json(self.micros)),
        }
    }

    /// The values of a searchable field, without writing the whole event.
    pub(crate) fn texts(&self, field: &str) -> Vec<Cow<'_, str>> {
        match &self.source {
            Source::Message(event) => event.texts(field),
            Source::Given(json) => {
                let headers = &json["message"]["headers"];
                let texts = match field {
                    "tags" => json["tags"].as_array().map_or(&[][..], Vec::as_slice),
                    "message-id" | "from" | "to" | "subject" => slice::from_ref(&headers[field]),
                    _ => slice::from_ref(&json[field]),
                };
                texts.iter().filter_map(Value::as_str).map(Cow::Borrowed).collect()
            }
        }
    }
}

impl Shared {
    fn new(account: &Account, message: &SentMessage, kind: &'static str) -> Arc<Self> {
        let storage_url = account.storage_url(message);
        Arc::new(Self { message: message.clone(), kind, storage_url })
    }
}

impl OfMessage {
    fn recipient(&self) -> &str {
        self.shared.message.recipients().get(self.recipient).map_or("", String::as_str)
    }

    /// The name of the event: a delivery may be a failure.
    fn kind(&self) -> &str {
        let failed = self.own.as_ref().and_then(|own| own.get("event")?.as_str());
        failed.unwrap_or(self.shared.kind)
    }

    /// Each recipient of a batch gets a separate mail.
    fn to(&self) -> Cow<'_, str> {
        let message = &self.shared.message;
        match message.field("recipient-variables") {
            Some(_) => Cow::Borrowed(self.recipient()),
            None => Cow::Owned(message.to().join(", ")),
        }
    }

    fn texts(&self, field: &str) -> Vec<Cow<'_, str>> {
        let message = &self.shared.message;
        match field {
            "event" => vec![self.kind().into()],
            "recipient" => vec![self.recipient().into()],
            "tags" => message.tags().into_iter().map(Cow::Borrowed).collect(),
            "message-id" => vec![bare_id(message).into()],
            "from" => vec![message.from().into()],
            "to" => vec![self.to()],
            "subject" => message.subject().into_iter().map(Cow::Borrowed).collect(),
            _ => Vec::new(),
        }
    }

    fn json(&self, micros: u64) -> Value {
        let mut json = self.common();
        json.insert("event".to_owned(), json!(self.shared.kind));
        json.insert("id".to_owned(), json!(self.id));
        json.insert("timestamp".to_owned(), json!(micros as f64 / 1e6));
        if self.shared.kind == "delivered" {
            json.insert("delivery-status".to_owned(), delivery_status(self.recipient()));
        }
        if REACTIONS.contains(&self.shared.kind) {
            for name in ["envelope", "flags", "method", "storage", "template"] {
                json.remove(name);
            }
        }
        json.extend(self.own.iter().flat_map(|own| Map::clone(own)));
        Value::Object(json)
    }
}

fn bare_id(message: &SentMessage) -> &str {
    message.id().trim_matches(['<', '>'])
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
    let now = date::epoch_micros(account.now());
    let is_found = |event: &Event| {
        *event.domain == *domain && event.indexed_at <= now && search.matches(event)
    };
    let mut found: Vec<usize> = (0..all.len()).filter(|&i| is_found(&all[i])).collect();
    if !search.ascending {
        found.reverse();
    }
    let (items, links) = page::cut(&found, position, search.limit, search.ascending);
    let items: Vec<_> = items.iter().map(|&i| all[i].json()).collect();
    let link = |position| {
        format!("{}/v3/{domain}/events/{}", account.base_url, page::encode(position, query))
    };
    let paging = json!({
        "first": link(page::Position::First),
        "last": link(page::Position::Last),
        "next": link(links.next),
        "previous": link(links.previous),
    });
    Ok(Response::json(StatusCode::OK, &json!({ "items": items, "paging": paging })))
}

/// Adds an event of this kind for each recipient of a message. A delivery to a suppressed address
/// fails.
pub(crate) fn record(account: &mut Account, message: &SentMessage, kind: &'static str) {
    let domain: Arc<str> = message.domain.as_str().into();
    let shared = Shared::new(account, message, kind);
    for (index, recipient) in message.recipients().iter().enumerate() {
        let own = match kind {
            "delivered" => suppressions::failure(account, message, recipient),
            _ => Map::new(),
        };
        if kind == "delivered" && own.is_empty() {
            smtp::queue(account, message, recipient);
        }
        push(account, &domain, &shared, index, own);
    }
}

/// Adds an event of this kind for one recipient and returns it.
pub(crate) fn record_for(
    account: &mut Account,
    message: &SentMessage,
    recipient: usize,
    kind: &'static str,
    own: Map<String, Value>,
) -> Value {
    let shared = Shared::new(account, message, kind);
    push(account, &message.domain.as_str().into(), &shared, recipient, own);
    account.groups.events.all.last().map_or(Value::Null, |event| event.json().into_owned())
}

fn push(
    account: &mut Account,
    domain: &Arc<str>,
    shared: &Arc<Shared>,
    recipient: usize,
    own: Map<String, Value>,
) {
    let micros = account.tick();
    let id = account.token().trim_end_matches('=').into();
    let own = (!own.is_empty()).then(|| Box::new(own));
    let event = OfMessage { shared: Arc::clone(shared), recipient, id, own };
    let (domain, source) = (Arc::clone(domain), Source::Message(event));
    let event = Event { domain, micros, indexed_at: indexed_at(account, micros), source };
    webhooks::notify(account, &event);
    account.groups.events.all.push(event);
}

/// Adds an event of a test. A missing time or id is filled in.
pub(crate) fn add(account: &mut Account, domain: String, json: Value) -> Value {
    let json = completed(account, json);
    let now = account.tick();
    let micros = json["timestamp"].as_f64().map_or(now, |seconds| (seconds * 1e6).round() as u64);
    let source = Source::Given(json.clone());
    let event =
        Event { domain: domain.into(), micros, indexed_at: indexed_at(account, now), source };
    webhooks::notify(account, &event);
    account.groups.events.all.push(event);
    json
}

fn indexed_at(account: &Account, now: u64) -> u64 {
    let delay = account.groups.events.index_delay.as_micros();
    match delay {
        0 => 0,
        _ => now.saturating_add(u64::try_from(delay).unwrap_or(u64::MAX)),
    }
}

/// Fills in the time and the id of an event.
pub(crate) fn completed(account: &mut Account, mut json: Value) -> Value {
    let now = account.tick();
    let id = account.token().trim_end_matches('=').to_owned();
    if let Value::Object(fields) = &mut json {
        fields.entry("id").or_insert_with(|| json!(id));
        fields.entry("timestamp").or_insert_with(|| json!(now as f64 / 1e6));
    }
    json
}

impl OfMessage {
    fn common(&self) -> Map<String, Value> {
        let Shared { message, storage_url, .. } = &*self.shared;
        let recipient = self.recipient();
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
                    "message-id": bare_id(message),
                    "from": message.from(),
                    "to": self.to(),
                    "subject": message.subject(),
                },
                "attachments": files.collect::<Vec<_>>(),
                "recipients": [recipient],
                "size": message.size(),
            },
            "storage": {
                "url": storage_url,
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
