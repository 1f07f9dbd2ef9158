use mailgun_core::{
    Call, Client, Confirmation, Fields, LinkPage, Operation, Pager, Poller, true_false,
};

use crate::{
    Attribute, Filter, Sharing, TestResult,
    listing::{self, page_setters},
    response::Named,
};

pub(crate) const LIST: Operation = Operation::get("/v4/inbox/results");
pub(crate) const GET: Operation = Operation::get("/v4/inbox/results/{result_id}");
pub(crate) const DELETE: Operation =
    Operation::delete("/v4/inbox/results/{result_id}").idempotent();
pub(crate) const GET_SHARED: Operation = Operation::get("/v4/inbox/sharing/public/{share_id}");
pub(crate) const ATTRIBUTES: Operation = Operation::get("/v4/inbox/results/a");
pub(crate) const ATTRIBUTE: Operation = Operation::get("/v4/inbox/results/a/{attribute}");
pub(crate) const FILTERS: Operation = Operation::get("/v4/inbox/results/_filters");
pub(crate) const SHARING: Operation = Operation::get("/v4/inbox/sharing/{result_id}");
// Sharing a result twice replaces a link that nobody has seen.
pub(crate) const UPDATE_SHARING: Operation =
    Operation::put("/v4/inbox/sharing/{result_id}").idempotent();

/// The results of tests.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// let results = mailgun.inbox_placement().results();
/// let result = results.get("12345678-1234-1234-1234-123456789012").await?;
/// println!("{:?} {:?}", result.status, result.delivery_stats.get("all"));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Results {
    client: Client,
}

