//! Mailing lists and their members. Mail to a list is not delivered to its members.

mod members;

use std::{collections::BTreeMap, time::SystemTime};

use http::StatusCode;
use serde_json::{Value, json};

use self::members::Member;
use super::{Answer, listing};
use crate::{
    account::Account,
    address, date,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

#[derive(Debug, Default)]
pub(crate) struct State {
    /// By address.
    lists: BTreeMap<String, List>,
}

#[derive(Clone, Debug, Default)]
struct List {
    address: String,
    name: String,
    description: String,
    access_level: String,
    reply_preference: String,
    created_at: String,
    /// By address.
    members: BTreeMap<String, Member>,
    /// When the validation of the members began.
    validation: Option<u64>,
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    let ["v3", "lists", rest @ ..] = segments else {
        return None;
    };
    match (method, rest) {
        // The service does not know `/v3/lists/`.
        (_, ["", ..]) => None,
        ("GET", []) => Some(list_by_address(account, request)),
        ("POST", []) => Some(create(account, request)),
        ("GET", ["pages"]) => Some(list(account, request)),
        ("GET", [list]) => Some(get(account, list)),
        ("PUT", [list]) => Some(update(account, request, list)),
        ("DELETE", [list]) => Some(delete(account, list)),
        ("POST", [list, "validate"]) => Some(validate(account, list)),
        ("GET", [list, "validate"]) => Some(validation(account, list)),
        ("DELETE", [list, "validate"]) => Some(cancel_validation(account, list)),
        (_, [list, rest @ ..]) => members::route(account, request, list, method, rest),
        _ => None,
    }
}

/// Whether this is the address of a list.
pub(crate) fn exists(account: &Account, address: &str) -> bool {
    let lists = &account.groups.mailing_lists.lists;
    !lists.is_empty() && lists.contains_key(&address.to_lowercase())
}

/// Unsubscribes a member.
pub(crate) fn unsubscribe(account: &mut Account, list: &str, address: &str) {
    let list = account.groups.mailing_lists.lists.get_mut(&list.to_lowercase());
    let member = list.and_then(|list| list.members.get_mut(&address.to_lowercase()));
    member.into_iter().for_each(|member| member.subscribed = false);
}

fn list(account: &Account, request: &Request) -> Answer {
    let lists: Vec<_> = account.groups.mailing_lists.lists.values().collect();
    let base_url = &account.base_url;
    let (found, paging) =
        listing::by_pivot(base_url, request, &lists, |list| &list.address, "address", 100)?;
    let items: Vec<_> = found.iter().map(|list| list.json()).collect();
    Ok(Response::ok(&json!({ "items": items, "paging": paging })))
}

fn list_by_address(account: &Account, request: &Request) -> Answer {
    let wanted = request.parameter("address");
    let lists = account.groups.mailing_lists.lists.values();
    let lists: Vec<_> = lists.filter(|it| wanted.is_none_or(|all| all == it.address)).collect();
    let items: Vec<_> =
        listing::by_skip(request, &lists, 100)?.iter().map(|list| list.json()).collect();
    Ok(Response::ok(&json!({ "items": items, "total_count": lists.len() })))
}

fn create(account: &mut Account, request: &Request) -> Answer {
    let mut list = List {
        access_level: "readonly".to_owned(),
        reply_preference: "list".to_owned(),
        created_at: date::rfc2822(SystemTime::now(), "-0000"),
        ..List::default()
    };
    list.set(request)?;
    if list.address.is_empty() {
        return Err(Refusal::bad_request("address parameter is missing"));
    }
    let lists = &mut account.groups.mailing_lists.lists;
    if lists.contains_key(&list.address) {
        return Err(Refusal::bad_request("Duplicate object"));
    }
    let response = json!({ "list": list.json(), "message": "Mailing list has been created" });
    lists.insert(list.address.clone(), list);
    Ok(Response::ok(&response))
}

fn get(account: &mut Account, address: &str) -> Answer {
    Ok(Response::ok(&json!({ "list": find(account, address)?.json() })))
}

fn update(account: &mut Account, request: &Request, address: &str) -> Answer {
    let mut list = find(account, address)?.clone();
    list.set(request)?;
    let lists = &mut account.groups.mailing_lists.lists;
    if list.address != address && lists.contains_key(&list.address) {
        return Err(Refusal::bad_request("Duplicate object"));
    }
    let response = json!({ "list": list.json(), "message": "Mailing list has been updated" });
    lists.remove(address);
    lists.insert(list.address.clone(), list);
    Ok(Response::ok(&response))
}

fn delete(account: &mut Account, address: &str) -> Answer {
    find(account, address)?;
    account.groups.mailing_lists.lists.remove(address);
    Ok(Response::ok(&json!({ "address": address, "message": "Mailing list has been removed" })))
}

fn validate(account: &mut Account, address: &str) -> Answer {
    find(account, address)?.validation = Some(date::epoch_seconds(SystemTime::now()));
    Ok(Response::ok(&json!({ "id": address, "message": "The validation job was submitted." })))
}

/// A validation is complete at once, and the result of every address is unknown.
fn validation(account: &mut Account, address: &str) -> Answer {
    let list = find(account, address)?;
    let (Some(created_at), count) = (list.validation, list.members.len()) else {
        return Err(no_validation());
    };
    Ok(Response::ok(&json!({
        "id": address,
        "created_at": created_at,
        "quantity": count,
        "records_processed": count,
        "status": "uploaded",
        "summary": {
            "result": {
                "catch_all": 0, "deliverable": 0, "do_not_send": 0, "undeliverable": 0,
                "unknown": count,
            },
            "risk": { "high": 0, "low": 0, "medium": 0, "unknown": count },
        },
        "download_url": { "csv": "csv-url", "json": "json-url" },
    })))
}

fn cancel_validation(account: &mut Account, address: &str) -> Answer {
    find(account, address)?.validation.take().ok_or_else(no_validation)?;
    Ok(Response::message(StatusCode::OK, "Validation job canceled."))
}

fn no_validation() -> Refusal {
    Refusal::not_found("Validation job not found")
}

fn find<'a>(account: &'a mut Account, address: &str) -> Result<&'a mut List, Refusal> {
    let list = account.groups.mailing_lists.lists.get_mut(address);
    list.ok_or_else(|| Refusal::not_found(format!("Mailing list {address} not found")))
}

