//! The list of mails, and one mail as the page shows it.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::LazyLock,
    time::{SystemTime, UNIX_EPOCH},
};

use http::{StatusCode, header::HeaderValue};
use regex_lite::Regex;
use serde_json::{Value, json};

use super::{Query, file::image_type, frame};
use crate::{
    account::Account,
    groups::Answer,
    http::response::{Refusal, Response},
    render::{
        Rendered,
        tracking::{Kind, Visit},
    },
    sent::SentMessage,
    server::State,
};

/// How many mails the page lists. Older ones are found by searching.
const LISTED: usize = 200;

/// How many of the latest events the list looks at.
const RECENT_EVENTS: usize = 20_000;

/// What the start of a text shows in the list, in characters.
const PREVIEW: usize = 140;

/// What of an HTML text nobody sees.
static MARKUP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?is)<head.*?</head>|<style.*?</style>|<script.*?</script>|<!--.*?-->|<[^>]*>")
        .ok()
});

pub(super) fn list(state: &State, query: &Query) -> Response {
    let search = query.get("search").map(|text| text.to_lowercase()).unwrap_or_default();
    let words: Vec<&str> = search.split_whitespace().collect();
    let sent = &state.account.groups.messages.sent;
    let found = sent.iter().rev().filter(|message| is_found(message, &words));
    let found: Vec<&SentMessage> = found.collect();
    let events = recent_events(&state.account);
    let items = found.iter().take(LISTED).map(|message| {
        let id = message.id().trim_matches(['<', '>']);
        summary(message, events.get(id).unwrap_or(&Value::Null))
    });
    let items: Vec<Value> = items.collect();
    Response::ok(&json!({ "total": sent.len(), "found": found.len(), "items": items }))
}

/// Whether each word occurs in an address, the subject, a tag or the id.
fn is_found(message: &SentMessage, words: &[&str]) -> bool {
    let mail = &message.mail;
    let lists = [&mail.to, &mail.cc, &mail.bcc].into_iter().flatten().map(String::as_str);
    let texts = lists.chain([message.from(), message.id()]).chain(message.subject());
    let texts: Vec<String> = texts.chain(message.tags()).map(str::to_lowercase).collect();
    words.iter().all(|word| texts.iter().any(|text| text.contains(word)))
}

/// How many events of each kind the latest messages have, by id.
fn recent_events(account: &Account) -> HashMap<String, Value> {
    let mut counts: HashMap<String, Value> = HashMap::new();
    for event in account.groups.events.all.iter().rev().take(RECENT_EVENTS) {
        let (ids, kinds) = (event.texts("message-id"), event.texts("event"));
        if let (Some(id), Some(kind)) = (ids.first(), kinds.first()) {
            let of_message = counts.entry(id.to_string()).or_insert_with(|| json!({}));
            let count = of_message[&**kind].as_u64().unwrap_or_default() + 1;
            of_message[&**kind] = json!(count);
        }
    }
    counts
}

fn summary(message: &SentMessage, events: &Value) -> Value {
    let seen = first_seen(message);
    let subject = seen.as_ref().map(|seen| seen.subject.as_str()).or(message.subject());
    let (text, html) = match &seen {
        Some(seen) => (seen.text.as_deref(), seen.html.as_deref()),
        None => (message.text(), message.html()),
    };
    json!({
        "key": message.storage_key(),
        "from": message.from(),
        "to": message.to(),
        "recipients": message.recipients().len(),
        "subject": subject,
        "at": millis(message.accepted_at),
        "preview": preview(text, html),
        "files": message.attachments().len(),
        "tags": message.tags(),
        "is_test": message.is_test_mode(),
        "events": events,
    })
}

/// What the first recipient sees, if that differs from what was sent: it takes time.
fn first_seen(message: &SentMessage) -> Option<Rendered> {
    let has_placeholder = |text: Option<&str>| text.is_some_and(|text| text.contains(['%', '{']));
    let is_sent_as_seen = message.mime().is_none()
        && message.field("template").is_none()
        && ![message.subject(), message.text(), message.html()].into_iter().any(has_placeholder);
    let first = message.recipients().first().filter(|_| !is_sent_as_seen)?;
    message.rendered_for(first)
}

