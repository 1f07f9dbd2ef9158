use std::fmt;

use mailgun_core::{Timestamp, de};
use mailgun_types::{ThresholdComparator, ThresholdDimension, ThresholdFilter};
use serde::{Deserialize, Serialize};

use crate::AlertChannel;

mailgun_core::open_enum! {
    /// The rate that an alert watches.
    pub enum SendAlertMetric {
        /// Hard bounces.
        HardBounceRate = "hard_bounce_rate",
        /// Temporary failures.
        TemporaryFailRate = "temporary_fail_rate",
        /// Deliveries.
        DeliveredRate = "delivered_rate",
        /// Complaints.
        ComplainedRate = "complained_rate",
    }
}

/// An alert on a rate of sending.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SendAlert {
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
    /// When the rate was last looked at.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub last_checked: Option<Timestamp>,
    /// Free text.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// How it is told.
    #[serde(deserialize_with = "de::readable")]
    pub alert_channels: Vec<AlertChannel>,
    /// Which mail counts.
    #[serde(deserialize_with = "de::items")]
    pub filters: Vec<ThresholdFilter>,
    /// The rate.
    pub metric: Option<SendAlertMetric>,
    /// How the rate is compared with the limit.
    pub comparator: Option<ThresholdComparator>,
    /// The limit, as Mailgun writes it: `.99` for 99 %.
    #[serde(deserialize_with = "de::string_or_number")]
    pub limit: Option<String>,
    /// What has a rate each.
    pub dimension: Option<ThresholdDimension>,
    /// The time that the rate is of: `1h` or `1d`.
    pub period: Option<String>,
}

/// An alert that fired, for one value of its dimension.
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
    /// When it fired first.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When the rate was last looked at.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// Whether the rate passes the limit now.
    #[serde(deserialize_with = "de::bool_like")]
    pub triggered: Option<bool>,
    /// When the hit is forgotten; `None` if it is not.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub expires_at: Option<Timestamp>,
    /// What the rate was when it was last looked at, as Mailgun writes it.
    #[serde(deserialize_with = "de::string_or_number")]
    pub latest_value: Option<String>,
    /// The rate.
    pub metric: Option<SendAlertMetric>,
    /// How the rate is compared with the limit.
    pub comparator: Option<ThresholdComparator>,
    /// The limit, as Mailgun writes it.
    #[serde(deserialize_with = "de::string_or_number")]
    pub limit: Option<String>,
    /// The account above.
    #[serde(deserialize_with = "de::null_default")]
    pub parent_account_id: String,
    /// The subaccount that it is of.
    #[serde(deserialize_with = "de::null_default")]
    pub subaccount_id: String,
    /// What has a rate each.
    pub dimension: Option<ThresholdDimension>,
    /// Which of these it is: a domain or an IP, for example.
    #[serde(deserialize_with = "de::string_or_number")]
    pub dimension_value: Option<String>,
}

/// What an alert is to be.
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
    /// An alert that fires when `metric`, for one value of `dimension`, compares so with `limit`: a
    /// number from 0 to 1, of which 0.99 is 99 %.
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

    /// How it is told, in place of what was set before; an empty list is sent as one.
    pub fn alert_channels(self, channels: impl IntoIterator<Item = AlertChannel>) -> Self {
        Self { alert_channels: Some(channels.into_iter().collect()), ..self }
    }

    /// Which mail counts, in place of what was set before; an empty list is sent as one.
    pub fn filters(self, filters: impl IntoIterator<Item = ThresholdFilter>) -> Self {
        Self { filters: Some(filters.into_iter().collect()), ..self }
    }

    /// The time that the rate is of: `1h` or `1d`.
    pub fn period(self, period: impl Into<String>) -> Self {
        Self { period: Some(period.into()), ..self }
    }

    /// Free text.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..self }
    }
}
