use mailgun_core::{Call, Client, Confirmation, Operation, Secret, de};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{AlertEventType, EventSetting, NewEventSetting, SendAlerts, Slack, SlackSettings};

pub(crate) const EVENT_TYPES: Operation = Operation::get("/v1/alerts/events");
pub(crate) const SETTINGS: Operation = Operation::get("/v1/alerts/settings");
pub(crate) const CREATE: Operation = Operation::post("/v1/alerts/settings/events");
pub(crate) const UPDATE: Operation = Operation::put("/v1/alerts/settings/events/{id}").idempotent();
pub(crate) const DELETE: Operation =
    Operation::delete("/v1/alerts/settings/events/{id}").idempotent();
// Each call makes another key.
pub(crate) const RESET_SIGNING_KEY: Operation =
    Operation::put("/v1/alerts/settings/webhooks/signing_key");
pub(crate) const TEST_WEBHOOK: Operation = Operation::post("/v1/alerts/webhooks/test");
pub(crate) const TEST_EMAIL: Operation = Operation::post("/v1/alerts/email/test");

/// The alert settings of an account.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_alerts::{AlertEventType, Alerts, NewEventSetting};
///
/// let alerts = Alerts::new(&client);
/// let emails = ["ops@example.com"];
/// alerts.create(&NewEventSetting::email(AlertEventType::DomainListed, emails)).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Alerts {
    client: Client,
}

impl Alerts {
    /// The alerts of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Alerts on sending rates.
    pub fn send_alerts(&self) -> SendAlerts {
        SendAlerts { client: self.client.clone() }
    }

    /// The Slack workspace that receives alerts.
    pub fn slack(&self) -> Slack {
        Slack { client: self.client.clone() }
    }

    /// Lists the event types that the account can get alerts for.
    ///
    /// `GET /v1/alerts/events`
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(alerts: mailgun_alerts::Alerts) -> Result<(), mailgun_core::Error> {
    /// for event_type in alerts.event_types().await? {
    ///     println!("{event_type}");
    /// }
    /// # Ok(()) }
    /// ```
    pub fn event_types(&self) -> Call<Vec<AlertEventType>> {
        self.client.call::<EventTypes>(EVENT_TYPES, &[]).map(|response| response.events)
    }

    /// Gets all alert settings, with the Slack workspace and the webhook signing key.
    ///
    /// `GET /v1/alerts/settings`
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(alerts: mailgun_alerts::Alerts) -> Result<(), mailgun_core::Error> {
    /// for setting in alerts.settings().await?.events {
    ///     println!("{:?} by {:?}", setting.event_type, setting.channel);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn settings(&self) -> Call<SettingsResponse> {
        self.client.call(SETTINGS, &[])
    }

    /// Creates an alert setting.
    ///
    /// `POST /v1/alerts/settings/events`. It is not retried if its outcome is unknown.
    ///
    /// Mailgun first sends a `GET` request to the URL of a webhook, which must respond with 200.
    ///
    /// # Errors
    ///
    /// Returns 400 if the settings are invalid or the URL does not respond with 200, 409 if the
    /// setting exists already.
    ///
    /// ```no_run
    /// # async fn example(alerts: mailgun_alerts::Alerts) -> Result<(), mailgun_core::Error> {
    /// use mailgun_alerts::{AlertEventType, NewEventSetting};
    ///
    /// let url = "https://example.com/alerts";
    /// let new = NewEventSetting::webhook(AlertEventType::IpListed, url);
    /// println!("{}", alerts.create(&new).await?.id);
    /// # Ok(()) }
    /// ```
    pub fn create(&self, new: &NewEventSetting) -> Call<EventSetting> {
        self.client.call(CREATE, &[]).json(new)
    }

    /// Replaces an alert setting.
    ///
    /// `PUT /v1/alerts/settings/events/{id}`
    ///
    /// Mailgun first sends a `GET` request to the URL of a webhook, which must respond with 200.
    ///
    /// # Errors
    ///
    /// Returns 400 if the settings are invalid or the URL does not respond with 200, 404 if the
    /// setting does not exist.
    ///
    /// ```no_run
    /// # async fn example(alerts: mailgun_alerts::Alerts) -> Result<(), mailgun_core::Error> {
    /// use mailgun_alerts::{AlertEventType, NewEventSetting};
    ///
    /// let new = NewEventSetting::email(AlertEventType::IpListed, ["ops@example.com"]);
    /// alerts.update("8a2db565-cdd0-41d2-ae5d-461ee9c64492", &new).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(&self, id: &str, new: &NewEventSetting) -> Call<Confirmation> {
        self.client.call(UPDATE, &[id]).json(new)
    }

