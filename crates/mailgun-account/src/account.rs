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

/// The account of a client.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_account::Account;
///
/// let account = Account::new(&client);
/// println!("{}", account.users().me().await?.name);
/// println!("{} keys", account.api_keys().list(Default::default()).await?.items.len());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Account {
    client: Client,
}

impl Account {
    /// The account of the client.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// The keys that calls are made with.
    pub fn api_keys(&self) -> ApiKeys {
        ApiKeys { client: self.client.clone() }
    }

    /// How many messages the account may send in a calendar month.
    pub fn custom_message_limit(&self) -> CustomMessageLimit {
        CustomMessageLimit { client: self.client.clone() }
    }

    /// Exports of events, which Mailgun does not document any more.
    pub fn exports(&self) -> Exports {
        Exports { client: self.client.clone() }
    }

    /// The addresses that calls and SMTP sessions may come from.
    pub fn ip_allowlist(&self) -> IpAllowlist {
        IpAllowlist { client: self.client.clone() }
    }

    /// Who may receive mail of the sandbox domain.
    pub fn sandbox_recipients(&self) -> SandboxRecipients {
        SandboxRecipients { client: self.client.clone() }
    }

    /// Limits on what the account uses.
    pub fn thresholds(&self) -> Thresholds {
        Thresholds { client: self.client.clone() }
    }

    /// The people of the account.
    pub fn users(&self) -> Users {
        Users { client: self.client.clone() }
    }

    /// The key that signs webhooks and incoming mail.
    pub fn webhook_signing_key(&self) -> WebhookSigningKey {
        WebhookSigningKey { client: self.client.clone() }
    }

    /// Changes what `settings` has, and leaves the rest as it is.
    ///
    /// `PUT /v5/accounts`
    ///
    /// # Errors
    ///
    /// Status 400 if nothing is set.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// use std::time::Duration;
    ///
    /// use mailgun_account::AccountSettings;
    ///
    /// let day = Duration::from_secs(24 * 60 * 60);
    /// account.update_settings(AccountSettings::new().absolute_session_timeout(day)).await?;
    /// # Ok(()) }
    /// ```
    pub fn update_settings(&self, settings: AccountSettings) -> Call<Confirmation> {
        self.client.call(UPDATE_SETTINGS, &[]).form(settings)
    }

    /// Sends the owner of the account the mail once more by which it is activated.
    ///
    /// `POST /v5/accounts/resend_activation_email`. It is not repeated when its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Status 401 for a wrong key.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// assert!(account.resend_activation_email().await?.success);
    /// # Ok(()) }
    /// ```
    pub fn resend_activation_email(&self) -> Call<Success> {
        self.client.call(RESEND_ACTIVATION_EMAIL, &[])
    }

    /// Switches features of the account on and off, and leaves the rest as it is.
    ///
    /// `PUT /v5/accounts/features`
    ///
    /// # Errors
    ///
    /// Status 400 if no feature is set.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// use mailgun_account::AccountFeatures;
    ///
    /// account.update_features(AccountFeatures::new().webhooks_redact_pii(true)).await?;
    /// # Ok(()) }
    /// ```
    pub fn update_features(&self, features: AccountFeatures) -> Call<Success> {
        self.client.call(UPDATE_FEATURES, &[]).form(features)
    }
}

mailgun_core::params! {
    /// What the settings of an account are to be.
    pub struct AccountSettings;
}

impl AccountSettings {
    /// The name of the organisation.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set("name", name.into())
    }

    /// Ends sessions of the control panel that were idle for so long, in whole seconds.
    pub fn inactive_session_timeout(self, timeout: Duration) -> Self {
        self.set("inactive_session_timeout", timeout.as_secs())
    }

    /// Ends sessions of the control panel so long after they began, in whole seconds.
    pub fn absolute_session_timeout(self, timeout: Duration) -> Self {
        self.set("absolute_session_timeout", timeout.as_secs())
    }

    /// Where the control panel goes after a logout.
    pub fn logout_redirect_url(self, url: impl Into<String>) -> Self {
        self.set("logout_redirect_url", url.into())
    }
}

mailgun_core::params! {
    /// Which features of an account to switch on and off; those not set stay as they are.
    pub struct AccountFeatures;
}

#[derive(Serialize)]
struct Feature {
    enabled: bool,
}

impl AccountFeatures {
    /// Leaves personal data out of webhooks.
    pub fn webhooks_redact_pii(self, enabled: bool) -> Self {
        self.json("webhooks_redact_pii", &Feature { enabled })
    }

    /// Insights that a language model writes.
    pub fn ai_insights(self, enabled: bool) -> Self {
        self.json("ai_insights", &Feature { enabled })
    }
}
