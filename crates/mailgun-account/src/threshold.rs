use std::fmt;

use mailgun_core::{Timestamp, de};
use mailgun_types::{ThresholdComparator, ThresholdDimension, ThresholdFilter};
use serde::{Deserialize, Serialize};

mailgun_core::open_enum! {
    /// The metric that is measured.
    pub enum ThresholdMetric {
        /// Successful email previews.
        EmailPreviewSuccessCount = "email_preview_success_count",
        /// Seed tests.
        SeedTestCount = "seed_test_count",
    }
}

/// A limit on the usage of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Threshold {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The id of the parent account.
    #[serde(deserialize_with = "de::null_default")]
    pub parent_account_id: String,
    /// The id of the subaccount that the limit applies to.
    #[serde(deserialize_with = "de::null_default")]
    pub subaccount_id: String,
    /// The group of the account.
    #[serde(deserialize_with = "de::null_default")]
    pub account_group: String,
    /// The name, which identifies the limit.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// When Mailgun last checked the limit.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub last_checked: Option<Timestamp>,
    /// A description, in any words.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// The filters that select what counts.
    #[serde(deserialize_with = "de::items")]
    pub filters: Vec<ThresholdFilter>,
    /// The metric that is measured.
    pub metric: Option<ThresholdMetric>,
    /// How the metric is compared with the limit.
    pub comparator: Option<ThresholdComparator>,
    /// The limit as Mailgun writes it, such as `2100` or `.99`.
    #[serde(deserialize_with = "de::string_or_number")]
    pub limit: Option<String>,
    /// The dimension that is measured separately.
    pub dimension: Option<ThresholdDimension>,
    /// The period of measurement: `1M`, `1h` or `1d`.
    pub period: Option<String>,
}

/// Settings of a limit.
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
    /// A limit that is reached when the comparison of `metric` with the number `limit` holds for
    /// any value of `dimension`.
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

    /// A description, in any words.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..self }
    }

    /// The filters that select what counts. Replaces all filters set before; an empty list is sent
    /// as such.
    pub fn filters(self, filters: impl IntoIterator<Item = ThresholdFilter>) -> Self {
        Self { filters: Some(filters.into_iter().collect()), ..self }
    }

    /// The period of measurement: `1M` for a month, `1d` for a day, `1h` for an hour.
    pub fn period(self, period: impl Into<String>) -> Self {
        Self { period: Some(period.into()), ..self }
    }
}
