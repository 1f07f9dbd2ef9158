use std::collections::BTreeMap;

use mailgun_core::{Call, Client, Operation, Pager, Poller, Timestamp, bytes::Bytes, de};
use mailgun_types::Success;
use serde::Deserialize;
use serde_json::json;

use crate::{
    CreatedPreview, ListedPreview, Preview, PreviewClient, PreviewResult, Reprocessing,
    preview_client::Clients,
};

pub(crate) const CREATE: Operation = Operation::post("/v1/preview/tests");
pub(crate) const LIST: Operation = Operation::get("/v1/preview/tests");
pub(crate) const CLIENTS: Operation = Operation::get("/v1/preview/tests/clients");
pub(crate) const GET: Operation = Operation::get("/v1/preview/tests/{test_id}");
pub(crate) const DELETE: Operation = Operation::delete("/v1/preview/tests/{test_id}").idempotent();
pub(crate) const RESULTS: Operation = Operation::get("/v1/preview/tests/{test_id}/results");
// Each call uses up one of the reprocesses of a client.
pub(crate) const REPROCESS: Operation =
    Operation::put("/v1/preview/tests/{test_id}/results/reprocess");
pub(crate) const CONTENT: Operation = Operation::get("/v1/preview/tests/{test_id}/content");
pub(crate) const INLINE_CSS: Operation =
    Operation::get("/v1/preview/tests/{test_id}/content/inlinecss");
pub(crate) const TEXT_ONLY: Operation =
    Operation::get("/v1/preview/tests/{test_id}/content/textonly");

/// Names a download in errors. Its path is that of the URL.
const DOWNLOAD: Operation = Operation::get("{screenshot_url}");

/// Previews of a mail in many clients. Mailgun keeps them for 90 days.
#[derive(Clone, Debug)]
pub struct Previews {
    pub(crate) client: Client,
}

