//! Alerts of Mailgun: configure them, and receive the alerts that Mailgun posts.
//!
//! * [`SendAlerts`] watch sending rates, such as the hard bounce rate. An alert fires when a rate
//!   passes its limit.
//! * [`Alerts`] configures which events Mailgun sends alerts for, such as a blocklisted IP, and
//!   whether it sends them by email, to a webhook or to [`Slack`].
//! * [`receive`] verifies and parses alerts. It needs neither a client nor a runtime.
//!
//! ```no_run
//! # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
//! use mailgun_alerts::{
//!     AlertChannel, Alerts, SendAlertMetric, SendAlertSettings, ThresholdComparator,
//!     ThresholdDimension,
//! };
//!
//! let settings = SendAlertSettings::new(
//!     "complaints",
//!     SendAlertMetric::ComplainedRate,
//!     ThresholdComparator::Greater,
//!     0.001,
//!     ThresholdDimension::Domain,
//! );
//! let settings = settings.period("1d").alert_channels([AlertChannel::Email]);
//! let send_alerts = Alerts::new(&client).send_alerts();
//! send_alerts.create(&settings).await?;
//! for hit in send_alerts.hits().await? {
//!     println!("{}: {:?} at {:?}", hit.name, hit.dimension_value, hit.latest_value);
//! }
//! # Ok(()) }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod alerts;
mod event_setting;
pub mod receive;
mod send_alert;
mod send_alerts;
mod slack;

use mailgun_core::Operation;
pub use mailgun_types::{
    ThresholdComparator, ThresholdDimension, ThresholdFilter,
    validation::{JobStatus, ResultFiles, ResultSummary, RiskSummary, ValidationSummary},
};

pub use self::{
    alerts::{Alerts, SettingsResponse, SigningKeyResponse, WebhookSettings},
    event_setting::{
        AlertChannel, AlertEventType, ChannelSettings, DisabledChannel, EventSetting,
        NewEventSetting,
    },
    send_alert::{AlertHit, SendAlert, SendAlertMetric, SendAlertSettings},
    send_alerts::SendAlerts,
    slack::{ListSlackChannels, Slack, SlackChannel, SlackSettings, TestSlack, UpdateSlack},
};

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[
    alerts::EVENT_TYPES,
    alerts::SETTINGS,
    alerts::CREATE,
    alerts::UPDATE,
    alerts::DELETE,
    alerts::RESET_SIGNING_KEY,
    alerts::TEST_WEBHOOK,
    alerts::TEST_EMAIL,
    send_alerts::LIST,
    send_alerts::GET,
    send_alerts::CREATE,
    send_alerts::UPDATE,
    send_alerts::DELETE,
    send_alerts::HITS,
    slack::UPDATE,
    slack::DELETE,
    slack::REVOKE,
    slack::TEST,
    slack::CHANNELS,
    slack::CHANNEL,
];
