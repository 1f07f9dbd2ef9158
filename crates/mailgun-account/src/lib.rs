//! A Mailgun account: settings, users, API keys, usage limits, the webhook signing key, the IP
//! allowlist, and the recipients of the sandbox domain.
//!
//! [`Account`] is the entry point.
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::account::{CreateApiKey, KeyKind, KeyRole};
//!
//! let params = CreateApiKey::new().kind(KeyKind::Domain).domain_name("mg.example.com");
//! let created = mailgun.account().api_keys().create(KeyRole::Sending, params).await?;
//! // The only time that it is shown.
//! let secret = created.secret.expose();
//! # let _ = secret;
//! # Ok(()) }
//! ```

mod account;
mod api_keys;
mod custom_message_limit;
mod exports;
mod ip_allowlist;
mod sandbox_recipients;
mod threshold;
mod thresholds;
mod users;
mod webhook_signing_key;

use mailgun_core::Operation;
pub use mailgun_types::{
    SendingLimit, Success, ThresholdComparator, ThresholdDimension, ThresholdFilter,
};

pub use self::{
    account::{Account, AccountFeatures, AccountSettings},
    api_keys::{
        ApiKeyCreated, ApiKeyInfo, ApiKeyList, ApiKeys, CreateApiKey, KeyKind, KeyRole,
        ListApiKeys, PublicKey,
    },
    custom_message_limit::CustomMessageLimit,
    exports::{Export, Exports, ListExports},
    ip_allowlist::{IpAllowlist, IpAllowlistEntry, IpAllowlistSettings},
    sandbox_recipients::{
        SandboxRecipient, SandboxRecipientAdded, SandboxRecipientList, SandboxRecipients,
    },
    threshold::{Threshold, ThresholdMetric, ThresholdSettings},
    thresholds::Thresholds,
    users::{
        EmailDetails, EmailParts, ListUsers, User, UserAuth, UserPreferences, UserRole, Users,
    },
    webhook_signing_key::{SigningKeyResponse, WebhookSigningKey},
};

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[
    account::UPDATE_SETTINGS,
    account::RESEND_ACTIVATION_EMAIL,
    account::UPDATE_FEATURES,
    api_keys::LIST,
    api_keys::CREATE,
    api_keys::DELETE,
    api_keys::REGENERATE_PUBLIC,
    custom_message_limit::GET,
    custom_message_limit::SET,
    custom_message_limit::DELETE,
    custom_message_limit::ENABLE,
    exports::LIST,
    exports::GET,
    exports::CREATE,
    exports::DOWNLOAD_URL,
    ip_allowlist::LIST,
    ip_allowlist::ADD,
    ip_allowlist::UPDATE,
    ip_allowlist::REMOVE,
    sandbox_recipients::LIST,
    sandbox_recipients::ADD,
    sandbox_recipients::REMOVE,
    thresholds::LIST,
    thresholds::GET,
    thresholds::CREATE,
    thresholds::UPDATE,
    thresholds::DELETE,
    users::LIST,
    users::ME,
    users::GET,
    webhook_signing_key::GET,
    webhook_signing_key::CREATE,
];
