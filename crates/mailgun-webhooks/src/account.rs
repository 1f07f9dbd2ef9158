use mailgun_core::{Call, Client, Fields, Operation};
use serde::Deserialize;

use crate::{AccountWebhook, WebhookType, webhooks::comma_separated};

pub(crate) const LIST: Operation = Operation::get("/v1/webhooks");
pub(crate) const GET: Operation = Operation::get("/v1/webhooks/{webhook_id}");
pub(crate) const CREATE: Operation = Operation::post("/v1/webhooks");
pub(crate) const UPDATE: Operation = Operation::put("/v1/webhooks/{webhook_id}").idempotent();
pub(crate) const DELETE: Operation = Operation::delete("/v1/webhooks/{webhook_id}").idempotent();
pub(crate) const DELETE_MANY: Operation = Operation::delete("/v1/webhooks").idempotent();
// Not idempotent: a retry would delete webhooks that were added meanwhile.
pub(crate) const DELETE_ALL: Operation = Operation::delete("/v1/webhooks");

/// The webhooks of an account. They receive the events of all its domains.
///
/// A change takes up to ten minutes to apply. If the account and a domain have the same URL for a type,
/// the URL receives each event once. Each region has its own webhooks.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::webhooks::{AccountWebhookSettings, WebhookType};
///
/// let webhooks = mailgun.account_webhooks();
/// let settings = AccountWebhookSettings::new().description("Complaints");
/// let id = webhooks
///     .create("https://example.com/mailgun", [WebhookType::Complained], settings)
///     .await?;
/// println!("{:?}", webhooks.get(&id).await?);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct AccountWebhooks {
    client: Client,
}

