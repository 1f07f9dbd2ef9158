//! Subaccounts. A deleted one is closed and stays in the listing. A disabled or closed one, or one
//! that has reached its monthly limit, cannot send. Its features are not enforced.

use std::time::SystemTime;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Answer, listing, message_limit};
use crate::{
    account::Account,
    date,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

#[derive(Debug, Default)]
pub(crate) struct State {
    /// In order of creation.
    all: Vec<Subaccount>,
}

#[derive(Clone, Debug)]
struct Subaccount {
    id: String,
    name: String,
    status: &'static str,
    features: Map<String, Value>,
    monthly_limit: Option<u64>,
    created_at: String,
    updated_at: String,
}

const OPEN: &str = "open";
const DISABLED: &str = "disabled";
const CLOSED: &str = "closed";

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    let ["v5", "accounts", "subaccounts", rest @ ..] = segments else { return None };
    Some(match (method, rest) {
        ("GET", []) => list(account, request),
        ("POST", []) => create(account, request),
        ("DELETE", []) => delete(account, request),
        ("GET", [id]) => get(account, id),
        ("POST", [id, "enable"]) => enable(account, id),
        ("POST", [id, "disable"]) => disable(account, id),
        ("PUT", [id, "features"]) => update_features(account, request, id),
        ("GET" | "PUT" | "DELETE", [id, "limit", "custom", "monthly"]) => {
            monthly_limit(account, request, id)
        }
        _ => return None,
    })
}

fn list(account: &Account, request: &Request) -> Answer {
    let flag = |name: &str| request.parameter(name).map(|text| text == "true");
    let (enabled, closed) = (flag("enabled"), flag("closed"));
    let filter = request.parameter("filter").unwrap_or_default().to_lowercase();
    let mut found: Vec<_> = account.groups.subaccounts.all.iter().collect();
    found.retain(|subaccount| {
        let is_wanted = match subaccount.status {
            OPEN => enabled != Some(false),
            DISABLED => enabled != Some(true),
            _ => closed.unwrap_or(enabled.is_none()),
        };
        is_wanted && subaccount.name.to_lowercase().contains(&filter)
    });
    match request.parameter("sort") {
        Some("asc") => found.sort_by(|a, b| a.name.cmp(&b.name)),
        Some("desc") => found.sort_by(|a, b| b.name.cmp(&a.name)),
        _ => {}
    }
    let page = listing::by_skip(request, &found, 10)?;
    let page: Vec<_> = page.iter().map(|subaccount| subaccount.json()).collect();
    Ok(Response::ok(&json!({ "subaccounts": page, "total": found.len() })))
}

fn create(account: &mut Account, request: &Request) -> Answer {
    let name = request.value("name").filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Refusal::bad_request("Bad request"))?.to_owned();
    let now = date::rfc2822(SystemTime::now(), "GMT");
    let subaccount = Subaccount {
        id: account.object_id(),
        name,
        status: OPEN,
        features: Map::new(),
        monthly_limit: None,
        created_at: now.clone(),
        updated_at: now,
    };
    let response = wrapped(&subaccount);
    account.groups.subaccounts.all.push(subaccount);
    response
}

fn delete(account: &mut Account, request: &Request) -> Answer {
    let id = request.header("x-mailgun-on-behalf-of");
    let id = id.ok_or_else(|| Refusal::bad_request("Bad request"))?;
    let forbidden = |_| Refusal::new(StatusCode::FORBIDDEN, "Forbidden");
    find(account, id).map_err(forbidden)?.set_status(CLOSED);
    Ok(Response::message(StatusCode::OK, "Subaccount successfully deleted"))
}

fn get(account: &Account, id: &str) -> Answer {
    let found = account.groups.subaccounts.all.iter().find(|subaccount| subaccount.id == id);
    wrapped(found.ok_or_else(not_found)?)
}

fn enable(account: &mut Account, id: &str) -> Answer {
    let subaccount = find(account, id)?;
    subaccount.set_status(OPEN);
    wrapped(subaccount)
}

fn disable(account: &mut Account, id: &str) -> Answer {
    let subaccount = find(account, id)?;
    if subaccount.status == DISABLED {
        return Err(Refusal::bad_request("subaccount is already disabled"));
    }
    subaccount.set_status(DISABLED);
    wrapped(subaccount)
}

fn update_features(account: &mut Account, request: &Request, id: &str) -> Answer {
    let subaccount = find(account, id)?;
    let updates = request.form()?.fields.iter().filter_map(|(name, value)| {
        let value: Value = serde_json::from_str(value).ok()?;
        value["enabled"].is_boolean().then(|| (name.clone(), value))
    });
    let updates: Map<_, _> = updates.collect();
    if updates.is_empty() {
        return Err(Refusal::bad_request("No valid updates provided"));
    }
    subaccount.features.extend(updates);
    subaccount.updated_at = date::rfc2822(SystemTime::now(), "GMT");
    Ok(Response::ok(&json!({ "features": subaccount.features })))
}

fn monthly_limit(account: &mut Account, request: &Request, id: &str) -> Answer {
    let sent = account.groups.messages.sent.iter();
    let sent = sent.filter(|message| message.subaccount() == Some(id)).count();
    let subaccount =
        find(account, id).map_err(|_| Refusal::bad_request("Invalid subaccount ID"))?;
    message_limit::answer(&mut subaccount.monthly_limit, sent, request)
}

/// Whether a subaccount may send. Ids that the account does not have may.
pub(crate) fn is_enabled(account: &Account, id: &str) -> bool {
    let found = account.groups.subaccounts.all.iter().find(|subaccount| subaccount.id == id);
    found.is_none_or(|subaccount| subaccount.status == OPEN)
}

/// How many messages a subaccount may send in a month.
pub(crate) fn monthly_limit_of(account: &Account, id: &str) -> Option<u64> {
    let found = account.groups.subaccounts.all.iter().find(|subaccount| subaccount.id == id);
    found?.monthly_limit
}

/// The subaccount with this id, unless it is closed.
fn find<'a>(account: &'a mut Account, id: &str) -> Result<&'a mut Subaccount, Refusal> {
    let mut all = account.groups.subaccounts.all.iter_mut();
    let found = all.find(|subaccount| subaccount.id == id && subaccount.status != CLOSED);
    found.ok_or_else(not_found)
}

fn not_found() -> Refusal {
    Refusal::not_found("Not Found")
}

fn wrapped(subaccount: &Subaccount) -> Answer {
    Ok(Response::ok(&json!({ "subaccount": subaccount.json() })))
}

impl Subaccount {
    fn set_status(&mut self, status: &'static str) {
        self.status = status;
        self.updated_at = date::rfc2822(SystemTime::now(), "GMT");
    }

    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "features": self.features,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        })
    }
}
