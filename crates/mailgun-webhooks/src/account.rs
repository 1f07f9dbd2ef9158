use mailgun_core::{Call, Client, Fields, Operation};
use serde::Deserialize;

use crate::{AccountWebhook, WebhookType, webhooks::comma_separated};

pub(crate) const LIST: Operation = Operation::get("/v1/webhooks");
pub(crate) const GET: Operation = Operation::get("/v1/webhooks/{webhook_id}");
pub(crate) const CREATE: Operation = Operation::post("/v1/webhooks");
pub(crate) const UPDATE: Operation = Operation::put("/v1/webhooks/{webhook_id}").idempotent();
pub(crate) const DELETE: Operation = Operation::delete("/v1/webhooks/{webhook_id}").idempotent();
pub(crate) const DELETE_MANY: Operation = Operation::delete("/v1/webhooks").idempotent();
// A repeat would delete what was added since.
pub(crate) const DELETE_ALL: Operation = Operation::delete("/v1/webhooks");

/// The webhooks of an account, which get the events of all its domains.
///
/// A change takes up to ten minutes. A URL that the account and a domain have for the same type
/// gets an event once; the two regions know nothing of each other.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_webhooks::{AccountWebhookSettings, AccountWebhooks, WebhookType};
///
/// let webhooks = AccountWebhooks::new(&client);
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
    /// The webhooks of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists the webhooks of the account.
    ///
    /// `GET /v1/webhooks`. It is not paged.
    ///
    /// # Errors
    ///
    /// Status 403 if the key may not see them.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun_webhooks::AccountWebhooks)
    /// # -> Result<(), mailgun_core::Error> {
    /// use mailgun_webhooks::ListAccountWebhooks;
    ///
    /// for webhook in webhooks.list(ListAccountWebhooks::new()).await? {
    ///     println!("{} {}", webhook.webhook_id, webhook.url);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListAccountWebhooks) -> Call<Vec<AccountWebhook>> {
        self.client.call::<All>(LIST, &[]).query(params).map(|response| response.webhooks)
    }

    /// A webhook by its id.
    ///
    /// `GET /v1/webhooks/{webhook_id}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is none; 403 if the key may not see it.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun_webhooks::AccountWebhooks)
    /// # -> Result<(), mailgun_core::Error> {
    /// println!("{}", webhooks.get("6797c62f6ee0a9fcb1ec5eee").await?.url);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, id: &str) -> Call<AccountWebhook> {
        self.client.call(GET, &[id])
    }

    /// Creates a webhook for events of these types, and gives its id.
    ///
    /// `POST /v1/webhooks`. At most three URLs for a type. It is not repeated when its outcome is
    /// unknown.
    ///
    /// # Errors
    ///
    /// Status 400 for a URL or a type that Mailgun does not take; 409 if the URL is there already;
    /// 403 if the key may not write.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun_webhooks::AccountWebhooks)
    /// # -> Result<(), mailgun_core::Error> {
    /// use mailgun_webhooks::AccountWebhookSettings;
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

    /// Replaces all of a webhook: what `settings` does not have is gone.
    ///
    /// `PUT /v1/webhooks/{webhook_id}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such webhook; otherwise those of [`create`](Self::create).
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun_webhooks::AccountWebhooks)
    /// # -> Result<(), mailgun_core::Error> {
    /// use mailgun_webhooks::AccountWebhookSettings;
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
    /// Status 404 if there is no such webhook.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun_webhooks::AccountWebhooks)
    /// # -> Result<(), mailgun_core::Error> {
    /// webhooks.delete("6797c62f6ee0a9fcb1ec5eee").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, id: &str) -> Call<()> {
        self.client.call(DELETE, &[id])
    }

    /// Deletes several webhooks. No ids are an error, and not all webhooks.
    ///
    /// `DELETE /v1/webhooks`
    ///
    /// # Errors
    ///
    /// Status 400 for an id that is none; 404 if there is no such webhook.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun_webhooks::AccountWebhooks)
    /// # -> Result<(), mailgun_core::Error> {
    /// let ids = ["6797c62f6ee0a9fcb1ec5eee", "6797c62f6ee0a9fcb1ec5eef"];
    /// webhooks.delete_many(ids).await?;
    /// # Ok(()) }
    /// ```
    pub fn delete_many(&self, ids: impl IntoIterator<Item = impl AsRef<str>>) -> Call<()> {
        self.client.call(DELETE_MANY, &[]).query(comma_separated("webhook_ids", ids))
    }

    /// Deletes all webhooks of the account; those of its domains stay.
    ///
    /// `DELETE /v1/webhooks`
    ///
    /// # Errors
    ///
    /// Status 403 if the key may not write.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun_webhooks::AccountWebhooks)
    /// # -> Result<(), mailgun_core::Error> {
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
    /// Only those with these ids; all when not set.
    pub fn ids(self, ids: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut this = self;
        this.0.remove("webhook_ids").extend(comma_separated("webhook_ids", ids));
        this
    }
}

mailgun_core::params! {
    /// What else a webhook of an account has.
    pub struct AccountWebhookSettings;
}

impl AccountWebhookSettings {
    /// Free text.
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
