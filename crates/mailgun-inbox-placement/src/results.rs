use mailgun_core::{
    Call, Client, Confirmation, Fields, LinkPage, Operation, Pager, Poller, true_false,
};

use crate::{
    Attribute, Filter, Sharing, TestResult,
    listing::{self, page_setters},
    response::Wrapped,
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
// A link that is made a second time takes the place of one that nobody has seen.
pub(crate) const UPDATE_SHARING: Operation =
    Operation::put("/v4/inbox/sharing/{result_id}").idempotent();

/// The results of tests.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_inbox_placement::InboxPlacement;
///
/// let results = InboxPlacement::new(&client).results();
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

    /// Lists results, without the content of their mails.
    ///
    /// `GET /v4/inbox/results`
    ///
    /// # Errors
    ///
    /// Status 400 for a parameter that Mailgun does not take.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun_inbox_placement::Results)
    /// #     -> Result<(), mailgun_core::Error> {
    /// use mailgun_core::Timestamp;
    /// use mailgun_inbox_placement::ListResults;
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

    /// A result by its [`result_id`](TestResult::result_id), with the content of the mail.
    ///
    /// `GET /v4/inbox/results/{result_id}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is none.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun_inbox_placement::Results)
    /// #     -> Result<(), mailgun_core::Error> {
    /// for seed in results.get("12345678-1234-1234-1234-123456789012").await?.seed_results {
    ///     println!("{}: {:?}", seed.email, seed.destination);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn get(&self, result_id: &str) -> Call<TestResult> {
        self.client.call::<Wrapped<TestResult>>(GET, &[result_id]).map(Wrapped::into_inner)
    }

    /// A result with the seeds of one provider alone, as [`get`](Self::get).
    ///
    /// `GET /v4/inbox/results/{result_id}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is none.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun_inbox_placement::Results)
    /// #     -> Result<(), mailgun_core::Error> {
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
    /// It asks by [`get`](Self::get); each state shows how many mails have come by then.
    ///
    /// # Errors
    ///
    /// Those of [`get`](Self::get), and
    /// [`ErrorKind::Timeout`](mailgun_core::ErrorKind::Timeout) after [`Poller::within`].
    ///
    /// ```no_run
    /// # async fn example(results: mailgun_inbox_placement::Results)
    /// #     -> Result<(), mailgun_core::Error> {
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

    /// Deletes a result and all that belongs to it.
    ///
    /// `DELETE /v4/inbox/results/{result_id}`. Mailgun may answer without a word.
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such result.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun_inbox_placement::Results)
    /// #     -> Result<(), mailgun_core::Error> {
    /// results.delete("12345678-1234-1234-1234-123456789012").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, result_id: &str) -> Call<Confirmation> {
        let call = self.client.call::<Option<Confirmation>>(DELETE, &[result_id]);
        call.map(Option::unwrap_or_default)
    }

    /// A result that is shared, by its [`url_id`](Sharing::url_id).
    ///
    /// `GET /v4/inbox/sharing/public/{share_id}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is none, or if it is no longer shared.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun_inbox_placement::Results)
    /// #     -> Result<(), mailgun_core::Error> {
    /// println!("{}", results.get_shared("c2hhcmVk").await?.subject);
    /// # Ok(()) }
    /// ```
    pub fn get_shared(&self, share_id: &str) -> Call<TestResult> {
        self.client.call::<Wrapped<TestResult>>(GET_SHARED, &[share_id]).map(Wrapped::into_inner)
    }

    /// The attributes whose values [`attribute`](Self::attribute) lists.
    ///
    /// `GET /v4/inbox/results/a`
    ///
    /// # Errors
    ///
    /// Status 403 if the account may not use inbox placement tests.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun_inbox_placement::Results)
    /// #     -> Result<(), mailgun_core::Error> {
    /// for attribute in results.attributes().await? {
    ///     println!("{:?}", attribute.values);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn attributes(&self) -> Call<Vec<Attribute>> {
        listing::attributes(&self.client, ATTRIBUTES)
    }

    /// The values that an attribute has in the results that `params` would list, such as subjects.
    ///
    /// `GET /v4/inbox/results/a/{attribute}`
    ///
    /// # Errors
    ///
    /// Status 403 if the account may not use inbox placement tests.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun_inbox_placement::Results)
    /// #     -> Result<(), mailgun_core::Error> {
    /// use mailgun_inbox_placement::ListResults;
    ///
    /// let of_shop = ListResults::new().sender("shop@mg.example.com");
    /// println!("{:?}", results.attribute("subject", of_shop).await?.values);
    /// # Ok(()) }
    /// ```
    pub fn attribute(&self, name: &str, params: ListResults) -> Call<Attribute> {
        listing::attribute(&self.client, ATTRIBUTE, name).query(params)
    }

    /// The parameters by which [`list`](Self::list) can search.
    ///
    /// `GET /v4/inbox/results/_filters`
    ///
    /// # Errors
    ///
    /// Status 403 if the account may not use inbox placement tests.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun_inbox_placement::Results)
    /// #     -> Result<(), mailgun_core::Error> {
    /// for filter in results.filters().await? {
    ///     println!("{}: {}", filter.parameter, filter.description);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn filters(&self) -> Call<Vec<Filter>> {
        listing::filters(&self.client, FILTERS)
    }

    /// Whether a result is shared, and by which link.
    ///
    /// `GET /v4/inbox/sharing/{result_id}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such result.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun_inbox_placement::Results)
    /// #     -> Result<(), mailgun_core::Error> {
    /// println!("{}", results.sharing("12345678-1234-1234-1234-123456789012").await?.url);
    /// # Ok(()) }
    /// ```
    pub fn sharing(&self, result_id: &str) -> Call<Sharing> {
        self.client.call::<Wrapped<Sharing>>(SHARING, &[result_id]).map(Wrapped::into_inner)
    }

    /// Shares a result by a link that needs no key, or stops doing so.
    ///
    /// `PUT /v4/inbox/sharing/{result_id}`. Sharing what is shared may make a new link.
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such result.
    ///
    /// ```no_run
    /// # async fn example(results: mailgun_inbox_placement::Results)
    /// #     -> Result<(), mailgun_core::Error> {
    /// let id = "12345678-1234-1234-1234-123456789012";
    /// let sharing = results.update_sharing(id, true).await?;
    /// println!("{} until {:?}", sharing.url, sharing.expires_at);
    /// # Ok(()) }
    /// ```
    pub fn update_sharing(&self, result_id: &str, enabled: bool) -> Call<Sharing> {
        let mut query = Fields::new();
        query.set("enabled", true_false(enabled));
        let call = self.client.call::<Wrapped<Sharing>>(UPDATE_SHARING, &[result_id]);
        call.query(query).map(Wrapped::into_inner)
    }
}

mailgun_core::params! {
    /// Which results to list.
    pub struct ListResults;
}

impl ListResults {
    /// Those of mail from this sender.
    pub fn sender(self, sender: impl Into<String>) -> Self {
        self.set("sender", sender.into())
    }

    /// Those of mail with this subject.
    pub fn subject(self, subject: impl Into<String>) -> Self {
        self.set("subject", subject.into())
    }

    /// Those with seeds of this provider.
    pub fn provider(self, domain: impl Into<String>) -> Self {
        self.set("provider", domain.into())
    }

    /// Those of the seed list with this address.
    pub fn target_email(self, address: impl Into<String>) -> Self {
        self.set("target_email", address.into())
    }
}
page_setters!(ListResults);
