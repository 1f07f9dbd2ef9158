//! SMTP credentials of a domain. Passwords are not stored.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    find,
    settings::{boolean, check_password},
};
use crate::{
    account::Account,
    date,
    groups::{Answer, listing},
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

const NOTE: &str = "Please store your new password(s) now. You won't be able to see it anymore.";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Credential {
    login: String,
    created_at: String,
    is_system: bool,
}

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    domain: &str,
    rest: &[&str],
) -> Option<Answer> {
    match (method, rest) {
        ("GET", []) => Some(list(account, request, domain)),
        ("POST", []) => Some(create(account, request, domain)),
        ("DELETE", []) => Some(delete_all(account, domain)),
        ("PUT", [login]) => Some(update(account, request, domain, login)),
        ("DELETE", [login]) => Some(delete(account, domain, login)),
        _ => None,
    }
}

fn list(account: &mut Account, request: &Request, domain: &str) -> Answer {
    let limit = request.parameter("limit").and_then(|limit| limit.parse().ok());
    if limit.is_some_and(|limit: u64| limit > 1000) {
        return Err(Refusal::bad_request("Limit parameter can't be larger than 1000"));
    }
    let all = &find(account, domain)?.credentials;
    let items: Vec<_> = listing::by_skip(request, all, 100)?.iter().map(Credential::json).collect();
    Ok(Response::ok(&json!({ "items": items, "total_count": all.len() })))
}

fn create(account: &mut Account, request: &Request, domain: &str) -> Answer {
    let form = request.form()?;
    let is_system = form.field("system").map(|text| boolean("system", text)).transpose()?;
    let name = find(account, domain)?.name.clone();
    let logins: Vec<_> =
        form.all("login").chain(form.all("mailbox")).map(|login| address(login, &name)).collect();
    if logins.is_empty() {
        return Err(Refusal::bad_request("Parameter 'login' is missing"));
    }
    let passwords: Vec<_> = form.all("password").collect();
    passwords.iter().try_for_each(|password| check_password(password))?;
    let mut is_free = |login: &str| {
        let is_ours = login.rsplit_once('@').is_some_and(|(_, host)| host == name);
        is_ours && position(account, domain, login).is_err()
    };
    if let Some(login) = logins.iter().find(|login| !is_free(login)) {
        return Err(Refusal::bad_request(format!("Invalid login: {login}")));
    }
    let without_password = logins.get(passwords.len()..).unwrap_or_default();
    let made = made_passwords(account, without_password);
    let domain = find(account, domain)?;
    domain.credentials.extend(logins.iter().map(|login| Credential {
        login: login.clone(),
        created_at: date::rfc2822(SystemTime::now(), "+0000"),
        is_system: is_system.unwrap_or(false),
    }));
    Ok(written(&format!("Created {} credentials pair(s)", logins.len()), made))
}

fn update(account: &mut Account, request: &Request, domain: &str, login: &str) -> Answer {
    let login = position(account, domain, login)?.1;
    let made = match request.form()?.field("password") {
        Some(password) => {
            check_password(password)?;
            Map::new()
        }
        None => made_passwords(account, &[login]),
    };
    Ok(written("Password changed", made))
}

fn delete(account: &mut Account, domain: &str, login: &str) -> Answer {
    let (index, login) = position(account, domain, login)?;
    let credentials = &mut find(account, domain)?.credentials;
    if credentials[index].is_system {
        return Err(Refusal::bad_request(format!("Cannot delete system mailbox: {login}")));
    }
    credentials.remove(index);
    Ok(Response::ok(&json!({ "message": "Credentials have been deleted", "spec": login })))
}

fn delete_all(account: &mut Account, domain: &str) -> Answer {
    let count = std::mem::take(&mut find(account, domain)?.credentials).len();
    let message = "All domain credentials have been deleted";
    Ok(Response::ok(&json!({ "message": message, "count": count })))
}

/// The position of the credentials of a login, and the login as an address.
fn position(account: &mut Account, domain: &str, login: &str) -> Result<(usize, String), Refusal> {
    let domain = find(account, domain)?;
    let login = address(login, &domain.name);
    let found = domain.credentials.iter().position(|one| one.login == login);
    let index = found.ok_or_else(|| Refusal::not_found("Credentials not found"))?;
    Ok((index, login))
}

fn address(login: &str, domain: &str) -> String {
    if login.contains('@') { login.to_owned() } else { format!("{login}@{domain}") }
}

fn made_passwords(account: &mut Account, logins: &[String]) -> Map<String, Value> {
    let mut made = Map::new();
    for login in logins {
        let (one, two) = (account.object_id(), account.object_id());
        let password = format!("{one}{}-{}-{}", &two[..8], &two[8..16], &two[16..]);
        made.insert(login.clone(), json!(password));
    }
    made
}

fn written(message: &str, made: Map<String, Value>) -> Response {
    let mut response = json!({ "message": message });
    if !made.is_empty() {
        response["note"] = json!(NOTE);
        response["credentials"] = Value::Object(made);
    }
    Response::ok(&response)
}

impl Credential {
    fn json(&self) -> Value {
        json!({
            "login": self.login,
            "mailbox": self.login,
            "created_at": self.created_at,
            "size_bytes": null,
        })
    }
}
