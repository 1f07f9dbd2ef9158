//! The settings of a domain itself.

use serde_json::{Map, Value, json};

use super::{Domain, find};
use crate::{
    account::Account,
    groups::Answer,
    http::{
        form::Form,
        request::Request,
        response::{Refusal, Response},
    },
};

const BOOLEANS: [&str; 5] = [
    "wildcard",
    "require_tls",
    "skip_verification",
    "use_automatic_sender_security",
    "encrypt_incoming_message",
];
const TEXTS: [&str; 3] = ["web_prefix", "archive_to", "mailfrom_host"];

pub(super) fn of_a_new_domain() -> Map<String, Value> {
    let texts = [("web_prefix", "email"), ("spam_action", "disabled"), ("web_scheme", "http")];
    let texts = texts.map(|(name, value)| (name.to_owned(), json!(value)));
    let booleans = BOOLEANS.map(|name| (name.to_owned(), json!(false)));
    texts.into_iter().chain(booleans).chain([("message_ttl".to_owned(), json!(0))]).collect()
}

/// Reads a boolean in every spelling that Mailgun accepts.
pub(super) fn boolean(name: &str, text: &str) -> Result<bool, Refusal> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(Refusal::bad_request(format!("{name} should be a boolean"))),
    }
}

pub(super) fn check_password(password: &str) -> Result<(), Refusal> {
    let fault = match password.chars().count() {
        0..5 => "short",
        5..=32 => return Ok(()),
        _ => "long",
    };
    Err(Refusal::bad_request(format!(
        "Password is too {fault}. It must be between 5 and 32 characters."
    )))
}

impl Domain {
    /// Applies the form, or nothing if one field is invalid.
    pub(super) fn set(&mut self, form: &Form) -> Result<(), Refusal> {
        let mut changed = self.settings.clone();
        for (name, value) in &form.fields {
            let is_among = |words: &[&str]| match words.contains(&value.as_str()) {
                true => Ok(json!(value)),
                false => Err(Refusal::bad_request(format!("Invalid {name}: {value}"))),
            };
            let value = match name.as_str() {
                name if BOOLEANS.contains(&name) => json!(boolean(name, value)?),
                name if TEXTS.contains(&name) => json!(value),
                "spam_action" => is_among(&["disabled", "block", "tag"])?,
                "web_scheme" => is_among(&["http", "https"])?,
                "message_ttl" => {
                    let fault = |_| Refusal::bad_request("message_ttl should be an integer");
                    json!(value.parse::<u32>().map_err(fault)?)
                }
                "smtp_password" => {
                    check_password(value)?;
                    continue;
                }
                _ => continue,
            };
            changed.insert(name.clone(), value);
        }
        self.settings = changed;
        Ok(())
    }
}

pub(super) fn connection(
    account: &mut Account,
    request: &Request,
    method: &str,
    name: &str,
) -> Option<Answer> {
    match method {
        "GET" => Some(find(account, name).map(|domain| Response::ok(&connection_of(domain)))),
        "PUT" => Some(update_connection(account, request, name)),
        _ => None,
    }
}

fn connection_of(domain: &Domain) -> Value {
    json!({
        "require_tls": domain.settings.get("require_tls"),
        "skip_verification": domain.settings.get("skip_verification"),
    })
}

fn update_connection(account: &mut Account, request: &Request, name: &str) -> Answer {
    let domain = find(account, name)?;
    domain.set(request.form()?)?;
    let mut response = connection_of(domain);
    response["message"] = json!(
        "Domain connection settings have been updated, may take 10 minutes to fully propagate"
    );
    Ok(Response::ok(&response))
}

pub(super) fn web_prefix(account: &mut Account, request: &Request, name: &str) -> Answer {
    let domain = find(account, name)?;
    let prefix = request.value("web_prefix").unwrap_or_default();
    if prefix.is_empty() {
        return Err(Refusal::bad_request("Parameter 'web_prefix' is missing"));
    }
    domain.settings.insert("web_prefix".to_owned(), json!(prefix));
    Ok(Response::ok(&json!({ "message": "Domain web prefix updated" })))
}
