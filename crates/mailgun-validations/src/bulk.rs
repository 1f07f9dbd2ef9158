use bytes::Bytes;
use mailgun_core::{Call, Client, Confirmation, Operation, Pager, Poller, Secret};
use mailgun_types::PageDirection;

use crate::{AddressFile, JobStatus, ValidationJob, ValidationStarted, job::JobPage};

pub(crate) const LIST: Operation = Operation::get("/v4/address/validate/bulk");
pub(crate) const CREATE: Operation = Operation::post("/v4/address/validate/bulk/{list_id}");
pub(crate) const GET: Operation = Operation::get("/v4/address/validate/bulk/{list_id}");
pub(crate) const CANCEL: Operation =
    Operation::delete("/v4/address/validate/bulk/{list_id}").idempotent();

/// Names a download in errors; its path is that of the link.
const DOWNLOAD: Operation = Operation::get("{download_url}");

/// Validations of files of addresses, by jobs in the background.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use std::time::Duration;
/// use mailgun_validations::{AddressFile, Validations};
///
/// let bulk = Validations::new(&client).bulk();
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

    /// Lists jobs, the newest first.
    ///
    /// `GET /v4/address/validate/bulk`
    ///
    /// ```no_run
    /// # async fn example(bulk: mailgun_validations::BulkValidations) -> Result<(), mailgun_core::Error> {
    /// use mailgun_validations::ListJobs;
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

    /// Starts the validation of a file, under an id of your choice that is not in use and has no
    /// `@`.
    ///
    /// `POST /v4/address/validate/bulk/{list_id}`, as a multipart form. Mailgun charges for each
    /// address. Not repeated when its outcome is unknown: [`get`](Self::get) then tells whether
    /// there is a job of that id.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if the CSV has no column `email` or
    /// `email_address`, [`ErrorKind::TooLarge`](mailgun_core::ErrorKind::TooLarge) if the file has more than
    /// 25 MB; nothing is sent then. Status 400 for a file that Mailgun cannot read, and while as
    /// many jobs are under way as may be at a time (10).
    ///
    /// ```no_run
    /// # async fn example(bulk: mailgun_validations::BulkValidations) -> Result<(), mailgun_core::Error> {
    /// use mailgun_core::Upload;
    /// use mailgun_validations::Csv;
    /// use mailgun_validations::AddressFile;
    ///
    /// bulk.create("customers", Csv::from_path("customers.csv").await?).await?;
    /// let packed = Upload::from_path("subscribers.csv.gz").await?;
    /// bulk.create("subscribers", AddressFile::gzip(packed)).await?;
    /// # Ok(()) }
    /// ```
    pub fn create(&self, list_id: &str, file: impl Into<AddressFile>) -> Call<ValidationStarted> {
        file.into().send(self.client.call(CREATE, &[list_id]))
    }

    /// A job as it is now.
    ///
    /// `GET /v4/address/validate/bulk/{list_id}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is none.
    ///
    /// ```no_run
    /// # async fn example(bulk: mailgun_validations::BulkValidations) -> Result<(), mailgun_core::Error> {
    /// let job = bulk.get("customers").await?;
    /// println!("{:?}, {:?} done", job.status, job.progress());
    /// # Ok(()) }
    /// ```
    pub fn get(&self, list_id: &str) -> Call<ValidationJob> {
        self.client.call(GET, &[list_id])
    }

    /// Asks for a job until it is uploaded, failed or deleted.
    ///
    /// A job that failed is no error of this: its [`status`](ValidationJob::status) says so.
    ///
    /// # Errors
    ///
    /// Those of [`get`](Self::get).
    ///
    /// ```no_run
    /// # async fn example(bulk: mailgun_validations::BulkValidations) -> Result<(), mailgun_core::Error> {
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

    /// Cancels a job; of one that is uploaded, deletes the results.
    ///
    /// `DELETE /v4/address/validate/bulk/{list_id}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is none.
    ///
    /// ```no_run
    /// # async fn example(bulk: mailgun_validations::BulkValidations) -> Result<(), mailgun_core::Error> {
    /// println!("{}", bulk.cancel("customers").await?.message);
    /// # Ok(()) }
    /// ```
    pub fn cancel(&self, list_id: &str) -> Call<Confirmation> {
        self.client.call(CANCEL, &[list_id])
    }

    /// The results of a job, by one of its [links](ValidationJob::download_url).
    ///
    /// `GET` of the link. Mailgun keeps the results with a storage service, in a ZIP archive with
    /// one file; the bytes are given as they come. The link is all that the storage asks for, and
    /// works for a while: the key goes to Mailgun's hosts only, as
    /// [`Client::download`] has it. Awaited, it gives the bytes; [`Call::stream`] reads a large
    /// file piece by piece.
    ///
    /// # Errors
    ///
    /// Status 403 or 404 after the link's time, or once the results are deleted.
    ///
    /// ```no_run
    /// # async fn example(bulk: mailgun_validations::BulkValidations) -> Result<(), Box<dyn std::error::Error>> {
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
    /// Which jobs to list.
    pub struct ListJobs;
}

impl ListJobs {
    /// At most so many a page; 100 when not set.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// The job that [`page`](Self::page) is counted from, as the links of a page name it.
    pub fn pivot(self, pivot: &str) -> Self {
        self.set("pivot", pivot)
    }

    /// Which page to begin with; the first when not set.
    pub fn page(self, page: PageDirection) -> Self {
        self.set("page", page.abbreviated())
    }
}
