use std::time::Duration;

use mailgun_core::{Call, Client, Confirmation, Operation};
use mailgun_types::Success;
use serde::Serialize;

use crate::{
    ApiKeys, CustomMessageLimit, Exports, IpAllowlist, SandboxRecipients, Thresholds, Users,
    WebhookSigningKey,
};

pub(crate) const UPDATE_SETTINGS: Operation = Operation::put("/v5/accounts").idempotent();
pub(crate) const RESEND_ACTIVATION_EMAIL: Operation =
    Operation::post("/v5/accounts/resend_activation_email");
pub(crate) const UPDATE_FEATURES: Operation = Operation::put("/v5/accounts/features").idempotent();

/// The account that the client's API key belongs to.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// let account = mailgun.account();
/// println!("{}", account.users().me().await?.name);
/// println!("{} keys", account.api_keys().list(Default::default()).await?.items.len());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Account {
    client: Client,
}

impl Account {
    /// A handle to the account of `client`.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// The API keys of the account.
    pub fn api_keys(&self) -> ApiKeys {
        ApiKeys { client: self.client.clone() }
    }

    /// The account's own monthly limit on messages.
    pub fn custom_message_limit(&self) -> CustomMessageLimit {
        CustomMessageLimit { client: self.client.clone() }
    }

    /// Exports of events. Mailgun no longer documents them.
    pub fn exports(&self) -> Exports {
        Exports { client: self.client.clone() }
    }

    /// The IP addresses that API calls and SMTP sessions may come from.
    pub fn ip_allowlist(&self) -> IpAllowlist {
        IpAllowlist { client: self.client.clone() }
    }

    /// The recipients that the sandbox domain may send to.
    pub fn sandbox_recipients(&self) -> SandboxRecipients {
        SandboxRecipients { client: self.client.clone() }
    }

    /// Usage limits of the account.
    pub fn thresholds(&self) -> Thresholds {
        Thresholds { client: self.client.clone() }
    }

    /// The users of the account.
    pub fn users(&self) -> Users {
        Users { client: self.client.clone() }
    }

    /// The key that signs webhooks and incoming messages.
    pub fn webhook_signing_key(&self) -> WebhookSigningKey {
        WebhookSigningKey { client: self.client.clone() }
    }

    /// Changes the settings that `settings` sets; the others stay as they are.
    ///
    /// `PUT /v5/accounts`
    ///
    /// # Errors
    ///
    /// Returns 400 if nothing is set.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// use std::time::Duration;
    ///
    /// use mailgun::account::AccountSettings;
    ///
    /// let day = Duration::from_secs(24 * 60 * 60);
    /// account.update_settings(AccountSettings::new().absolute_session_timeout(day)).await?;
    /// # Ok(()) }
    /// ```
    pub fn update_settings(&self, settings: AccountSettings) -> Call<Confirmation> {
        self.client.call(UPDATE_SETTINGS, &[]).form(settings)
    }

    /// Sends the activation email to the owner of the account again.
    ///
    /// `POST /v5/accounts/resend_activation_email`. It is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// assert!(account.resend_activation_email().await?.success);
    /// # Ok(()) }
    /// ```
    pub fn resend_activation_email(&self) -> Call<Success> {
        self.client.call(RESEND_ACTIVATION_EMAIL, &[])
    }

    /// Turns features of the account on or off. Features that are not set stay as they are.
    ///
    /// `PUT /v5/accounts/features`
    ///
    /// # Errors
    ///
    /// Returns 400 if no feature is set.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// use mailgun::account::AccountFeatures;
    ///
    /// account.update_features(AccountFeatures::new().webhooks_redact_pii(true)).await?;
    /// # Ok(()) }
    /// ```
    pub fn update_features(&self, features: AccountFeatures) -> Call<Success> {
        self.client.call(UPDATE_FEATURES, &[]).form(features)
    }
}

mailgun_core::params! {
    /// Settings of an account.
    pub struct AccountSettings;
}

impl AccountSettings {
    /// The name of the organization.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set("name", name.into())
    }

    /// Ends a session of the control panel after this much idle time, in whole seconds.
    pub fn inactive_session_timeout(self, timeout: Duration) -> Self {
        self.set("inactive_session_timeout", timeout.as_secs())
    }

    /// Ends a session of the control panel this long after login, in whole seconds.
    pub fn absolute_session_timeout(self, timeout: Duration) -> Self {
        self.set("absolute_session_timeout", timeout.as_secs())
    }

    /// The URL that the control panel opens after logout.
    pub fn logout_redirect_url(self, url: impl Into<String>) -> Self {
        self.set("logout_redirect_url", url.into())
    }
}

mailgun_core::params! {
    /// Features of an account to turn on or off. Features that are not set stay as they are.
    pub struct AccountFeatures;
}

#[derive(Serialize)]
struct Feature {
    enabled: bool,
}

impl AccountFeatures {
    /// Removes personal data from webhooks.
    pub fn webhooks_redact_pii(self, enabled: bool) -> Self {
        self.json("webhooks_redact_pii", &Feature { enabled })
    }

    /// Insights written by a language model.
    pub fn ai_insights(self, enabled: bool) -> Self {
        self.json("ai_insights", &Feature { enabled })
    }
}
