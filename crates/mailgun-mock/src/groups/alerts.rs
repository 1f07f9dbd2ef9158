//! Alerts: on sending rates, and the alert settings.

mod send;
mod settings;
mod slack;
mod test;

use std::time::SystemTime;

use serde_json::{Value, json};

use super::Answer;
use crate::{account::Account, date, http::request::Request, webhook::Post};

/// The key that signs alerts until it is reset.
const SIGNING_KEY: &str = "alerts-signing-key-mock";

#[derive(Debug, Default)]
pub(crate) struct State {
    send: send::State,
    /// The alert settings.
    events: Vec<Value>,
    /// The Slack workspace.
    slack: Option<Value>,
    /// `None` until the key is reset.
    signing_key: Option<String>,
}

impl State {
    fn signing_key(&self) -> &str {
        self.signing_key.as_deref().unwrap_or(SIGNING_KEY)
    }
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    match segments {
        ["v1", "thresholds", "alerts", "send", rest @ ..] => {
            send::route(account, request, method, rest)
        }
        ["v1", "thresholds", "hits"] if method == "GET" => Some(Ok(send::hits(account))),
        ["v1", "alerts", "settings", "slack"] => slack::settings(account, request, method),
        ["v1", "alerts", "slack", "test"] | ["v1", "alerts", "webhooks" | "email", "test"] => {
            test::route(account, request, method, segments[2])
        }
        ["v1", "alerts", "slack", rest @ ..] => slack::route(account, request, method, rest),
        ["v1", "alerts", rest @ ..] => settings::route(account, request, method, rest),
        _ => None,
    }
}

/// Posts an alert about a blocklist to the webhooks that are set for its type. `kind` is `ip` or
/// `domain`.
pub(crate) fn post(
    account: &mut Account,
    event_type: &str,
    kind: &str,
    name: &str,
    blocklist: &str,
) {
    let settings = account.groups.alerts.events.iter();
    let urls = settings
        .filter(|setting| setting["event_type"] == event_type && setting["channel"] == "webhook")
        .filter_map(|setting| setting["settings"]["url"].as_str().map(str::to_owned))
        .collect::<Vec<_>>();
    for url in urls {
        let mut alert = test::alert(account, event_type);
        let event = &mut alert["event_data"];
        event[kind] = json!(name);
        event["blocklist"] = json!(blocklist);
        event["message"] = json!(format!("{name}: {event_type} on {blocklist}"));
        let key = account.groups.alerts.signing_key();
        let post = Post::alert(&url, event_type, alert.to_string(), key);
        account.post(post);
    }
}

fn now() -> String {
    date::iso8601(SystemTime::now()) + "Z"
}
