use std::collections::HashMap;

use mailgun_core::{
    Call, Client, Error, Fields, Form, Operation,
    de::{self, Lenient},
};
use serde::{Deserialize, Deserializer};

use crate::{Webhook, WebhookMap, WebhookResponse, WebhookTest, WebhookType};

pub(crate) const LIST: Operation = Operation::get("/v3/domains/{domain}/webhooks");
pub(crate) const GET: Operation = Operation::get("/v3/domains/{domain}/webhooks/{type}");
pub(crate) const CREATE: Operation = Operation::post("/v3/domains/{domain}/webhooks");
pub(crate) const TEST: Operation = Operation::put("/v3/domains/{domain}/webhooks/{type}/test");
pub(crate) const UPDATE: Operation =
    Operation::put("/v3/domains/{domain}/webhooks/{type}").idempotent();
pub(crate) const DELETE: Operation =
    Operation::delete("/v3/domains/{domain}/webhooks/{type}").idempotent();
pub(crate) const CREATE_URL: Operation = Operation::post("/v4/domains/{domain}/webhooks");
pub(crate) const UPDATE_URL: Operation =
    Operation::put("/v4/domains/{domain}/webhooks").idempotent();
pub(crate) const DELETE_URLS: Operation =
    Operation::delete("/v4/domains/{domain}/webhooks").idempotent();

/// The webhooks of a domain: the URLs to which Mailgun posts its events.
///
/// The methods show the same webhooks in two ways:
///
/// * A type with its URLs, at most three: [`get`](Self::get), [`create`](Self::create),
///   [`update`](Self::update), [`delete`](Self::delete).
/// * A URL with its types: [`create_url`](Self::create_url), [`update_url`](Self::update_url),
///   [`delete_urls`](Self::delete_urls).
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::webhooks::WebhookType;
///
/// let webhooks = mailgun.webhooks("mg.example.com");
/// let types = [WebhookType::Delivered, WebhookType::PermanentFail];
/// webhooks.create_url("https://example.com/mailgun", types).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Webhooks {
    client: Client,
    domain: String,
}

impl Webhooks {
    /// Creates a handle for the domain `domain`.
    pub fn new(client: &Client, domain: impl Into<String>) -> Self {
        Self { client: client.clone(), domain: domain.into() }
    }

    /// Lists all webhooks of the domain.
    ///
    /// `GET /v3/domains/{domain}/webhooks`. The list is not paged.
    ///
    /// # Errors
    ///
    /// Status 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun::webhooks::Webhooks) -> Result<(), mailgun::Error> {
    /// for (type_, webhook) in webhooks.list().await? {
    ///     println!("{type_}: {}", webhook.urls.join(", "));
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> Call<WebhookMap> {
        self.client.call::<All>(LIST, &[&self.domain]).map(|response| response.webhooks)
    }

