//! The web inbox: a page, what it reads, and who may see it.
//!
//! The page changes nothing itself: its buttons call the routes below `/mock`.

mod file;
mod frame;
pub(crate) mod guard;
mod live;
mod messages;
mod page;
mod requests;

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use http::{
    Method, StatusCode,
    header::{self, HeaderName, HeaderValue},
    request,
};
use http_body_util::Either;
use percent_encoding::percent_decode_str;

pub(crate) use self::live::Live;
use crate::{
    control::Peer,
    groups::Answer,
    http::{
        request::api_key,
        response::{Pace, PacedBody, Refusal, Response},
    },
    server::Server,
};

/// The settings of the inbox.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inbox {
    /// Whether the inbox is served.
    pub(crate) is_served: bool,
    /// Host names under which browsers may read it, besides those of this machine.
    pub(crate) hosts: Vec<String>,
}

/// The path of the endless response.
const LIVE: &str = "/inbox/live";

/// The query of a request.
type Query = HashMap<String, String>;

/// Whether a path belongs to the inbox.
pub(crate) fn has(path: &str) -> bool {
    path == "/" || path.starts_with("/inbox/")
}

pub(crate) fn answer(
    server: &Arc<Server>,
    peer: Peer,
    head: &request::Parts,
) -> http::Response<Either<PacedBody, Live>> {
    let answer = || {
        guard::check(head, &server.inbox.hosts)?;
        match head.method {
            Method::GET | Method::HEAD => read(server, head),
            _ => Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "The inbox is read with GET")),
        }
    };
    let refused = peer.refused(&server.state().account, api_key(&head.headers));
    let response = protect(refused.unwrap_or_else(|| answer().unwrap_or_else(Response::from)));
    let is_live = response.status == StatusCode::OK && head.uri.path() == LIVE;
    let response = response.into_response(Pace::AtOnce);
    if !is_live {
        return response.map(Either::Left);
    }
    let mut response = response.map(|_| Either::Right(live::stream(server)));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}

fn read(server: &Server, head: &request::Parts) -> Answer {
    let decode = |segment| percent_decode_str(segment).decode_utf8_lossy().into_owned();
    let segments: Vec<String> = head.uri.path().split('/').skip(1).map(decode).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let query = head.uri.query().unwrap_or_default();
    let query: Query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let state = &mut *server.state();
    match segments[..] {
        ["inbox", "live"] => Ok(Response::new(
            StatusCode::OK,
            HeaderValue::from_static("text/event-stream"),
            Bytes::new(),
        )),
        ["inbox", "messages"] => Ok(messages::list(state, &query)),
        ["inbox", "messages", key] => messages::get(state, key, &query),
        ["inbox", "messages", key, "html"] => frame::html(state, key, &query),
        ["inbox", "messages", key, "source"] => messages::source(state, key, &query),
        ["inbox", "messages", key, "files", index] => file::download(state, key, index, &query),
        ["inbox", "messages", key, "images", index] => file::image(state, key, index, &query),
        ["inbox", "requests"] => Ok(requests::list(state)),
        ["inbox", "requests", number] => requests::get(state, number),
        _ => page::asset(&segments).ok_or_else(|| Refusal::not_found("Not found")),
    }
}

/// Adds what keeps other pages away, and what keeps a response from being taken for a page.
fn protect(mut response: Response) -> Response {
    let headers = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_DNS_PREFETCH_CONTROL, "off"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in headers {
        response.headers.insert(name, HeaderValue::from_static(value));
    }
    // The page and the frame of a mail have policies of their own.
    response
        .headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"));
    response
}
