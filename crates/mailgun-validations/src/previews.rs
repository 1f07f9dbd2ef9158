use mailgun_core::{Call, Client, Operation, Poller, Timestamp, de};
use serde::{Deserialize, Serialize};

use crate::{AddressFile, ValidationStarted, ValidationSummary};

pub(crate) const LIST: Operation = Operation::get("/v4/address/validate/preview");
pub(crate) const CREATE: Operation = Operation::post("/v4/address/validate/preview/{list_id}");
pub(crate) const GET: Operation = Operation::get("/v4/address/validate/preview/{list_id}");
pub(crate) const DELETE: Operation =
    Operation::delete("/v4/address/validate/preview/{list_id}").idempotent();
pub(crate) const PROMOTE: Operation = Operation::put("/v4/address/validate/preview/{list_id}");

/// Free estimates of the result of a bulk validation, from a sample of the addresses.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::validations::Csv;
///
/// let previews = mailgun.validations().previews();
/// previews.create("customers", Csv::from_path("customers.csv").await?).await?;
/// let preview = previews.wait("customers").await?;
/// if preview.summary.is_some_and(|percent| percent.result.undeliverable > 5.0) {
///     previews.promote("customers").await?;
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct ValidationPreviews {
    client: Client,
}

impl ValidationPreviews {
    pub(crate) fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists all previews.
    ///
    /// `GET /v4/address/validate/preview`
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun::validations::ValidationPreviews) -> Result<(), mailgun::Error> {
    /// for preview in previews.list().await? {
    ///     println!("{}: {:?}", preview.id, preview.status);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> Call<Vec<Preview>> {
        self.client.call_list(LIST, &[], "previews")
    }

    /// Starts a preview of a file. You choose the id of the preview: it must be unused and have no
    /// `@`.
    ///
    /// `POST /v4/address/validate/preview/{list_id}`, as a multipart form. The call is not retried
    /// if its outcome is unknown; [`get`](Self::get) then tells whether the preview exists.
    ///
    /// # Errors
    ///
    /// The errors of [`BulkValidations::create`](crate::BulkValidations::create).
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun::validations::ValidationPreviews) -> Result<(), mailgun::Error> {
    /// use mailgun::validations::AddressFile;
    ///
    /// let addresses = AddressFile::from_addresses(["bob@example.com", "eve@example.com"]);
    /// println!("{}", previews.create("customers", addresses).await?.message);
    /// # Ok(()) }
    /// ```
    pub fn create(&self, list_id: &str, file: impl Into<AddressFile>) -> Call<ValidationStarted> {
        file.into().send(self.client.call(CREATE, &[list_id]))
    }

    /// Gets a preview.
    ///
    /// `GET /v4/address/validate/preview/{list_id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun::validations::ValidationPreviews) -> Result<(), mailgun::Error> {
    /// println!("{:?}", previews.get("customers").await?.status);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, list_id: &str) -> Call<Preview> {
        self.client.call_field(GET, &[list_id], "preview")
    }

    /// Polls a preview until it is no longer being processed.
    ///
    /// # Errors
    ///
    /// The errors of [`get`](Self::get).
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun::validations::ValidationPreviews) -> Result<(), mailgun::Error> {
    /// use std::time::Duration;
    ///
    /// let preview = previews.wait("customers").within(Duration::from_secs(600)).await?;
    /// println!("{:?}", preview.summary);
    /// # Ok(()) }
    /// ```
    pub fn wait(&self, list_id: &str) -> Poller<Preview> {
        let (previews, list_id) = (self.clone(), list_id.to_owned());
        let is_done = |preview: &Preview| preview.status != Some(PreviewStatus::Processing);
        Poller::new(move || previews.get(&list_id), is_done)
    }

    /// Deletes a preview.
    ///
    /// `DELETE /v4/address/validate/preview/{list_id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun::validations::ValidationPreviews) -> Result<(), mailgun::Error> {
    /// previews.delete("customers").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, list_id: &str) -> Call<()> {
        self.client.call(DELETE, &[list_id])
    }

    /// Validates the whole file of a preview in a [job](crate::BulkValidations) with the same id.
    ///
    /// `PUT /v4/address/validate/preview/{list_id}`. Mailgun charges for each address. The call is
    /// not retried if its outcome is unknown. The message of the response is not documented and may
    /// be missing.
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(validations: mailgun::validations::Validations) -> Result<(), mailgun::Error> {
    /// validations.previews().promote("customers").await?;
    /// let job = validations.bulk().wait("customers").await?;
    /// println!("{:?}", job.summary);
    /// # Ok(()) }
    /// ```
    pub fn promote(&self, list_id: &str) -> Call<ValidationStarted> {
        let call = self.client.call::<Option<ValidationStarted>>(PROMOTE, &[list_id]);
        call.map(Option::unwrap_or_default)
    }
}

mailgun_core::open_enum! {
    /// The status of a preview.
    pub enum PreviewStatus {
        /// Mailgun is validating the sample.
        Processing = "preview_processing",
        /// The estimate is complete.
        Complete = "preview_complete",
    }
}

/// An estimate of the result of a bulk validation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Preview {
    /// The id of the list, as you chose it.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// Whether Mailgun could read the file.
    #[serde(deserialize_with = "de::null_default")]
    pub valid: bool,
    /// The status.
    pub status: Option<PreviewStatus>,
    /// The number of addresses in the file.
    #[serde(deserialize_with = "de::number_or_string")]
    pub quantity: Option<u64>,
    /// When the preview was started.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// The expected share of each result, in percent.
    pub summary: Option<ValidationSummary<f64>>,
}
