//! Previews of a mail in many clients. With each request for a preview, one more client is done.

use std::{collections::BTreeMap, time::SystemTime};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::Answer;
use crate::{
    account::Account,
    date,
    http::{request::Request, response::Response},
};

/// Id, name, operating system, category and browser.
const CLIENTS: [(&str, &str, &str, &str, Option<&str>); 4] = [
    ("appmail14", "Apple Mail 14", "macOS 11", "Application", None),
    ("gmailcom_chr26_win", "Gmail", "Windows", "Web", Some("Chrome")),
    ("iphone6p_9", "iPhone 6 Plus", "iOS 9", "Mobile", None),
    ("outlook16", "Outlook 2016", "Windows", "Application", None),
];
/// How often a client can be reprocessed.
const REPROCESSES: u64 = 2;
const PAGE_SIZE: usize = 50;
const MAX_PAGE_SIZE: usize = 200;
/// A picture of one pixel.
const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

#[derive(Debug, Default)]
pub(crate) struct State {
    /// In order of creation.
    previews: Vec<Preview>,
}

#[derive(Debug)]
struct Preview {
    id: String,
    subject: String,
    html: String,
    created_at: u64,
    clients: BTreeMap<&'static str, Client>,
}

#[derive(Debug, Default)]
struct Client {
    completed_at: Option<u64>,
    reprocesses: u64,
}

struct Refused(StatusCode, &'static str);

impl From<Refused> for Response {
    fn from(Refused(status, message): Refused) -> Self {
        let name = status.canonical_reason().unwrap_or_default();
        Self::json(status, &json!({ "error": { "name": name, "message": message } }))
    }
}

const fn invalid(message: &'static str) -> Refused {
    Refused(StatusCode::BAD_REQUEST, message)
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    let ["v1", "preview", rest @ ..] = segments else { return analyze(method, segments) };
    let base_url = account.base_url.clone();
    let answer = match (method, rest) {
        ("POST", ["tests"]) => create(account, request),
        ("GET", ["tests"]) => list(account, request),
        ("GET", ["tests", "clients"]) => Ok(clients()),
        ("GET", ["tests", id]) => find(account, id).map(Preview::advance),
        ("DELETE", ["tests", id]) => delete(account, id),
        ("GET", ["tests", id, "results"]) => {
            find(account, id).map(|preview| preview.results(&base_url))
        }
        ("PUT", ["tests", id, "results", "reprocess"]) => reprocess(account, request, id),
        // Inlining CSS is left to the service.
        ("GET", ["tests", id, "content"] | ["tests", id, "content", "inlinecss"]) => {
            find(account, id).map(|preview| content(&preview.html))
        }
        ("GET", ["tests", id, "content", "textonly"]) => {
            find(account, id).map(|preview| content(&text_only(&preview.html)))
        }
        ("GET", ["screenshots", id, client, _]) => screenshot(account, id, client),
        _ => return None,
    };
    Some(Ok(answer.unwrap_or_else(Response::from)))
}

/// The response of the real service is not documented.
fn analyze(method: &str, segments: &[&str]) -> Option<Answer> {
    let is_there = method == "GET" && segments == ["v1", "inspect", "analyze"];
    is_there.then(|| Ok(Response::ok(&json!({ "items": [] }))))
}

fn create(account: &mut Account, request: &Request) -> Result<Response, Refused> {
    let asked: Value = request.json().map_err(|_| invalid("invalid JSON"))?;
    let text = |name: &str| asked[name].as_str().filter(|text| !text.is_empty());
    let subject = text("subject").ok_or(invalid("subject is required"))?.to_owned();
    // A URL is not fetched.
    let html = match (text("html"), text("url")) {
        (Some(html), _) => html.to_owned(),
        (None, Some(_)) => String::new(),
        (None, None) => return Err(invalid("html or url is required")),
    };
    let clients = match &asked["clients"] {
        Value::Null => CLIENTS.map(|(id, ..)| id).to_vec(),
        ids => known(ids)?,
    };
    let preview = Preview {
        id: account.object_id(),
        subject,
        html,
        created_at: now(),
        clients: clients.into_iter().map(|id| (id, Client::default())).collect(),
    };
    let mut created = json!({ "id": preview.id });
    if let Some(reference) = text("reference_id") {
        created["reference_id"] = reference.into();
    }
    account.groups.inspect.previews.push(preview);
    Ok(Response::ok(&created))
}

/// The clients with these ids.
fn known(ids: &Value) -> Result<Vec<&'static str>, Refused> {
    let ids = ids.as_array().filter(|ids| !ids.is_empty());
    let known = |wanted: &Value| CLIENTS.iter().map(|(id, ..)| *id).find(|id| wanted == id);
    let ids = ids.ok_or(invalid("clients is invalid"))?.iter();
    ids.map(|id| known(id).ok_or(invalid("unknown client"))).collect()
}

