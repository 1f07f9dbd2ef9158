//! The sending queues: scheduled messages, and queues that Mailgun has disabled.

use std::{collections::HashMap, time::SystemTime};

use serde_json::{Value, json};

use super::{Answer, events};
use crate::{
    account::Account,
    date,
    http::{request::Request, response::Response},
    sent::SentMessage,
    smtp::ForwardedMail,
};

#[derive(Debug, Default)]
pub(crate) struct State {
    /// Messages that are not due yet.
    pub(crate) scheduled: Vec<SentMessage>,
    /// Why and until when the regular queue of a domain is disabled.
    pub(crate) disabled: HashMap<String, (String, SystemTime)>,
    /// Mails that were forwarded.
    pub(crate) forwarded: Vec<ForwardedMail>,
}

pub(crate) fn route(
    account: &mut Account,
    _request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    match (method, segments) {
        ("GET", ["v3", "domains", domain, "sending_queues"]) => Some(status(account, domain)),
        ("DELETE", ["v3", domain, "envelopes"]) => Some(clear(account, domain)),
        _ => None,
    }
}

/// Delivers a message, now or when it is due.
pub(crate) fn deliver(account: &mut Account, message: &SentMessage) {
    if message.mail.scheduled_for.is_some_and(|time| time > account.now()) {
        account.groups.queue.scheduled.push(message.clone());
    } else {
        events::record(account, message, "delivered");
    }
}

/// Delivers the messages that have become due.
pub(crate) fn deliver_due(account: &mut Account) {
    for message in std::mem::take(&mut account.groups.queue.scheduled) {
        deliver(account, &message);
    }
}

fn status(account: &Account, domain: &str) -> Answer {
    let domain = account.domain(domain)?;
    let disabled = account.groups.queue.disabled.get(&domain);
    let regular = match disabled.filter(|(_, until)| *until > account.now()) {
        Some((reason, until)) => json!({
            "is_disabled": true,
            "disabled": { "until": date::rfc2822(*until, "UTC"), "reason": reason },
        }),
        None => enabled(),
    };
    Ok(Response::ok(&json!({ "regular": regular, "scheduled": enabled() })))
}

fn enabled() -> Value {
    json!({ "is_disabled": false })
}

fn clear(account: &mut Account, domain: &str) -> Answer {
    let domain = account.domain(domain)?;
    deliver_due(account);
    account.groups.queue.scheduled.retain(|message| message.domain != domain);
    Ok(Response::ok(&json!({ "message": "done" })))
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::*;
    use crate::{account::Limits, sent::Mail};

    fn kinds(account: &Account) -> Vec<String> {
        let events = account.groups.events.all.iter();
        events.map(|event| event.json()["event"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_message_is_delivered_when_it_is_due() {
        let limits = Limits { message_bytes: 1, recipients: 1, recipients_per_hour: 1 };
        let mut account = Account::new(String::new(), String::new(), Vec::new(), limits);
        let due = SystemTime::now() + Duration::from_secs(3600);
        let message = SentMessage {
            id: "<1@mg.example.com>".to_owned(),
            domain: "mg.example.com".to_owned(),
            storage_key: "key".to_owned(),
            subaccount: None,
            accepted_at: SystemTime::now(),
            mail: Arc::new(Mail {
                recipients: vec!["ada@example.com".to_owned()],
                scheduled_for: Some(due),
                ..Mail::default()
            }),
        };
        deliver(&mut account, &message);
        assert!(kinds(&account).is_empty());
        assert_eq!(account.groups.queue.scheduled.len(), 1);

        account.ahead = Duration::from_secs(3601);
        deliver_due(&mut account);
        assert_eq!(kinds(&account), ["delivered"]);
        assert!(account.groups.queue.scheduled.is_empty());
    }
}
