//! Optimize: monitored domains and IPs, and the blocklists that list them. Tests decide what is
//! listed. No message reaches a spam trap.

mod blocklists;
mod domains;
mod ips;
mod spam_traps;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub(crate) use self::blocklists::{add_to, remove_from};
use super::Answer;
use crate::{
    account::Account,
    http::{request::Request, response::Response},
};

#[derive(Debug, Default)]
pub(crate) struct State {
    /// The monitored domains, by name.
    domains: BTreeMap<String, Value>,
    /// The monitored IPs, in order of addition.
    ips: Vec<Value>,
    /// The listings of each IP and domain, including those that are not monitored.
    listings: BTreeMap<String, Vec<Value>>,
    /// The events of IPs with their keys, newest first.
    events: Vec<(String, Value)>,
}

impl State {
    fn listings(&self, name: &str) -> &[Value] {
        self.listings.get(name).map_or(&[], Vec::as_slice)
    }

    /// Adds `state` and `listed`.
    fn with_health(&self, name: &str, mut watched: Value) -> Value {
        let listings = self.listings(name);
        watched["state"] = if listings.is_empty() { "healthy" } else { "listed" }.into();
        watched["listed"] = listings.into();
        watched
    }
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    match (method, segments) {
        (_, ["v1", "inboxready", "domains", rest @ ..]) => {
            domains::route(account, request, method, rest)
        }
        (_, ["v1", "inboxready", "ip_addresses", rest @ ..]) => {
            ips::route(account, request, method, rest)
        }
        ("GET", ["v1", "blocklist-monitoring", "blocklists"]) => Some(Ok(blocklists::list())),
        ("GET", ["v1", "blocklist-monitoring", "events"]) => {
            Some(blocklists::events(account, request))
        }
        ("GET", ["v1", "monitoring", "domains"]) => Some(Ok(blocklists::domains(account))),
        ("GET", ["v3", "domains", domain, "blocklists"]) => {
            Some(blocklists::of_domain(account, domain))
        }
        ("GET", ["v1" | "v2", "spamtraps"]) => Some(spam_traps::list(account, request)),
        ("GET", ["v1", "reputationanalytics", "snds"]) => {
            Some(Ok(Response::ok(&json!({ "items": [] }))))
        }
        _ => None,
    }
}
