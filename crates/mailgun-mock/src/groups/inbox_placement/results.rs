//! Results of tests. Nothing is sent: the mails of a test arrive while a client polls its result.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use serde_json::{Map, Value, json};

use super::{
    Answer, NEVER, Seed, attribute, attributes, filters, in_time, iso8601, page,
    seed_lists::{self, SeedList},
    unknown_attribute,
};
use crate::{
    account::Account,
    address,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

/// The number of requests after which a result is complete.
const LOOKS: usize = 3;
const SHARED_FOR: Duration = Duration::from_secs(5 * 24 * 3600);
const FILTERS: [(&str, &str); 6] = [
    ("sender", "Sender address"),
    ("subject", "Subject line"),
    ("provider", "E-mail provider"),
    ("target_email", "Seedlist target e-mail"),
    ("time_before", "Get results before date"),
    ("time_after", "Get results after date"),
];

#[derive(Clone, Debug)]
pub(super) struct TestResult {
    rid: String,
    result_id: String,
    /// The address of its list.
    pub(super) seed_list: String,
    seed_list_name: String,
    subject: String,
    sender: String,
    body: String,
    seeds: Vec<Seed>,
    looks: usize,
    created_at: SystemTime,
    pub(super) updated_at: SystemTime,
    sharing: Sharing,
}

#[derive(Clone, Debug, Default)]
struct Sharing {
    is_enabled: bool,
    url_id: String,
    expires_at: Option<SystemTime>,
}

/// The current state of the mail to a seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome<'a> {
    seed: &'a Seed,
    /// `inbox`, `spam`, `missing` or `pending`.
    place: &'static str,
}

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    rest: &[&str],
) -> Option<Answer> {
    match (method, rest) {
        ("GET", []) => Some(list(account, request)),
        ("GET", ["a"]) => Some(attributes(&["subject", "sender"])),
        ("GET", ["a", name]) => Some(values(account, request, name)),
        ("GET", ["_filters"]) => Some(filters(&FILTERS)),
        ("GET", [id]) => Some(get(account, request, id)),
        ("DELETE", [id]) => Some(delete(account, id)),
        _ => None,
    }
}

pub(super) fn run(account: &mut Account, request: &Request) -> Answer {
    let asked: Value = request.json()?;
    let text = |name: &str| asked[name].as_str().filter(|text| !text.is_empty());
    let required =
        |name| text(name).ok_or_else(|| Refusal::bad_request(format!("{name} is required")));
    let (sender, subject) = (required("from")?, required("subject")?);
    if address::bare(sender).is_none() {
        return Err(Refusal::bad_request("from is not a valid address"));
    }
    let contents = ["html", "template_name", "account_template_name"];
    let content = contents.into_iter().find_map(text);
    let body = content.ok_or_else(|| {
        Refusal::bad_request("either 'html' or 'template_name' field should be provided")
    })?;
    let of_texts = |name: &str| match &asked[name] {
        Value::Object(fields) => fields.values().all(Value::is_string),
        other => other.is_null() || other.is_string(),
    };
    if let Some(name) = ["variables", "headers"].into_iter().find(|name| !of_texts(name)) {
        return Err(Refusal::bad_request(format!("{name} should be an object of texts")));
    }
    let list = match text("seed_list") {
        Some(address) => seed_lists::find(account, address)?.clone(),
        None => generated(account, &asked)?,
    };
    let id = format!("{}{}", account.object_id(), account.object_id());
    let [one, two, three, four, five] =
        [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..32]];
    let now = SystemTime::now();
    let result = TestResult {
        rid: account.object_id(),
        result_id: format!("{one}-{two}-{three}-{four}-{five}"),
        seed_list: list.target_email.clone(),
        seed_list_name: list.name.clone(),
        subject: subject.to_owned(),
        sender: sender.to_owned(),
        body: body.to_owned(),
        seeds: list.seeds.clone(),
        looks: 0,
        created_at: now,
        updated_at: now,
        sharing: Sharing::default(),
    };
    let link = format!("{}/v4/inbox/results/{}", account.base_url, result.result_id);
    let response = json!({
        "result_id": result.result_id,
        "mailing_list": list.mailing_list(),
        "links": { "results": link },
    });
    account.groups.inbox_placement.results.push(result);
    Ok(Response::ok(&response))
}

