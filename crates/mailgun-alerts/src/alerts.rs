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

/// Which events of an account are told, and where.
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

    /// Alerts on rates of sending.
    pub fn send_alerts(&self) -> SendAlerts {
        SendAlerts { client: self.client.clone() }
    }

    /// The Slack workspace that alerts are told in.
    pub fn slack(&self) -> Slack {
        Slack { client: self.client.clone() }
    }

    /// Lists the events that the account can be told.
    ///
    /// `GET /v1/alerts/events`
    ///
    /// # Errors
    ///
    /// Status 401 for a wrong key.
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

    /// Which events are told and where, the Slack workspace, and the key that signs webhooks.
    ///
    /// `GET /v1/alerts/settings`
    ///
    /// # Errors
    ///
    /// Status 401 for a wrong key.
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

    /// Has an event told.
    ///
    /// `POST /v1/alerts/settings/events`. It is not repeated when its outcome is unknown.
    ///
    /// Mailgun sends a `GET` to the URL of a webhook, which must be answered with status 200.
    ///
    /// # Errors
    ///
    /// Status 400 for settings that Mailgun does not take, or a URL that does not answer with 200;
    /// 409 if the event is told there already.
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

    /// Replaces which event is told, and where.
    ///
    /// `PUT /v1/alerts/settings/events/{id}`. The URL of a webhook is asked as by
    /// [`create`](Self::create).
    ///
    /// # Errors
    ///
    /// Status 400 for settings that Mailgun does not take, or a URL that does not answer with 200;
    /// 404 if there is no such setting.
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

    /// Has an event told no more.
    ///
    /// `DELETE /v1/alerts/settings/events/{id}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such setting.
    ///
    /// ```no_run
    /// # async fn example(alerts: mailgun_alerts::Alerts) -> Result<(), mailgun_core::Error> {
    /// alerts.delete("8a2db565-cdd0-41d2-ae5d-461ee9c64492").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, id: &str) -> Call<Confirmation> {
        self.client.call(DELETE, &[id])
    }

    /// Makes a new key in place of the one that signs the webhooks of alerts.
    ///
    /// `PUT /v1/alerts/settings/webhooks/signing_key`. Alerts are signed with the new key from then
    /// on; whoever [receives](crate::receive) them should take both for a while. It is not repeated
    /// when its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Status 401 for a wrong key.
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

    /// Posts an alert with made-up data to a URL.
    ///
    /// `POST /v1/alerts/webhooks/test`. It is not repeated when its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Status 400 for an event or a URL that Mailgun does not take.
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

    /// Sends an alert with made-up data to these addresses.
    ///
    /// `POST /v1/alerts/email/test`. It is not repeated when its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Status 400 for an event or addresses that Mailgun does not take.
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

/// Which events are told and where.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SettingsResponse {
    /// The events.
    #[serde(deserialize_with = "de::items")]
    pub events: Vec<EventSetting>,
    /// The Slack workspace; `None` if there is none.
    pub slack: Option<SlackSettings>,
    /// What is common to all webhooks.
    #[serde(deserialize_with = "de::null_default")]
    pub webhooks: WebhookSettings,
}

/// What is common to all webhooks.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct WebhookSettings {
    /// The key that signs them; of it [`SigningKey::try_from`](crate::receive::SigningKey) makes
    /// the key of a verifier.
    #[serde(skip_serializing)]
    pub signing_key: Option<Secret>,
}

/// The response with a new key that signs webhooks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SigningKeyResponse {
    /// The key.
    #[serde(skip_serializing)]
    pub signing_key: Secret,
}

#[derive(Deserialize)]
struct EventTypes {
    #[serde(default, deserialize_with = "de::readable")]
    events: Vec<AlertEventType>,
}
