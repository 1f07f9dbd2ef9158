use mailgun_core::{Call, Client, Operation, Pager};

#[allow(deprecated, reason = "it is deprecated where it is reached")]
use crate::Statistics;
use crate::{
    BounceClassification, Logs, MetricsItem, MetricsQuery, MetricsResponse, UsageQuery, bounces,
    logs, statistics,
};

const METRICS: Operation = Operation::post("/v1/analytics/metrics").idempotent();
const USAGE: Operation = Operation::post("/v1/analytics/usage/metrics").idempotent();

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[
    METRICS,
    USAGE,
    logs::LIST,
    bounces::METRICS,
    bounces::GROUP,
    bounces::v1::STATS,
    bounces::v1::DOMAINS,
    bounces::v1::ENTITIES,
    bounces::v1::RULES,
    bounces::v1::EVENTS,
    bounces::v1::KNOWN_ENTITIES,
    bounces::v1::KNOWN_RULES,
    statistics::DOMAIN,
    statistics::ACCOUNT,
    statistics::BY_DOMAIN,
    statistics::FILTERED,
    statistics::PROVIDERS,
    statistics::DEVICES,
    statistics::COUNTRIES,
];

/// Metrics of an account's mail and of its usage.
///
/// Mailgun keeps hourly counts for 60 days, daily counts for a year and monthly counts forever. It
/// allows 500 queries in 10 seconds.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::analytics::{Metric, MetricsQuery};
///
/// let query = MetricsQuery::new().metrics([Metric::DeliveredCount]).include_aggregates(true);
/// let week = mailgun.analytics().metrics_page(query).await?;
/// println!("{:?}", week.aggregates.and_then(|all| all.delivered_count()));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Analytics {
    client: Client,
}

impl Analytics {
    /// A handle to the analytics of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Counts messages and what happened to them.
    ///
    /// `POST /v1/analytics/metrics`, which only reads. Pages have only the items;
    /// [`metrics_page`](Self::metrics_page) returns the rest of the response too.
    ///
    /// # Errors
    ///
    /// Returns 400 if a dimension, metric or filter is invalid.
    ///
    /// ```no_run
    /// # async fn example(analytics: mailgun::analytics::Analytics) -> Result<(), mailgun::Error> {
    /// use mailgun::analytics::{Dimension, Metric, MetricsQuery, MetricsTable, Resolution};
    ///
    /// let query = MetricsQuery::new()
    ///     .start("2026-11-01".parse()?)
    ///     .end("2026-11-08".parse()?)
    ///     .resolution(Resolution::Day)
    ///     .dimensions([Dimension::Time, Dimension::Tag])
    ///     .metrics([Metric::DeliveredCount, Metric::UniqueOpenedRate])
    ///     .sort("time:asc");
    /// let mut pager = analytics.metrics(query);
    /// let mut items = Vec::new();
    /// while let Some(page) = pager.next_page().await? {
    ///     items.extend(page);
    /// }
    /// println!("{}", MetricsTable::new(&items).to_csv());
    /// # Ok(()) }
    /// ```
    pub fn metrics(&self, query: MetricsQuery) -> Pager<MetricsItem> {
        Pager::json_skip(self.client.call::<MetricsResponse>(METRICS, &[]), &query)
    }

    /// Gets one page of [`metrics`](Self::metrics) with its period and aggregates.
    ///
    /// `POST /v1/analytics/metrics`, which only reads.
    ///
    /// # Errors
    ///
    /// Returns 400 if a dimension, metric or filter is invalid.
    ///
    /// ```no_run
    /// # async fn example(analytics: mailgun::analytics::Analytics) -> Result<(), mailgun::Error> {
    /// use mailgun::analytics::{Metric, MetricsQuery};
    ///
    /// let query = MetricsQuery::new().metrics([Metric::ClickedRate]);
    /// let response = analytics.metrics_page(query).await?;
    /// println!("{:?} to {:?}: {} items", response.start, response.end, response.items.len());
    /// # Ok(()) }
    /// ```
    pub fn metrics_page(&self, query: MetricsQuery) -> Call<MetricsResponse> {
        self.client.call(METRICS, &[]).json(&query)
    }

    /// Counts the usage of the account: processed messages, validations, previews, tests.
    ///
    /// `POST /v1/analytics/usage/metrics`, which only reads. Pages have only the items;
    /// [`usage_page`](Self::usage_page) returns the rest of the response too.
    ///
    /// # Errors
    ///
    /// Returns 400 if a dimension, metric or filter is invalid.
    ///
    /// ```no_run
    /// # async fn example(analytics: mailgun::analytics::Analytics) -> Result<(), mailgun::Error> {
    /// use mailgun::analytics::{Dimension, Metric, Resolution, TimeSpan, UsageQuery};
    ///
    /// let query = UsageQuery::new()
    ///     .duration(TimeSpan::months(3))
    ///     .resolution(Resolution::Month)
    ///     .dimensions([Dimension::Time, Dimension::Subaccount])
    ///     .metrics([Metric::ProcessedCount, Metric::EmailValidationCount])
    ///     .include_subaccounts(true);
    /// let mut pager = analytics.usage(query);
    /// while let Some(page) = pager.next_page().await? {
    ///     for item in page {
    ///         println!("{:?} {:?}", item.time(), item.metrics.processed_count());
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn usage(&self, query: UsageQuery) -> Pager<MetricsItem> {
        Pager::json_skip(self.client.call::<MetricsResponse>(USAGE, &[]), &query)
    }

    /// Gets one page of [`usage`](Self::usage) with its period and aggregates.
    ///
    /// `POST /v1/analytics/usage/metrics`, which only reads.
    ///
    /// # Errors
    ///
    /// Returns 400 if a dimension, metric or filter is invalid.
    ///
    /// ```no_run
    /// # async fn example(analytics: mailgun::analytics::Analytics) -> Result<(), mailgun::Error> {
    /// use mailgun::analytics::{Metric, UsageQuery};
    ///
    /// let query = UsageQuery::new().metrics([Metric::SeedTestCount]).include_aggregates(true);
    /// println!("{:?}", analytics.usage_page(query).await?.aggregates);
    /// # Ok(()) }
    /// ```
    pub fn usage_page(&self, query: UsageQuery) -> Call<MetricsResponse> {
        self.client.call(USAGE, &[]).json(&query)
    }

    /// The events of the account.
    pub fn logs(&self) -> Logs {
        Logs::new(&self.client)
    }

    /// The classification of bounces.
    pub fn bounce_classification(&self) -> BounceClassification {
        BounceClassification::new(&self.client)
    }

    /// The older statistics.
    #[deprecated(since = "0.1.0", note = "Mailgun has replaced them; use `Analytics::metrics`")]
    #[allow(deprecated, reason = "what is deprecated is deprecated together")]
    pub fn stats(&self) -> Statistics {
        Statistics::new(&self.client)
    }
}
