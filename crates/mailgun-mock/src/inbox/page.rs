//! The files of the page.

use http::{
    StatusCode,
    header::{self, HeaderValue},
};

use crate::http::response::Response;

/// Scripts and styles come only from files of this server, and no script makes markup from text.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

macro_rules! assets {
    ($($name:literal: $kind:literal),* $(,)?) => {
        &[$(($name, $kind, include_str!(concat!("assets/", $name)))),*]
    };
}

const HTML: &str = "text/html; charset=utf-8";
const ASSETS: &[(&str, &str, &str)] = assets! {
    "index.html": "text/html; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "app.js": "text/javascript; charset=utf-8",
    "dom.js": "text/javascript; charset=utf-8",
    "api.js": "text/javascript; charset=utf-8",
    "events.js": "text/javascript; charset=utf-8",
    "list.js": "text/javascript; charset=utf-8",
    "message.js": "text/javascript; charset=utf-8",
    "panels.js": "text/javascript; charset=utf-8",
    "requests.js": "text/javascript; charset=utf-8",
    "faults.js": "text/javascript; charset=utf-8",
};

pub(super) fn asset(segments: &[&str]) -> Option<Response> {
    let wanted = match segments {
        [""] => "index.html",
        ["inbox", name] => name,
        _ => return None,
    };
    let (_, kind, text) = ASSETS.iter().find(|(name, ..)| *name == wanted)?;
    let response = Response::new(StatusCode::OK, HeaderValue::from_static(kind), *text);
    Some(match *kind {
        HTML => response.with(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        _ => response,
    })
}
