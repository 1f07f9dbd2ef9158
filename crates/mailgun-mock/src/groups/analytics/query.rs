//! The common parts of analytics queries: time range, filter and page.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::{date, groups::events::Event, http::response::Refusal};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

/// The time range of a query.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) start: SystemTime,
    pub(super) end: SystemTime,
    /// Whether the range ends now and so covers all events until now.
    is_open: bool,
}

impl Range {
    /// Reads `start` and `end`, or `duration`, of a query. `default` is the number of days without
    /// them.
    pub(super) fn read<'a>(
        field: impl Fn(&str) -> Option<&'a str>,
        default: u64,
    ) -> Result<Self, Refusal> {
        // Some clients send unset values as empty strings.
        let field = |name: &str| field(name).filter(|text| !text.is_empty());
        let time = |name: &str| {
            let read = |text: &str| {
                let bad = || Refusal::bad_request(format!("{name} is not in RFC 2822 format"));
                date::parse_rfc2822(text).or_else(|| epoch(text)).ok_or_else(bad)
            };
            field(name).map(read).transpose()
        };
        let end = time("end")?;
        let is_open = end.is_none();
        let end = end.unwrap_or_else(SystemTime::now);
        let before = |seconds| end.checked_sub(Duration::from_secs(seconds)).unwrap_or(UNIX_EPOCH);
        let start = match field("duration") {
            Some(text) => {
                let bad = || Refusal::bad_request(format!("invalid duration: {text}"));
                before(seconds(text).ok_or_else(bad)?)
            }
            None => time("start")?.unwrap_or_else(|| before(default * DAY)),
        };
        Ok(Self { start, end, is_open })
    }

    pub(super) fn has(&self, event: &Event) -> bool {
        let time = time_of(event);
        self.start <= time && (self.is_open || time <= self.end)
    }
}

pub(super) fn time_of(event: &Event) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(event.micros)
}

/// Seconds since the epoch, up to the year 9999.
fn epoch(text: &str) -> Option<SystemTime> {
    let seconds = text.parse().ok().filter(|seconds| *seconds < 253_402_300_800)?;
    Some(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// `7d`, `2m` for months, and `24h0m0s`, where `m` after hours is a minute.
fn seconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut sum = 0u64;
    let is_clock = text.contains('h') || text.contains('s');
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        let unit = match rest[digits..].chars().next()? {
            's' => 1,
            'm' if is_clock => 60,
            'h' => HOUR,
            'd' => DAY,
            'm' => 30 * DAY,
            _ => return None,
        };
        sum = sum.checked_add(number.checked_mul(unit)?)?;
        rest = &rest[digits + 1..];
    }
    Some(sum)
}

/// The resolution of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Resolution {
    Hour,
    Day,
    Month,
}

impl Resolution {
    pub(super) fn read(text: Option<&str>) -> Result<Self, Refusal> {
        match text {
            None | Some("" | "day") => Ok(Self::Day),
            Some("hour") => Ok(Self::Hour),
            Some("month") => Ok(Self::Month),
            Some(other) => Err(Refusal::bad_request(format!("invalid resolution: {other}"))),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    /// The beginning of the hour, day or month of a time.
    pub(super) fn begin(self, time: SystemTime) -> SystemTime {
        let seconds = date::epoch_seconds(time);
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        match self {
            Self::Hour => at(seconds - seconds % HOUR),
            Self::Day => at(seconds - seconds % DAY),
            Self::Month => {
                let written = date::rfc2822(time, "GMT");
                let mut words = written.split(' ').skip(2);
                let (month, year) = (words.next(), words.next());
                let first = month.zip(year).and_then(|(month, year)| {
                    date::parse_rfc2822(&format!("1 {month} {year} 00:00:00 GMT"))
                });
                first.unwrap_or(time)
            }
        }
    }

    /// The beginning of the next hour, day or month.
    pub(super) fn next(self, time: SystemTime) -> SystemTime {
        let length = match self {
            Self::Hour => HOUR,
            Self::Day => DAY,
            Self::Month => 31 * DAY,
        };
        self.begin(self.begin(time) + Duration::from_secs(length))
    }
}

/// Checks the names in a query against the known ones.
pub(super) fn names<'a>(
    query: &'a Value,
    field: &str,
    is_known: impl Fn(&str) -> bool,
) -> Result<Vec<&'a str>, Refusal> {
    let names = query[field].as_array().into_iter().flatten();
    names
        .map(|name| {
            let name = name.as_str().unwrap_or_default();
            let bad = || Refusal::bad_request(format!("'{name}' is not valid for '{field}'"));
            is_known(name).then_some(name).ok_or_else(bad)
        })
        .collect()
}

