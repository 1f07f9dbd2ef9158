//! Webhooks of domains and of the account: which events are posted to which URLs.

mod account_level;

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Value, json};

use self::account_level::AccountWebhook;
use super::{Answer, events::Event};
use crate::{
    account::Account,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
    webhook::{Post, WebhookDelivery},
};

/// All types of webhooks.
const TYPES: [&str; 8] = [
    "accepted",
    "delivered",
    "opened",
    "clicked",
    "unsubscribed",
    "complained",
    "temporary_fail",
    "permanent_fail",
];

const MAX_URLS: usize = 3;

#[derive(Debug, Default)]
pub(crate) struct State {
    /// The URLs of each type that has any, by domain.
    domains: BTreeMap<String, Urls>,
    /// In order of creation.
    account: Vec<AccountWebhook>,
    /// The webhooks that were posted.
    pub(crate) deliveries: Vec<WebhookDelivery>,
}

type Urls = BTreeMap<String, Vec<String>>;

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    let (version, domain, rest) = match segments {
        [version, "domains", domain, "webhooks", rest @ ..] => (*version, domain, rest),
        _ => return account_level::route(account, request, method, segments),
    };
    let handler = match (version, method, rest) {
        ("v3", "GET", []) => list,
        ("v3", "POST", []) => create,
        ("v3", "GET", [_]) => get,
        ("v3", "PUT", [_]) => update,
        ("v3", "DELETE", [_]) => delete,
        ("v3", "PUT", [_, "test"]) => test,
        ("v4", "POST", []) => create_url,
        ("v4", "PUT", []) => update_url,
        ("v4", "DELETE", []) => delete_urls,
        _ => return None,
    };
    let domain = match account.domain(domain) {
        Ok(domain) => domain,
        Err(refusal) => return Some(Err(refusal)),
    };
    let urls = account.groups.webhooks.domains.entry(domain).or_default();
    Some(answer(handler(urls, request, rest.first().copied().unwrap_or_default())))
}

/// A refusal in one of the formats of this service.
enum Refused {
    Message(Refusal),
    Json(StatusCode, Value),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Message(refusal)
    }
}

type Outcome = Result<Response, Refused>;

fn answer(outcome: Outcome) -> Answer {
    match outcome {
        Ok(response) => Ok(response),
        Err(Refused::Message(refusal)) => Err(refusal),
        Err(Refused::Json(status, json)) => Ok(Response::json(status, &json)),
    }
}

fn invalid(reason: impl AsRef<str>) -> Refused {
    Refused::Json(StatusCode::BAD_REQUEST, json!({ "Reason": reason.as_ref() }))
}

fn unknown_url() -> Refused {
    Refused::Json(StatusCode::NOT_FOUND, json!({ "Description": "Webhook not found" }))
}

fn unknown_type() -> Refused {
    Refusal::not_found("Webhook not found").into()
}

fn list(urls: &mut Urls, _: &Request, _: &str) -> Outcome {
    let webhooks = urls.iter().map(|(kind, urls)| (kind.clone(), json!({ "urls": urls })));
    let webhooks: serde_json::Map<_, _> = webhooks.collect();
    Ok(Response::ok(&json!({ "webhooks": webhooks })))
}

fn get(urls: &mut Urls, _: &Request, kind: &str) -> Outcome {
    let urls = urls.get(kind).ok_or_else(unknown_type)?;
    Ok(Response::ok(&json!({ "webhook": { "urls": urls } })))
}

fn create(urls: &mut Urls, request: &Request, _: &str) -> Outcome {
    let kind = request.form()?.field("id").unwrap_or_default();
    if urls.contains_key(kind) {
        return Err(invalid(format!("Webhook for event type '{kind}' already exists")));
    }
    put(urls, request, kind, "Webhook has been created")
}

fn update(urls: &mut Urls, request: &Request, kind: &str) -> Outcome {
    put(urls, request, kind, "Webhook has been updated")
}

fn put(urls: &mut Urls, request: &Request, kind: &str, message: &str) -> Outcome {
    let new: Vec<_> = request.form()?.all("url").collect();
    check(&[kind], &new)?;
    let response = json!({ "message": message, "webhook": { "urls": new } });
    urls.insert(kind.to_owned(), new.into_iter().map(str::to_owned).collect());
    Ok(Response::ok(&response))
}

fn delete(urls: &mut Urls, _: &Request, kind: &str) -> Outcome {
    let gone = urls.remove(kind).ok_or_else(unknown_type)?;
    let webhook = json!({ "urls": gone });
    Ok(Response::ok(&json!({ "message": "Webhook has been deleted", "webhook": webhook })))
}

