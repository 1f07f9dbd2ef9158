//! Members of lists. What the service does in the background happens at once.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{List, bare, find};
use crate::{
    account::Account,
    groups::{Answer, listing},
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

/// The service writes more members than these in the background.
const AT_ONCE: usize = 100;
const MOST: usize = 1000;

#[derive(Clone, Debug)]
pub(super) struct Member {
    address: String,
    name: String,
    vars: Map<String, Value>,
    pub(super) subscribed: bool,
}

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    list: &str,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    match (method, segments) {
        ("GET", ["members", "pages"]) => Some(by_page(account, request, list)),
        ("GET", ["members"]) => Some(by_address(account, request, list)),
        ("POST", ["members"]) => Some(create(account, request, list)),
        ("POST", ["members.json"]) => Some(create_many(account, request, list)),
        ("POST", ["members.csv"]) => Some(upload(account, request, list)),
        ("GET", ["members", member]) => Some(get(account, list, member)),
        ("PUT", ["members", member]) => Some(update(account, request, list, member)),
        ("DELETE", ["members", member]) => Some(delete(account, list, member)),
        _ => None,
    }
}

fn by_page(account: &mut Account, request: &Request, list: &str) -> Answer {
    let base_url = account.base_url.clone();
    let members = find(account, list)?.wanted(request)?;
    let (found, paging) =
        listing::by_pivot(&base_url, request, &members, |member| &member.address, "address", 100)?;
    let items: Vec<_> = found.iter().map(|member| member.json()).collect();
    Ok(Response::ok(&json!({ "items": items, "paging": paging })))
}

fn by_address(account: &mut Account, request: &Request, list: &str) -> Answer {
    let mut members = find(account, list)?.wanted(request)?;
    if let Some(address) = request.parameter("address") {
        members.retain(|member| member.address == address);
    }
    let items: Vec<_> =
        listing::by_skip(request, &members, 100)?.iter().map(|member| member.json()).collect();
    Ok(Response::ok(&json!({ "items": items, "total_count": members.len() })))
}

fn get(account: &mut Account, list: &str, member: &str) -> Answer {
    let members = &find(account, list)?.members;
    let found = members.get(member).ok_or_else(|| not_found(list, member))?;
    Ok(Response::ok(&json!({ "member": found.json() })))
}

fn create(account: &mut Account, request: &Request, list: &str) -> Answer {
    let changes = Changes::of_form(request)?.of_new_member();
    let address = changes.address.clone().unwrap_or_default();
    let list = find(account, list)?;
    let is_there = list.members.contains_key(&bare(&address)?);
    if is_there && !flag("upsert", request.form()?.field("upsert"))?.unwrap_or(false) {
        return Err(Refusal::bad_request(format!("Address already exists '{address}'")));
    }
    let member = list.write(&address, changes)?;
    let message = "Mailing list member has been created";
    Ok(Response::ok(&json!({ "member": member, "message": message })))
}

fn update(account: &mut Account, request: &Request, list: &str, member: &str) -> Answer {
    let changes = Changes::of_form(request)?;
    let name = list;
    let list = find(account, list)?;
    if !list.members.contains_key(member) {
        return Err(not_found(name, member));
    }
    let member = list.write(member, changes)?;
    let message = "Mailing list member has been updated";
    Ok(Response::ok(&json!({ "member": member, "message": message })))
}

fn delete(account: &mut Account, list: &str, member: &str) -> Answer {
    let members = &mut find(account, list)?.members;
    members.remove(member).ok_or_else(|| not_found(list, member))?;
    let message = "Mailing list member has been deleted";
    Ok(Response::ok(&json!({ "member": { "address": member }, "message": message })))
}

fn create_many(account: &mut Account, request: &Request, list: &str) -> Answer {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Row {
        Address(String),
        Member(Changes),
    }
    let invalid = |error: &dyn std::fmt::Display| {
        Refusal::bad_request(format!("Invalid members parameter: {error}"))
    };
    let rows = request.value("members").unwrap_or_default();
    let rows: Vec<Row> = serde_json::from_str(rows).map_err(|error| invalid(&error))?;
    if rows.len() > MOST {
        return Err(invalid(&format_args!("more than {MOST} members")));
    }
    let rows = rows.into_iter().map(|row| match row {
        Row::Address(address) => Changes { address: Some(address), ..Changes::default() },
        Row::Member(changes) => changes,
    });
    let rows: Vec<_> = rows.collect();
    let in_background = rows.len() > AT_ONCE;
    write_many(account, request, list, rows, in_background)
}

