use mailgun_core::{Call, Client, Confirmation, Operation};

use crate::{Threshold, ThresholdSettings};

pub(crate) const LIST: Operation = Operation::get("/v1/thresholds/limits");
pub(crate) const GET: Operation = Operation::get("/v1/thresholds/limits/{name}");
pub(crate) const CREATE: Operation = Operation::post("/v1/thresholds/limits");
pub(crate) const UPDATE: Operation = Operation::put("/v1/thresholds/limits/{name}").idempotent();
pub(crate) const DELETE: Operation = Operation::delete("/v1/thresholds/limits/{name}").idempotent();

/// Limits on the usage of an account.
#[derive(Clone, Debug)]
pub struct Thresholds {
    pub(crate) client: Client,
}

impl Thresholds {
    /// Lists the limits.
    ///
    /// `GET /v1/thresholds/limits`. The response has all limits.
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// for threshold in account.thresholds().list().await? {
    ///     println!("{}: {:?} {:?}", threshold.name, threshold.metric, threshold.limit);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> Call<Vec<Threshold>> {
        self.client.call_list(LIST, &[], "items")
    }

    /// Gets a limit by its name.
    ///
    /// `GET /v1/thresholds/limits/{name}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// println!("{:?}", account.thresholds().get("previews").await?.limit);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, name: &str) -> Call<Threshold> {
        self.client.call(GET, &[name])
    }

    /// Creates a limit.
    ///
    /// `POST /v1/thresholds/limits`. It is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if the settings are invalid.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// use mailgun::account::{
    ///     ThresholdComparator, ThresholdDimension, ThresholdMetric, ThresholdSettings,
    /// };
    ///
    /// let settings = ThresholdSettings::new(
    ///     "previews",
    ///     ThresholdMetric::EmailPreviewSuccessCount,
    ///     ThresholdComparator::GreaterOrEqual,
    ///     2100,
    ///     ThresholdDimension::Subaccount,
    /// );
    /// account.thresholds().create(settings.period("1M")).await?;
    /// # Ok(()) }
    /// ```
    pub fn create(&self, settings: ThresholdSettings) -> Call<Threshold> {
        self.client.call(CREATE, &[]).json(&settings)
    }

    /// Replaces all settings of a limit.
    ///
    /// `PUT /v1/thresholds/limits/{name}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the limit does not exist.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// use mailgun::account::{
    ///     ThresholdComparator, ThresholdDimension, ThresholdMetric, ThresholdSettings,
    /// };
    ///
    /// let settings = ThresholdSettings::new(
    ///     "previews",
    ///     ThresholdMetric::EmailPreviewSuccessCount,
    ///     ThresholdComparator::GreaterOrEqual,
    ///     4200,
    ///     ThresholdDimension::Subaccount,
    /// );
    /// account.thresholds().update("previews", settings).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(&self, name: &str, settings: ThresholdSettings) -> Call<Confirmation> {
        self.client.call(UPDATE, &[name]).json(&settings)
    }

    /// Deletes a limit.
    ///
    /// `DELETE /v1/thresholds/limits/{name}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the limit does not exist.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// account.thresholds().delete("previews").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, name: &str) -> Call<Confirmation> {
        self.client.call(DELETE, &[name])
    }
}