/// The default list of a test.
fn generated(account: &mut Account, asked: &Value) -> Result<SeedList, Refusal> {
    let mut list = SeedList::new(account);
    let providers = asked["provider_filter"].as_array().into_iter().flatten();
    list.provider_filter = providers.filter_map(Value::as_str).map(str::to_owned).collect();
    let most = asked["max_seeds_per_provider"].as_u64().unwrap_or(0);
    list.max_seeds_per_provider = usize::try_from(most).unwrap_or(usize::MAX);
    list.is_auto_generated = true;
    list.draw(account)?;
    account.groups.inbox_placement.seed_lists.push(list.clone());
    Ok(list)
}

fn list(account: &Account, request: &Request) -> Answer {
    let items = found(account, request)?;
    let items = items.into_iter().map(|result| result.json(request.parameter("provider")));
    page(&account.base_url, request, items.collect())
}

/// The results that match the filters of the query.
fn found<'a>(account: &'a Account, request: &Request) -> Result<Vec<&'a TestResult>, Refusal> {
    let mut found =
        in_time(request, &account.groups.inbox_placement.results, |result| result.created_at)?;
    let asked = |name: &str| request.parameter(name).filter(|text| !text.is_empty());
    found.retain(|result| {
        let sender = address::bare(&result.sender).unwrap_or(&result.sender);
        let is = |name: &str, value: &str| {
            asked(name).is_none_or(|text| text.eq_ignore_ascii_case(value))
        };
        (is("sender", sender) || is("sender", &result.sender))
            && is("subject", &result.subject)
            && is("target_email", &result.seed_list)
            && asked("provider").is_none_or(|provider| {
                result.seeds.iter().any(|seed| seed.provider.eq_ignore_ascii_case(provider))
            })
    });
    Ok(found)
}

fn values(account: &Account, request: &Request, name: &str) -> Answer {
    let found = found(account, request)?.into_iter();
    match name {
        "subject" => attribute(name, found.map(|result| result.subject.clone())),
        "sender" => attribute(name, found.map(|result| result.sender.clone())),
        _ => unknown_attribute(name),
    }
}

fn get(account: &mut Account, request: &Request, id: &str) -> Answer {
    let result = find(account, id)?;
    if result.looks < LOOKS {
        result.looks += 1;
        result.updated_at = SystemTime::now();
    }
    let mut json = result.json(request.parameter("provider"));
    json["body"] = json!(result.body);
    Ok(Response::ok(&json!({ "result": json })))
}

fn delete(account: &mut Account, id: &str) -> Answer {
    find(account, id)?;
    account.groups.inbox_placement.results.retain(|result| result.result_id != id);
    Ok(Response::ok(&json!({ "Message": "deleted" })))
}

pub(super) fn get_shared(account: &Account, share_id: &str) -> Answer {
    let mut results = account.groups.inbox_placement.results.iter();
    let found =
        results.find(|result| result.sharing.is_enabled && result.sharing.url_id == share_id);
    let found = found.ok_or_else(|| Refusal::not_found("result not found"))?;
    Ok(Response::ok(&json!({ "result": found.json(None) })))
}

pub(super) fn sharing(account: &mut Account, id: &str) -> Answer {
    let base_url = account.base_url.clone();
    Ok(Response::ok(&json!({ "sharing": find(account, id)?.sharing_json(&base_url) })))
}

/// Sharing a shared result keeps its link.
pub(super) fn update_sharing(account: &mut Account, request: &Request, id: &str) -> Answer {
    let is_enabled = match request.parameter("enabled") {
        Some("true") => true,
        Some("false") => false,
        _ => return Err(Refusal::bad_request("enabled should be true or false")),
    };
    let (base_url, url_id) = (account.base_url.clone(), account.token());
    let result = find(account, id)?;
    result.sharing = match (is_enabled, &result.sharing) {
        (true, shared) if shared.is_enabled => shared.clone(),
        (true, _) => {
            let expires_at = SystemTime::now().checked_add(SHARED_FOR);
            Sharing { is_enabled, url_id, expires_at }
        }
        (false, shared) => Sharing { is_enabled, ..shared.clone() },
    };
    Ok(Response::ok(&json!({ "sharing": result.sharing_json(&base_url) })))
}

fn find<'a>(account: &'a mut Account, id: &str) -> Result<&'a mut TestResult, Refusal> {
    let mut results = account.groups.inbox_placement.results.iter_mut();
    let found = results.find(|result| result.result_id == id);
    found.ok_or_else(|| Refusal::not_found("result not found"))
}

