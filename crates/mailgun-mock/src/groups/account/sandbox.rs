//! Authorized recipients of the sandbox domain. None of them is ever activated.

use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    account::Account,
    groups::Answer,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

const LIMIT: usize = 5;

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    rest: &[&str],
) -> Option<Answer> {
    let recipients = &mut account.groups.account.sandbox;
    match (method, rest) {
        ("GET", []) => Some(Ok(list(recipients))),
        ("POST", []) => Some(add(recipients, request)),
        ("DELETE", [email]) => Some(remove(recipients, email)),
        _ => None,
    }
}

fn list(recipients: &[String]) -> Response {
    let recipients: Vec<_> = recipients.iter().map(|email| json(email)).collect();
    Response::ok(&json!({ "recipients": recipients, "limit": LIMIT }))
}

fn add(recipients: &mut Vec<String>, request: &Request) -> Answer {
    let email = checked(request.value("email").unwrap_or_default())?;
    if !recipients.iter().any(|known| known == email) {
        if recipients.len() == LIMIT {
            let message = format!("Only {LIMIT} sandbox recipients are allowed");
            return Err(Refusal::bad_request(message));
        }
        recipients.push(email.to_owned());
    }
    Ok(Response::ok(&json!({ "recipient": json(email), "limit": LIMIT })))
}

fn remove(recipients: &mut Vec<String>, email: &str) -> Answer {
    let email = checked(email)?;
    recipients.retain(|known| known != email);
    Ok(Response::message(StatusCode::OK, "Sandbox recipient deleted."))
}

fn checked(email: &str) -> Result<&str, Refusal> {
    let is_address = email
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    is_address.then_some(email).ok_or_else(|| Refusal::bad_request("Invalid email address."))
}

fn json(email: &str) -> Value {
    json!({ "email": email, "activated": false })
}