/// The events in a time range that match the filter of a query, with their numbers. `attribute`
/// returns the values of an event.
pub(super) fn select<'a>(
    events: &'a [Event],
    query: &Value,
    range: Range,
    attribute: impl Fn(&Event, &str) -> Option<Vec<String>>,
) -> Result<Vec<(usize, &'a Event)>, Refusal> {
    // An invalid filter is refused even if there is nothing to filter.
    matches(query, |name| attribute(&Event::default(), name))?;
    let mut found = Vec::new();
    for (index, event) in events.iter().enumerate().filter(|(_, event)| range.has(event)) {
        if matches(query, |name| attribute(event, name))? {
            found.push((index, event));
        }
    }
    Ok(found)
}

/// Whether attributes with these values meet all conditions of a query's filter.
fn matches(
    query: &Value,
    attribute: impl Fn(&str) -> Option<Vec<String>>,
) -> Result<bool, Refusal> {
    let mut are_met = true;
    for condition in query["filter"]["AND"].as_array().into_iter().flatten() {
        let name = condition["attribute"].as_str().unwrap_or_default();
        let has = attribute(name)
            .ok_or_else(|| Refusal::bad_request(format!("invalid filter attribute: {name}")))?;
        let wanted = condition["values"].as_array().into_iter().flatten();
        let wanted: Vec<_> = wanted
            .map(|value| value["value"].as_str().unwrap_or_default().to_lowercase())
            .collect();
        let any = |is: fn(&str, &str) -> bool| {
            let mut has = has.iter().map(|value| value.to_lowercase());
            has.any(|value| wanted.iter().any(|wanted| is(&value, wanted)))
        };
        let equal = |value: &str, wanted: &str| value == wanted;
        let contains = |value: &str, wanted: &str| value.contains(wanted);
        let is_met = match condition["comparator"].as_str().unwrap_or_default() {
            "=" => any(equal),
            "!=" => !any(equal),
            "contains" => any(contains),
            "not contains" => !any(contains),
            other => {
                return Err(Refusal::bad_request(format!("invalid filter comparator: {other}")));
            }
        };
        are_met &= is_met;
    }
    Ok(are_met)
}

/// Sorts items by the column that `pagination.sort` names, keeps the page, and returns the
/// `pagination` of the response.
pub(super) fn page<T>(
    query: &Value,
    mut items: Vec<T>,
    column: impl Fn(&T, &str) -> SortKey,
    [default_limit, max_limit]: [u64; 2],
) -> Result<(Vec<T>, Value), Refusal> {
    let pagination = &query["pagination"];
    let sort = pagination["sort"].as_str().unwrap_or_default();
    let limit = pagination["limit"].as_u64().unwrap_or(default_limit);
    if limit > max_limit {
        return Err(Refusal::bad_request(format!("limit {limit} is larger than {max_limit}")));
    }
    let (name, direction) = sort.split_once(':').unwrap_or((sort, "asc"));
    if !name.is_empty() {
        items.sort_by(|a, b| column(a, name).total_cmp(&column(b, name)));
        if direction == "desc" {
            items.reverse();
        }
    }
    let (skip, total) = (pagination["skip"].as_u64().unwrap_or(0), items.len());
    let items = items.into_iter().skip(skip as usize).take(limit as usize).collect();
    Ok((items, json!({ "sort": sort, "skip": skip, "limit": limit, "total": total })))
}

/// The sort key of an item.
#[derive(Clone, Debug)]
pub(super) enum SortKey {
    Text(String),
    Number(f64),
}

impl SortKey {
    fn total_cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(_), Self::Number(_)) => std::cmp::Ordering::Less,
            (Self::Number(_), Self::Text(_)) => std::cmp::Ordering::Greater,
        }
    }
}

/// A metric as a sort key.
pub(super) fn metric_key(metric: Option<&Value>) -> SortKey {
    let number = metric.and_then(|metric| match metric {
        Value::String(rate) => rate.parse().ok(),
        other => other.as_f64(),
    });
    SortKey::Number(number.unwrap_or(-1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_in_the_forms_of_metrics_and_of_bounces() {
        for (text, wanted) in [
            ("7d", Some(7 * DAY)),
            ("2m", Some(60 * DAY)),
            ("24h0m0s", Some(DAY)),
            ("1h30m", Some(HOUR + 1800)),
            ("90s", Some(90)),
            ("h", None),
            ("7w", None),
            ("7", None),
        ] {
            assert_eq!(seconds(text), wanted, "{text}");
        }
    }

    #[test]
    fn months_begin_at_their_first_day() {
        let time = date::parse_rfc2822("Wed, 31 Jan 2024 18:27:11 GMT").unwrap();
        let begin = |resolution: Resolution| date::rfc2822(resolution.begin(time), "GMT");
        assert_eq!(begin(Resolution::Month), "Mon, 01 Jan 2024 00:00:00 GMT");
        assert_eq!(begin(Resolution::Hour), "Wed, 31 Jan 2024 18:00:00 GMT");
        let next = Resolution::Month.next(Resolution::Month.next(time));
        assert_eq!(date::rfc2822(next, "GMT"), "Fri, 01 Mar 2024 00:00:00 GMT");
    }
}
