//! The two ways of paging that most listings use.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::http::{request::Request, response::Refusal};

/// The items that `skip` and `limit` of the query ask for.
pub(crate) fn by_skip<'a, T>(
    request: &Request,
    items: &'a [T],
    default_limit: usize,
) -> Result<&'a [T], Refusal> {
    let start = number(request, "skip")?.unwrap_or(0).min(items.len());
    let limit = number(request, "limit")?.unwrap_or(default_limit);
    Ok(&items[start..items.len().min(start.saturating_add(limit))])
}

/// The items that `page`, `limit` and the pivot parameter of the query ask for, and the links to
/// the neighbouring pages. `items` are in the order of their keys, which serve as pivots.
pub(crate) fn by_pivot<'a, T>(
    base_url: &str,
    request: &Request,
    items: &'a [T],
    key: impl Fn(&T) -> &str,
    parameter: &str,
    default_limit: usize,
) -> Result<(&'a [T], Value), Refusal> {
    let limit = number(request, "limit")?.unwrap_or(default_limit).max(1);
    let pivot = request.parameter(parameter).unwrap_or_default();
    let after_pivot = items.partition_point(|item| key(item) <= pivot);
    let before_pivot = items.partition_point(|item| key(item) < pivot);
    let (start, end) = match request.parameter("page").unwrap_or_default() {
        "last" => (items.len().saturating_sub(limit), items.len()),
        "previous" | "prev" => (before_pivot.saturating_sub(limit), before_pivot),
        "next" => (after_pivot, items.len().min(after_pivot.saturating_add(limit))),
        "" | "first" => (before_pivot, items.len().min(before_pivot.saturating_add(limit))),
        other => return Err(Refusal::bad_request(format!("invalid page: {other}"))),
    };
    let found = &items[start..end];
    let link = |page: &str, pivot: &str| {
        let path = &request.path;
        let mut link = format!("{base_url}{path}?page={page}&limit={limit}");
        let others = request.query.iter();
        let others = others.filter(|(name, _)| {
            !matches!(name.as_str(), "page" | "limit") && name.as_str() != parameter
        });
        for (name, value) in others.map(|(name, value)| (name.as_str(), value.as_str())) {
            link += &format!("&{}={}", encoded(name), encoded(value));
        }
        if !pivot.is_empty() {
            link += &format!("&{parameter}={}", encoded(pivot));
        }
        link
    };
    let paging = json!({
        "first": link("first", ""),
        "last": link("last", ""),
        "next": link("next", found.last().map_or(pivot, &key)),
        "previous": link("previous", found.first().map_or(pivot, &key)),
    });
    Ok((found, paging))
}

fn number(request: &Request, name: &str) -> Result<Option<usize>, Refusal> {
    let Some(text) = request.parameter(name).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let number =
        text.parse().map_err(|_| Refusal::bad_request(format!("invalid {name}: {text}")))?;
    Ok(Some(number))
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
