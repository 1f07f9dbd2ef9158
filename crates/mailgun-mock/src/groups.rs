//! The groups of endpoints. Each is a module with its state and a `route` function, and has one
//! line in the list below.

use std::mem;

use http::StatusCode;

use crate::{
    account::Account,
    actions,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

/// What a handler returns.
pub(crate) type Answer = Result<Response, Refusal>;

macro_rules! groups {
    ($($group:ident),* $(,)?) => {
        /// The state of all groups.
        #[derive(Debug, Default)]
        #[allow(dead_code, reason = "a group may have no state of its own")]
        pub(crate) struct Groups {
            $(pub(crate) $group: $group::State,)*
        }

        fn route(account: &mut Account, request: &Request) -> Option<Answer> {
            let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
            let method = request.method.as_str();
            None$(.or_else(|| $group::route(account, request, method, &segments)))*
        }
    };
}

pub(crate) mod account;
pub(crate) mod alerts;
pub(crate) mod analytics;
pub(crate) mod dkim;
pub(crate) mod domains;
pub(crate) mod events;
pub(crate) mod inbox_placement;
pub(crate) mod inspect;
pub(crate) mod ips;
pub(crate) mod keys;
pub(crate) mod listing;
pub(crate) mod mailing_lists;
pub(crate) mod message_limit;
pub(crate) mod messages;
pub(crate) mod optimize;
pub(crate) mod queue;
pub(crate) mod routes;
pub(crate) mod subaccounts;
pub(crate) mod suppressions;
pub(crate) mod tags;
pub(crate) mod tally;
pub(crate) mod templates;
pub(crate) mod validations;
pub(crate) mod webhooks;

groups! {
    account,
    alerts,
    analytics,
    dkim,
    domains,
    events,
    inbox_placement,
    inspect,
    ips,
    keys,
    mailing_lists,
    messages,
    optimize,
    queue,
    routes,
    subaccounts,
    suppressions,
    tags,
    templates,
    validations,
    webhooks,
}

const NOT_FOUND: &str = "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 3.2 Final//EN\">\n\
    <title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not found on the \
    server.  If you entered the URL manually please check your spelling and try again.</p>\n";

pub(crate) fn answer(account: &mut Account, request: &Request) -> Response {
    if let Some(response) = actions::visit(account, request) {
        return response;
    }
    let version = request.segments.first().map_or("", String::as_str);
    if !matches!(version, "v1" | "v2" | "v3" | "v4" | "v5") {
        return Response::text(StatusCode::OK, "Mailgun Magnificent API");
    }
    if !keys::authorizes(account, request) {
        return Response::text(StatusCode::UNAUTHORIZED, "Forbidden");
    }
    // Links use the host that the client called, even behind a proxy.
    let base_url = request.base_url().unwrap_or_else(|| account.base_url.clone());
    let own = mem::replace(&mut account.base_url, base_url);
    let answer = route(account, request);
    account.base_url = own;
    match answer {
        Some(Ok(response)) => response,
        Some(Err(refusal)) => refusal.into(),
        None => Response::html(StatusCode::NOT_FOUND, NOT_FOUND),
    }
}