fn upload(account: &mut Account, request: &Request, list: &str) -> Answer {
    #[derive(Deserialize)]
    struct Row {
        address: String,
        name: Option<String>,
        vars: Option<String>,
        subscribed: Option<String>,
    }
    let form = request.form()?;
    let file = form.files("members").into_iter().next();
    let file = file.ok_or_else(|| Refusal::bad_request("members parameter is missing"))?;
    let subscribed = flag("subscribed", form.field("subscribed"))?;
    let mut reader = csv::Reader::from_reader(&file.bytes[..]);
    let rows = reader.deserialize().map(|row| {
        let row: Row = row.map_err(|error| Refusal::bad_request(error.to_string()))?;
        Ok(Changes {
            address: Some(row.address),
            name: row.name,
            vars: row.vars.as_deref().map(vars).transpose()?,
            subscribed: flag("subscribed", row.subscribed.as_deref())?.or(subscribed),
        })
    });
    let rows = rows.collect::<Result<_, Refusal>>()?;
    write_many(account, request, list, rows, true)
}

fn write_many(
    account: &mut Account,
    request: &Request,
    list: &str,
    rows: Vec<Changes>,
    in_background: bool,
) -> Answer {
    let upsert = flag("upsert", request.value("upsert"))?.unwrap_or(false);
    let task_id = account.object_id();
    let name = list;
    let list = account.groups.mailing_lists.lists.get_mut(list);
    let list =
        list.ok_or_else(|| Refusal::not_found(format!("Mailing list '{name}' not found")))?;
    for row in rows {
        let address = row.address.clone().unwrap_or_default();
        if upsert || !list.members.contains_key(&bare(&address)?) {
            list.write(&address, row.of_new_member())?;
        }
    }
    let list = list.json();
    Ok(Response::ok(&if in_background {
        let message = "Mailing list upload started in background";
        json!({ "list": list, "task-id": task_id, "message": message })
    } else {
        json!({ "list": list, "message": "Mailing list has been updated" })
    }))
}

fn not_found(list: &str, member: &str) -> Refusal {
    Refusal::not_found(format!("Member {member} of mailing list {list} not found"))
}

impl List {
    /// The members that match the query.
    fn wanted(&self, request: &Request) -> Result<Vec<&Member>, Refusal> {
        let subscribed = flag("subscribed", request.parameter("subscribed"))?;
        let members = self.members.values();
        Ok(members.filter(|it| subscribed.is_none_or(|all| all == it.subscribed)).collect())
    }

    /// Updates the member with this address, or adds it.
    fn write(&mut self, address: &str, changes: Changes) -> Result<Value, Refusal> {
        let new_address = bare(changes.address.as_deref().unwrap_or(address))?;
        let mut member = self.members.remove(&bare(address)?).unwrap_or_else(|| Member {
            address: String::new(),
            name: String::new(),
            vars: Map::new(),
            subscribed: true,
        });
        member.address = new_address;
        member.name = changes.name.unwrap_or(member.name);
        member.vars = changes.vars.unwrap_or(member.vars);
        member.subscribed = changes.subscribed.unwrap_or(member.subscribed);
        let json = member.json();
        self.members.insert(member.address.clone(), member);
        Ok(json)
    }
}

impl Member {
    fn json(&self) -> Value {
        json!({
            "address": self.address,
            "name": self.name,
            "vars": self.vars,
            "subscribed": self.subscribed,
        })
    }
}

/// The fields of a member in a request.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Changes {
    address: Option<String>,
    name: Option<String>,
    vars: Option<Map<String, Value>>,
    subscribed: Option<bool>,
}

impl Changes {
    /// The default of a new member, which an upsert writes into an existing one, too.
    fn of_new_member(mut self) -> Self {
        self.subscribed.get_or_insert(true);
        self
    }

    fn of_form(request: &Request) -> Result<Self, Refusal> {
        let form = request.form()?;
        Ok(Self {
            address: form.field("address").map(str::to_owned),
            name: form.field("name").map(str::to_owned),
            vars: form.field("vars").map(vars).transpose()?,
            subscribed: flag("subscribed", form.field("subscribed"))?,
        })
    }
}

fn vars(text: &str) -> Result<Map<String, Value>, Refusal> {
    serde_json::from_str(text).map_err(|_| Refusal::bad_request("vars should be a JSON object"))
}

fn flag(name: &str, value: Option<&str>) -> Result<Option<bool>, Refusal> {
    match value {
        None | Some("") => Ok(None),
        Some("yes" | "true") => Ok(Some(true)),
        Some("no" | "false") => Ok(Some(false)),
        Some(_) => Err(Refusal::bad_request(format!("{name} should be yes or no"))),
    }
}
