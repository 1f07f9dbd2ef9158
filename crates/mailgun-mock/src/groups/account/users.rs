//! The users of the account: only its owner, who owns every key.

use serde_json::{Value, json};

use crate::{
    groups::{Answer, listing},
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

const OWNER: &str = "62e3a2f1b5c8d94e7a601f20";

pub(super) fn route(request: &Request, method: &str, rest: &[&str]) -> Option<Answer> {
    match (method, rest) {
        ("GET", []) => Some(list(request)),
        ("GET", ["me" | OWNER]) => Some(Ok(Response::ok(&owner()))),
        ("GET", [_]) => Some(Err(Refusal::not_found("No such user exists"))),
        _ => None,
    }
}

fn list(request: &Request) -> Answer {
    let mut users = vec![owner()];
    users.retain(|user| request.parameter("role").is_none_or(|role| user["role"] == role));
    let page = listing::by_skip(request, &users, 100)?;
    Ok(Response::ok(&json!({ "users": page, "total": users.len() })))
}

fn owner() -> Value {
    json!({
        "id": OWNER,
        "activated": true,
        "name": "Olivia Owner",
        "is_disabled": false,
        "email": "owner@example.com",
        "email_details": {
            "address": "owner@example.com",
            "is_valid": true,
            "parts": { "local_part": "owner", "domain": "example.com" },
        },
        "role": "admin",
        "account_id": "62e3a2f1b5c8d94e7a601f1f",
        "opened_ip": "127.0.0.1",
        "is_master": true,
        "metadata": {},
        "tfa_enabled": true,
        "tfa_active": true,
        "tfa_created_at": "2022-12-20T16:52:01.892000",
        "password_updated_at": "2022-12-20T16:52:01.892000",
        "preferences": {
            "programming_language": "curl",
            "time_format": "%m/%d/%y %I:%M %p",
            "time_zone": "US/Eastern",
        },
        "auth": { "method": "sinch", "prior_method": "", "prior_details": {} },
        "github_user_id": null,
        "salesforce_user_id": null,
        "migration_status": "done",
    })
}
