//! Counts of spam traps. They are empty: days without such messages are left out.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::{
    account::Account,
    date,
    groups::{Answer, listing},
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

const SORTS: [&str; 6] = ["date", "totals", "domain", "subject", "ip", "from"];
const GROUPS: [&str; 4] = ["domain", "subject", "ip", "from"];

pub(super) fn list(account: &Account, request: &Request) -> Answer {
    let (start, end) = (day(request, "start")?, day(request, "end")?);
    if end < start {
        return Err(Refusal::bad_request("end is before start"));
    }
    for (name, known) in [("sortby", &SORTS[..]), ("groupby", &GROUPS[..])] {
        if request.parameter(name).is_some_and(|value| !known.contains(&value)) {
            return Err(Refusal::bad_request(format!("{name} is invalid")));
        }
    }
    let none: [Value; 0] = [];
    let (items, paging) =
        listing::by_pivot(&account.base_url, request, &none, |_| "", "after", 100)?;
    Ok(Response::ok(&json!({ "items": items, "paging": paging })))
}

fn day(request: &Request, name: &str) -> Result<SystemTime, Refusal> {
    let day = request.parameter(name).filter(|day| day.len() == 10);
    day.and_then(|day| date::parse_iso8601(&format!("{day}T00:00:00Z")))
        .ok_or_else(|| Refusal::bad_request(format!("{name} is invalid")))
}
