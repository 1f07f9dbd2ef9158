//! The IP allowlist of the account. It is stored but not enforced.

use std::net::IpAddr;

use serde_json::json;

use crate::{
    account::Account,
    groups::Answer,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

#[derive(Debug)]
pub(super) struct Entry {
    address: String,
    description: String,
}

pub(super) fn route(account: &mut Account, request: &Request, method: &str) -> Option<Answer> {
    let list = &mut account.groups.account.allowlist;
    let changed = match method {
        "GET" => Ok(()),
        "POST" => add(list, request),
        "PUT" => update(list, request),
        "DELETE" => delete(list, request),
        _ => return None,
    };
    let list = list
        .iter()
        .map(|entry| json!({ "ip_address": entry.address, "description": entry.description }));
    Some(changed.map(|()| Response::ok(&json!({ "addresses": list.collect::<Vec<_>>() }))))
}

fn add(list: &mut Vec<Entry>, request: &Request) -> Result<(), Refusal> {
    let (address, description) = entry(request);
    let (ip, bits) = address.split_once('/').unwrap_or((address, "0"));
    if ip.parse::<IpAddr>().is_err() || bits.parse::<u8>().is_err() {
        return Err(Refusal::bad_request("Invalid IP Address or CIDR"));
    }
    list.retain(|entry| entry.address != address);
    list.push(Entry { address: address.to_owned(), description: description.to_owned() });
    Ok(())
}

fn update(list: &mut [Entry], request: &Request) -> Result<(), Refusal> {
    let (address, description) = entry(request);
    let found = list.iter_mut().find(|entry| entry.address == address);
    let found = found.ok_or_else(|| Refusal::bad_request("IP not found"))?;
    found.description = description.to_owned();
    Ok(())
}

fn delete(list: &mut Vec<Entry>, request: &Request) -> Result<(), Refusal> {
    let (address, _) = entry(request);
    if address.is_empty() {
        return Err(Refusal::bad_request("IP address can not be blank"));
    }
    list.retain(|entry| entry.address != address);
    Ok(())
}

fn entry(request: &Request) -> (&str, &str) {
    let value = |name| request.value(name).unwrap_or_default();
    (value("address"), value("description"))
}
