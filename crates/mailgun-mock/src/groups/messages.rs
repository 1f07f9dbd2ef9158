//! Sending, as a form or as MIME text, and stored messages.

mod admit;
mod form;
mod storage;

pub(crate) use self::storage::find;

use std::sync::Arc;

use serde_json::json;

use super::{Answer, events, queue, tags};
use crate::{
    account::Account,
    date,
    http::{request::Request, response::Response},
    rate_limit,
    render::Layout,
    sent::{Mail, SentMessage},
};

const SENDS_ALLOWED: u64 = 2_000_000;

#[derive(Debug, Default)]
pub(crate) struct State {
    /// Accepted messages, oldest first.
    pub(crate) sent: Vec<SentMessage>,
    /// Inbound mails that a route stored, oldest first.
    pub(crate) stored: Vec<SentMessage>,
    hour: admit::Hour,
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    match (method, segments) {
        ("POST", ["v3", domain, "messages"]) => Some(send(account, domain, request, form::mail)),
        ("POST", ["v3", domain, "messages.mime"]) => {
            Some(send(account, domain, request, form::mime_mail))
        }
        _ => storage::route(account, request, method, segments),
    }
}

fn send(account: &mut Account, domain: &str, request: &Request, read: form::Reader) -> Answer {
    let domain = account.domain(domain)?;
    let mail = read(request.form()?, account.limits)?;
    accept(account, domain, request, mail)
}

/// Accepts a mail: from here on it counts as sent.
fn accept(account: &mut Account, domain: String, request: &Request, mut mail: Mail) -> Answer {
    let subaccount = request.header("x-mailgun-on-behalf-of");
    admit::admit(account, &domain, subaccount, mail.recipients.len())?;
    let now = account.now();
    let own_id = mail.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("h:message-id"));
    let id = match own_id {
        Some((_, id)) => format!("<{}>", id.trim_matches(['<', '>'])),
        None => account.message_id(&domain, now),
    };
    mail.layout = Layout::of(account, &domain, &mail);
    let message = SentMessage {
        storage_key: account.token(),
        subaccount: subaccount.map(str::to_owned),
        accepted_at: now,
        id,
        domain,
        mail: Arc::new(mail),
    };
    let response = Response::ok(&json!({ "id": message.id, "message": "Queued. Thank you." }));
    tags::seen(account, &message);
    events::record(account, &message, "accepted");
    queue::deliver(account, &message);
    account.groups.messages.sent.push(message);

    let sent = account.groups.messages.sent.len() as u64;
    let reset_millis = (date::epoch_seconds(now) / 3600 + 1) * 3_600_000;
    Ok(response
        .with(rate_limit::LIMIT, SENDS_ALLOWED)
        .with(rate_limit::REMAINING, SENDS_ALLOWED.saturating_sub(sent))
        .with(rate_limit::RESET, reset_millis))
}
