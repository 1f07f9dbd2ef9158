//! Monitoring of the domains in dynamic pools.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Enrolled, NEW, POOLS, move_to, not_enrolled};
use crate::{
    account::Account,
    date,
    groups::{
        Answer,
        ips::{paging, success},
    },
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    rest: &[&str],
) -> Option<Answer> {
    match (method, rest) {
        ("GET", ["domains"]) => Some(domains(account, request)),
        ("GET", ["domains", name, "preview"]) => Some(preview(account, name)),
        ("GET", ["domains", name, "history"]) => Some(domain_history(account, name)),
        ("PUT", ["domains", name, "override"]) => Some(override_pool(account, request, name)),
        ("DELETE", ["domains", name, "override"]) => Some(remove_override(account, name)),
        ("GET", ["history"]) => Some(history(account, request)),
        _ => None,
    }
}

fn domains(account: &Account, request: &Request) -> Answer {
    let all = |name: &str| -> Vec<&str> {
        let values = request.query.iter().filter(|(key, _)| key == name);
        values.map(|(_, value)| value.as_str()).collect()
    };
    let (accounts, pools) = (all("account"), all("pool"));
    let is_found = |enrolled: &Enrolled| {
        (pools.is_empty() || pools.contains(&enrolled.pool))
            && (accounts.is_empty() || accounts.contains(&"mock"))
    };
    let found = account.groups.ips.dynamic.enrolled.iter();
    let found = found.filter(|(_, enrolled)| is_found(enrolled));
    let mut items: Vec<_> = found
        .map(|(name, enrolled)| {
            json!({
                "id": account.groups.domains.find(name).map(|domain| &domain.id),
                "account_id": "mock",
                "account_name": "Mock",
                "name": name,
                "registered_at": date::rfc3339(enrolled.registered_at),
                "pool": enrolled.pool,
                "override": enrolled.is_overridden,
                "bounce_rate": null,
                "complaint_rate": null,
                "processed_count": null,
            })
        })
        .collect();
    // All rates are equal, and the names are sorted.
    match request.parameter("sort_order") {
        None | Some("ascending") => {}
        Some("descending") => items.reverse(),
        Some(_) => return Err(Refusal::bad_request("invalid sort_order")),
    }
    listed(account, request, &items, "limit")
}

fn history(account: &Account, request: &Request) -> Answer {
    let has = |json: &Value, field: &str, parameter: &str| {
        request.parameter(parameter).is_none_or(|wanted| json[field] == wanted)
    };
    let bound = |name: &str| match request.parameter(name) {
        None => Ok(None),
        Some(text) => date::parse_rfc2822(text)
            .map(Some)
            .ok_or_else(|| Refusal::bad_request(format!("invalid {name}"))),
    };
    let (before, after) = (bound("before")?, bound("after")?);
    let moves = account.groups.ips.dynamic.moves.iter().rev();
    let items: Vec<_> = moves
        .filter(|one| {
            before.is_none_or(|before| one.at < before)
                && after.is_none_or(|after| one.at > after)
                && has(&one.json, "domain_name", "domain")
                && has(&one.json, "new_band", "moved_to")
                && has(&one.json, "prev_band", "moved_from")
        })
        .map(|one| one.json.clone())
        .collect();
    listed(account, request, &items, "Limit")
}

fn listed(account: &Account, request: &Request, items: &[Value], limit: &str) -> Answer {
    let page = paging::page(request, items, (limit, 100))?;
    let link = |token: &str| paging::link(&account.base_url, request, token);
    Ok(Response::ok(&json!({
        "items": page.items,
        "total_items": items.len(),
        "paging": {
            "First": link(&page.first),
            "Previous": link(&page.previous),
            "Next": link(&page.next),
            "Last": link(&page.last),
        },
    })))
}

fn preview(account: &Account, name: &str) -> Answer {
    let name = account.domain(name)?;
    let sent = account.groups.messages.sent.iter().filter(|message| message.domain == name);
    let processed = json!({ "value": sent.count(), "band": NEW });
    Ok(Response::ok(&json!({ "pool": NEW, "results": { "processed_count": processed } })))
}

fn domain_history(account: &Account, name: &str) -> Answer {
    let name = account.domain(name)?;
    let moves = account.groups.ips.dynamic.moves.iter().rev().map(|one| &one.json);
    let moves: Vec<_> = moves.filter(|json| json["domain_name"] == name.as_str()).collect();
    Ok(Response::ok(&json!(moves)))
}

fn override_pool(account: &mut Account, request: &Request, name: &str) -> Answer {
    let name = enrolled(account, name)?;
    let wanted = request.form()?.field("pool").unwrap_or_default();
    let Some((pool, _)) = POOLS.into_iter().find(|(pool, _)| *pool == wanted) else {
        let fault = json!({ "Field": "pool", "Value": wanted });
        return Ok(Response::json(StatusCode::BAD_REQUEST, &fault));
    };
    move_to(account, &name, pool, "override was set", true);
    Ok(success())
}

fn remove_override(account: &mut Account, name: &str) -> Answer {
    let name = enrolled(account, name)?;
    move_to(account, &name, NEW, "override was removed", false);
    Ok(success())
}

/// The domain, spelled as in the account, if it is enrolled.
fn enrolled(account: &Account, name: &str) -> Result<String, Refusal> {
    let name = account.domain(name)?;
    let is_enrolled = account.groups.ips.dynamic.enrolled.contains_key(&name);
    if is_enrolled { Ok(name) } else { Err(not_enrolled()) }
}
