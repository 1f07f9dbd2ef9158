use mailgun_core::{Call, Client, Confirmation, Operation, de};
use serde::Deserialize;

use crate::{Threshold, ThresholdSettings};

pub(crate) const LIST: Operation = Operation::get("/v1/thresholds/limits");
pub(crate) const GET: Operation = Operation::get("/v1/thresholds/limits/{name}");
pub(crate) const CREATE: Operation = Operation::post("/v1/thresholds/limits");
pub(crate) const UPDATE: Operation = Operation::put("/v1/thresholds/limits/{name}").idempotent();
pub(crate) const DELETE: Operation = Operation::delete("/v1/thresholds/limits/{name}").idempotent();

/// Limits on what an account uses.
#[derive(Clone, Debug)]
pub struct Thresholds {
    pub(crate) client: Client,
}

impl Thresholds {
    /// Lists the limits.
    ///
    /// `GET /v1/thresholds/limits`. All come at once.
    ///
    /// # Errors
    ///
    /// Status 401 for a wrong key.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// for threshold in account.thresholds().list().await? {
    ///     println!("{}: {:?} {:?}", threshold.name, threshold.metric, threshold.limit);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> Call<Vec<Threshold>> {
        self.client.call::<Wrapped>(LIST, &[]).map(|response| response.items)
    }

    /// A limit by its name.
    ///
    /// `GET /v1/thresholds/limits/{name}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is none.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// println!("{:?}", account.thresholds().get("previews").await?.limit);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, name: &str) -> Call<Threshold> {
        self.client.call(GET, &[name])
    }

    /// Creates a limit.
    ///
    /// `POST /v1/thresholds/limits`. It is not repeated when its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Status 400 for settings that Mailgun does not take.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// use mailgun_account::{
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
    /// Status 404 if there is no such limit.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// use mailgun_account::{
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
    /// Status 404 if there is no such limit.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// account.thresholds().delete("previews").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, name: &str) -> Call<Confirmation> {
        self.client.call(DELETE, &[name])
    }
}

#[derive(Deserialize)]
struct Wrapped {
    #[serde(default, deserialize_with = "de::items")]
    items: Vec<Threshold>,
}
