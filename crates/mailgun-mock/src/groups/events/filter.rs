//! The filter of a search.

use std::time::UNIX_EPOCH;

use super::Event;
use crate::date;

const MAX_LIMIT: usize = 300;
const DEFAULT_LIMIT: usize = 100;

#[derive(Debug)]
pub(super) struct Search<'a> {
    pub(super) ascending: bool,
    pub(super) limit: usize,
    earliest: u64,
    latest: u64,
    filters: Vec<(&'a str, &'a str)>,
}

impl<'a> Search<'a> {
    pub(super) fn read(query: &'a [(String, String)]) -> Result<Self, String> {
        let value = |name| query.iter().find(|(key, _)| key == name).map(|(_, v)| v.as_str());
        let time = |name| match value(name) {
            Some(text) => micros(text).map(Some).ok_or(format!("'{name}' is not a valid date")),
            None => Ok(None),
        };
        let (begin, end) = (time("begin")?, time("end")?);
        let ascending = match value("ascending") {
            Some("yes" | "true") => true,
            Some("no" | "false") => false,
            Some(_) => return Err("'ascending' is either yes or no".to_owned()),
            None => matches!((begin, end), (Some(begin), Some(end)) if begin < end),
        };
        // `begin` is where the search begins: at the latest time if it is descending.
        let (from, to) = if ascending { (begin, end) } else { (end, begin) };
        let limit = match value("limit") {
            Some(text) => text.parse().map_err(|_| "'limit' is not a number".to_owned())?,
            None => DEFAULT_LIMIT,
        };
        let known = ["event", "recipient", "message-id", "tags", "from", "to", "subject"];
        let filters = query.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        Ok(Self {
            ascending,
            limit: limit.clamp(1, MAX_LIMIT),
            earliest: from.unwrap_or(0),
            latest: to.unwrap_or(u64::MAX),
            filters: filters.filter(|(key, _)| known.contains(key)).collect(),
        })
    }

    pub(super) fn matches(&self, event: &Event) -> bool {
        (self.earliest..=self.latest).contains(&event.micros)
            && self.filters.iter().all(|(field, expression)| evaluate(event, field, expression))
    }
}

fn micros(text: &str) -> Option<u64> {
    if let Some(time) = date::parse_rfc2822(text) {
        return Some(time.duration_since(UNIX_EPOCH).ok()?.as_micros() as u64);
    }
    let seconds: f64 = text.parse().ok()?;
    (seconds >= 0.0).then_some((seconds * 1e6) as u64)
}

/// A filter expression: `a OR b`, `a AND b`, `NOT a`, `"quoted"`; no parentheses.
fn evaluate(event: &Event, field: &str, expression: &str) -> bool {
    expression.split(" OR ").any(|all| {
        all.split(" AND ").map(str::trim).all(|term| match term.strip_prefix("NOT ") {
            Some(term) => !has(event, field, term),
            None => has(event, field, term),
        })
    })
}

fn has(event: &Event, field: &str, term: &str) -> bool {
    let term = term.trim().trim_matches('"').to_lowercase();
    let term = if field == "message-id" { term.trim_matches(['<', '>']) } else { &term };
    event.texts(field).iter().map(|text| text.to_lowercase()).any(|text| match field {
        "from" | "to" | "subject" => text.contains(term),
        _ => text == term,
    })
}
