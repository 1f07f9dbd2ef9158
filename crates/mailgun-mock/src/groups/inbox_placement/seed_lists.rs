//! Seed lists: the recipients of tests.

use std::time::SystemTime;

use http::StatusCode;
use regex_lite::Regex;
use serde_json::{Value, json};

use super::{
    Answer, NEVER, Seed, attribute, attributes, chosen, filters, in_time, iso8601, page,
    results::{TestResult, stats},
    unknown_attribute,
};
use crate::{
    account::Account,
    http::{
        form::Form,
        request::Request,
        response::{Refusal, Response},
    },
};

const SEEDS_PER_PROVIDER: usize = 2;
const FILTERS: [(&str, &str); 3] = [
    ("name", "Get seedlists by name"),
    ("time_before", "Get seedlists before date"),
    ("time_after", "Get seedlists after date"),
];

#[derive(Clone, Debug)]
pub(super) struct SeedList {
    kid: String,
    pub(super) target_email: String,
    pub(super) name: String,
    pub(super) seed_filter: String,
    pub(super) provider_filter: Vec<String>,
    pub(super) is_auto_generated: bool,
    pub(super) max_seeds_per_provider: usize,
    sending_domains: Vec<String>,
    remote_id: Option<String>,
    pub(super) seeds: Vec<Seed>,
    previous_mailing_list: String,
    created_at: SystemTime,
    updated_at: SystemTime,
    regen_at: Option<SystemTime>,
}

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    rest: &[&str],
) -> Option<Answer> {
    match (method, rest) {
        ("GET", []) => Some(list(account, request)),
        ("POST", []) => Some(create(account, request)),
        ("GET", ["a"]) => Some(attributes(&["name"])),
        ("GET", ["a", name]) => Some(values(account, name)),
        ("GET", ["_filters"]) => Some(filters(&FILTERS)),
        ("GET", [address]) => Some(get(account, address)),
        ("PUT", [address]) => Some(update(account, request, address)),
        ("DELETE", [address]) => Some(delete(account, address)),
        _ => None,
    }
}

fn list(account: &Account, request: &Request) -> Answer {
    let state = &account.groups.inbox_placement;
    let name = request.parameter("name").filter(|name| !name.is_empty());
    let found = in_time(request, &state.seed_lists, |list| list.created_at)?;
    let found = found.into_iter().filter(|list| name.is_none_or(|name| list.name == name));
    let items = found.map(|list| list.json(&state.results)).collect();
    page(&account.base_url, request, items)
}

fn create(account: &mut Account, request: &Request) -> Answer {
    let form = request.form()?;
    let mut list = SeedList::new(account);
    list.remote_id = form.field("remote_id").map(str::to_owned);
    list.set(form)?;
    list.draw(account)?;
    let response = list.json(&[]);
    account.groups.inbox_placement.seed_lists.push(list);
    Ok(Response::ok(&response))
}

fn get(account: &mut Account, address: &str) -> Answer {
    let list = find(account, address)?.clone();
    Ok(Response::ok(&json!({ "seedlist": list.json(&account.groups.inbox_placement.results) })))
}

fn update(account: &mut Account, request: &Request, address: &str) -> Answer {
    let form = request.form()?;
    let mut list = find(account, address)?.clone();
    let before = (list.seed_filter.clone(), list.provider_filter.clone());
    list.set(form)?;
    let is_asked = ["regen", "shuffle"].iter().any(|name| form.field(name) == Some("true"));
    if is_asked || before != (list.seed_filter.clone(), list.provider_filter.clone()) {
        list.previous_mailing_list = list.mailing_list();
        list.draw(account)?;
        list.regen_at = Some(SystemTime::now());
    }
    let response = list.json(&account.groups.inbox_placement.results);
    *find(account, address)? = list;
    Ok(Response::ok(&response))
}

/// The response of the service is empty.
fn delete(account: &mut Account, address: &str) -> Answer {
    let address = find(account, address)?.target_email.clone();
    let state = &mut account.groups.inbox_placement;
    state.seed_lists.retain(|list| list.target_email != address);
    state.results.retain(|result| result.seed_list != address);
    Ok(Response::text(StatusCode::OK, ""))
}

fn values(account: &Account, name: &str) -> Answer {
    let lists = account.groups.inbox_placement.seed_lists.iter();
    match name {
        "name" => attribute(name, lists.map(|list| list.name.clone())),
        _ => unknown_attribute(name),
    }
}