/// Posts nothing: what the service posts is not documented.
fn test(_: &mut Urls, request: &Request, kind: &str) -> Outcome {
    check(&[kind], &request.form()?.all("url").collect::<Vec<_>>())?;
    Ok(Response::ok(&json!({ "code": 200, "message": "OK" })))
}

fn create_url(urls: &mut Urls, request: &Request, _: &str) -> Outcome {
    let (url, kinds) = url_and_types(request)?;
    let has = |kind: &&&str| urls.get(**kind).is_some_and(|urls| urls.iter().any(|it| it == url));
    if let Some(kind) = kinds.iter().find(has) {
        let text = format!("Webhook for event type '{kind}' with URL '{url}' already exists");
        return Err(invalid(text));
    }
    add(urls, url, kinds);
    list(urls, request, "")
}

fn update_url(urls: &mut Urls, request: &Request, _: &str) -> Outcome {
    let (url, kinds) = url_and_types(request)?;
    if !remove(urls, url) {
        return Err(unknown_url());
    }
    add(urls, url, kinds);
    list(urls, request, "")
}

fn delete_urls(urls: &mut Urls, request: &Request, _: &str) -> Outcome {
    let named = request.parameter("url").filter(|text| !text.is_empty());
    let missing = || Refused::Json(StatusCode::BAD_REQUEST, json!({ "Field": "url" }));
    let found = named.ok_or_else(missing)?.split(',').filter(|url| remove(urls, url)).count();
    if found == 0 {
        return Err(unknown_url());
    }
    list(urls, request, "")
}

fn add(urls: &mut Urls, url: &str, kinds: Vec<&str>) {
    for kind in kinds {
        urls.entry(kind.to_owned()).or_default().push(url.to_owned());
    }
}

/// Removes a URL from all types. Returns whether any type had it.
fn remove(urls: &mut Urls, url: &str) -> bool {
    let is_found = urls.values().flatten().any(|other| other == url);
    urls.values_mut().for_each(|urls| urls.retain(|other| other != url));
    urls.retain(|_, urls| !urls.is_empty());
    is_found
}

fn url_and_types(request: &Request) -> Result<(&str, Vec<&str>), Refused> {
    let form = request.form()?;
    let url = form.field("url").unwrap_or_default();
    let kinds: Vec<_> = form.all("event_types").collect();
    check(&kinds, &[url])?;
    Ok((url, kinds))
}

fn check(kinds: &[&str], urls: &[&str]) -> Result<(), Refused> {
    if kinds.is_empty() {
        return Err(invalid("invalid parameters: event_types is required"));
    }
    if let Some(kind) = kinds.iter().find(|kind| !TYPES.contains(kind)) {
        return Err(invalid(format!("invalid parameters: {kind} is not a valid event type")));
    }
    if urls.is_empty() || urls.len() > MAX_URLS {
        return Err(invalid(format!("invalid parameters: 1 to {MAX_URLS} urls are required")));
    }
    let is_url = |url: &&&str| {
        url.parse::<http::Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some()
        })
    };
    match urls.iter().find(|url| !is_url(url)) {
        Some(url) => {
            let text = format!("invalid parameters: {url} is not a valid url: invalid URL scheme");
            Err(invalid(text))
        }
        None => Ok(()),
    }
}

/// Posts an event once to each URL that the domain or the account has registered for it.
pub(crate) fn notify(account: &mut Account, event: &Event) {
    let State { domains, account: of_account, .. } = &account.groups.webhooks;
    if domains.is_empty() && of_account.is_empty() {
        return;
    }
    let (domain, event) = (&*event.domain, &*event.json());
    let kind = match (event["event"].as_str(), event["severity"].as_str()) {
        (Some("failed"), Some("temporary")) => "temporary_fail",
        (Some("failed"), _) => "permanent_fail",
        (Some(kind), _) => kind,
        (None, _) => return,
    };
    let of_domain = domains.get(domain).and_then(|urls| urls.get(kind)).into_iter().flatten();
    let mut urls: Vec<String> = of_domain.cloned().collect();
    for webhook in
        of_account.iter().filter(|webhook| webhook.event_types.iter().any(|it| it == kind))
    {
        if !urls.contains(&webhook.url) {
            urls.push(webhook.url.clone());
        }
    }
    for url in urls {
        let post = Post::event(account, &url, kind, event);
        account.post(post);
    }
}
