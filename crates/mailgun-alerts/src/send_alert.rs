use std::fmt;

use mailgun_core::{Timestamp, de};
use mailgun_types::{ThresholdComparator, ThresholdDimension, ThresholdFilter};
use serde::{Deserialize, Serialize};

use crate::AlertChannel;

mailgun_core::open_enum! {
    /// The metric that an alert watches.
    pub enum SendAlertMetric {
        /// Hard bounce rate.
        HardBounceRate = "hard_bounce_rate",
        /// Temporary failure rate.
        TemporaryFailRate = "temporary_fail_rate",
        /// Delivery rate.
        DeliveredRate = "delivered_rate",
        /// Complaint rate.
        ComplainedRate = "complained_rate",
    }
}

/// An alert on a sending rate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SendAlert {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The id of the parent account.
    #[serde(deserialize_with = "de::null_default")]
    pub parent_account_id: String,
    /// The id of the subaccount that the alert belongs to.
    #[serde(deserialize_with = "de::null_default")]
    pub subaccount_id: String,
    /// The group of the account.
    #[serde(deserialize_with = "de::null_default")]
    pub account_group: String,
    /// The name, which identifies the alert.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// When Mailgun last checked the rate.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub last_checked: Option<Timestamp>,
    /// A description, in any words.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// The channels that the alert is sent to.
    #[serde(deserialize_with = "de::readable")]
    pub alert_channels: Vec<AlertChannel>,
    /// The filters that select what counts.
    #[serde(deserialize_with = "de::items")]
    pub filters: Vec<ThresholdFilter>,
    /// The metric that is measured.
    pub metric: Option<SendAlertMetric>,
    /// How the rate is compared with the limit.
    pub comparator: Option<ThresholdComparator>,
    /// The limit as Mailgun writes it, such as `.99`.
    #[serde(deserialize_with = "de::string_or_number")]
    pub limit: Option<String>,
    /// The dimension that is measured separately.
    pub dimension: Option<ThresholdDimension>,
    /// The period of measurement: `1h` or `1d`.
    pub period: Option<String>,
}

/// An alert that fired for one value of its dimension.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AlertHit {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The name of the alert.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// When it first fired.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When the hit was last updated.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// Whether the rate is past the limit.
    #[serde(deserialize_with = "de::bool_like")]
    pub triggered: Option<bool>,
    /// When the hit expires. `None` if it does not.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub expires_at: Option<Timestamp>,
    /// The latest rate as Mailgun writes it.
    #[serde(deserialize_with = "de::string_or_number")]
    pub latest_value: Option<String>,
    /// The metric that is measured.
    pub metric: Option<SendAlertMetric>,
    /// How the rate is compared with the limit.
    pub comparator: Option<ThresholdComparator>,
    /// The limit as Mailgun writes it.
    #[serde(deserialize_with = "de::string_or_number")]
    pub limit: Option<String>,
    /// The id of the parent account.
    #[serde(deserialize_with = "de::null_default")]
    pub parent_account_id: String,
    /// The id of the subaccount that the alert belongs to.
    #[serde(deserialize_with = "de::null_default")]
    pub subaccount_id: String,
    /// The dimension that is measured separately.
    pub dimension: Option<ThresholdDimension>,
    /// The value of the dimension, such as a domain.
    #[serde(deserialize_with = "de::string_or_number")]
    pub dimension_value: Option<String>,
}

/// Settings of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[must_use]
pub struct SendAlertSettings {
    name: String,
    metric: SendAlertMetric,
    comparator: ThresholdComparator,
    limit: String,
    dimension: ThresholdDimension,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert_channels: Option<Vec<AlertChannel>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filters: Option<Vec<ThresholdFilter>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl SendAlertSettings {
    /// An alert that fires when the comparison of `metric` with `limit` holds for any value of
    /// `dimension`. The limit is a number from 0 to 1: `0.05` is 5 %.
    pub fn new(
        name: impl Into<String>,
        metric: impl Into<SendAlertMetric>,
        comparator: ThresholdComparator,
        limit: impl fmt::Display,
        dimension: ThresholdDimension,
    ) -> Self {
        Self {
            name: name.into(),
            metric: metric.into(),
            comparator,
            limit: limit.to_string(),
            dimension,
            alert_channels: None,
            filters: None,
            period: None,
            description: None,
        }
    }

    /// The channels that the alert is sent to. Replaces all channels set before; an empty list is
    /// sent as such.
    pub fn alert_channels(self, channels: impl IntoIterator<Item = AlertChannel>) -> Self {
        Self { alert_channels: Some(channels.into_iter().collect()), ..self }
    }

    /// The filters that select what counts. Replaces all filters set before; an empty list is sent
    /// as such.
    pub fn filters(self, filters: impl IntoIterator<Item = ThresholdFilter>) -> Self {
        Self { filters: Some(filters.into_iter().collect()), ..self }
    }

    /// The period of measurement: `1d` for a day, `1h` for an hour.
    pub fn period(self, period: impl Into<String>) -> Self {
        Self { period: Some(period.into()), ..self }
    }

    /// A description, in any words.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..self }
    }
}
