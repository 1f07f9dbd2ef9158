use mailgun_core::{Call, Client, Operation, Poller, Timestamp, de};
use serde::{Deserialize, Serialize};

use crate::{AddressFile, ValidationStarted, ValidationSummary};

pub(crate) const LIST: Operation = Operation::get("/v4/address/validate/preview");
pub(crate) const CREATE: Operation = Operation::post("/v4/address/validate/preview/{list_id}");
pub(crate) const GET: Operation = Operation::get("/v4/address/validate/preview/{list_id}");
pub(crate) const DELETE: Operation =
    Operation::delete("/v4/address/validate/preview/{list_id}").idempotent();
pub(crate) const PROMOTE: Operation = Operation::put("/v4/address/validate/preview/{list_id}");

/// Free estimates, from a sample of its addresses, of what the validation of a file would find.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_validations::Csv;
/// use mailgun_validations::Validations;
///
/// let previews = Validations::new(&client).previews();
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

    /// All previews.
    ///
    /// `GET /v4/address/validate/preview`
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun_validations::ValidationPreviews) -> Result<(), mailgun_core::Error> {
    /// for preview in previews.list().await? {
    ///     println!("{}: {:?}", preview.id, preview.status);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> Call<Vec<Preview>> {
        self.client.call::<Previews>(LIST, &[]).map(|response| response.previews)
    }

    /// Starts a preview of a file, under an id of your choice that is not in use and has no `@`.
    ///
    /// `POST /v4/address/validate/preview/{list_id}`, as a multipart form. Not repeated when its
    /// outcome is unknown: [`get`](Self::get) then tells whether there is a preview of that id.
    ///
    /// # Errors
    ///
    /// As for [`BulkValidations::create`](crate::BulkValidations::create).
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun_validations::ValidationPreviews) -> Result<(), mailgun_core::Error> {
    /// use mailgun_validations::AddressFile;
    ///
    /// let addresses = AddressFile::from_addresses(["bob@example.com", "eve@example.com"]);
    /// println!("{}", previews.create("customers", addresses).await?.message);
    /// # Ok(()) }
    /// ```
    pub fn create(&self, list_id: &str, file: impl Into<AddressFile>) -> Call<ValidationStarted> {
        file.into().send(self.client.call(CREATE, &[list_id]))
    }

    /// A preview as it is now.
    ///
    /// `GET /v4/address/validate/preview/{list_id}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is none.
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun_validations::ValidationPreviews) -> Result<(), mailgun_core::Error> {
    /// println!("{:?}", previews.get("customers").await?.status);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, list_id: &str) -> Call<Preview> {
        self.client.call::<Wrapped>(GET, &[list_id]).map(|response| response.preview)
    }

    /// Asks for a preview until it is being processed no more.
    ///
    /// # Errors
    ///
    /// Those of [`get`](Self::get).
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun_validations::ValidationPreviews) -> Result<(), mailgun_core::Error> {
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
    /// Status 404 if there is none.
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun_validations::ValidationPreviews) -> Result<(), mailgun_core::Error> {
    /// previews.delete("customers").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, list_id: &str) -> Call<()> {
        self.client.call(DELETE, &[list_id])
    }

    /// Validates the whole file of a preview, by a [job](crate::BulkValidations) of the same id.
    ///
    /// `PUT /v4/address/validate/preview/{list_id}`. Mailgun charges for each address. Not repeated
    /// when its outcome is unknown. The words of the response are not documented and may be missing.
    ///
    /// # Errors
    ///
    /// Status 404 if there is none.
    ///
    /// ```no_run
    /// # async fn example(validations: mailgun_validations::Validations) -> Result<(), mailgun_core::Error> {
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
    /// How far a preview is.
    pub enum PreviewStatus {
        /// Addresses of the sample are being validated.
        Processing = "preview_processing",
        /// The estimate is there.
        Complete = "preview_complete",
    }
}

/// An estimate of what the validation of a file would find.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Preview {
    /// The id of the list, as it was chosen.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// Whether the file could be read.
    #[serde(deserialize_with = "de::null_default")]
    pub valid: bool,
    /// How far it is.
    pub status: Option<PreviewStatus>,
    /// How many addresses the file has.
    #[serde(deserialize_with = "de::number_or_string")]
    pub quantity: Option<u64>,
    /// When it was started.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// Which percentage of the addresses will have which result.
    pub summary: Option<ValidationSummary<f64>>,
}

#[derive(Deserialize)]
struct Previews {
    #[serde(default, deserialize_with = "de::items")]
    previews: Vec<Preview>,
}

#[derive(Deserialize)]
struct Wrapped {
    #[serde(default, deserialize_with = "de::null_default")]
    preview: Preview,
}