impl TestResult {
    /// The current states of the mails to the seeds of one provider or of all.
    pub(super) fn outcomes(&self, provider: Option<&str>) -> Vec<Outcome<'_>> {
        let arrived = self.seeds.len() * self.looks / LOOKS;
        let outcomes = self.seeds.iter().enumerate().map(|(index, seed)| {
            let place = match index {
                _ if index >= arrived => "pending",
                _ if index % 7 == 6 => "missing",
                _ if index % 4 == 3 => "spam",
                _ => "inbox",
            };
            Outcome { seed, place }
        });
        let is_asked = |outcome: &Outcome<'_>| {
            provider.is_none_or(|name| outcome.seed.provider.eq_ignore_ascii_case(name))
        };
        outcomes.filter(is_asked).collect()
    }

    fn json(&self, provider: Option<&str>) -> Value {
        let provider = provider.filter(|provider| !provider.is_empty());
        let outcomes = self.outcomes(provider);
        let is_complete = self.looks == LOOKS;
        let spamassassin = is_complete.then(|| {
            json!({
                "is_spam": false,
                "score": 1.1,
                "required": 5.0,
                "rules": [{
                    "name": "HTML_MESSAGE",
                    "points": 1.1,
                    "short_description": "HTML included in message",
                    "long_description": "The message has a part in HTML.",
                }],
            })
        });
        let received_at = iso8601(self.updated_at);
        let seed_results = outcomes.iter().map(|outcome| outcome.json(&received_at));
        json!({
            "rid": self.rid,
            "result_id": self.result_id,
            "keybox_email": self.seed_list,
            "seedlist_name": self.seed_list_name,
            "subject": self.subject,
            "sender": self.sender,
            "created_at": iso8601(self.created_at),
            "updated_at": iso8601(self.updated_at),
            "status": if is_complete { "complete" } else { "processing" },
            "attributes": {},
            "campaign_id": "",
            "sharing_enabled": self.sharing.is_enabled,
            "sharing_id": self.sharing.url_id,
            "sharing_expires_at": self.sharing.expires(),
            "delivery_stats": stats(outcomes.iter().copied()),
            "seed_results": seed_results.collect::<Vec<_>>(),
            "spamassassin": spamassassin,
            "ms_spam": null,
            "is_spoofing": false,
        })
    }

    fn sharing_json(&self, base_url: &str) -> Value {
        let Sharing { is_enabled, url_id, .. } = &self.sharing;
        let link = |path: &str| match is_enabled {
            true => format!("{base_url}{path}{url_id}"),
            false => String::new(),
        };
        json!({
            "result_id": self.result_id,
            "enabled": is_enabled,
            "expires_at": self.sharing.expires(),
            "url_id": url_id,
            "url": link("/shared/inbox-placement/"),
            "api_url": link("/v4/inbox/sharing/public/"),
        })
    }
}

impl Sharing {
    fn expires(&self) -> String {
        self.expires_at.map_or_else(|| NEVER.to_owned(), iso8601)
    }
}

impl Outcome<'_> {
    fn has_come(&self) -> bool {
        matches!(self.place, "inbox" | "spam")
    }

    fn json(&self, received_at: &str) -> Value {
        let Seed { email, provider } = self.seed;
        if !self.has_come() {
            return json!({
                "email": email,
                "provider": provider,
                "destination": "",
                "state": self.place,
                "originating_ip": "",
                "tags": null,
                "extensions": null,
            });
        }
        json!({
            "email": email,
            "provider": provider,
            "destination": self.place,
            "state": "delivered",
            "originating_ip": "127.0.0.1",
            "tags": [self.place],
            "dkim": "pass",
            "spf": "pass",
            "dmarc": "missing/not-set",
            "headers": [{ "key": "Received-SPF", "value": "pass" }],
            "extensions": { "category": if self.place == "inbox" { "primary" } else { "" } },
            "received_at": received_at,
            "delivered_at": received_at,
        })
    }
}

/// The statistics of each provider, and of `all`.
pub(super) fn stats<'a>(outcomes: impl Iterator<Item = Outcome<'a>>) -> Value {
    let mut places = BTreeMap::from([("all", Vec::new())]);
    for outcome in outcomes {
        for provider in ["all", outcome.seed.provider] {
            places.entry(provider).or_default().push(outcome);
        }
    }
    let stats = places.into_iter().map(|(provider, outcomes)| {
        let count = |place: &str| outcomes.iter().filter(|one| one.place == place).count();
        let categories = match count("inbox") {
            0 => json!({}),
            inbox => json!({ "primary": inbox }),
        };
        let stats = json!({
            "provider": provider,
            "total": outcomes.len(),
            "delivered": outcomes.iter().filter(|one| one.has_come()).count(),
            "inbox": count("inbox"),
            "spam": count("spam"),
            "missing": count("missing"),
            "pending": count("pending"),
            "categories": categories,
        });
        (provider.to_owned(), stats)
    });
    Value::Object(stats.collect::<Map<_, _>>())
}