impl AccountWebhooks {
    /// Creates a handle for the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists the webhooks of the account.
    ///
    /// `GET /v1/webhooks`. The list is not paged.
    ///
    /// # Errors
    ///
    /// Status 403 if the key has no access.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun::webhooks::AccountWebhooks)
    /// # -> Result<(), mailgun::Error> {
    /// use mailgun::webhooks::ListAccountWebhooks;
    ///
    /// for webhook in webhooks.list(ListAccountWebhooks::new()).await? {
    ///     println!("{} {}", webhook.webhook_id, webhook.url);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListAccountWebhooks) -> Call<Vec<AccountWebhook>> {
        self.client.call::<All>(LIST, &[]).query(params).map(|response| response.webhooks)
    }

    /// Returns a webhook by its id.
    ///
    /// `GET /v1/webhooks/{webhook_id}`
    ///
    /// # Errors
    ///
    /// Status 404 if the webhook does not exist; 403 if the key has no access.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun::webhooks::AccountWebhooks)
    /// # -> Result<(), mailgun::Error> {
    /// println!("{}", webhooks.get("6797c62f6ee0a9fcb1ec5eee").await?.url);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, id: &str) -> Call<AccountWebhook> {
        self.client.call(GET, &[id])
    }

    /// Creates a webhook for these types, and returns its id.
    ///
    /// `POST /v1/webhooks`. At most three URLs for a type. The call is not retried if its outcome is
    /// unknown.
    ///
    /// # Errors
    ///
    /// Status 400 if the URL or a type is invalid; 409 if the URL exists already; 403 if the key has no
    /// write access.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun::webhooks::AccountWebhooks)
    /// # -> Result<(), mailgun::Error> {
    /// use mailgun::webhooks::AccountWebhookSettings;
    ///
    /// let types = ["delivered", "permanent_fail"];
    /// let settings = AccountWebhookSettings::new();
    /// let id = webhooks.create("https://example.com/mailgun", types, settings).await?;
    /// println!("created as {id}");
    /// # Ok(()) }
    /// ```
    pub fn create(
        &self,
        url: impl AsRef<str>,
        types: impl IntoIterator<Item = impl Into<WebhookType>>,
        settings: AccountWebhookSettings,
    ) -> Call<String> {
        let call = self.client.call::<Created>(CREATE, &[]);
        call.multipart(settings.of(url, types)).map(|response| response.webhook_id)
    }

    /// Replaces a webhook. Settings that are not set are removed.
    ///
    /// `PUT /v1/webhooks/{webhook_id}`
    ///
    /// # Errors
    ///
    /// Status 404 if the webhook does not exist; otherwise those of [`create`](Self::create).
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun::webhooks::AccountWebhooks)
    /// # -> Result<(), mailgun::Error> {
    /// use mailgun::webhooks::AccountWebhookSettings;
    ///
    /// let (id, url) = ("6797c62f6ee0a9fcb1ec5eee", "https://example.com/mailgun");
    /// let settings = AccountWebhookSettings::new().description("Opens");
    /// webhooks.update(id, url, ["opened"], settings).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(
        &self,
        id: &str,
        url: impl AsRef<str>,
        types: impl IntoIterator<Item = impl Into<WebhookType>>,
        settings: AccountWebhookSettings,
    ) -> Call<()> {
        self.client.call(UPDATE, &[id]).multipart(settings.of(url, types))
    }

    /// Deletes a webhook.
    ///
    /// `DELETE /v1/webhooks/{webhook_id}`
    ///
    /// # Errors
    ///
    /// Status 404 if the webhook does not exist.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun::webhooks::AccountWebhooks)
    /// # -> Result<(), mailgun::Error> {
    /// webhooks.delete("6797c62f6ee0a9fcb1ec5eee").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, id: &str) -> Call<()> {
        self.client.call(DELETE, &[id])
    }

    /// Deletes several webhooks.
    ///
    /// `DELETE /v1/webhooks`
    ///
    /// # Errors
    ///
    /// * [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if there is no id.
    /// * Status 400 if an id is invalid; 404 if a webhook does not exist.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun::webhooks::AccountWebhooks)
    /// # -> Result<(), mailgun::Error> {
    /// let ids = ["6797c62f6ee0a9fcb1ec5eee", "6797c62f6ee0a9fcb1ec5eef"];
    /// webhooks.delete_many(ids).await?;
    /// # Ok(()) }
    /// ```
    pub fn delete_many(&self, ids: impl IntoIterator<Item = impl AsRef<str>>) -> Call<()> {
        self.client.call(DELETE_MANY, &[]).query(comma_separated("webhook_ids", ids))
    }

    /// Deletes all webhooks of the account. The webhooks of its domains remain.
    ///
    /// `DELETE /v1/webhooks`. The call is not retried if its outcome is unknown: a retry would delete
    /// webhooks that were added meanwhile.
    ///
    /// # Errors
    ///
    /// Status 403 if the key has no write access.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun::webhooks::AccountWebhooks)
    /// # -> Result<(), mailgun::Error> {
    /// webhooks.delete_all().await?;
    /// # Ok(()) }
    /// ```
    pub fn delete_all(&self) -> Call<()> {
        let mut query = Fields::new();
        query.set("all", "true");
        self.client.call(DELETE_ALL, &[]).query(query)
    }
}

#[derive(Deserialize)]
struct All {
    #[serde(default, deserialize_with = "mailgun_core::de::items")]
    webhooks: Vec<AccountWebhook>,
}

#[derive(Deserialize)]
struct Created {
    #[serde(default, deserialize_with = "mailgun_core::de::null_default")]
    webhook_id: String,
}

mailgun_core::params! {
    /// Which webhooks of an account to list.
    pub struct ListAccountWebhooks;
}

impl ListAccountWebhooks {
    /// Lists only the webhooks with these ids. Default: all.
    pub fn ids(self, ids: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut this = self;
        this.0.remove("webhook_ids").extend(comma_separated("webhook_ids", ids));
        this
    }
}

mailgun_core::params! {
    /// Optional settings of a webhook of an account.
    pub struct AccountWebhookSettings;
}

impl AccountWebhookSettings {
    /// Sets a description.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.set("description", description.into())
    }

    fn of(
        self,
        url: impl AsRef<str>,
        types: impl IntoIterator<Item = impl Into<WebhookType>>,
    ) -> Self {
        types
            .into_iter()
            .fold(self.set("url", url.as_ref()), |it, kind| it.append("event_types", kind.into()))
    }
}
