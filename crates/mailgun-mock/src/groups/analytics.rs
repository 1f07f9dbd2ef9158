//! Analytics: metrics, usage, logs, bounce classification and statistics, all counted from the
//! events of the mock.

mod attributes;
mod bounces;
mod logs;
mod metrics;
mod query;
mod statistics;

use super::{Answer, events::Event, queue};
use crate::{account::Account, http::request::Request};

#[derive(Debug, Default)]
pub(crate) struct State;

/// The values of an attribute of an event; none for a name that is not known.
pub(crate) fn attributes(event: &Event, name: &str) -> Vec<String> {
    attributes::of(event, name).unwrap_or_default()
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    let answer = match (method, segments) {
        ("POST", ["v1", "analytics", "metrics"]) => metrics::metrics,
        ("POST", ["v1", "analytics", "usage", "metrics"]) => metrics::usage,
        ("POST", ["v1", "analytics", "logs"]) => logs::list,
        ("POST", ["v2", "bounce-classification", "metrics"]) => bounces::metrics,
        ("GET", ["v1" | "v2", "bounce-classification", ..]) => bounces::read,
        ("GET", ["v3", "stats", ..] | ["v3", _, "stats", "total"] | ["v3", _, "aggregates", _]) => {
            statistics::read
        }
        _ => return None,
    };
    queue::deliver_due(account);
    Some(answer(account, request, &segments[1..]))
}
