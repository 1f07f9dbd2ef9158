//! Control over HTTP below `/mock`, for tests in any language. `openapi.yaml` describes it.

mod faults;
mod inbound;
mod mail;
mod state;

use std::{net::IpAddr, str::FromStr, time::Duration};

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::{
    account::Account,
    actions::ActionError,
    groups::Answer,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
    server::{Server, State},
};

/// Who sent a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Peer {
    /// A program on this machine, which needs no key for the control routes.
    Local,
    Remote,
}

impl Peer {
    pub(crate) fn of(address: IpAddr) -> Self {
        if address.to_canonical().is_loopback() { Self::Local } else { Self::Remote }
    }

    /// Who sent a request with these headers: a proxy on this machine passes on what others send.
    pub(crate) fn behind(self, headers: &HeaderMap) -> Self {
        let values =
            ["x-forwarded-for", "x-real-ip"].into_iter().flat_map(|it| headers.get_all(it));
        let is_local = |value: &HeaderValue| {
            let addresses = value.to_str().unwrap_or_default().split(',').map(str::trim);
            addresses
                .map(str::parse::<IpAddr>)
                .all(|it| it.is_ok_and(|ip| Self::of(ip) == Self::Local))
        };
        if headers.contains_key(header::FORWARDED) || !values.into_iter().all(is_local) {
            return Self::Remote;
        }
        self
    }

    /// The response to a program on another machine that does not know the key.
    pub(crate) fn refused(self, account: &Account, key: Option<String>) -> Option<Response> {
        let is_allowed = self == Self::Local || key.as_ref() == Some(&account.api_key);
        let realm = HeaderValue::from_static("Basic realm=\"mailgun-mock\"");
        (!is_allowed).then(|| {
            Response::text(StatusCode::UNAUTHORIZED, "Forbidden")
                .with(header::WWW_AUTHENTICATE, realm)
        })
    }
}

/// Handles a request. The texts are those that stand for names in the path.
type Handler = fn(&mut State, &Request, &[&str]) -> Answer;

/// All routes: method, path and handler.
const ROUTES: &[(&str, &str, Handler)] = &[
    ("GET", "/mock/openapi.yaml", state::openapi),
    ("POST", "/mock/reset", state::reset),
    ("GET", "/mock/requests", state::requests),
    ("GET", "/mock/clock", state::clock),
    ("POST", "/mock/clock", state::set_clock),
    ("GET", "/mock/events", state::events),
    ("POST", "/mock/events", state::add_event),
    ("GET", "/mock/webhooks", state::webhooks),
    ("POST", "/mock/webhooks", state::post_webhook),
    ("GET", "/mock/messages", mail::list),
    ("DELETE", "/mock/messages", mail::clear),
    ("GET", "/mock/messages/{id}", mail::get),
    ("GET", "/mock/messages/{id}/rendered", mail::rendered),
    ("GET", "/mock/messages/{id}/source", mail::source),
    ("POST", "/mock/messages/{id}/open", mail::open),
    ("POST", "/mock/messages/{id}/bounce", mail::bounce),
    ("POST", "/mock/messages/{id}/complain", mail::complain),
    ("POST", "/mock/messages/{id}/unsubscribe", mail::unsubscribe),
    ("POST", "/mock/click", mail::click),
    ("POST", "/mock/inbound", inbound::receive),
    ("GET", "/mock/faults", faults::list),
    ("POST", "/mock/faults", faults::add),
    ("DELETE", "/mock/faults", faults::clear),
    ("DELETE", "/mock/faults/{id}", faults::remove),
];

/// Whether a path belongs to the control routes.
pub(crate) fn has(path: &str) -> bool {
    path == "/mock" || path.starts_with("/mock/")
}

pub(crate) fn answer(server: &Server, peer: Peer, request: &Request) -> Response {
    let mut state = server.state();
    state.changes += usize::from(request.method != Method::GET);
    if let Some(refusal) = peer.refused(&state.account, request.api_key()) {
        return refusal;
    }
    // Links use the host that the client called.
    let base_url = request.base_url().unwrap_or_else(|| state.account.base_url.clone());
    let own = std::mem::replace(&mut state.account.base_url, base_url);
    let answer = route(&mut state, request);
    state.account.base_url = own;
    server.sent.send_replace(state.account.groups.messages.sent.len());
    answer.unwrap_or_else(Response::from)
}

fn route(state: &mut State, request: &Request) -> Answer {
    let path: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    let mut is_known = false;
    for (method, template, handler) in ROUTES {
        let Some(names) = names(template, &path) else { continue };
        if request.method.as_str() == *method {
            return handler(state, request, &names);
        }
        is_known = true;
    }
    Err(match is_known {
        true => Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "the path has other methods"),
        false => Refusal::not_found("no such path; see /mock/openapi.yaml"),
    })
}

