use std::fmt;

use mailgun_core::{Timestamp, de};
use mailgun_types::{ThresholdComparator, ThresholdDimension, ThresholdFilter};
use serde::{Deserialize, Serialize};

mailgun_core::open_enum! {
    /// What is counted.
    pub enum ThresholdMetric {
        /// Email previews that succeeded.
        EmailPreviewSuccessCount = "email_preview_success_count",
        /// Seed tests.
        SeedTestCount = "seed_test_count",
    }
}

/// A limit on what an account uses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Threshold {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The account above.
    #[serde(deserialize_with = "de::null_default")]
    pub parent_account_id: String,
    /// The subaccount that it is for.
    #[serde(deserialize_with = "de::null_default")]
    pub subaccount_id: String,
    /// The group of the account.
    #[serde(deserialize_with = "de::null_default")]
    pub account_group: String,
    /// What names it in calls.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// When it was last checked.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub last_checked: Option<Timestamp>,
    /// Free text.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// What counts.
    #[serde(deserialize_with = "de::items")]
    pub filters: Vec<ThresholdFilter>,
    /// What is counted.
    pub metric: Option<ThresholdMetric>,
    /// How the count is compared with the limit.
    pub comparator: Option<ThresholdComparator>,
    /// The limit, as Mailgun writes it: `2100` or `.99`.
    #[serde(deserialize_with = "de::string_or_number")]
    pub limit: Option<String>,
    /// What is counted apart.
    pub dimension: Option<ThresholdDimension>,
    /// The time that is counted over: `1M`, `1h` or `1d`.
    pub period: Option<String>,
}

/// What a limit is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[must_use]
pub struct ThresholdSettings {
    name: String,
    metric: ThresholdMetric,
    comparator: ThresholdComparator,
    limit: String,
    dimension: ThresholdDimension,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filters: Option<Vec<ThresholdFilter>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<String>,
}

impl ThresholdSettings {
    /// A limit that is reached when `metric`, for one value of `dimension`, compares so with
    /// `limit`, a number.
    pub fn new(
        name: impl Into<String>,
        metric: ThresholdMetric,
        comparator: ThresholdComparator,
        limit: impl fmt::Display,
        dimension: ThresholdDimension,
    ) -> Self {
        Self {
            name: name.into(),
            metric,
            comparator,
            limit: limit.to_string(),
            dimension,
            description: None,
            filters: None,
            period: None,
        }
    }

    /// Free text.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..self }
    }

    /// What counts, in place of what was set before; an empty list is sent as one.
    pub fn filters(self, filters: impl IntoIterator<Item = ThresholdFilter>) -> Self {
        Self { filters: Some(filters.into_iter().collect()), ..self }
    }

    /// The time that is counted over: `1M` for a month, `1h` or `1d`.
    pub fn period(self, period: impl Into<String>) -> Self {
        Self { period: Some(period.into()), ..self }
    }
}
