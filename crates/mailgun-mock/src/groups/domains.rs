//! Domains: their settings and what belongs to each. There are no DNS queries: a domain is verified
//! as soon as a client asks for it.

mod certificates;
mod credentials;
mod ips;
mod records;
mod settings;
mod tracking;

use std::{cmp::Reverse, time::SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub(crate) use self::ips::SHARED as SHARED_IP;
use super::{Answer, listing};
use crate::{
    account::Account,
    address, date,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// In order of creation.
    pub(crate) all: Vec<Domain>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Domain {
    pub(crate) name: String,
    pub(crate) id: String,
    is_active: bool,
    created_at: String,
    /// What clients may set, in the format of responses.
    settings: Map<String, Value>,
    pub(crate) tracking: Value,
    certificate: certificates::Progress,
    credentials: Vec<credentials::Credential>,
    pub(crate) ips: Vec<String>,
    pub(crate) pool: Option<String>,
}

impl State {
    /// The domain with this name, ignoring case.
    pub(crate) fn find(&self, name: &str) -> Option<&Domain> {
        self.all.iter().find(|domain| domain.name.eq_ignore_ascii_case(name))
    }
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    match (method, segments) {
        ("GET", ["v4", "domains"]) => Some(list(account, request)),
        ("POST", ["v4", "domains"]) => Some(create(account, request)),
        ("GET", ["v4", "domains", name]) => Some(get(account, request, name)),
        ("PUT", ["v4", "domains", name]) => Some(update(account, request, name)),
        ("PUT", ["v4", "domains", name, "verify"]) => Some(verify(account, name)),
        ("DELETE", ["v3", "domains", name]) => Some(delete(account, name)),
        (_, ["v3", "domains", name, "connection"]) => {
            settings::connection(account, request, method, name)
        }
        ("PUT", ["v3", "domains", name, "web_prefix"]) => {
            Some(settings::web_prefix(account, request, name))
        }
        (_, ["v3", "domains", name, "credentials", rest @ ..]) => {
            credentials::route(account, request, method, name, rest)
        }
        (_, ["v3", "domains", name, "tracking", rest @ ..]) => {
            tracking::route(account, request, method, name, rest)
        }
        (_, ["v2", "x509", host, rest @ ..]) => certificates::route(account, method, host, rest),
        (_, ["v3", "domains", name, "ips" | "pool", rest @ ..]) => {
            ips::route(account, request, method, name, rest)
        }
        _ => None,
    }
}

/// Adds the initial domains of the account, which are active.
pub(crate) fn add_first(account: &mut Account) {
    for name in account.domains.clone() {
        let domain = Domain { is_active: true, ..Domain::new(account, name) };
        account.groups.domains.all.push(domain);
    }
}

fn list(account: &Account, request: &Request) -> Answer {
    let has = |parameter: &str, matches: &dyn Fn(&str) -> bool| {
        request.parameter(parameter).is_none_or(matches)
    };
    let is_found = |domain: &&Domain| {
        let name = domain.name.as_str();
        let is_below = |authority: &str| {
            name.strip_suffix(authority).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        has("search", &|text| name.contains(text))
            && has("state", &|state| domain.state() == state)
            && (request.parameter("state").is_some() || has("authority", &is_below))
    };
    let mut found: Vec<_> = account.groups.domains.all.iter().rev().filter(is_found).collect();
    match request.parameter("sort") {
        None | Some("") => {}
        Some("name" | "name:asc") => found.sort_by_key(|domain| &domain.name),
        Some("name:desc") => found.sort_by_key(|domain| Reverse(&domain.name)),
        Some(other) => return Err(Refusal::bad_request(format!("invalid sort: {other}"))),
    }
    let items = listing::by_skip(request, &found, 100)?;
    let items: Vec<_> = items.iter().map(|domain| domain.json()).collect();
    Ok(Response::ok(&json!({ "total_count": found.len(), "items": items })))
}

fn create(account: &mut Account, request: &Request) -> Answer {
    let form = request.form()?;
    let name = form.field("name").unwrap_or_default().to_lowercase();
    if name.is_empty() {
        return Err(Refusal::bad_request("Parameter 'name' is missing"));
    }
    if !address::is_domain(&name) {
        return Err(Refusal::bad_request(format!("Invalid domain name: {name}")));
    }
    if account.groups.domains.find(&name).is_some() {
        return Err(Refusal::bad_request("This domain name is already taken"));
    }
    let mut domain = Domain::new(account, name);
    domain.set(form)?;
    if let Some(ips) = form.field("ips").filter(|ips| !ips.is_empty()) {
        domain.ips = ips.split(',').map(|ip| ip.trim().to_owned()).collect();
    }
    domain.pool = form.field("pool_id").map(str::to_owned);
    let response = domain.response("Domain DNS records have been created");
    account.groups.domains.all.push(domain);
    Ok(Response::ok(&response))
}

fn get(account: &mut Account, request: &Request, name: &str) -> Answer {
    let domain = find(account, name)?;
    let mut response = domain.details();
    if request.parameter("h:with_dns") == Some("false") {
        response["receiving_dns_records"] = Value::Null;
        response["sending_dns_records"] = Value::Null;
    }
    if request.parameter("h:extended") == Some("true") {
        let fields = &mut response["domain"];
        fields["dkim_host"] = json!(domain.name);
        fields["pod"] = json!("main");
        if fields["mailfrom_host"].is_null() {
            fields["mailfrom_host"] = json!(domain.name);
        }
    }
    Ok(Response::ok(&response))
}

fn update(account: &mut Account, request: &Request, name: &str) -> Answer {
    let domain = find(account, name)?;
    domain.set(request.form()?)?;
    Ok(Response::ok(&domain.response("Domain has been updated")))
}

fn verify(account: &mut Account, name: &str) -> Answer {
    let domain = find(account, name)?;
    domain.is_active = true;
    Ok(Response::ok(&domain.response("Domain DNS records have been updated")))
}

fn delete(account: &mut Account, name: &str) -> Answer {
    let name = find(account, name)?.name.clone();
    account.groups.domains.all.retain(|domain| domain.name != name);
    account.groups.ips.forget(&name);
    Ok(Response::ok(&json!({ "message": "Domain will be deleted in the background" })))
}

fn find<'a>(account: &'a mut Account, name: &str) -> Result<&'a mut Domain, Refusal> {
    let mut all = account.groups.domains.all.iter_mut();
    let found = all.find(|domain| domain.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| Refusal::not_found("Domain not found"))
}

impl Domain {
    fn new(account: &mut Account, name: String) -> Self {
        Self {
            id: account.object_id(),
            is_active: false,
            created_at: date::rfc2822(SystemTime::now(), "GMT"),
            settings: settings::of_a_new_domain(),
            tracking: tracking::of_a_new_domain(),
            certificate: certificates::Progress::default(),
            credentials: Vec::new(),
            ips: vec![ips::SHARED.to_owned()],
            pool: None,
            name,
        }
    }

    fn state(&self) -> &'static str {
        if self.is_active { "active" } else { "unverified" }
    }

    fn json(&self) -> Value {
        let mut json = self.settings.clone();
        let own = [
            ("id", json!(self.id)),
            ("name", json!(self.name)),
            ("state", json!(self.state())),
            ("type", json!("custom")),
            ("created_at", json!(self.created_at)),
            ("is_disabled", json!(false)),
            ("smtp_login", json!(format!("postmaster@{}", self.name))),
        ];
        json.extend(own.map(|(name, value)| (name.to_owned(), value)));
        Value::Object(json)
    }

    /// The domain with its DNS records.
    fn details(&self) -> Value {
        json!({
            "domain": self.json(),
            "receiving_dns_records": records::receiving(self),
            "sending_dns_records": records::sending(self),
        })
    }

    fn response(&self, message: &str) -> Value {
        let mut response = self.details();
        response["message"] = json!(message);
        response
    }

    fn tracking_host(&self) -> String {
        let prefix = self.settings.get("web_prefix").and_then(Value::as_str);
        format!("{}.{}", prefix.unwrap_or("email"), self.name)
    }
}
