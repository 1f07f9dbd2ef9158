//! DKIM: the keys of domains, the authority that signs for a domain, and key rotation.
//!
//! There are no DNS queries. A key counts as published once it is active, and every domain counts
//! as one with automatic sender security.

use std::collections::{BTreeMap, HashMap};

use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, listing};
use crate::{
    account::Account,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

const DAY: u64 = 86_400;

#[derive(Debug, Default)]
pub(crate) struct State {
    /// By the name of the key's DNS record.
    keys: BTreeMap<String, Key>,
    /// By domain; without those that were never changed.
    domains: HashMap<String, Settings>,
}

#[derive(Clone, Debug)]
struct Key {
    record: String,
    signing_domain: String,
    selector: String,
    public: String,
    is_active: bool,
}

#[derive(Clone, Debug)]
struct Settings {
    is_own_authority: bool,
    selector: String,
    rotation_enabled: bool,
    rotation_interval: String,
    rotations: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            is_own_authority: true,
            selector: "smtp".to_owned(),
            rotation_enabled: false,
            rotation_interval: "120h0m0s".to_owned(),
            rotations: 0,
        }
    }
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    match (method, segments) {
        ("GET", ["v1", "dkim", "keys"]) => Some(list(account, request)),
        ("POST", ["v1", "dkim", "keys"]) => Some(create(account, request)),
        ("DELETE", ["v1", "dkim", "keys"]) => Some(delete(account, request)),
        ("GET", ["v4", "domains", domain, "keys"]) => Some(list_of_domain(account, domain)),
        ("PUT", ["v4", "domains", domain, "keys", selector, "activate"]) => {
            Some(activate(account, domain, selector, true))
        }
        ("PUT", ["v4", "domains", domain, "keys", selector, "deactivate"]) => {
            Some(activate(account, domain, selector, false))
        }
        ("PUT", ["v3", "domains", domain, "dkim_authority"]) => {
            Some(update_authority(account, request, domain))
        }
        ("PUT", ["v3", "domains", domain, "dkim_selector"]) => {
            Some(update_selector(account, request, domain))
        }
        ("PUT", ["v1", "dkim_management", "domains", domain, "rotation"]) => {
            Some(update_rotation(account, request, domain))
        }
        ("POST", ["v1", "dkim_management", "domains", domain, "rotate"]) => {
            Some(rotate(account, domain))
        }
        _ => None,
    }
}

fn list(account: &Account, request: &Request) -> Answer {
    let is_wanted = |name, value: &str| request.parameter(name).is_none_or(|it| it == value);
    let keys = account.groups.dkim.keys.values();
    let keys: Vec<_> = keys
        .filter(|key| is_wanted("signing_domain", &key.signing_domain))
        .filter(|key| is_wanted("selector", &key.selector))
        .collect();
    // Without a base URL the links are relative, like those of the service.
    let (found, paging) = listing::by_pivot("", request, &keys, |key| &key.record, "key", 10)?;
    let items: Vec<_> = found.iter().map(|key| key.json()).collect();
    Ok(Response::ok(&json!({ "items": items, "paging": paging })))
}

fn list_of_domain(account: &Account, domain: &str) -> Answer {
    let domain = account.domain(domain)?;
    let keys = account.groups.dkim.keys.values();
    let items: Vec<_> = keys.filter(|key| key.signing_domain == domain).map(Key::json).collect();
    Ok(Response::ok(&json!({ "items": items })))
}

fn create(account: &mut Account, request: &Request) -> Answer {
    let form = request.form()?;
    let domain = account.domain(form.field("signing_domain").unwrap_or_default())?;
    let selector = form.field("selector").unwrap_or_default().to_owned();
    if selector.is_empty() {
        return Err(Refusal::bad_request("selector parameter is missing"));
    }
    if form.field("bits").is_some_and(|bits| !matches!(bits, "1024" | "2048")) {
        return Err(Refusal::bad_request("bits must be 1024 or 2048"));
    }
    let file = form.files("pem").into_iter().next();
    let file = file.map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
    let pem = form.field("pem").map(str::to_owned).or(file);
    if pem.is_some_and(|pem| !pem.trim_start().starts_with("-----BEGIN RSA PRIVATE KEY-----")) {
        return Err(Refusal::bad_request("pem is not a private RSA key"));
    }
    let record = record_name(&domain, &selector);
    if account.groups.dkim.keys.contains_key(&record) {
        return Err(Refusal::bad_request("domain key already exists"));
    }
    let key = Key {
        record: record.clone(),
        signing_domain: domain,
        selector,
        public: format!("k=rsa; p={}", account.token()),
        is_active: false,
    };
    let response = key.json();
    account.groups.dkim.keys.insert(record, key);
    Ok(Response::ok(&response))
}

fn delete(account: &mut Account, request: &Request) -> Answer {
    let parameter = |name| request.parameter(name).unwrap_or_default();
    let record = record_name(parameter("signing_domain"), parameter("selector"));
    let keys = &mut account.groups.dkim.keys;
    let key = keys.get(&record).ok_or_else(not_found)?;
    let is_other =
        |other: &Key| other.signing_domain == key.signing_domain && other.record != record;
    if key.is_active && !keys.values().any(|other| is_other(other) && other.is_active) {
        let message = "cannot delete domain key: must have at least one active domain key";
        return Err(Refusal::bad_request(message));
    }
    keys.remove(&record);
    Ok(Response::message(StatusCode::OK, "success"))
}

