use bytes::Bytes;
use mailgun_core::{Call, Client, Confirmation, Operation, Pager, Poller, Secret};
use mailgun_types::PageDirection;

use crate::{AddressFile, JobStatus, ValidationJob, ValidationStarted, job::JobPage};

pub(crate) const LIST: Operation = Operation::get("/v4/address/validate/bulk");
pub(crate) const CREATE: Operation = Operation::post("/v4/address/validate/bulk/{list_id}");
pub(crate) const GET: Operation = Operation::get("/v4/address/validate/bulk/{list_id}");
pub(crate) const CANCEL: Operation =
    Operation::delete("/v4/address/validate/bulk/{list_id}").idempotent();

/// Names a download in errors. The link of the job has the real path.
const DOWNLOAD: Operation = Operation::get("{download_url}");

/// Validation of files of addresses in background jobs.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use std::time::Duration;
/// use mailgun::validations::AddressFile;
///
/// let bulk = mailgun.validations().bulk();
/// let addresses = AddressFile::from_addresses(["bob@example.com", "eve@example.com"]);
/// bulk.create("customers-2026-01", addresses).await?;
/// let job = bulk.wait("customers-2026-01").within(Duration::from_secs(3600)).await?;
/// println!("{:?}: {:?}", job.status, job.summary);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct BulkValidations {
    client: Client,
}

impl BulkValidations {
    pub(crate) fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists jobs, newest first.
    ///
    /// `GET /v4/address/validate/bulk`
    ///
    /// ```no_run
    /// # async fn example(bulk: mailgun::validations::BulkValidations) -> Result<(), mailgun::Error> {
    /// use mailgun::validations::ListJobs;
    ///
    /// let mut pager = bulk.list(ListJobs::new().limit(20));
    /// while let Some(page) = pager.next_page().await? {
    ///     for job in page {
    ///         println!("{}: {:?}", job.id, job.status);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListJobs) -> Pager<ValidationJob> {
        Pager::links(self.client.call::<JobPage>(LIST, &[]).query(params))
    }

    /// Starts the validation of a file. You choose the id of the job: it must be unused and have no
    /// `@`.
    ///
    /// `POST /v4/address/validate/bulk/{list_id}`, as a multipart form. Mailgun charges for each
    /// address. The call is not retried if its outcome is unknown; [`get`](Self::get) then tells
    /// whether the job exists.
    ///
    /// # Errors
    ///
    /// Before sending, returns [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput)
    /// if the CSV has no column `email` or `email_address`, and
    /// [`ErrorKind::TooLarge`](mailgun_core::ErrorKind::TooLarge) if the file is larger than 25 MB.
    /// Returns 400 if Mailgun cannot read the file, or 10 jobs are already in progress.
    ///
    /// ```no_run
    /// # async fn example(bulk: mailgun::validations::BulkValidations) -> Result<(), mailgun::Error> {
    /// use mailgun::validations::Upload;
    /// use mailgun::validations::Csv;
    /// use mailgun::validations::AddressFile;
    ///
    /// bulk.create("customers", Csv::from_path("customers.csv").await?).await?;
    /// let packed = Upload::from_path("subscribers.csv.gz").await?;
    /// bulk.create("subscribers", AddressFile::gzip(packed)).await?;
    /// # Ok(()) }
    /// ```
    pub fn create(&self, list_id: &str, file: impl Into<AddressFile>) -> Call<ValidationStarted> {
        file.into().send(self.client.call(CREATE, &[list_id]))
    }

    /// Gets a job.
    ///
    /// `GET /v4/address/validate/bulk/{list_id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(bulk: mailgun::validations::BulkValidations) -> Result<(), mailgun::Error> {
    /// let job = bulk.get("customers").await?;
    /// println!("{:?}, {:?} done", job.status, job.progress());
    /// # Ok(()) }
    /// ```
    pub fn get(&self, list_id: &str) -> Call<ValidationJob> {
        self.client.call(GET, &[list_id])
    }

    /// Polls a job until it is uploaded, failed or deleted.
    ///
    /// A failed job is not an error. Check its [`status`](ValidationJob::status).
    ///
    /// # Errors
    ///
    /// The errors of [`get`](Self::get).
    ///
    /// ```no_run
    /// # async fn example(bulk: mailgun::validations::BulkValidations) -> Result<(), mailgun::Error> {
    /// use std::{pin::pin, time::Duration};
    /// use futures_util::TryStreamExt as _;
    ///
    /// let mut states = pin!(bulk.wait("customers").every(Duration::from_secs(30)).into_stream());
    /// while let Some(job) = states.try_next().await? {
    ///     println!("{:?}, {:?} done", job.status, job.progress());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn wait(&self, list_id: &str) -> Poller<ValidationJob> {
        let (bulk, list_id) = (self.clone(), list_id.to_owned());
        let is_done = |job: &ValidationJob| job.status.as_ref().is_some_and(JobStatus::is_final);
        Poller::new(move || bulk.get(&list_id), is_done)
    }

    /// Cancels a job, or deletes the results of an uploaded one.
    ///
    /// `DELETE /v4/address/validate/bulk/{list_id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(bulk: mailgun::validations::BulkValidations) -> Result<(), mailgun::Error> {
    /// println!("{}", bulk.cancel("customers").await?.message);
    /// # Ok(()) }
    /// ```
    pub fn cancel(&self, list_id: &str) -> Call<Confirmation> {
        self.client.call(CANCEL, &[list_id])
    }

    /// Downloads the results of a job from one of its [links](ValidationJob::download_url).
    ///
    /// `GET` of the link. The results are a ZIP archive with one file, at a storage service; the
    /// bytes are returned as received. The link works for a limited time and needs no API key: as
    /// with [`Client::download`], the key is sent to Mailgun's hosts only. Awaiting the call
    /// returns the bytes; use [`Call::stream`] for a large file.
    ///
    /// # Errors
    ///
    /// Returns 403 or 404 after the link has expired or the results were deleted.
    ///
    /// ```no_run
    /// # async fn example(bulk: mailgun::validations::BulkValidations) -> Result<(), Box<dyn std::error::Error>> {
    /// let job = bulk.wait("customers").await?;
    /// if let Some(link) = &job.download_url.csv {
    ///     let mut file = tokio::fs::File::create("results.zip").await?;
    ///     bulk.download(link).stream().await?.write_to(&mut file).await?;
    /// }
    /// # Ok(()) }
    /// ```
    pub fn download(&self, link: &Secret) -> Call<Bytes> {
        self.client.download(DOWNLOAD, link.expose())
    }
}

mailgun_core::params! {
    /// Options for listing jobs.
    pub struct ListJobs;
}

impl ListJobs {
    /// Page size; default 100.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// The job that [`page`](Self::page) is relative to, from a link of a page.
    pub fn pivot(self, pivot: &str) -> Self {
        self.set("pivot", pivot)
    }

    /// The page to start with; default the first.
    pub fn page(self, page: PageDirection) -> Self {
        self.set("page", page.abbreviated())
    }
}