    /// Returns the URLs of a type.
    ///
    /// `GET /v3/domains/{domain}/webhooks/{type}`
    ///
    /// # Errors
    ///
    /// Status 404 if the domain does not exist, or the type has no URL.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun::webhooks::Webhooks) -> Result<(), mailgun::Error> {
    /// println!("{:?}", webhooks.get("opened").await?.urls);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, webhook: impl Into<WebhookType>) -> Call<Webhook> {
        let call = self.client.call::<One>(GET, &[&self.domain, webhook.into().as_str()]);
        call.map(|response| response.webhook)
    }

    /// Adds URLs to a type that has none.
    ///
    /// `POST /v3/domains/{domain}/webhooks`. At most three URLs. Mailgun resolves their hosts. The call is
    /// not retried if its outcome is unknown. To add a URL beside those of other applications, use
    /// [`create_url`](Self::create_url).
    ///
    /// # Errors
    ///
    /// Status 400 if a URL is invalid, its host cannot be resolved, or the type has the URL already; 404
    /// if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun::webhooks::Webhooks) -> Result<(), mailgun::Error> {
    /// let urls = ["https://example.com/mailgun", "https://audit.example.com/mailgun"];
    /// webhooks.create("clicked", urls).await?;
    /// # Ok(()) }
    /// ```
    pub fn create(
        &self,
        webhook: impl Into<WebhookType>,
        urls: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Call<WebhookResponse> {
        let mut fields = Fields::new();
        fields.set("id", webhook.into());
        self.client.call(CREATE, &[&self.domain]).multipart(with_urls(fields, urls))
    }

    /// Makes Mailgun post a sample event of a type to a URL.
    ///
    /// `PUT /v3/domains/{domain}/webhooks/{type}/test`. Mailgun's client libraries have this operation,
    /// but its API description does not. The call is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Api`](mailgun_core::ErrorKind::Api) if the domain or the type does not exist.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun::webhooks::Webhooks) -> Result<(), mailgun::Error> {
    /// let test = webhooks.test("clicked", "https://example.com/mailgun").await?;
    /// println!("{:?} {}", test.code, test.message);
    /// # Ok(()) }
    /// ```
    pub fn test(&self, webhook: impl Into<WebhookType>, url: impl AsRef<str>) -> Call<WebhookTest> {
        let form = with_urls(Fields::new(), [url]);
        self.client.call(TEST, &[&self.domain, webhook.into().as_str()]).multipart(form)
    }

    /// Replaces the URLs of a type.
    ///
    /// `PUT /v3/domains/{domain}/webhooks/{type}`. At most three URLs.
    ///
    /// # Errors
    ///
    /// Status 400 if a URL is invalid or its host cannot be resolved; 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun::webhooks::Webhooks) -> Result<(), mailgun::Error> {
    /// webhooks.update("clicked", ["https://example.com/mailgun/v2"]).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(
        &self,
        webhook: impl Into<WebhookType>,
        urls: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Call<WebhookResponse> {
        let form = with_urls(Fields::new(), urls);
        self.client.call(UPDATE, &[&self.domain, webhook.into().as_str()]).multipart(form)
    }

    /// Deletes all URLs of a type.
    ///
    /// `DELETE /v3/domains/{domain}/webhooks/{type}`
    ///
    /// # Errors
    ///
    /// Status 404 if the domain does not exist, or the type has no URL.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun::webhooks::Webhooks) -> Result<(), mailgun::Error> {
    /// println!("gone: {:?}", webhooks.delete("clicked").await?.webhook.urls);
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, webhook: impl Into<WebhookType>) -> Call<WebhookResponse> {
        self.client.call(DELETE, &[&self.domain, webhook.into().as_str()])
    }

    /// Adds a URL to several types, and returns all webhooks of the domain.
    ///
    /// `POST /v4/domains/{domain}/webhooks`. The call is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Status 400 if the URL is invalid, or a type has it already; 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun::webhooks::Webhooks) -> Result<(), mailgun::Error> {
    /// let all = webhooks.create_url("https://example.com/mailgun", ["opened", "clicked"]).await?;
    /// println!("{} types have a webhook", all.len());
    /// # Ok(()) }
    /// ```
    pub fn create_url(
        &self,
        url: impl AsRef<str>,
        types: impl IntoIterator<Item = impl Into<WebhookType>>,
    ) -> Call<WebhookMap> {
        let form = with_types(url, types);
        self.client.call::<All>(CREATE_URL, &[&self.domain]).form(form).map(|it| it.webhooks)
    }

    /// Replaces the types of a URL, and returns all webhooks of the domain.
    ///
    /// `PUT /v4/domains/{domain}/webhooks`
    ///
    /// # Errors
    ///
    /// Status 400 if the URL is invalid; 404 if the domain does not have it.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun::webhooks::Webhooks) -> Result<(), mailgun::Error> {
    /// webhooks.update_url("https://example.com/mailgun", ["permanent_fail"]).await?;
    /// # Ok(()) }
    /// ```
    pub fn update_url(
        &self,
        url: impl AsRef<str>,
        types: impl IntoIterator<Item = impl Into<WebhookType>>,
    ) -> Call<WebhookMap> {
        let form = with_types(url, types);
        self.client.call::<All>(UPDATE_URL, &[&self.domain]).form(form).map(|it| it.webhooks)
    }

    /// Deletes URLs from all types, and returns the remaining webhooks.
    ///
    /// `DELETE /v4/domains/{domain}/webhooks`. To delete a URL with a comma, use [`update`](Self::update)
    /// or [`delete`](Self::delete).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if a URL has a comma, because
    /// Mailgun would take it for two URLs.
    /// Status 400 if the URL is invalid; 404 if the domain does not have it.
    ///
    /// ```no_run
    /// # async fn example(webhooks: mailgun::webhooks::Webhooks) -> Result<(), mailgun::Error> {
    /// webhooks.delete_urls(["https://example.com/mailgun"]).await?;
    /// # Ok(()) }
    /// ```
    pub fn delete_urls(&self, urls: impl IntoIterator<Item = impl AsRef<str>>) -> Call<WebhookMap> {
        let query = comma_separated("url", urls);
        self.client.call::<All>(DELETE_URLS, &[&self.domain]).query(query).map(|it| it.webhooks)
    }
}

fn with_urls(mut fields: Fields, urls: impl IntoIterator<Item = impl AsRef<str>>) -> Form {
    for url in urls {
        fields.append("url", url.as_ref());
    }
    fields.into()
}

fn with_types(
    url: impl AsRef<str>,
    types: impl IntoIterator<Item = impl Into<WebhookType>>,
) -> Fields {
    let mut fields = Fields::new();
    fields.set("url", url.as_ref());
    for event_type in types {
        fields.append("event_types", event_type.into());
    }
    fields
}

/// Joins a list that Mailgun splits at commas. An empty list is an error: it might mean everything.
pub(crate) fn comma_separated(
    name: &'static str,
    items: impl IntoIterator<Item = impl AsRef<str>>,
) -> Fields {
    let items: Vec<_> = items.into_iter().map(|item| item.as_ref().to_owned()).collect();
    let mut fields = Fields::new();
    if items.iter().all(String::is_empty) {
        fields.record_error(Error::invalid(name, "must not be empty"));
    }
    if items.iter().any(|item| item.contains(',')) {
        fields.record_error(Error::invalid(name, "must not hold a comma"));
    }
    fields.set(name, items.join(","));
    fields
}

#[derive(Deserialize)]
struct All {
    #[serde(default, deserialize_with = "readable")]
    webhooks: WebhookMap,
}

/// Leaves out webhooks of an unknown shape.
fn readable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<WebhookMap, D::Error> {
    let all: HashMap<WebhookType, Lenient<Webhook>> = de::null_default(deserializer)?;
    Ok(all.into_iter().filter_map(|(of, one)| Some((of, one.into_result().ok()?))).collect())
}

#[derive(Deserialize)]
struct One {
    #[serde(default, deserialize_with = "mailgun_core::de::null_default")]
    webhook: Webhook,
}