impl List {
    fn set(&mut self, request: &Request) -> Result<(), Refusal> {
        let form = request.form()?;
        let one_of = |name: &str, what: &str, allowed: &[&str]| match form.field(name) {
            Some(value) if !allowed.contains(&value) => {
                let allowed = allowed.join("', '");
                let message = format!("Invalid {what} '{value}'. It can be any of: '{allowed}'.");
                Err(Refusal::bad_request(message))
            }
            value => Ok(value),
        };
        let levels = ["readonly", "members", "everyone"];
        if let Some(level) = one_of("access_level", "access level", &levels)? {
            self.access_level = level.to_owned();
        }
        let preferences = ["sender", "list"];
        if let Some(preference) = one_of("reply_preference", "response preference", &preferences)? {
            self.reply_preference = preference.to_owned();
        }
        if let Some(address) = form.field("address") {
            self.address = bare(address)?;
        }
        if let Some(name) = form.field("name") {
            self.name = name.to_owned();
        }
        if let Some(description) = form.field("description") {
            self.description = description.to_owned();
        }
        Ok(())
    }

    fn json(&self) -> Value {
        json!({
            "address": self.address,
            "name": self.name,
            "description": self.description,
            "access_level": self.access_level,
            "reply_preference": self.reply_preference,
            "created_at": self.created_at,
            "members_count": self.members.len(),
        })
    }
}

fn bare(address: &str) -> Result<String, Refusal> {
    let bare = address::bare(address).map(str::to_owned);
    bare.ok_or_else(|| Refusal::bad_request(format!("'{address}' is not a valid address")))
}
