use std::collections::HashMap;

use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};

mailgun_core::open_enum! {
    /// What a webhook is for.
    ///
    /// Historic names such as `open`, `click` and `drop` are [`Other`](Self::Other), as is whatever
    /// Mailgun adds.
    pub enum WebhookType {
        /// Mailgun has taken a message on.
        Accepted = "accepted",
        /// The recipient's server has taken it.
        Delivered = "delivered",
        /// The recipient has opened it.
        Opened = "opened",
        /// The recipient has followed a link in it.
        Clicked = "clicked",
        /// The recipient has unsubscribed.
        Unsubscribed = "unsubscribed",
        /// The recipient has called it spam.
        Complained = "complained",
        /// It cannot be delivered; the event is `failed` with the severity `permanent`.
        PermanentFail = "permanent_fail",
        /// It could not be delivered yet; the event is `failed` with the severity `temporary`.
        TemporaryFail = "temporary_fail",
    }
}

/// The webhooks of a domain, by what they are for. One that is not there has no URLs.
pub type WebhookMap = HashMap<WebhookType, Webhook>;

/// The URLs that events of one type are posted to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Option<Urls>")]
#[non_exhaustive]
pub struct Webhook {
    /// At most three.
    pub urls: Vec<String>,
}

/// Old responses have one `url`, and `null` where there is none.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Urls {
    #[serde(deserialize_with = "de::readable")]
    urls: Vec<String>,
    #[serde(deserialize_with = "de::readable")]
    url: Vec<String>,
}

impl From<Option<Urls>> for Webhook {
    fn from(response: Option<Urls>) -> Self {
        let Urls { urls, url } = response.unwrap_or_default();
        Self { urls: if urls.is_empty() { url } else { urls } }
    }
}

/// The reply to the writing of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebhookResponse {
    /// Mailgun's words, `Webhook has been created` for example.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// Its URLs now; after a deletion those that it had.
    #[serde(default, deserialize_with = "de::null_default")]
    pub webhook: Webhook,
}

/// What became of a test of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebhookTest {
    /// The status that the URL answered with.
    #[serde(default, deserialize_with = "de::number_or_string")]
    pub code: Option<u16>,
    /// What it said, or why it could not be reached.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
}

/// A webhook of the account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AccountWebhook {
    /// What names it in calls: 24 hexadecimal digits.
    #[serde(deserialize_with = "de::null_default")]
    pub webhook_id: String,
    /// Free text.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// Where the events are posted to.
    #[serde(deserialize_with = "de::null_default")]
    pub url: String,
    /// Which events.
    #[serde(deserialize_with = "de::readable")]
    pub event_types: Vec<WebhookType>,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
}
