//! Stored messages: reads them, serves their files and resends them.

mod render;

use std::sync::OnceLock;

use http::{HeaderValue, StatusCode, header};

use super::{
    State,
    form::{envelope, recipient_list},
};
use crate::{
    account::Account,
    groups::Answer,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
    sent::{Mail, SentMessage},
};

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    let ["v3", "domains", domain, "messages", key, rest @ ..] = segments else {
        return None;
    };
    match (method, rest) {
        ("GET", []) => Some(get(account, request, domain, key)),
        ("GET", ["attachments", index]) => Some(file(account, domain, key, index)),
        ("POST", []) => Some(resend(account, request, domain, key)),
        _ => None,
    }
}

fn get(account: &Account, request: &Request, domain: &str, key: &str) -> Answer {
    let message = stored(account, domain, key)?;
    let wants_mime =
        request.header("accept").is_some_and(|types| types.contains("message/rfc2822"));
    Ok(Response::ok(&match wants_mime {
        true => render::mime(message),
        false => render::parsed(account, message),
    }))
}

fn file(account: &Account, domain: &str, key: &str, index: &str) -> Answer {
    let message = stored(account, domain, key)?;
    let index = index.parse().ok();
    let file = index.and_then(|index| message.mail.files().nth(index)).ok_or_else(not_found)?;
    let content_type = HeaderValue::from_str(&file.content_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    // The page of a mail must not run with the rights of the inbox, which has the same origin.
    let sandbox = HeaderValue::from_static("sandbox");
    Ok(Response::new(StatusCode::OK, content_type, file.bytes.clone())
        .with(header::CONTENT_SECURITY_POLICY, sandbox))
}

fn resend(account: &mut Account, request: &Request, domain: &str, key: &str) -> Answer {
    let message = stored(account, domain, key)?;
    let to = recipient_list(request.form()?, "to")?;
    if to.is_empty() {
        return Err(Refusal::bad_request("to parameter is missing"));
    }
    // The copy is a separate message with its own id, and is sent at once.
    let own_fields = |(name, _): &&(String, String)| {
        !matches!(name.as_str(), "to" | "cc" | "bcc" | "o:deliverytime" | "recipient-variables")
            && !name.eq_ignore_ascii_case("h:message-id")
    };
    let mut fields: Vec<_> = message.mail.fields.iter().filter(own_fields).cloned().collect();
    fields.extend(to.iter().map(|mailbox| ("to".to_owned(), mailbox.clone())));
    let mail = Mail {
        recipients: envelope([&to]),
        to,
        cc: Vec::new(),
        bcc: Vec::new(),
        fields,
        recipient_variables: OnceLock::new(),
        scheduled_for: None,
        ..Mail::clone(&message.mail)
    };
    let domain = message.domain.clone();
    super::accept(account, domain, request, mail)
}

/// The latest message with this id or storage key.
pub(crate) fn find<'a>(account: &'a Account, id: &str) -> Option<&'a SentMessage> {
    let bare = id.trim_matches(['<', '>']);
    let mut sent = account.groups.messages.sent.iter().rev();
    sent.find(|message| message.storage_key == id || message.id.trim_matches(['<', '>']) == bare)
}

fn stored<'a>(account: &'a Account, domain: &str, key: &str) -> Result<&'a SentMessage, Refusal> {
    let domain = account.domain(domain)?;
    let State { sent, stored, .. } = &account.groups.messages;
    sent.iter()
        .chain(stored)
        .find(|message| message.storage_key == key && message.domain == domain)
        .ok_or_else(not_found)
}

fn not_found() -> Refusal {
    Refusal::not_found("Message not found")
}