pub(super) fn find<'a>(
    account: &'a mut Account,
    address: &str,
) -> Result<&'a mut SeedList, Refusal> {
    let mut lists = account.groups.inbox_placement.seed_lists.iter_mut();
    let found = lists.find(|list| list.target_email.eq_ignore_ascii_case(address));
    found.ok_or_else(|| Refusal::not_found("seedlist not found"))
}

impl SeedList {
    /// A list whose seeds are still to be drawn.
    pub(super) fn new(account: &mut Account) -> Self {
        let now = SystemTime::now();
        Self {
            kid: account.object_id(),
            target_email: format!("ibp-{}@mailgun.net", account.object_id()),
            name: String::new(),
            seed_filter: ".*".to_owned(),
            provider_filter: Vec::new(),
            is_auto_generated: false,
            max_seeds_per_provider: 0,
            sending_domains: Vec::new(),
            remote_id: None,
            seeds: Vec::new(),
            previous_mailing_list: String::new(),
            created_at: now,
            updated_at: now,
            regen_at: None,
        }
    }

    fn set(&mut self, form: &Form) -> Result<(), Refusal> {
        if let Some(name) = form.field("name") {
            self.name = name.to_owned();
        }
        if let Some(pattern) = form.field("seed_filter") {
            self.seed_filter = pattern.to_owned();
        }
        if form.field("provider_filter").is_some() {
            self.provider_filter = form.all("provider_filter").flat_map(names).collect();
        }
        if form.field("sending_domains").is_some() {
            self.sending_domains = form.all("sending_domains").flat_map(names).collect();
        }
        self.updated_at = SystemTime::now();
        Ok(())
    }

    /// Draws new seeds by the filters.
    pub(super) fn draw(&mut self, account: &mut Account) -> Result<(), Refusal> {
        let invalid = |_| Refusal::bad_request("seed_filter is not a regular expression");
        let pattern = Regex::new(&self.seed_filter).map_err(invalid)?;
        let count = match self.max_seeds_per_provider {
            0 => SEEDS_PER_PROVIDER,
            most => most.min(SEEDS_PER_PROVIDER),
        };
        let providers = chosen(&self.provider_filter)?;
        let drawn = providers.into_iter().flat_map(|provider| (0..count).map(move |_| provider));
        let drawn = drawn.map(|provider| {
            let email = format!("seed.{}@{provider}", account.object_id());
            Seed { email, provider }
        });
        self.seeds = drawn.filter(|seed| pattern.is_match(&seed.email)).collect();
        Ok(())
    }

    pub(super) fn mailing_list(&self) -> String {
        let seeds = self.seeds.iter().map(|seed| seed.email.as_str());
        let all: Vec<_> = std::iter::once(self.target_email.as_str()).chain(seeds).collect();
        all.join(",")
    }

    fn json(&self, results: &[TestResult]) -> Value {
        let own: Vec<_> =
            results.iter().filter(|result| result.seed_list == self.target_email).collect();
        let last_result_at = own.last().map_or_else(|| NEVER.to_owned(), |r| iso8601(r.updated_at));
        let tags = match &self.remote_id {
            Some(id) => json!({ "sfmc_remote_id": id }),
            None => json!({}),
        };
        json!({
            "kid": self.kid,
            "created_at": iso8601(self.created_at),
            "updated_at": iso8601(self.updated_at),
            "last_result_at": last_result_at,
            "target_email": self.target_email,
            "sending_domains": self.sending_domains,
            "has_results": !own.is_empty(),
            "name": self.name,
            "seed_filter": self.seed_filter,
            "provider_filter": self.provider_filter,
            "mailing_list": self.mailing_list(),
            "previous_mailing_list": self.previous_mailing_list,
            "tags": tags,
            "delivery_stats": stats(own.iter().flat_map(|result| result.outcomes(None))),
            "is_auto_generated": self.is_auto_generated,
            "max_seeds_per_provider": self.max_seeds_per_provider,
            "version": 2,
            "regen_needed": false,
            "regen_at": self.regen_at.map_or_else(|| NEVER.to_owned(), iso8601),
            "Seeds": null,
        })
    }
}

/// The names in a value, which is one name or a JSON list of names.
fn names(value: &str) -> Vec<String> {
    serde_json::from_str(value).unwrap_or_else(|_| vec![value.to_owned()])
}
