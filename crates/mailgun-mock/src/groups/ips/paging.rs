//! Listings that are paged by an opaque token in the parameter `page`.

use base64::{Engine as _, prelude::BASE64_URL_SAFE};
use form_urlencoded::Serializer;

use crate::http::{request::Request, response::Refusal};

/// A page and the tokens of its neighbours.
pub(super) struct Page<'a, T> {
    pub(super) items: &'a [T],
    pub(super) first: String,
    pub(super) previous: String,
    pub(super) next: String,
    pub(super) last: String,
}

/// The page that the query asks for. `limit` is the name of its size parameter
/// and the default.
pub(super) fn page<'a, T>(
    request: &Request,
    items: &'a [T],
    limit: (&str, usize),
) -> Result<Page<'a, T>, Refusal> {
    let (name, default) = limit;
    let limit = match request.parameter(name) {
        Some(text) => text.parse().ok().filter(|limit| (1..=500).contains(limit)),
        None => Some(default),
    };
    let limit = limit.ok_or_else(|| Refusal::bad_request(format!("invalid {name}")))?;
    let start = match request.parameter("page") {
        Some(token) => position(token).ok_or_else(|| Refusal::bad_request("invalid page"))?,
        None => 0,
    };
    let start = start.min(items.len());
    let end = items.len().min(start + limit);
    Ok(Page {
        items: &items[start..end],
        first: token(0),
        previous: token(start.saturating_sub(limit)),
        next: token(end),
        last: token(items.len().saturating_sub(limit)),
    })
}

fn token(position: usize) -> String {
    BASE64_URL_SAFE.encode(format!("{{\"at\":{position}}}"))
}

fn position(token: &str) -> Option<usize> {
    let text = String::from_utf8(BASE64_URL_SAFE.decode(token).ok()?).ok()?;
    text.strip_prefix("{\"at\":")?.strip_suffix('}')?.parse().ok()
}

/// The link to the page with this token.
pub(super) fn link(base_url: &str, request: &Request, token: &str) -> String {
    let others = request.query.iter().filter(|(name, _)| name != "page");
    let query =
        Serializer::new(String::new()).extend_pairs(others).append_pair("page", token).finish();
    format!("{base_url}{}?{query}", request.path)
}
