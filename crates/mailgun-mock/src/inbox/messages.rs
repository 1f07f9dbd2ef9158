//! The list of mails, and one mail as the page shows it.

use std::{collections::HashMap, sync::LazyLock, time::UNIX_EPOCH};

use http::{StatusCode, header::HeaderValue};
use regex_lite::Regex;
use serde_json::{Value, json};

use super::{
    Query,
    content::{Content, File},
};
use crate::{
    account::Account,
    groups::{Answer, messages::storage::render},
    http::response::{Refusal, Response},
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
    json!({
        "key": message.storage_key(),
        "from": message.from(),
        "to": message.to(),
        "recipients": message.recipients().len(),
        "subject": message.subject(),
        "at": millis(message),
        "preview": preview(message),
        "files": message.attachments().len(),
        "tags": message.tags(),
        "is_test": message.is_test_mode(),
        "events": events,
    })
}

/// The start of the text. That of MIME text is left out, since the list would have to parse it.
fn preview(message: &SentMessage) -> String {
    let text = message.text().filter(|text| !text.trim().is_empty()).map(str::to_owned);
    let text = text.or_else(|| {
        let html = message.html()?;
        Some(MARKUP.as_ref()?.replace_all(html, " ").into_owned())
    });
    let text = text.unwrap_or_default();
    let words = text.split_whitespace().flat_map(|word| word.chars().chain([' ']));
    words.take(PREVIEW).collect::<String>().trim_end().to_owned()
}

pub(super) fn get(state: &State, key: &str, _query: &Query) -> Answer {
    let message = find(state, key)?;
    let content = Content::of(message);
    let id = message.id().trim_matches(['<', '>']);
    let events = state.account.groups.events.all.iter();
    let events = events.filter(|event| event.texts("message-id").iter().any(|of| of == id));
    let events: Vec<_> = events.map(|event| event.json()).collect();
    let files = content.files.iter().enumerate().map(|(index, file)| file_json(index, file));
    let stored = render::parsed(&state.account, message);
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
        "subject": content.subject,
        "text": content.text,
        "html": content.html,
        "at": millis(message),
        "delivery_time": message.delivery_time(),
        "template": message.field("template"),
        "tags": message.tags(),
        "is_test": message.is_test_mode(),
        "headers": stored["message-headers"],
        "fields": message.all_fields(),
        "files": files.collect::<Vec<_>>(),
        "events": events,
    })))
}

fn file_json(index: usize, file: &File) -> Value {
    json!({
        "index": index,
        "name": file.name,
        "content_type": file.content_type,
        "size": file.bytes.len(),
        "is_inline": file.content_id.is_some(),
        "is_image": file.image_type().is_some(),
    })
}

/// The MIME text.
pub(super) fn source(state: &State, key: &str) -> Answer {
    let mime = render::mime(find(state, key)?);
    let mime = mime["body-mime"].as_str().unwrap_or_default().to_owned();
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(Response::new(StatusCode::OK, kind, mime))
}

pub(super) fn find<'a>(state: &'a State, key: &str) -> Result<&'a SentMessage, Refusal> {
    let mut sent = state.account.groups.messages.sent.iter();
    sent.find(|message| message.storage_key() == key)
        .ok_or_else(|| Refusal::not_found("Message not found"))
}

fn millis(message: &SentMessage) -> u64 {
    let since = message.accepted_at.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
