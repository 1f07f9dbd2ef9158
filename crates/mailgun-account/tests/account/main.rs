//! The account on the wire, its responses, and its use from end to end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(deprecated, reason = "exports are tested too")]

mod flow;
mod operations;
mod reference;
mod responses;
mod wire;

use mailgun_account::{
    ThresholdComparator, ThresholdDimension, ThresholdMetric, ThresholdSettings,
};

fn threshold(limit: &str) -> ThresholdSettings {
    ThresholdSettings::new(
        "previews",
        ThresholdMetric::EmailPreviewSuccessCount,
        ThresholdComparator::GreaterOrEqual,
        limit,
        ThresholdDimension::Subaccount,
    )
}
