use std::collections::BTreeMap;

use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

mailgun_core::open_enum! {
    /// What an alert tells of; [`Alerts::event_types`](crate::Alerts::event_types) lists what the
    /// account can be told.
    pub enum AlertEventType {
        /// A monitored IP was added to a blocklist.
        IpListed = "ip_listed",
        /// A monitored IP was removed from a blocklist.
        IpDelisted = "ip_delisted",
        /// A monitored domain was added to a blocklist.
        DomainListed = "domain_listed",
        /// A monitored domain was removed from a blocklist.
        DomainDelisted = "domain_delisted",
        /// A bulk validation is done.
        ValidationJob = "validation_job",
        /// The preview of a bulk validation is done.
        ValidationPreview = "validation_preview",
    }
}

mailgun_core::open_enum! {
    /// How an alert is told.
    pub enum AlertChannel {
        /// By email.
        Email = "email",
        /// To a URL.
        Webhook = "webhook",
        /// In Slack.
        Slack = "slack",
    }
}

/// An event that is told, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EventSetting {
    /// What names it in calls.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// What is told.
    pub event_type: Option<AlertEventType>,
    /// How it is told.
    pub channel: Option<AlertChannel>,
    /// Where it is told.
    #[serde(deserialize_with = "de::null_default")]
    pub settings: ChannelSettings,
    /// When Mailgun gave the webhook up, after failing for about 8 hours; `None` while it is on.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub disabled_at: Option<Timestamp>,
}

/// Where an event is told; which fields there are depends on the channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChannelSettings {
    /// The URL of a webhook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The recipients of emails.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "de::readable")]
    pub emails: Vec<String>,
    /// The ids of Slack channels.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "de::readable")]
    pub channel_ids: Vec<String>,
    /// The Slack channels that Mailgun gave up, by their ids.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "disabled")]
    pub disabled_channel_ids: BTreeMap<String, DisabledChannel>,
}

/// Why a Slack channel is told nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DisabledChannel {
    /// Since when.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub disabled_at: Option<Timestamp>,
    /// What went wrong.
    #[serde(deserialize_with = "de::null_default")]
    pub reason: String,
}

/// Mailgun does not document the values: one that is no object says that the channel is disabled, and
/// no more.
fn disabled<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, DisabledChannel>, D::Error> {
    let values: BTreeMap<String, Value> = de::map(deserializer)?;
    let read = |value| DisabledChannel::deserialize(value).unwrap_or_default();
    Ok(values.into_iter().map(|(id, value)| (id, read(value))).collect())
}

/// An event to be told, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[must_use]
pub struct NewEventSetting {
    event_type: AlertEventType,
    channel: AlertChannel,
    settings: ChannelSettings,
}

impl NewEventSetting {
    /// Posts the event to `url`, which must answer a `GET` with status 200 when it is set.
    pub fn webhook(event_type: impl Into<AlertEventType>, url: impl Into<String>) -> Self {
        let settings = ChannelSettings { url: Some(url.into()), ..Default::default() };
        Self { event_type: event_type.into(), channel: AlertChannel::Webhook, settings }
    }

    /// Sends an email of the event to each of these addresses.
    pub fn email(
        event_type: impl Into<AlertEventType>,
        emails: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let emails = emails.into_iter().map(Into::into).collect();
        let settings = ChannelSettings { emails, ..Default::default() };
        Self { event_type: event_type.into(), channel: AlertChannel::Email, settings }
    }

    /// Writes the event to each of these Slack channels, which are named by their ids.
    pub fn slack(
        event_type: impl Into<AlertEventType>,
        channel_ids: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let channel_ids = channel_ids.into_iter().map(Into::into).collect();
        let settings = ChannelSettings { channel_ids, ..Default::default() };
        Self { event_type: event_type.into(), channel: AlertChannel::Slack, settings }
    }
}
