//! Pages of a search and their opaque tokens.

use base64::{Engine as _, prelude::BASE64_URL_SAFE};
use serde_json::{Value, json};

/// The position of a page in a search. It holds numbers of events, so that new events do not shift
/// the pages of a descending search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Position {
    First,
    Last,
    After(usize),
    Before(usize),
}

#[derive(Debug, PartialEq)]
pub(crate) struct Links {
    pub(crate) next: Position,
    pub(crate) previous: Position,
}

/// Takes the page at `position` from the events that were found, in the order of the search.
pub(crate) fn cut(
    found: &[usize],
    position: Position,
    limit: usize,
    ascending: bool,
) -> (&[usize], Links) {
    let precedes = |a: usize, b: usize| if ascending { a < b } else { a > b };
    let ending_at = |end: usize| &found[end.saturating_sub(limit)..end];
    let items = match position {
        Position::First => &found[..limit.min(found.len())],
        Position::Last => ending_at(found.len()),
        Position::Before(event) => ending_at(found.partition_point(|&i| precedes(i, event))),
        Position::After(event) => {
            let rest = &found[found.partition_point(|&i| !precedes(event, i))..];
            &rest[..limit.min(rest.len())]
        }
    };
    let links = match (items.first(), items.last()) {
        (Some(first), Some(last)) => {
            Links { next: Position::After(*last), previous: Position::Before(*first) }
        }
        // The link of an empty page leads to itself, for clients that poll for later events.
        _ if matches!(position, Position::After(_)) => {
            Links { next: position, previous: Position::Last }
        }
        _ => Links { next: Position::First, previous: position },
    };
    (items, links)
}

pub(crate) fn encode(position: Position, query: &[(String, String)]) -> String {
    let (name, event) = match position {
        Position::First => ("first", 0),
        Position::Last => ("last", 0),
        Position::After(event) => ("after", event),
        Position::Before(event) => ("before", event),
    };
    BASE64_URL_SAFE.encode(json!([name, event, query]).to_string())
}

pub(crate) fn decode(token: &str) -> Option<(Position, Vec<(String, String)>)> {
    let json: Value = serde_json::from_slice(&BASE64_URL_SAFE.decode(token).ok()?).ok()?;
    let event = usize::try_from(json[1].as_u64()?).ok()?;
    let position = match json[0].as_str()? {
        "first" => Position::First,
        "last" => Position::Last,
        "after" => Position::After(event),
        "before" => Position::Before(event),
        _ => return None,
    };
    let pairs = json[2].as_array()?.iter();
    let pair = |pair: &Value| Some((pair[0].as_str()?.to_owned(), pair[1].as_str()?.to_owned()));
    Some((position, pairs.map(pair).collect::<Option<_>>()?))
}
