use mailgun_core::{Call, Client, Confirmation, Fields, Operation, de};
use serde::{Deserialize, Serialize};

pub(crate) const LIST: Operation = Operation::get("/v3/exports");
pub(crate) const GET: Operation = Operation::get("/v3/exports/{id}");
pub(crate) const CREATE: Operation = Operation::post("/v3/exports");
pub(crate) const DOWNLOAD_URL: Operation = Operation::get("/v3/exports/{id}/download_url");

/// Exports of events into a file. Mailgun does not document them any more.
#[derive(Clone, Debug)]
pub struct Exports {
    pub(crate) client: Client,
}

impl Exports {
    /// Lists the exports of the past 24 hours. All come at once.
    ///
    /// `GET /v3/exports`
    ///
    /// # Errors
    ///
    /// Status 401 for a wrong key.
    ///
    /// ```no_run
    /// # #[allow(deprecated)]
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// for export in account.exports().list(Default::default()).await? {
    ///     println!("{} {}", export.id, export.status);
    /// }
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "read the events or the logs instead")]
    pub fn list(&self, params: ListExports) -> Call<Vec<Export>> {
        self.client.call::<Wrapped>(LIST, &[]).query(params).map(|response| response.items)
    }

    /// An export by its id.
    ///
    /// `GET /v3/exports/{id}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is none.
    ///
    /// ```no_run
    /// # #[allow(deprecated)]
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// println!("{}", account.exports().get("7").await?.status);
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "read the events or the logs instead")]
    pub fn get(&self, id: &str) -> Call<Export> {
        self.client.call(GET, &[id])
    }

    /// Starts an export of what a URL of the API gives, such as that of a listing of events.
    ///
    /// `POST /v3/exports`. A second call makes a second export: it is not repeated when its outcome
    /// is unknown.
    ///
    /// # Errors
    ///
    /// Status 400 for a URL that cannot be exported.
    ///
    /// ```no_run
    /// # #[allow(deprecated)]
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// account.exports().create("/v3/mg.example.com/events").await?;
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "read the events or the logs instead")]
    pub fn create(&self, url: impl Into<String>) -> Call<Confirmation> {
        let mut form = Fields::new();
        form.set("url", url.into());
        self.client.call(CREATE, &[]).form(form)
    }

    /// Where the file of an export can be downloaded for a while, by whoever has the link.
    ///
    /// `GET /v3/exports/{id}/download_url`. Mailgun answers with a redirect to its storage, which is
    /// not followed: the key must not go there.
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such export.
    ///
    /// ```no_run
    /// # #[allow(deprecated)]
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// let link = account.exports().download_url("7").await?;
    /// # let _ = link;
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "read the events or the logs instead")]
    pub fn download_url(&self, id: &str) -> Call<String> {
        self.client.call_location(DOWNLOAD_URL, &[id])
    }
}

#[derive(Deserialize)]
struct Wrapped {
    #[serde(default, deserialize_with = "de::items")]
    items: Vec<Export>,
}

mailgun_core::params! {
    /// Which exports to list.
    pub struct ListExports;
}

impl ListExports {
    /// Those of this URL only.
    pub fn url(self, url: impl Into<String>) -> Self {
        self.set("url", url.into())
    }
}

/// An export of events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Export {
    /// What names it in calls.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// How far it is, `complete` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub status: String,
    /// What is exported.
    #[serde(deserialize_with = "de::null_default")]
    pub url: String,
}