fn list(account: &Account, request: &Request) -> Result<Response, Refused> {
    let number = |name: &str| {
        let text = request.parameter(name).filter(|text| !text.is_empty());
        text.map(|text| text.parse::<u64>().map_err(|_| invalid("invalid number"))).transpose()
    };
    let (from, to) = (number("from")?.unwrap_or(0), number("to")?.unwrap_or(u64::MAX));
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let results = number("results")?.map_or(PAGE_SIZE, count);
    let page = number("page")?.map_or(1, count);
    if !(1..=MAX_PAGE_SIZE).contains(&results) || page == 0 {
        return Err(invalid("results or page is out of range"));
    }
    let subject = request.parameter("subject").unwrap_or_default().to_lowercase();
    let found = account.groups.inspect.previews.iter().rev().filter(|preview| {
        (from..=to).contains(&preview.created_at)
            && preview.subject.to_lowercase().contains(&subject)
    });
    let found = found.skip((page - 1).saturating_mul(results)).take(results).map(|preview| {
        json!({
            "id": preview.id,
            "date": preview.created_at,
            "type": "email-test",
            "subject": preview.subject,
            "headers": {},
        })
    });
    Ok(Response::ok(&found.collect()))
}

fn clients() -> Response {
    let clients = CLIENTS.iter().map(|&(id, client, os, category, browser)| {
        let json = json!({
            "id": id,
            "client": client,
            "os": os,
            "category": category,
            "browser": browser,
            "rotate": category == "Mobile",
            "image_blocking": false,
            "free": false,
            "default": true,
        });
        (id.to_owned(), json)
    });
    let clients = Value::Object(clients.collect());
    Response::ok(&json!({ "clients": clients }))
}

fn delete(account: &mut Account, id: &str) -> Result<Response, Refused> {
    find(account, id)?;
    account.groups.inspect.previews.retain(|preview| preview.id != id);
    Ok(Response::ok(&json!({ "success": true })))
}

fn reprocess(account: &mut Account, request: &Request, id: &str) -> Result<Response, Refused> {
    let preview = find(account, id)?;
    let asked: Value = request.json().map_err(|_| invalid("invalid JSON"))?;
    let again = known(&asked["clients"])?.into_iter().map(|id| {
        let json = match preview.clients.get_mut(id) {
            None => json!({ "success": false, "reason": "the client is not part of the test" }),
            Some(client) if client.reprocesses == REPROCESSES => json!({
                "success": false,
                "remaining_reprocesses": 0,
                "reason": "the client was reprocessed too often",
            }),
            Some(client) => {
                *client = Client { completed_at: None, reprocesses: client.reprocesses + 1 };
                json!({
                    "success": true,
                    "remaining_reprocesses": REPROCESSES - client.reprocesses,
                    "regional": false,
                    "screenshot": { "id": id, "type": "default", "sent": now(), "completed": null },
                })
            }
        };
        (id.to_owned(), json)
    });
    Ok(Response::ok(&Value::Object(again.collect())))
}

fn screenshot(account: &mut Account, id: &str, client: &str) -> Result<Response, Refused> {
    let preview = find(account, id)?;
    let is_done = preview.clients.get(client).is_some_and(|client| client.completed_at.is_some());
    let picture = BASE64_STANDARD.decode(PICTURE).ok().filter(|_| is_done);
    let picture = picture.ok_or(Refused(StatusCode::NOT_FOUND, "no such screenshot"))?;
    Ok(Response::new(StatusCode::OK, HeaderValue::from_static("image/png"), picture))
}

fn find<'a>(account: &'a mut Account, id: &str) -> Result<&'a mut Preview, Refused> {
    let found = account.groups.inspect.previews.iter_mut().find(|preview| preview.id == id);
    found.ok_or(Refused(StatusCode::NOT_FOUND, "no such test"))
}

impl Preview {
    /// The state, after which one more client is done.
    fn advance(&mut self) -> Response {
        let ids = |is_done: bool| {
            let of_state = move |(id, client): (&&'static str, &Client)| {
                (client.completed_at.is_some() == is_done).then_some(*id)
            };
            self.clients.iter().filter_map(of_state).collect::<Vec<_>>()
        };
        let response = Response::ok(&json!({
            "subject": self.subject,
            "date": self.created_at,
            "completed": ids(true),
            "processing": ids(false),
            "bounced": [],
        }));
        let next = self.clients.values_mut().find(|client| client.completed_at.is_none());
        if let Some(client) = next {
            client.completed_at = Some(now());
        }
        response
    }

    fn results(&self, base_url: &str) -> Response {
        let clients = CLIENTS.iter().filter_map(|&(id, name, os, category, browser)| {
            let completed_at = self.clients.get(id)?.completed_at;
            let link =
                |file: &str| format!("{base_url}/v1/preview/screenshots/{}/{id}/{file}", self.id);
            let result = completed_at.map(|completed_at| {
                json!({
                    "id": id,
                    "display_name": name,
                    "client": name,
                    "os": os,
                    "category": category,
                    "browser": browser,
                    "screenshots": { "default": link("default.png") },
                    "thumbnail": link("thumbnail.png"),
                    "full_thumbnail": link("full_thumbnail.png"),
                    "status": "Complete",
                    "status_details": { "submitted": self.created_at, "completed": completed_at },
                })
            });
            Some((id.to_owned(), result.unwrap_or_default()))
        });
        Response::ok(&Value::Object(clients.collect()))
    }
}

fn content(content: &str) -> Response {
    Response::ok(&json!({ "content": content }))
}

/// The HTML without its tags.
fn text_only(html: &str) -> String {
    let mut is_tag = false;
    let is_text = |character: &char| {
        let was_tag = is_tag;
        is_tag = *character == '<' || (is_tag && *character != '>');
        !was_tag && !is_tag
    };
    html.chars().filter(is_text).collect()
}

fn now() -> u64 {
    date::epoch_seconds(SystemTime::now())
}
