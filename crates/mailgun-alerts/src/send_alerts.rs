use mailgun_core::{Call, Client, Confirmation, Operation, de};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{AlertHit, SendAlert, SendAlertSettings};

pub(crate) const LIST: Operation = Operation::get("/v1/thresholds/alerts/send");
pub(crate) const GET: Operation = Operation::get("/v1/thresholds/alerts/send/{name}");
pub(crate) const CREATE: Operation = Operation::post("/v1/thresholds/alerts/send");
pub(crate) const UPDATE: Operation =
    Operation::put("/v1/thresholds/alerts/send/{name}").idempotent();
pub(crate) const DELETE: Operation =
    Operation::delete("/v1/thresholds/alerts/send/{name}").idempotent();
pub(crate) const HITS: Operation = Operation::get("/v1/thresholds/hits");

/// Alerts on sending rates.
#[derive(Clone, Debug)]
pub struct SendAlerts {
    pub(crate) client: Client,
}

impl SendAlerts {
    /// Lists the alerts.
    ///
    /// `GET /v1/thresholds/alerts/send`. The response has all alerts.
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(alerts: mailgun_alerts::Alerts) -> Result<(), mailgun_core::Error> {
    /// for alert in alerts.send_alerts().list().await? {
    ///     println!("{}: {:?} {:?}", alert.name, alert.metric, alert.limit);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> Call<Vec<SendAlert>> {
        self.client.call::<Wrapped<SendAlert>>(LIST, &[]).map(|response| response.items)
    }

    /// Gets an alert by its name.
    ///
    /// `GET /v1/thresholds/alerts/send/{name}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(alerts: mailgun_alerts::Alerts) -> Result<(), mailgun_core::Error> {
    /// println!("{:?}", alerts.send_alerts().get("hard bounces").await?.last_checked);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, name: &str) -> Call<SendAlert> {
        self.client.call(GET, &[name])
    }

    /// Creates an alert.
    ///
    /// `POST /v1/thresholds/alerts/send`. It is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if the settings are invalid.
    ///
    /// ```no_run
    /// # async fn example(alerts: mailgun_alerts::Alerts) -> Result<(), mailgun_core::Error> {
    /// use mailgun_alerts::{
    ///     AlertChannel, SendAlertMetric, SendAlertSettings, ThresholdComparator,
    ///     ThresholdDimension,
    /// };
    ///
    /// let settings = SendAlertSettings::new(
    ///     "hard bounces",
    ///     SendAlertMetric::HardBounceRate,
    ///     ThresholdComparator::Greater,
    ///     0.05,
    ///     ThresholdDimension::Domain,
    /// );
    /// let settings = settings.period("1h").alert_channels([AlertChannel::Slack]);
    /// println!("{}", alerts.send_alerts().create(&settings).await?.id);
    /// # Ok(()) }
    /// ```
    pub fn create(&self, settings: &SendAlertSettings) -> Call<SendAlert> {
        self.client.call(CREATE, &[]).json(settings)
    }

    /// Replaces all settings of an alert.
    ///
    /// `PUT /v1/thresholds/alerts/send/{name}`
    ///
    /// # Errors
    ///
    /// Returns 400 if the settings are invalid, 404 if the alert does not exist.
    ///
    /// ```no_run
    /// # async fn example(alerts: mailgun_alerts::Alerts) -> Result<(), mailgun_core::Error> {
    /// use mailgun_alerts::{
    ///     SendAlertMetric, SendAlertSettings, ThresholdComparator, ThresholdDimension,
    /// };
    ///
    /// let settings = SendAlertSettings::new(
    ///     "hard bounces",
    ///     SendAlertMetric::HardBounceRate,
    ///     ThresholdComparator::Greater,
    ///     0.02,
    ///     ThresholdDimension::Domain,
    /// );
    /// alerts.send_alerts().update("hard bounces", &settings).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(&self, name: &str, settings: &SendAlertSettings) -> Call<Confirmation> {
        self.client.call(UPDATE, &[name]).json(settings)
    }

    /// Deletes an alert.
    ///
    /// `DELETE /v1/thresholds/alerts/send/{name}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the alert does not exist.
    ///
    /// ```no_run
    /// # async fn example(alerts: mailgun_alerts::Alerts) -> Result<(), mailgun_core::Error> {
    /// alerts.send_alerts().delete("hard bounces").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, name: &str) -> Call<Confirmation> {
        self.client.call(DELETE, &[name])
    }

    /// Lists the hits: the alerts that fired.
    ///
    /// `GET /v1/thresholds/hits`. The response has all hits.
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(alerts: mailgun_alerts::Alerts) -> Result<(), mailgun_core::Error> {
    /// for hit in alerts.send_alerts().hits().await? {
    ///     println!("{}: {:?} is {:?}", hit.name, hit.dimension_value, hit.latest_value);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn hits(&self) -> Call<Vec<AlertHit>> {
        self.client.call::<Wrapped<AlertHit>>(HITS, &[]).map(|response| response.items)
    }
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "T: DeserializeOwned"))]
struct Wrapped<T> {
    #[serde(default, deserialize_with = "de::items")]
    items: Vec<T>,
}