/// The start of a text.
fn preview(text: Option<&str>, html: Option<&str>) -> String {
    let text = text.filter(|text| !text.trim().is_empty()).map(Cow::Borrowed);
    let text = text.or_else(|| Some(MARKUP.as_ref()?.replace_all(html?, " "))).unwrap_or_default();
    let words = text.split_whitespace().flat_map(|word| word.chars().chain([' ']));
    words.take(PREVIEW).collect::<String>().trim_end().to_owned()
}

pub(super) fn get(state: &State, key: &str, query: &Query) -> Answer {
    let message = find(state, key)?;
    let seen = rendered(state, key, query)?;
    let id = message.id().trim_matches(['<', '>']);
    let events = state.account.groups.events.all.iter();
    let events = events.filter(|event| event.texts("message-id").iter().any(|of| of == id));
    let events: Vec<_> = events.map(|event| event.json()).collect();
    let files = seen.attachments.iter().chain(&seen.inline).enumerate();
    let files = files.map(|(index, file)| {
        json!({
            "index": index,
            "name": file.filename,
            "content_type": file.content_type,
            "size": file.bytes.len(),
            "is_inline": index >= seen.attachments.len(),
            "is_image": image_type(file).is_some(),
        })
    });
    Ok(Response::ok(&json!({
        "key": message.storage_key(),
        "id": message.id(),
        "domain": message.domain(),
        "subaccount": message.subaccount(),
        "from": message.from(),
        "to": message.to(),
        "cc": message.cc(),
        "bcc": message.bcc(),
        "recipients": message.recipients(),
        "recipient": seen.recipient,
        "subject": seen.subject,
        "text": seen.text,
        "has_html": seen.html.is_some(),
        "has_remote": seen.html.as_deref().is_some_and(frame::has_remote),
        "links": seen.links().iter().map(|url| link(url)).collect::<Vec<_>>(),
        "unreplaced": seen.unreplaced,
        "template_error": seen.template_error,
        "at": millis(message.accepted_at),
        "delivery_time": message.delivery_time(),
        "template": message.field("template"),
        "tags": message.tags(),
        "is_test": message.is_test_mode(),
        "headers": seen.headers,
        "fields": message.all_fields(),
        "files": files.collect::<Vec<_>>(),
        "events": events,
    })))
}

/// A link, and where it leads: a tracked one leads to the mock first.
fn link(url: &str) -> Value {
    let mut parts = url.rsplitn(3, '/');
    let (token, letter) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match Visit::read(letter, token).map(|visit| visit.kind) {
        Some(Kind::Click(target)) => json!({ "url": url, "target": target, "is_tracked": true }),
        Some(_) => json!({ "url": url, "target": "unsubscribe", "is_tracked": true }),
        None => json!({ "url": url, "target": url, "is_tracked": false }),
    }
}

/// The MIME text: as it was sent, or else as the recipient gets it.
pub(super) fn source(state: &State, key: &str, query: &Query) -> Answer {
    let source = match find(state, key)?.mime() {
        Some(mime) => mime.clone(),
        None => rendered(state, key, query)?.source().into(),
    };
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(Response::new(StatusCode::OK, kind, source))
}

/// What the recipient of the query sees, or else the first one.
pub(super) fn rendered(state: &State, key: &str, query: &Query) -> Result<Rendered, Refusal> {
    let message = find(state, key)?;
    let recipient = query.get("recipient").or(message.recipients().first());
    recipient
        .and_then(|recipient| message.rendered_for(recipient))
        .ok_or_else(|| Refusal::not_found("The message has no such recipient"))
}

pub(super) fn find<'a>(state: &'a State, key: &str) -> Result<&'a SentMessage, Refusal> {
    let mut sent = state.account.groups.messages.sent.iter();
    sent.find(|message| message.storage_key() == key)
        .ok_or_else(|| Refusal::not_found("Message not found"))
}

pub(super) fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
