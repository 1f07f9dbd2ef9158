//! Clock, events, webhooks, the log of requests, and the way back to the start.

use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::seconds;
use crate::{
    account::Account,
    date,
    groups::{Answer, events, queue},
    http::{
        request::Request,
        response::{Refusal, Response},
    },
    server::State,
    webhook::Post,
};

/// The description of the control routes.
pub(super) const OPENAPI: &str = include_str!("openapi.yaml");

pub(super) fn openapi(_: &mut State, _: &Request, _: &[&str]) -> Answer {
    let yaml = HeaderValue::from_static("application/yaml");
    Ok(Response::new(StatusCode::OK, yaml, OPENAPI))
}

/// Resets the account, the log, the faults and the clock.
pub(super) fn reset(state: &mut State, _: &Request, _: &[&str]) -> Answer {
    state.clear();
    state.faults.clear();
    state.account.reset_clock();
    Ok(Response::message(StatusCode::OK, "the mock has been reset"))
}

pub(super) fn requests(state: &mut State, _: &Request, _: &[&str]) -> Answer {
    let items = state.log().iter().map(|request| {
        json!({
            "method": request.method().as_str(),
            "path": request.path(),
            "query": request.query(),
            "body_bytes": request.body().len(),
            "body": std::str::from_utf8(request.body()).ok(),
            "status": request.status(),
        })
    });
    let items: Vec<_> = items.collect();
    Ok(Response::ok(&json!({ "items": items })))
}

pub(super) fn clock(state: &mut State, _: &Request, _: &[&str]) -> Answer {
    Ok(Response::ok(&clock_json(&state.account)))
}

/// Moves the clock forward and sets how late events are indexed.
pub(super) fn set_clock(state: &mut State, request: &Request, _: &[&str]) -> Answer {
    let (advance, delay) = (seconds(request, "advance")?, seconds(request, "index_delay")?);
    let account = &mut state.account;
    if let Some(time) = advance {
        account.ahead = account.ahead.saturating_add(time);
    }
    if let Some(delay) = delay {
        account.groups.events.index_delay = delay;
    }
    queue::deliver_due(account);
    Ok(Response::ok(&clock_json(account)))
}

fn clock_json(account: &Account) -> Value {
    json!({
        "now": date::rfc3339(account.now()),
        "ahead": account.ahead.as_secs_f64(),
        "index_delay": account.groups.events.index_delay.as_secs_f64(),
    })
}

pub(super) fn events(state: &mut State, _: &Request, _: &[&str]) -> Answer {
    queue::deliver_due(&mut state.account);
    let events = state.account.groups.events.all.iter();
    let items: Vec<_> = events.map(|event| event.json().into_owned()).collect();
    Ok(Response::ok(&json!({ "items": items })))
}

pub(super) fn add_event(state: &mut State, request: &Request, _: &[&str]) -> Answer {
    let event: Value = request.json()?;
    let account = &mut state.account;
    let domain = match request.parameter("domain") {
        Some(domain) => account.domain(domain)?,
        None => account.domains.first().cloned().unwrap_or_default(),
    };
    let event = events::add(account, domain, checked(event)?);
    Ok(Response::json(StatusCode::CREATED, &json!({ "event": event })))
}

pub(super) fn webhooks(state: &mut State, _: &Request, _: &[&str]) -> Answer {
    let items = state.account.groups.webhooks.deliveries.iter().map(|delivery| {
        json!({ "url": delivery.url, "event": delivery.event, "status": delivery.status })
    });
    let items: Vec<_> = items.collect();
    Ok(Response::ok(&json!({ "items": items })))
}

/// Posts an event to a URL. The task in the background does it.
pub(super) fn post_webhook(state: &mut State, request: &Request, _: &[&str]) -> Answer {
    #[derive(Deserialize)]
    struct Asked {
        url: String,
        event: Value,
    }
    let Asked { url, event } = request.json()?;
    let account = &mut state.account;
    let event = events::completed(account, checked(event)?);
    let kind = event["event"].as_str().unwrap_or_default().to_owned();
    let post = Post::event(account, &url, &kind, &event);
    account.post(post);
    Ok(Response::json(StatusCode::ACCEPTED, &json!({ "event": event })))
}

fn checked(event: Value) -> Result<Value, Refusal> {
    match event["event"].is_string() {
        true => Ok(event),
        false => Err(Refusal::bad_request("the event has no text in `event`")),
    }
}
