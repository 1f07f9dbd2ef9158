//! Alerts on the wire, their responses, receiving them, and their use from end to end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod flow;
mod operations;
mod receive;
mod responses;
mod wire;

use mailgun_alerts::{SendAlertMetric, SendAlertSettings, ThresholdComparator, ThresholdDimension};

fn hard_bounces(limit: &str) -> SendAlertSettings {
    SendAlertSettings::new(
        "hard bounces",
        SendAlertMetric::HardBounceRate,
        ThresholdComparator::Greater,
        limit,
        ThresholdDimension::Domain,
    )
}
