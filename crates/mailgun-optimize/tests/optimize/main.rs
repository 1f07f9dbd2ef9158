//! Optimize on the wire, its responses, and its use from end to end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod flow;
mod operations;
mod responses;
mod wire;

use mailgun_optimize::TimeRange;

fn january() -> TimeRange {
    let start = "2022-01-01T23:00:00Z".parse().unwrap();
    TimeRange::new(start, "2022-01-31T01:30:00.5Z".parse().unwrap())
}
