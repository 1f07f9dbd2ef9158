//! Warm-ups of dedicated IPs, which stay in their first stage. Listings have tokens instead of
//! links.

use std::{collections::BTreeMap, time::SystemTime};

use serde_json::json;

use super::{is_dedicated, paging, success};
use crate::{
    account::Account,
    date,
    groups::Answer,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

/// When the warm-up of each IP began.
pub(super) type State = BTreeMap<String, SystemTime>;

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    rest: &[&str],
) -> Option<Answer> {
    match (method, rest) {
        ("GET", []) => Some(list(account, request)),
        ("GET", [ip]) => Some(get(account, ip)),
        ("POST", [ip]) => Some(create(account, ip)),
        ("DELETE", [ip]) => Some(delete(account, ip)),
        _ => None,
    }
}

fn list(account: &Account, request: &Request) -> Answer {
    let warmups = account.groups.ips.warmups.iter();
    let warmups: Vec<_> = warmups
        .map(|(ip, began)| {
            json!({
                "ip": ip,
                "sent_within_stage": "0%",
                "throttle": 90,
                "stage_number": 1,
                "stage_start_volume": 0,
                "stage_start_time": date::rfc3339(*began),
                "stage_volume_limit": 1000,
            })
        })
        .collect();
    let page = paging::page(request, &warmups, ("limit", 10))?;
    Ok(Response::ok(&json!({
        "items": page.items,
        "paging": { "first": page.first, "next": page.next },
    })))
}

fn get(account: &Account, ip: &str) -> Answer {
    let began = account.groups.ips.warmups.get(ip).ok_or_else(not_found)?;
    let began = date::rfc3339(*began);
    Ok(Response::ok(&json!({
        "details": {
            "sent_within_stage": "0%",
            "throttle": 90,
            "start_volume": 0,
            "stage": 1,
            "stage_limit": 1000,
            "hourly_limit": 100,
            "stage_started_at": began,
            "hour_started_at": began,
            "plan_started_at": began,
            "plan_last_updated_at": "0001-01-01T00:00:00Z",
            "total_stages": 15,
            "stage_history": [],
        },
    })))
}

fn create(account: &mut Account, ip: &str) -> Answer {
    is_dedicated(account, ip)?;
    let warmups = &mut account.groups.ips.warmups;
    if warmups.contains_key(ip) {
        return Err(Refusal::bad_request(format!("{ip} is being warmed up already")));
    }
    warmups.insert(ip.to_owned(), SystemTime::now());
    Ok(success())
}

fn delete(account: &mut Account, ip: &str) -> Answer {
    account.groups.ips.warmups.remove(ip).ok_or_else(not_found)?;
    Ok(success())
}

fn not_found() -> Refusal {
    Refusal::not_found("IP warmup not found")
}