impl Previews {
    /// Creates a preview. Mailgun then renders the mail in each client.
    ///
    /// `POST /v1/preview/tests`. It is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if a parameter is invalid, 402 if the plan includes no more previews.
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun::inspect::Previews) -> Result<(), mailgun::Error> {
    /// use mailgun::inspect::{CreatePreview, PreviewSource};
    ///
    /// let source = PreviewSource::Url("https://example.com/spring.html".into());
    /// let params = CreatePreview::new().clients(["outlook16", "iphone6p_9"]);
    /// println!("{}", previews.create("Spring sale", source, params).await?.id);
    /// # Ok(()) }
    /// ```
    pub fn create(
        &self,
        subject: &str,
        source: PreviewSource,
        params: CreatePreview,
    ) -> Call<CreatedPreview> {
        self.client.call(CREATE, &[]).json(&params.mail(subject, &source))
    }

    /// Lists previews.
    ///
    /// `GET /v1/preview/tests`
    ///
    /// # Errors
    ///
    /// Returns 400 if a parameter is invalid.
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun::inspect::Previews) -> Result<(), mailgun::Error> {
    /// use mailgun::inspect::ListPreviews;
    ///
    /// let mut pager = previews.list(ListPreviews::new().subject("Spring sale"));
    /// while let Some(page) = pager.next_page().await? {
    ///     for preview in page {
    ///         println!("{} of {:?}", preview.id, preview.date);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListPreviews) -> Pager<ListedPreview> {
        Pager::page_number(self.client.call::<Vec<ListedPreview>>(LIST, &[]).query(params))
    }

    /// Lists the clients that can render a mail, by their ids.
    ///
    /// `GET /v1/preview/tests/clients`. The response has all clients.
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun::inspect::Previews) -> Result<(), mailgun::Error> {
    /// for (id, client) in previews.clients().await? {
    ///     println!("{id}: {} on {}", client.client, client.os);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn clients(&self) -> Call<BTreeMap<String, PreviewClient>> {
        self.client.call::<Clients>(CLIENTS, &[]).map(Clients::into_inner)
    }

    /// Gets a preview: which clients are done.
    ///
    /// `GET /v1/preview/tests/{test_id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun::inspect::Previews) -> Result<(), mailgun::Error> {
    /// println!("{:?}", previews.get("TEST_ID").await?.processing);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, test_id: &str) -> Call<Preview> {
        self.client.call(GET, &[test_id])
    }

    /// Waits until all clients [are done](Preview::is_done).
    ///
    /// It calls [`get`](Self::get) every 5 s. [`Poller::into_stream`] returns each state, to show
    /// progress.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`get`](Self::get), and
    /// [`ErrorKind::Timeout`](mailgun_core::ErrorKind::Timeout) after [`Poller::within`].
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun::inspect::Previews) -> Result<(), mailgun::Error> {
    /// use std::time::Duration;
    ///
    /// let waiting = previews.wait("TEST_ID").every(Duration::from_secs(10));
    /// let preview = waiting.within(Duration::from_secs(900)).await?;
    /// println!("{} done, {} bounced", preview.completed.len(), preview.bounced.len());
    /// # Ok(()) }
    /// ```
    pub fn wait(&self, test_id: &str) -> Poller<Preview> {
        let (previews, test_id) = (self.clone(), test_id.to_owned());
        Poller::new(move || previews.get(&test_id), Preview::is_done)
    }

    /// Deletes a preview.
    ///
    /// `DELETE /v1/preview/tests/{test_id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun::inspect::Previews) -> Result<(), mailgun::Error> {
    /// previews.delete("TEST_ID").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, test_id: &str) -> Call<Success> {
        // Mailgun also responds with 204 and without a body.
        self.client.call::<Option<Success>>(DELETE, &[test_id]).map(|response| {
            response.unwrap_or_else(|| {
                let mut done = Success::default();
                done.success = true;
                done
            })
        })
    }

    /// Gets the results, by the ids of the clients. A client without a result is left out.
    ///
    /// `GET /v1/preview/tests/{test_id}/results`
    ///
    /// # Errors
    ///
    /// Returns 404 if the preview does not exist.
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun::inspect::Previews) -> Result<(), mailgun::Error> {
    /// for (client, result) in previews.results("TEST_ID").await? {
    ///     println!("{client}: {:?}", result.screenshots.keys());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn results(&self, test_id: &str) -> Call<BTreeMap<String, PreviewResult>> {
        self.client.call(RESULTS, &[test_id]).map(present)
    }

    /// Downloads a picture from a URL of a [`PreviewResult`].
    ///
    /// `GET` of the URL. Only Mailgun's hosts receive the API key; see [`Client::download`]. To
    /// write a picture to a file, use [`Call::stream`].
    ///
    /// # Errors
    ///
    /// Returns 403 or 404 if the URL has expired.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     previews: mailgun::inspect::Previews,
    /// # ) -> Result<(), Box<dyn std::error::Error>> {
    /// for (client, result) in previews.results("TEST_ID").await? {
    ///     for (name, url) in &result.screenshots {
    ///         let mut file = tokio::fs::File::create(format!("{client}-{name}.png")).await?;
    ///         previews.download(url).stream().await?.write_to(&mut file).await?;
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn download(&self, url: &str) -> Call<Bytes> {
        self.client.download(DOWNLOAD, url)
    }

    /// Renders the mail again in these clients.
    ///
    /// `PUT /v1/preview/tests/{test_id}/results/reprocess`. Mailgun limits how often a client can
    /// be reprocessed. The call is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 404 if the preview does not exist. A client that is refused is no error: its
    /// [`Reprocessing`] has the reason.
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun::inspect::Previews) -> Result<(), mailgun::Error> {
    /// for (client, again) in previews.reprocess("TEST_ID", ["outlook16"]).await? {
    ///     println!("{client}: {:?} {:?}", again.success, again.reason);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn reprocess(
        &self,
        test_id: &str,
        clients: impl IntoIterator<Item = impl Into<String>>,
    ) -> Call<BTreeMap<String, Reprocessing>> {
        let clients: Vec<String> = clients.into_iter().map(Into::into).collect();
        self.client.call(REPROCESS, &[test_id]).json(&json!({ "clients": clients })).map(present)
    }

    /// Gets the content of the mail as it was submitted.
    ///
    /// `GET /v1/preview/tests/{test_id}/content`
    ///
    /// # Errors
    ///
    /// Returns 404 if the preview does not exist.
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun::inspect::Previews) -> Result<(), mailgun::Error> {
    /// println!("{}", previews.content("TEST_ID").await?);
    /// # Ok(()) }
    /// ```
    pub fn content(&self, test_id: &str) -> Call<String> {
        self.content_of(CONTENT, test_id)
    }

    /// Gets the content of the mail with its CSS inlined.
    ///
    /// `GET /v1/preview/tests/{test_id}/content/inlinecss`
    ///
    /// # Errors
    ///
    /// Returns 404 if the preview does not exist.
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun::inspect::Previews) -> Result<(), mailgun::Error> {
    /// println!("{}", previews.content_inline_css("TEST_ID").await?);
    /// # Ok(()) }
    /// ```
    pub fn content_inline_css(&self, test_id: &str) -> Call<String> {
        self.content_of(INLINE_CSS, test_id)
    }

    /// Gets the content of the mail as text only.
    ///
    /// `GET /v1/preview/tests/{test_id}/content/textonly`
    ///
    /// # Errors
    ///
    /// Returns 404 if the preview does not exist.
    ///
    /// ```no_run
    /// # async fn example(previews: mailgun::inspect::Previews) -> Result<(), mailgun::Error> {
    /// println!("{}", previews.content_text_only("TEST_ID").await?);
    /// # Ok(()) }
    /// ```
    pub fn content_text_only(&self, test_id: &str) -> Call<String> {
        self.content_of(TEXT_ONLY, test_id)
    }

    fn content_of(&self, operation: Operation, test_id: &str) -> Call<String> {
        self.client.call::<Content>(operation, &[test_id]).map(|response| response.content)
    }
}

