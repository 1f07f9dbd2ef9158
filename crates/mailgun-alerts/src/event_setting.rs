use std::collections::BTreeMap;

use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

mailgun_core::open_enum! {
    /// The type of event that an alert is about.
    /// [`Alerts::event_types`](crate::Alerts::event_types) lists the types of the account.
    pub enum AlertEventType {
        /// A monitored IP was added to a blocklist.
        IpListed = "ip_listed",
        /// A monitored IP was removed from a blocklist.
        IpDelisted = "ip_delisted",
        /// A monitored domain was added to a blocklist.
        DomainListed = "domain_listed",
        /// A monitored domain was removed from a blocklist.
        DomainDelisted = "domain_delisted",
        /// A bulk validation is complete.
        ValidationJob = "validation_job",
        /// The preview of a bulk validation is complete.
        ValidationPreview = "validation_preview",
    }
}

mailgun_core::open_enum! {
    /// How Mailgun sends an alert.
    pub enum AlertChannel {
        /// Email.
        Email = "email",
        /// A POST request to a URL.
        Webhook = "webhook",
        /// A Slack message.
        Slack = "slack",
    }
}

/// An alert setting: an event type and where its alerts go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EventSetting {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The event type.
    pub event_type: Option<AlertEventType>,
    /// The channel.
    pub channel: Option<AlertChannel>,
    /// The settings of the channel.
    #[serde(deserialize_with = "de::null_default")]
    pub settings: ChannelSettings,
    /// When Mailgun disabled the webhook because it kept failing for about 8 hours. `None` if it is
    /// enabled.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub disabled_at: Option<Timestamp>,
}

/// Settings of a channel. The channel decides which fields are set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChannelSettings {
    /// The URL to post to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The addresses to send email to.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "de::readable")]
    pub emails: Vec<String>,
    /// The ids of Slack channels.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "de::readable")]
    pub channel_ids: Vec<String>,
    /// The Slack channels that Mailgun disabled, by id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "disabled")]
    pub disabled_channel_ids: BTreeMap<String, DisabledChannel>,
}

/// Why Mailgun disabled a Slack channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DisabledChannel {
    /// When it was disabled.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub disabled_at: Option<Timestamp>,
    /// The reason.
    #[serde(deserialize_with = "de::null_default")]
    pub reason: String,
}

/// Mailgun does not document the values. The key alone says that a channel is disabled, so a value of
/// another type is not an error.
fn disabled<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, DisabledChannel>, D::Error> {
    let values: BTreeMap<String, Value> = de::map(deserializer)?;
    let read = |value| DisabledChannel::deserialize(value).unwrap_or_default();
    Ok(values.into_iter().map(|(id, value)| (id, read(value))).collect())
}

/// A new alert setting: an event type and where its alerts go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[must_use]
pub struct NewEventSetting {
    event_type: AlertEventType,
    channel: AlertChannel,
    settings: ChannelSettings,
}

impl NewEventSetting {
    /// Posts alerts to `url`. It must respond with 200 to a `GET` request when you set it.
    pub fn webhook(event_type: impl Into<AlertEventType>, url: impl Into<String>) -> Self {
        let settings = ChannelSettings { url: Some(url.into()), ..Default::default() };
        Self { event_type: event_type.into(), channel: AlertChannel::Webhook, settings }
    }

    /// Sends alerts to these email addresses.
    pub fn email(
        event_type: impl Into<AlertEventType>,
        emails: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let emails = emails.into_iter().map(Into::into).collect();
        let settings = ChannelSettings { emails, ..Default::default() };
        Self { event_type: event_type.into(), channel: AlertChannel::Email, settings }
    }

    /// Sends alerts to the Slack channels with these ids.
    pub fn slack(
        event_type: impl Into<AlertEventType>,
        channel_ids: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let channel_ids = channel_ids.into_iter().map(Into::into).collect();
        let settings = ChannelSettings { channel_ids, ..Default::default() };
        Self { event_type: event_type.into(), channel: AlertChannel::Slack, settings }
    }
}
