use std::collections::HashMap;

use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};

mailgun_core::open_enum! {
    /// The type of event that a webhook is for.
    ///
    /// Old names, such as `open`, `click` and `drop`, and types that Mailgun adds later are
    /// [`Other`](Self::Other).
    pub enum WebhookType {
        /// Mailgun accepted a message.
        Accepted = "accepted",
        /// The recipient's server accepted the message.
        Delivered = "delivered",
        /// The recipient opened the message.
        Opened = "opened",
        /// The recipient clicked a link in the message.
        Clicked = "clicked",
        /// The recipient unsubscribed.
        Unsubscribed = "unsubscribed",
        /// The recipient reported the message as spam.
        Complained = "complained",
        /// The delivery failed permanently. The event is `failed` with the severity `permanent`.
        PermanentFail = "permanent_fail",
        /// The delivery failed temporarily. The event is `failed` with the severity `temporary`.
        TemporaryFail = "temporary_fail",
    }
}

/// The webhooks of a domain by type. A type without URLs is missing.
pub type WebhookMap = HashMap<WebhookType, Webhook>;

/// The URLs to which Mailgun posts events of one type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Option<Urls>")]
#[non_exhaustive]
pub struct Webhook {
    /// The URLs, at most three.
    pub urls: Vec<String>,
}

/// Old responses have one `url`, or `null`.
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

/// The response to creating, updating or deleting a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebhookResponse {
    /// The message from Mailgun, for example `Webhook has been created`.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// The webhook with its URLs; after a deletion, as it was before.
    #[serde(default, deserialize_with = "de::null_default")]
    pub webhook: Webhook,
}

/// The result of a test of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebhookTest {
    /// The status of the response from the URL.
    #[serde(default, deserialize_with = "de::number_or_string")]
    pub code: Option<u16>,
    /// The response, or why the URL could not be reached.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
}

/// A webhook of the account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AccountWebhook {
    /// The id: 24 hexadecimal digits.
    #[serde(deserialize_with = "de::null_default")]
    pub webhook_id: String,
    /// A description.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// The URL to which Mailgun posts the events.
    #[serde(deserialize_with = "de::null_default")]
    pub url: String,
    /// The types of events.
    #[serde(deserialize_with = "de::readable")]
    pub event_types: Vec<WebhookType>,
    /// When the webhook was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
}
