//! Exports of events. They are complete at once, and their link leads to no file.

use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::{
    account::Account,
    groups::Answer,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

#[derive(Debug)]
pub(super) struct Export {
    id: String,
    url: String,
}

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    rest: &[&str],
) -> Option<Answer> {
    match (method, rest) {
        ("GET", []) => Some(Ok(list(account, request))),
        ("POST", []) => Some(create(account, request)),
        ("GET", [id]) => Some(find(account, id).map(|export| Response::ok(&export.json()))),
        ("GET", [id, "download_url"]) => Some(find(account, id).map(Export::redirect)),
        _ => None,
    }
}

fn list(account: &Account, request: &Request) -> Response {
    let mut items: Vec<_> = account.groups.account.exports.iter().collect();
    items.retain(|export| request.parameter("url").is_none_or(|url| export.url == url));
    let items: Vec<_> = items.into_iter().map(Export::json).collect();
    Response::ok(&json!({ "items": items }))
}

fn create(account: &mut Account, request: &Request) -> Answer {
    let url = request.value("url").filter(|url| !url.is_empty());
    let url = url.ok_or_else(|| Refusal::bad_request("url parameter is missing"))?.to_owned();
    let id = account.object_id();
    account.groups.account.exports.push(Export { id, url });
    Ok(Response::message(StatusCode::OK, "success"))
}

fn find<'a>(account: &'a Account, id: &str) -> Result<&'a Export, Refusal> {
    let found = account.groups.account.exports.iter().find(|export| export.id == id);
    found.ok_or_else(|| Refusal::not_found("export not found"))
}

impl Export {
    fn json(&self) -> Value {
        json!({ "id": self.id, "status": "complete", "url": self.url })
    }

    fn redirect(&self) -> Response {
        let link = format!("https://exports.example.invalid/{}?signature=1", self.id);
        let link = HeaderValue::try_from(link).unwrap_or(HeaderValue::from_static("/"));
        Response::text(StatusCode::FOUND, "").with(header::LOCATION, link)
    }
}