/// Leaves out the clients whose value is `null`.
fn present<T>(clients: BTreeMap<String, Option<T>>) -> BTreeMap<String, T> {
    clients.into_iter().filter_map(|(id, value)| Some((id, value?))).collect()
}

#[derive(Deserialize)]
struct Content {
    #[serde(default, deserialize_with = "de::null_default")]
    content: String,
}

/// The content of the mail to preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreviewSource {
    /// The HTML.
    Html(String),
    /// A URL that Mailgun fetches the HTML from.
    Url(String),
}

mailgun_core::open_enum! {
    /// How subject and HTML are encoded.
    pub enum TransferEncoding {
        /// Base64.
        Base64 = "base64",
        /// Quoted-printable.
        QuotedPrintable = "quoted-printable",
        /// 7bit.
        SevenBit = "7bit",
        /// 8bit.
        EightBit = "8bit",
    }
}

mailgun_core::json_params! {
    /// Options of a new preview.
    pub struct CreatePreview;
}

impl CreatePreview {
    /// The ids of the clients, from [`Previews::clients`]. Default: all clients.
    pub fn clients(self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let ids: Vec<String> = ids.into_iter().map(Into::into).collect();
        self.set(&["clients"], &ids)
    }

    /// An id of your own for the preview.
    pub fn reference_id(self, id: impl Into<String>) -> Self {
        self.set(&["reference_id"], &id.into())
    }

    /// The character set of the HTML, such as `utf-8`.
    pub fn charset(self, charset: impl Into<String>) -> Self {
        self.set(&["charset"], &charset.into())
    }

    /// How subject and HTML are encoded. You have to encode them yourself.
    pub fn transfer_encoding(self, encoding: impl Into<TransferEncoding>) -> Self {
        self.set(&["transfer_encoding"], &encoding.into())
    }

    fn mail(self, subject: &str, source: &PreviewSource) -> Self {
        let (name, source) = match source {
            PreviewSource::Html(html) => ("html", html),
            PreviewSource::Url(url) => ("url", url),
        };
        self.set(&["subject"], subject).set(&[name], source)
    }
}

mailgun_core::params! {
    /// Options of a listing of previews.
    pub struct ListPreviews;
}

impl ListPreviews {
    /// Only previews created at this time or later. Sent in whole seconds.
    pub fn from(self, time: impl Into<Timestamp>) -> Self {
        self.set("from", seconds(time.into()))
    }

    /// Only previews created at this time or earlier. Sent in whole seconds.
    pub fn to(self, time: impl Into<Timestamp>) -> Self {
        self.set("to", seconds(time.into()))
    }

    /// Only previews whose subject contains this text, in any case.
    pub fn subject(self, subject: impl Into<String>) -> Self {
        self.set("subject", subject.into())
    }

    /// The page size, 1 to 200. Default: 50.
    pub fn results(self, results: u32) -> Self {
        self.set("results", results)
    }

    /// The page to start with. Default: 1.
    pub fn page(self, page: u32) -> Self {
        self.set("page", page)
    }
}

fn seconds(time: Timestamp) -> i64 {
    time.to_epoch_seconds().floor() as i64
}