fn activate(account: &mut Account, domain: &str, selector: &str, is_active: bool) -> Answer {
    let authority = account.domain(domain).map_err(|_| not_found())?;
    let key = account.groups.dkim.keys.get_mut(&record_name(&authority, selector));
    key.ok_or_else(not_found)?.is_active = is_active;
    let done = if is_active { "activated" } else { "deactivated" };
    Ok(Response::ok(&json!({
        "message": format!("domain key {done}"),
        "authority": authority,
        "selector": selector,
        "active": is_active,
    })))
}

fn update_authority(account: &mut Account, request: &Request, domain: &str) -> Answer {
    let domain = account.domain(domain)?;
    let dkim = &mut account.groups.dkim;
    let settings = dkim.domains.entry(domain.clone()).or_default();
    let wanted = request.value("self").map_or(settings.is_own_authority, |it| it == "true");
    let changed = std::mem::replace(&mut settings.is_own_authority, wanted) != wanted;
    let record = |kind: &str, name: &str, value: &str| {
        json!({
            "is_active": true, "cached": [], "name": name, "record_type": kind,
            "valid": "unknown", "value": value,
        })
    };
    let mut records = vec![
        record("TXT", &domain, "v=spf1 include:mailgun.org ~all"),
        record("TXT", &record_name(&domain, &settings.selector), "k=rsa; p=MIGfMA0GCSqGSIb3DQ"),
        record("CNAME", &format!("email.{domain}"), "mailgun.org"),
    ];
    let keys = dkim.keys.values().filter(|key| key.signing_domain == domain);
    records.extend(keys.map(|key| key.json()["dns_record"].take()));
    let done = if changed { "has been changed" } else { "has not been changed" };
    Ok(Response::ok(&json!({
        "message": format!("Domain DKIM authority {done}"),
        "sending_dns_records": records,
        "changed": changed,
    })))
}

fn update_selector(account: &mut Account, request: &Request, domain: &str) -> Answer {
    let domain = account.domain(domain)?;
    let dkim = &mut account.groups.dkim;
    if let Some(selector) = request.value("dkim_selector") {
        if dkim.keys.contains_key(&record_name(&domain, selector)) {
            return Err(Refusal::bad_request("domain key already exists"));
        }
        dkim.domains.entry(domain).or_default().selector = selector.to_owned();
    }
    Ok(Response::message(StatusCode::OK, "DKIM selector changed"))
}

fn update_rotation(account: &mut Account, request: &Request, domain: &str) -> Answer {
    let Ok(domain) = account.domain(domain) else {
        return Ok(domain_not_found());
    };
    let enabled = match request.value("rotation_enabled") {
        Some("true") => true,
        Some("false") => false,
        _ => return Ok(refused("rotation_enabled is required")),
    };
    let interval = request.value("rotation_interval");
    if interval.is_some() && !enabled {
        return Ok(refused("rotation_interval is not allowed unless also enabling DKIM rotation"));
    }
    if interval.is_some_and(|interval| seconds(interval).is_none_or(|it| it < 5 * DAY)) {
        return Ok(refused("rotation_interval must be at least 5 days"));
    }
    let settings = account.groups.dkim.domains.entry(domain.clone()).or_default();
    settings.rotation_enabled = enabled;
    if let Some(interval) = interval {
        settings.rotation_interval = interval.to_owned();
    }
    let selectors = ["pdk1", "pdk2"];
    let records = selectors.map(|selector| {
        json!({
            "name": record_name(&domain, selector),
            "type": "CNAME",
            "identifier": "DKIM",
            "value": format!("{selector}._domainkey.1234567.service.mailgun.com"),
            "comment": "Customer DKIM CNAME Record",
        })
    });
    Ok(Response::ok(&json!({ "domain": {
        "id": "000000000000000000000002",
        "account_id": "000000000000000000000001",
        "sid": "789",
        "name": domain,
        "state": "enabled",
        "active_selector": selectors[settings.rotations % 2],
        "rotation_enabled": settings.rotation_enabled.to_string(),
        "rotation_interval": settings.rotation_interval,
        "records": records,
    }})))
}

fn rotate(account: &mut Account, domain: &str) -> Answer {
    let Ok(domain) = account.domain(domain) else {
        return Ok(domain_not_found());
    };
    account.groups.dkim.domains.entry(domain).or_default().rotations += 1;
    Ok(Response::message(StatusCode::OK, "ok"))
}

fn record_name(domain: &str, selector: &str) -> String {
    format!("{selector}._domainkey.{domain}").to_lowercase()
}

fn not_found() -> Refusal {
    Refusal::not_found("domain key not found")
}

/// Key rotation has its own error format.
fn refused(reason: &str) -> Response {
    Response::json(StatusCode::BAD_REQUEST, &json!({ "Reason": reason }))
}

fn domain_not_found() -> Response {
    Response::json(StatusCode::NOT_FOUND, &json!({ "Description": "domain not found" }))
}

/// `5d` or `120h0m0s` in seconds.
fn seconds(interval: &str) -> Option<u64> {
    let mut parts = interval.split_inclusive(|c: char| !c.is_ascii_digit());
    parts.try_fold(0_u64, |sum, part| {
        let unit = part.chars().last()?;
        let factor = match unit {
            'd' => DAY,
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        let number = part.trim_end_matches(unit).parse::<u64>().ok()?;
        sum.checked_add(number.checked_mul(factor)?)
    })
}

impl Key {
    fn json(&self) -> Value {
        json!({
            "signing_domain": self.signing_domain,
            "selector": self.selector,
            "dns_record": {
                "is_active": self.is_active,
                "cached": [],
                "name": self.record,
                "record_type": "TXT",
                "valid": if self.is_active { "valid" } else { "unknown" },
                "value": self.public,
            },
        })
    }
}
