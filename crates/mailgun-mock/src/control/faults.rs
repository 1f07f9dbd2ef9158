//! The queue of faults.

use std::time::Duration;

use http::{HeaderValue, Method, StatusCode};
use serde_json::json;

use super::{number, required, seconds};
use crate::{
    fault::Fault,
    groups::Answer,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
    rate_limit::RateLimit,
    server::State,
};

pub(super) fn list(state: &mut State, _: &Request, _: &[&str]) -> Answer {
    let faults: Vec<_> = state.faults.iter().map(Fault::json).collect();
    Ok(Response::ok(&json!({ "items": faults })))
}

pub(super) fn clear(state: &mut State, _: &Request, _: &[&str]) -> Answer {
    state.faults.clear();
    Ok(Response::message(StatusCode::OK, "faults have been removed"))
}

pub(super) fn remove(state: &mut State, _: &Request, names: &[&str]) -> Answer {
    let id = names.first().copied().unwrap_or_default();
    let index = state.faults.iter().position(|fault| fault.id.to_string() == id);
    state.faults.remove(index.ok_or_else(|| Refusal::not_found("no fault has this id"))?);
    Ok(Response::message(StatusCode::OK, "fault has been removed"))
}

pub(super) fn add(state: &mut State, request: &Request, _: &[&str]) -> Answer {
    let mut fault = of_effect(request)?;
    if let Some(body) = request.value("body") {
        let kind = request.value("content_type").unwrap_or("application/json");
        if HeaderValue::from_str(kind).is_err() {
            return Err(Refusal::bad_request("`content_type` is not a header value"));
        }
        fault = fault.with_body(kind, body.to_owned());
    }
    if let Some(times) = number(request, "times")? {
        fault = fault.times(times);
    }
    if let Some(method) = request.value("method") {
        let invalid = |_| Refusal::bad_request("`method` is not a method");
        fault = fault.for_method(Method::from_bytes(method.as_bytes()).map_err(invalid)?);
    }
    if let Some(path) = request.value("path") {
        fault = fault.for_path(path);
    }
    if let Some(recipient) = request.value("recipient") {
        fault = fault.for_recipient(recipient);
    }
    let id = state.inject(fault);
    let added = state.faults.iter().find(|fault| fault.id == id).map(Fault::json);
    Ok(Response::json(StatusCode::CREATED, &json!({ "fault": added })))
}

fn of_effect(request: &Request) -> Result<Fault, Refusal> {
    Ok(match required(request, "effect")? {
        "status" => {
            let status = number::<u16>(request, "status")?.filter(|it| (200..1000).contains(it));
            let missing = || Refusal::bad_request("`status` is not between 200 and 999");
            Fault::status(status.ok_or_else(missing)?)
        }
        "rate_limit" => Fault::rate_limit(match number(request, "retry_after")? {
            Some(seconds) => RateLimit::RetryAfterSeconds(seconds),
            None => RateLimit::Unhinted,
        }),
        "delay" => Fault::delay(time(request)?),
        "silence" => Fault::silence(),
        "reset_before_read" => Fault::reset_before_read(),
        "reset_after_read" => Fault::reset_after_read(),
        "lose_response" => Fault::lose_response(),
        "truncate" => Fault::truncate_response(number(request, "bytes")?.unwrap_or(0)),
        "drip" => Fault::drip_response(number(request, "bytes")?.unwrap_or(1), time(request)?),
        _ => return Err(Refusal::bad_request("`effect` is not the name of an effect")),
    })
}

fn time(request: &Request) -> Result<Duration, Refusal> {
    let missing = || Refusal::bad_request("`seconds` is missing");
    seconds(request, "seconds")?.ok_or_else(missing)
}