    /// Deletes an alert setting.
    ///
    /// `DELETE /v1/alerts/settings/events/{id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the setting does not exist.
    ///
    /// ```no_run
    /// # async fn example(alerts: mailgun_alerts::Alerts) -> Result<(), mailgun_core::Error> {
    /// alerts.delete("8a2db565-cdd0-41d2-ae5d-461ee9c64492").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, id: &str) -> Call<Confirmation> {
        self.client.call(DELETE, &[id])
    }

    /// Replaces the webhook signing key of alerts with a new one.
    ///
    /// `PUT /v1/alerts/settings/webhooks/signing_key`. Mailgun signs with the new key from then on;
    /// let your [receiver](crate::receive) accept both keys for a while. The call is not retried if
    /// its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(alerts: mailgun_alerts::Alerts) -> Result<(), mailgun_core::Error> {
    /// use mailgun_alerts::receive::{SigningKey, Verifier};
    ///
    /// let new = alerts.reset_signing_key().await?.signing_key;
    /// let verifier = Verifier::new(SigningKey::try_from(&new)?);
    /// # let _ = verifier;
    /// # Ok(()) }
    /// ```
    pub fn reset_signing_key(&self) -> Call<SigningKeyResponse> {
        self.client.call(RESET_SIGNING_KEY, &[])
    }

    /// Posts a test alert with sample data to a URL.
    ///
    /// `POST /v1/alerts/webhooks/test`. It is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if the event type or the URL is invalid.
    ///
    /// ```no_run
    /// # async fn example(alerts: mailgun_alerts::Alerts) -> Result<(), mailgun_core::Error> {
    /// use mailgun_alerts::AlertEventType;
    ///
    /// let url = "https://example.com/alerts";
    /// println!("{}", alerts.test_webhook(AlertEventType::IpListed, url).await?.message);
    /// # Ok(()) }
    /// ```
    pub fn test_webhook(
        &self,
        event_type: impl Into<AlertEventType>,
        url: impl Into<String>,
    ) -> Call<Confirmation> {
        let test = json!({ "event_type": event_type.into(), "url": url.into() });
        self.client.call(TEST_WEBHOOK, &[]).json(&test)
    }

    /// Sends a test alert with sample data to these email addresses.
    ///
    /// `POST /v1/alerts/email/test`. It is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if the event type or an address is invalid.
    ///
    /// ```no_run
    /// # async fn example(alerts: mailgun_alerts::Alerts) -> Result<(), mailgun_core::Error> {
    /// use mailgun_alerts::AlertEventType;
    ///
    /// alerts.test_email(AlertEventType::DomainListed, ["ops@example.com"]).await?;
    /// # Ok(()) }
    /// ```
    pub fn test_email(
        &self,
        event_type: impl Into<AlertEventType>,
        emails: impl IntoIterator<Item = impl Into<String>>,
    ) -> Call<Confirmation> {
        let emails: Vec<String> = emails.into_iter().map(Into::into).collect();
        let test = json!({ "event_type": event_type.into(), "emails": emails });
        self.client.call(TEST_EMAIL, &[]).json(&test)
    }
}

/// The response with all alert settings.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SettingsResponse {
    /// The alert settings.
    #[serde(deserialize_with = "de::items")]
    pub events: Vec<EventSetting>,
    /// The Slack workspace. `None` if Slack is not connected.
    pub slack: Option<SlackSettings>,
    /// The settings of all webhooks.
    #[serde(deserialize_with = "de::null_default")]
    pub webhooks: WebhookSettings,
}

/// Settings of all alert webhooks.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct WebhookSettings {
    /// The signing key. [`SigningKey::try_from(&key)`](crate::receive::SigningKey) turns it into a
    /// key for verification.
    #[serde(skip_serializing)]
    pub signing_key: Option<Secret>,
}

/// The response with the new webhook signing key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SigningKeyResponse {
    /// The key. [`SigningKey::try_from(&key)`](crate::receive::SigningKey) turns it into a key for
    /// verification.
    #[serde(skip_serializing)]
    pub signing_key: Secret,
}

#[derive(Deserialize)]
struct EventTypes {
    #[serde(default, deserialize_with = "de::readable")]
    events: Vec<AlertEventType>,
}