/// The texts of a path that stand where the template has names.
fn names<'a>(template: &str, path: &[&'a str]) -> Option<Vec<&'a str>> {
    let template: Vec<&str> = template.split('/').skip(1).collect();
    let mut names = Vec::new();
    for (part, text) in template.iter().zip(path) {
        match part.starts_with('{') {
            true => names.push(*text),
            false if part == text => {}
            false => return None,
        }
    }
    (template.len() == path.len()).then_some(names)
}

/// A form field or query parameter that has to be there.
fn required<'a>(request: &'a Request, name: &str) -> Result<&'a str, Refusal> {
    let value = request.value(name).filter(|value| !value.is_empty());
    value.ok_or_else(|| Refusal::bad_request(format!("`{name}` is missing")))
}

/// A number in a form field or query parameter.
fn number<T: FromStr>(request: &Request, name: &str) -> Result<Option<T>, Refusal> {
    let invalid = |_| Refusal::bad_request(format!("`{name}` is not a number in range"));
    request.value(name).map(|text| text.parse().map_err(invalid)).transpose()
}

/// A time in seconds, which may have a fraction.
fn seconds(request: &Request, name: &str) -> Result<Option<Duration>, Refusal> {
    let invalid = |_| Refusal::bad_request(format!("`{name}` is not a time in seconds"));
    let seconds = number::<f64>(request, name)?.map(Duration::try_from_secs_f64);
    seconds.transpose().map_err(invalid)
}

impl From<ActionError> for Refusal {
    fn from(error: ActionError) -> Self {
        let status = match error {
            ActionError::NotDelivered => StatusCode::CONFLICT,
            _ => StatusCode::NOT_FOUND,
        };
        Self::new(status, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use base64::{Engine as _, prelude::BASE64_STANDARD};
    use bytes::Bytes;

    use super::*;
    use crate::{
        account::{Account, Limits},
        inbox::Inbox,
    };

    /// The operations of the description, found by their indentation.
    fn described() -> BTreeSet<(String, String)> {
        let (mut path, mut operations) = (String::new(), BTreeSet::new());
        for line in state::OPENAPI.lines() {
            let name = line.trim().trim_end_matches(':');
            if line.starts_with("  /mock") {
                path = name.to_owned();
            } else if line.starts_with("    ") && matches!(name, "get" | "post" | "delete") {
                operations.insert((name.to_uppercase(), path.clone()));
            }
        }
        operations
    }

    #[test]
    fn the_description_has_exactly_the_routes() {
        let routes = ROUTES.iter().map(|(method, path, _)| ((*method).into(), (*path).into()));
        assert_eq!(described(), routes.collect());
    }

    async fn status(peer: Peer, key: Option<&str>) -> u16 {
        let limits = Limits { message_bytes: 1, recipients: 1, recipients_per_hour: 1 };
        let account = Account::new(String::new(), "key-mock".to_owned(), Vec::new(), limits);
        let server = Server::new(account, Inbox::default());
        let mut request = http::Request::get("/mock/clock");
        if let Some(key) = key {
            let credentials = BASE64_STANDARD.encode(format!("api:{key}"));
            request = request.header("Authorization", format!("Basic {credentials}"));
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        answer(&server, peer, &Request::new(head, Bytes::new()).await).status.as_u16()
    }

    #[tokio::test]
    async fn programs_on_other_machines_need_the_key() {
        assert_eq!(status(Peer::Local, None).await, 200);
        assert_eq!(status(Peer::Remote, None).await, 401);
        assert_eq!(status(Peer::Remote, Some("another")).await, 401);
        assert_eq!(status(Peer::Remote, Some("key-mock")).await, 200);
    }

    #[test]
    fn what_a_proxy_on_this_machine_passes_on_is_not_local() {
        for (name, value, peer) in [
            ("accept", "*/*", Peer::Local),
            ("x-forwarded-host", "localhost:8025", Peer::Local),
            ("x-forwarded-for", "127.0.0.1, ::1", Peer::Local),
            ("x-forwarded-for", "203.0.113.7", Peer::Remote),
            ("x-forwarded-for", "203.0.113.7, 127.0.0.1", Peer::Remote),
            ("x-forwarded-for", "127.0.0.1, 203.0.113.7", Peer::Remote),
            ("x-forwarded-for", "unknown", Peer::Remote),
            ("x-real-ip", "203.0.113.7", Peer::Remote),
            ("forwarded", "for=203.0.113.7;proto=https", Peer::Remote),
        ] {
            let headers = HeaderMap::from_iter([(
                header::HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )]);
            assert_eq!(Peer::Local.behind(&headers), peer, "{name}: {value}");
            assert_eq!(Peer::Remote.behind(&headers), Peer::Remote);
        }
    }

    #[test]
    fn only_loopback_is_local() {
        for (address, peer) in [
            ("127.0.0.1", Peer::Local),
            ("::1", Peer::Local),
            ("::ffff:127.0.0.1", Peer::Local),
            ("10.0.0.1", Peer::Remote),
            ("::ffff:10.0.0.1", Peer::Remote),
        ] {
            assert_eq!(Peer::of(address.parse().unwrap()), peer, "{address}");
        }
    }
}
