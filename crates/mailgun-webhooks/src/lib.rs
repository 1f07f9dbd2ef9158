//! Manages Mailgun's webhooks, and receives their requests: events and inbound mail.
//!
//! * [`Webhooks`] and [`AccountWebhooks`] set the URLs to which Mailgun posts events.
//! * [`receive`] verifies and parses the requests: events, and mail that routes forward. It needs
//!   neither a client nor a runtime.
//! * [`unsubscribe`] makes signed unsubscribe links, and receives the requests of mailbox providers.
//!
//! If you cannot expose an endpoint, follow the events instead, with `Events::tail` of
//! `mailgun-events`.
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::webhooks::WebhookType;
//!
//! let webhooks = mailgun.webhooks("mg.example.com");
//! let urls = ["https://example.com/mailgun"];
//! let created = webhooks.create(WebhookType::PermanentFail, urls).await?;
//! println!("{}: {:?}", created.message, created.webhook.urls);
//! # Ok(()) }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod account;
pub mod receive;
pub mod unsubscribe;
mod webhook;
mod webhooks;

use mailgun_core::Operation;

pub use self::{
    account::{AccountWebhookSettings, AccountWebhooks, ListAccountWebhooks},
    webhook::{AccountWebhook, Webhook, WebhookMap, WebhookResponse, WebhookTest, WebhookType},
    webhooks::Webhooks,
};

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[
    webhooks::LIST,
    webhooks::GET,
    webhooks::CREATE,
    webhooks::TEST,
    webhooks::UPDATE,
    webhooks::DELETE,
    webhooks::CREATE_URL,
    webhooks::UPDATE_URL,
    webhooks::DELETE_URLS,
    account::LIST,
    account::GET,
    account::CREATE,
    account::UPDATE,
    account::DELETE,
    account::DELETE_MANY,
    account::DELETE_ALL,
];
