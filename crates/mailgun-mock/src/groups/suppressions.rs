//! Suppressions: bounces, unsubscribes, complaints and the allowlist.

mod record;

use std::collections::BTreeMap;

use http::{StatusCode, header::HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use self::record::Record;
use super::{Answer, listing};
use crate::{
    account::Account,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
    sent::SentMessage,
    state,
};

const MAX_RECORDS: usize = 1000;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// By domain and list, in the order of their keys.
    #[serde(with = "state::pairs")]
    lists: BTreeMap<(String, List), Vec<Record>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum List {
    Bounces,
    Unsubscribes,
    Complaints,
    Allowlist,
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    let ["v3", domain, list, rest @ ..] = segments else { return None };
    let list = List::of(list)?;
    match (method, rest) {
        ("GET", []) => Some(all(account, request, domain, list)),
        ("GET", [address]) => Some(get(account, domain, list, address)),
        ("POST", []) => Some(add(account, request, domain, list)),
        ("POST", ["import"]) => Some(import(account, request, domain, list)),
        ("DELETE", []) => Some(delete_all(account, domain, list)),
        ("DELETE", [address]) => Some(delete(account, request, domain, list, address)),
        _ => None,
    }
}

fn all(account: &Account, request: &Request, domain: &str, list: List) -> Answer {
    let domain = account.domain(domain)?;
    let term = request.parameter("term").unwrap_or_default().to_lowercase();
    let records = account.groups.suppressions.records(&domain, list).iter();
    let found: Vec<_> = records.filter(|record| record.key.starts_with(&term)).collect();
    let (items, paging) =
        listing::by_pivot(&account.base_url, request, &found, |one| &one.key, "address", 100)?;
    let items: Vec<_> = items.iter().map(|record| &record.json).collect();
    Ok(Response::ok(&json!({ "items": items, "paging": paging })))
}

fn get(account: &Account, domain: &str, list: List, address: &str) -> Answer {
    let domain = account.domain(domain)?;
    let found = account.groups.suppressions.find(&domain, list, address);
    found.map(|record| Response::ok(&record.json)).ok_or_else(|| list.not_found())
}

fn add(account: &mut Account, request: &Request, domain: &str, list: List) -> Answer {
    let domain = account.domain(domain)?;
    let is_json =
        request.header("content-type").is_some_and(|it| it.starts_with("application/json"));
    if is_json && list != List::Allowlist {
        let rows: Vec<Map<String, Value>> = request.json()?;
        if rows.len() > MAX_RECORDS {
            return Err(Refusal::bad_request("Batch size should be less than 1000"));
        }
        let records = rows.into_iter().map(|row| Record::read(list, &record::of_json(row)));
        let records = records.collect::<Result<Vec<_>, _>>()?;
        let message = list.added_many(records.len());
        account.groups.suppressions.extend(domain, list, records);
        return Ok(Response::message(StatusCode::OK, message));
    }
    let record = Record::read(list, &request.form()?.fields)?;
    let response = match list {
        List::Allowlist => json!({
            "message": "Address/Domain has been added to the allowlists table",
            "type": record.json["type"],
            "value": record.json["value"],
        }),
        _ => json!({
            "message": format!("Address has been added to the {} table", list.name()),
            "address": record.json["address"],
        }),
    };
    account.groups.suppressions.extend(domain, list, [record]);
    Ok(Response::ok(&response))
}

/// The service reads the file in the background and drops invalid rows.
fn import(account: &mut Account, request: &Request, domain: &str, list: List) -> Answer {
    let domain = account.domain(domain)?;
    let file = request.form()?.files("file").pop();
    let rows = file.and_then(|file| record::of_csv(list, &file.bytes));
    let rows = rows.ok_or_else(|| Refusal::bad_request("while reading csv header"))?;
    let records = rows.iter().filter_map(|row| Record::read(list, row).ok());
    account.groups.suppressions.extend(domain, list, records);
    let message = "file uploaded successfully for processing. standby...";
    Ok(Response::message(StatusCode::ACCEPTED, message))
}

fn delete(
    account: &mut Account,
    request: &Request,
    domain: &str,
    list: List,
    address: &str,
) -> Answer {
    let key = (account.domain(domain)?, list);
    let records = account.groups.suppressions.lists.entry(key).or_default();
    let at = position(records, address).map_err(|_| list.not_found())?;
    match request.parameter("tag").filter(|_| list == List::Unsubscribes) {
        None => drop(records.remove(at)),
        Some(tag) if !records[at].remove_tag(tag) => {
            return Err(Refusal::not_found("Unsubscribe event for this tag does not exist"));
        }
        Some(_) if records[at].tags().next().is_none() => drop(records.remove(at)),
        Some(_) => {}
    }
    let (message, name) = match list {
        List::Bounces => ("Bounced address has been removed", "address"),
        List::Unsubscribes => ("Unsubscribe event has been removed", "address"),
        List::Complaints => ("Spam complaint has been removed", "address"),
        List::Allowlist => ("Allowlist address/domain has been removed", "value"),
    };
    let response = json!({ "message": message, name: address });
    // Recorded responses of the service have JSON with this content type.
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(Response::new(StatusCode::OK, text, response.to_string()))
}

fn delete_all(account: &mut Account, domain: &str, list: List) -> Answer {
    let domain = account.domain(domain)?;
    account.groups.suppressions.lists.remove(&(domain, list));
    let what = match list {
        List::Bounces => "Bounced addresses",
        List::Unsubscribes => "Unsubscribe addresses",
        List::Complaints => "Complaint addresses",
        List::Allowlist => "Allowlist addresses/domains",
    };
    Ok(Response::message(StatusCode::OK, format!("{what} for this domain have been removed")))
}

/// The failure of a message whose recipient is suppressed; empty if it is delivered.
pub(crate) fn failure(
    account: &Account,
    message: &SentMessage,
    recipient: &str,
) -> Map<String, Value> {
    let state = &account.groups.suppressions;
    let find = |list| state.find(&message.domain, list, recipient);
    let (code, reason, description) =
        if find(List::Bounces).is_some() && !state.allows(message, recipient) {
            (605, "suppress-bounce", "Not delivering to previously bounced address")
        } else if find(List::Unsubscribes).is_some_and(|record| record.is_for(&message.tags())) {
            (606, "suppress-unsubscribe", "Not delivering to unsubscribed address")
        } else if find(List::Complaints).is_some() {
            let words = "Not delivering to a user who marked your messages as spam";
            (607, "suppress-complaint", words)
        } else {
            return Map::new();
        };
    let status = json!({
        "code": code,
        "message": "",
        "description": description,
        "attempt-no": 1,
        "session-seconds": 0,
    });
    Map::from_iter(
        [
            ("event", json!("failed")),
            ("log-level", json!("error")),
            ("severity", json!("permanent")),
            ("reason", json!(reason)),
            ("delivery-status", status),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    )
}

/// Suppresses an address as the service does after an event. The allowlist prevents bounces.
pub(crate) fn suppress(
    account: &mut Account,
    message: &SentMessage,
    recipient: &str,
    list: List,
    details: &[(&str, &str)],
) {
    let state = &mut account.groups.suppressions;
    if list == List::Bounces && state.allows(message, recipient) {
        return;
    }
    let fields = [("address", recipient)].into_iter().chain(details.iter().copied());
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    if let Ok(record) = Record::read(list, &fields) {
        state.extend(message.domain.clone(), list, [record]);
    }
}

/// The position of the entry of an address, or where it would be.
fn position(records: &[Record], address: &str) -> Result<usize, usize> {
    let key = address.to_lowercase();
    records.binary_search_by(|record| record.key.cmp(&key))
}

impl State {
    fn records(&self, domain: &str, list: List) -> &[Record] {
        self.lists.get(&(domain.to_owned(), list)).map_or(&[], Vec::as_slice)
    }

    fn find(&self, domain: &str, list: List, address: &str) -> Option<&Record> {
        let records = self.records(domain, list);
        position(records, address).ok().map(|at| &records[at])
    }

    /// Whether the allowlist has the recipient or its domain, which prevents bounces.
    fn allows(&self, message: &SentMessage, recipient: &str) -> bool {
        let find = |value| self.find(&message.domain, List::Allowlist, value);
        let domain = recipient.rsplit_once('@').and_then(|(_, domain)| find(domain));
        find(recipient).or(domain).is_some()
    }

    fn extend(&mut self, domain: String, list: List, records: impl IntoIterator<Item = Record>) {
        let all = self.lists.entry((domain, list)).or_default();
        for mut record in records {
            match position(all, &record.key) {
                Ok(at) => {
                    record.add_tags(&all[at]);
                    all[at] = record;
                }
                Err(at) => all.insert(at, record),
            }
        }
    }
}

impl List {
    fn of(name: &str) -> Option<Self> {
        [Self::Bounces, Self::Unsubscribes, Self::Complaints, Self::Allowlist]
            .into_iter()
            .find(|list| list.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Bounces => "bounces",
            Self::Unsubscribes => "unsubscribes",
            Self::Complaints => "complaints",
            Self::Allowlist => "whitelists",
        }
    }

    fn added_many(self, count: usize) -> String {
        let what = if self == Self::Complaints { "complaint addresses" } else { "addresses" };
        format!("{count} {what} have been added to the {} table", self.name())
    }

    fn not_found(self) -> Refusal {
        Refusal::not_found(match self {
            Self::Bounces => "Address not found in bounces table",
            Self::Unsubscribes => "Address not found in unsubscribers table",
            Self::Complaints => "No spam complaints found for this address",
            Self::Allowlist => "Address/Domain not found in allowlist table",
        })
    }
}
