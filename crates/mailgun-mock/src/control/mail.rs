//! Accepted messages: what was sent, what recipients see, and what they do.

use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::required;
use crate::{
    actions::{self, Action, ActionError},
    address, date,
    groups::{Answer, messages, queue},
    http::{
        request::Request,
        response::{Refusal, Response},
    },
    render::Rendered,
    sent::{SentFile, SentMessage},
    server::State,
};

pub(super) fn list(state: &mut State, request: &Request, _: &[&str]) -> Answer {
    queue::deliver_due(&mut state.account);
    let to = request.parameter("recipient");
    let sent = state.account.groups.messages.sent.iter();
    let found = sent.filter(|message| to.is_none_or(|to| message.recipient_index(to).is_some()));
    let items: Vec<_> = found.map(|message| summary(state, message)).collect();
    Ok(Response::ok(&json!({ "items": items })))
}

/// Deletes accepted messages. Their events stay.
pub(super) fn clear(state: &mut State, _: &Request, _: &[&str]) -> Answer {
    state.account.groups.messages.sent.clear();
    state.account.groups.queue.scheduled.clear();
    Ok(Response::message(StatusCode::OK, "messages have been deleted"))
}

pub(super) fn get(state: &mut State, _: &Request, names: &[&str]) -> Answer {
    let message = find(state, names)?;
    let mut json = summary(state, message);
    json["fields"] = json!(message.all_fields());
    json["attachments"] = files(message.attachments());
    json["inline"] = files(message.inline());
    Ok(Response::ok(&json!({ "message": json })))
}

pub(super) fn rendered(state: &mut State, request: &Request, names: &[&str]) -> Answer {
    let seen = seen(state, request, names)?;
    Ok(Response::ok(&json!({
        "recipient": seen.recipient,
        "subject": seen.subject,
        "html": seen.html,
        "text": seen.text,
        "headers": seen.headers,
        "attachments": files(&seen.attachments),
        "inline": files(&seen.inline),
        "links": seen.links(),
        "unreplaced": seen.unreplaced,
        "template_error": seen.template_error,
    })))
}

pub(super) fn source(state: &mut State, request: &Request, names: &[&str]) -> Answer {
    let source = seen(state, request, names)?.source();
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(Response::new(StatusCode::OK, kind, source))
}

pub(super) fn open(state: &mut State, request: &Request, names: &[&str]) -> Answer {
    act(state, request, names, Action::Open)
}

pub(super) fn bounce(state: &mut State, request: &Request, names: &[&str]) -> Answer {
    act(state, request, names, Action::Bounce)
}

pub(super) fn complain(state: &mut State, request: &Request, names: &[&str]) -> Answer {
    act(state, request, names, Action::Complain)
}

pub(super) fn unsubscribe(state: &mut State, request: &Request, names: &[&str]) -> Answer {
    act(state, request, names, Action::Unsubscribe)
}

pub(super) fn click(state: &mut State, request: &Request, _: &[&str]) -> Answer {
    let event = actions::click(&mut state.account, required(request, "url")?)?;
    Ok(Response::ok(&json!({ "event": event })))
}

fn act(state: &mut State, request: &Request, names: &[&str], action: Action) -> Answer {
    queue::deliver_due(&mut state.account);
    let message = find(state, names)?;
    let (key, recipient) = (message.storage_key.clone(), recipient(request, message)?.to_owned());
    let event = actions::act(&mut state.account, &key, &recipient, action)?;
    Ok(Response::ok(&json!({ "event": event })))
}

fn seen(state: &State, request: &Request, names: &[&str]) -> Result<Rendered, Refusal> {
    let message = find(state, names)?;
    let seen = message.rendered_for(recipient(request, message)?);
    seen.ok_or_else(|| ActionError::UnknownRecipient.into())
}

/// The named recipient, who may be left out if there is only one.
fn recipient<'a>(request: &'a Request, message: &'a SentMessage) -> Result<&'a str, Refusal> {
    match (request.value("recipient"), message.recipients()) {
        (None, [only]) => Ok(only),
        _ => required(request, "recipient"),
    }
}

fn find<'a>(state: &'a State, names: &[&str]) -> Result<&'a SentMessage, Refusal> {
    let id = names.first().copied().unwrap_or_default();
    Ok(messages::find(&state.account, id).ok_or(ActionError::UnknownMessage)?)
}

fn summary(state: &State, message: &SentMessage) -> Value {
    let mut scheduled = state.account.groups.queue.scheduled.iter();
    json!({
        "id": message.id().trim_matches(['<', '>']),
        "storage_key": message.storage_key(),
        "domain": message.domain(),
        "subaccount": message.subaccount(),
        "from": message.from(),
        "sender": address::bare(message.from()),
        "to": message.to(),
        "cc": message.cc(),
        "bcc": message.bcc(),
        "recipients": message.recipients(),
        "subject": message.subject(),
        "tags": message.tags(),
        "accepted_at": date::rfc3339(message.accepted_at),
        "is_scheduled": scheduled.any(|waiting| waiting.storage_key == message.storage_key),
        "is_test_mode": message.is_test_mode(),
    })
}

fn files(files: &[SentFile]) -> Value {
    let files = files.iter().map(|file| {
        json!({
            "filename": file.filename,
            "content_type": file.content_type,
            "size": file.bytes.len(),
        })
    });
    files.collect()
}