impl Results {
    pub(crate) fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists results, without the content of their messages.
    ///
    /// `GET /v4/inbox/results`
    ///
    /// # Errors
    ///
    /// Returns 400 if a parameter is invalid.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun::inbox_placement::Results)
    /// #     -> Result<(), mailgun::Error> {
    /// use mailgun::Timestamp;
    /// use mailgun::inbox_placement::ListResults;
    ///
    /// let params = ListResults::new()
    ///     .sender("shop@mg.example.com")
    ///     .time_after("2026-01-01".parse::<Timestamp>()?);
    /// let mut pager = results.list(params);
    /// while let Some(page) = pager.next_page().await? {
    ///     for result in page {
    ///         println!("{}: {:?}", result.subject, result.status);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListResults) -> Pager<TestResult> {
        Pager::links(self.client.call::<LinkPage<TestResult>>(LIST, &[]).query(params))
    }

    /// Gets a result by its [`result_id`](TestResult::result_id), with the content of the message.
    ///
    /// `GET /v4/inbox/results/{result_id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun::inbox_placement::Results)
    /// #     -> Result<(), mailgun::Error> {
    /// for seed in results.get("12345678-1234-1234-1234-123456789012").await?.seed_results {
    ///     println!("{}: {:?}", seed.email, seed.destination);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn get(&self, result_id: &str) -> Call<TestResult> {
        self.client.call::<Named<TestResult>>(GET, &[result_id]).map(Named::into_inner)
    }

    /// Gets a result with the seeds of one provider, as [`get`](Self::get).
    ///
    /// `GET /v4/inbox/results/{result_id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun::inbox_placement::Results)
    /// #     -> Result<(), mailgun::Error> {
    /// let id = "12345678-1234-1234-1234-123456789012";
    /// println!("{:?}", results.get_for_provider(id, "gmail.com").await?.seed_results);
    /// # Ok(()) }
    /// ```
    pub fn get_for_provider(&self, result_id: &str, provider: &str) -> Call<TestResult> {
        let mut query = Fields::new();
        query.set("provider", provider);
        self.get(result_id).query(query)
    }

    /// Waits until a result is [complete](TestResult::is_complete).
    ///
    /// It polls [`get`](Self::get). Each state shows how many messages have arrived.
    ///
    /// # Errors
    ///
    /// The errors of [`get`](Self::get), and
    /// [`ErrorKind::Timeout`](mailgun_core::ErrorKind::Timeout) after [`Poller::within`].
    ///
    /// ```no_run
    /// # async fn example(results: mailgun::inbox_placement::Results)
    /// #     -> Result<(), mailgun::Error> {
    /// use std::time::Duration;
    ///
    /// let waiting = results.wait("12345678-1234-1234-1234-123456789012");
    /// let (interval, limit) = (Duration::from_secs(30), Duration::from_secs(3600));
    /// let result = waiting.every(interval).within(limit).await?;
    /// println!("{:?}", result.delivery_stats.get("all"));
    /// # Ok(()) }
    /// ```
    pub fn wait(&self, result_id: &str) -> Poller<TestResult> {
        let (results, result_id) = (self.clone(), result_id.to_owned());
        Poller::new(move || results.get(&result_id), TestResult::is_complete)
    }

    /// Deletes a result and all its data.
    ///
    /// `DELETE /v4/inbox/results/{result_id}`. The response may be empty.
    ///
    /// # Errors
    ///
    /// Returns 404 if the result does not exist.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun::inbox_placement::Results)
    /// #     -> Result<(), mailgun::Error> {
    /// results.delete("12345678-1234-1234-1234-123456789012").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, result_id: &str) -> Call<Confirmation> {
        let call = self.client.call::<Option<Confirmation>>(DELETE, &[result_id]);
        call.map(Option::unwrap_or_default)
    }

    /// Gets a shared result by its [`url_id`](Sharing::url_id).
    ///
    /// `GET /v4/inbox/sharing/public/{share_id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the result does not exist or is no longer shared.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun::inbox_placement::Results)
    /// #     -> Result<(), mailgun::Error> {
    /// println!("{}", results.get_shared("c2hhcmVk").await?.subject);
    /// # Ok(()) }
    /// ```
    pub fn get_shared(&self, share_id: &str) -> Call<TestResult> {
        self.client.call::<Named<TestResult>>(GET_SHARED, &[share_id]).map(Named::into_inner)
    }

    /// Lists the attributes that [`attribute`](Self::attribute) accepts.
    ///
    /// `GET /v4/inbox/results/a`
    ///
    /// # Errors
    ///
    /// Returns 403 if the account may not use inbox placement tests.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun::inbox_placement::Results)
    /// #     -> Result<(), mailgun::Error> {
    /// for attribute in results.attributes().await? {
    ///     println!("{:?}", attribute.values);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn attributes(&self) -> Call<Vec<Attribute>> {
        listing::attributes(&self.client, ATTRIBUTES)
    }

    /// Lists the values of an attribute, such as the subjects, in the results that `params`
    /// selects.
    ///
    /// `GET /v4/inbox/results/a/{attribute}`
    ///
    /// # Errors
    ///
    /// Returns 403 if the account may not use inbox placement tests.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun::inbox_placement::Results)
    /// #     -> Result<(), mailgun::Error> {
    /// use mailgun::inbox_placement::ListResults;
    ///
    /// let of_shop = ListResults::new().sender("shop@mg.example.com");
    /// println!("{:?}", results.attribute("subject", of_shop).await?.values);
    /// # Ok(()) }
    /// ```
    pub fn attribute(&self, name: &str, params: ListResults) -> Call<Attribute> {
        listing::attribute(&self.client, ATTRIBUTE, name).query(params)
    }

    /// Lists the parameters that filter [`list`](Self::list).
    ///
    /// `GET /v4/inbox/results/_filters`
    ///
    /// # Errors
    ///
    /// Returns 403 if the account may not use inbox placement tests.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun::inbox_placement::Results)
    /// #     -> Result<(), mailgun::Error> {
    /// for filter in results.filters().await? {
    ///     println!("{}: {}", filter.parameter, filter.description);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn filters(&self) -> Call<Vec<Filter>> {
        listing::filters(&self.client, FILTERS)
    }

    /// Gets the link that shares a result, if it is shared.
    ///
    /// `GET /v4/inbox/sharing/{result_id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the result does not exist.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun::inbox_placement::Results)
    /// #     -> Result<(), mailgun::Error> {
    /// println!("{}", results.sharing("12345678-1234-1234-1234-123456789012").await?.url);
    /// # Ok(()) }
    /// ```
    pub fn sharing(&self, result_id: &str) -> Call<Sharing> {
        self.client.call::<Named<Sharing>>(SHARING, &[result_id]).map(Named::into_inner)
    }

    /// Shares a result by a link that needs no API key, or stops sharing it.
    ///
    /// `PUT /v4/inbox/sharing/{result_id}`. Sharing a shared result may create a new link.
    ///
    /// # Errors
    ///
    /// Returns 404 if the result does not exist.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun::inbox_placement::Results)
    /// #     -> Result<(), mailgun::Error> {
    /// let id = "12345678-1234-1234-1234-123456789012";
    /// let sharing = results.update_sharing(id, true).await?;
    /// println!("{} until {:?}", sharing.url, sharing.expires_at);
    /// # Ok(()) }
    /// ```
    pub fn update_sharing(&self, result_id: &str, enabled: bool) -> Call<Sharing> {
        let mut query = Fields::new();
        query.set("enabled", true_false(enabled));
        let call = self.client.call::<Named<Sharing>>(UPDATE_SHARING, &[result_id]);
        call.query(query).map(Named::into_inner)
    }
}

mailgun_core::params! {
    /// Options for listing results.
    pub struct ListResults;
}

impl ListResults {
    /// Lists only results of messages from this sender.
    pub fn sender(self, sender: impl Into<String>) -> Self {
        self.set("sender", sender.into())
    }

    /// Lists only results of messages with this subject.
    pub fn subject(self, subject: impl Into<String>) -> Self {
        self.set("subject", subject.into())
    }

    /// Lists only results with seeds of this provider.
    pub fn provider(self, domain: impl Into<String>) -> Self {
        self.set("provider", domain.into())
    }

    /// Lists only results of the seed list with this address.
    pub fn target_email(self, address: impl Into<String>) -> Self {
        self.set("target_email", address.into())
    }
}
page_setters!(ListResults);
