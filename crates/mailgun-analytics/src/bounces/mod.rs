//! Which providers and blocklists refuse mail, and why.

pub(crate) mod v1;

use std::time::Duration;

use mailgun_core::{Call, Client, Operation, Pager, Timestamp, de, open_enum};
use mailgun_types::analytics::Resolution;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[allow(deprecated, reason = "it is still there to be used")]
pub use self::v1::{
    BounceClassificationV1, BounceEntity, BounceEventQuery, BounceRule, BounceStat,
    BounceStatsResponse, ListBounceDomains, ListBounceStats,
};
use crate::{
    MetricsResponse,
    query::{common_setters, counting_setters},
};

pub(crate) const METRICS: Operation =
    Operation::post("/v2/bounce-classification/metrics").idempotent();
pub(crate) const GROUP: Operation =
    Operation::get("/v2/bounce-classification/config/groups/{group_id}");

/// Why mail of an account bounces or is put off.
///
/// Mailgun reads what the receiving servers say, and puts each failure into a group with an
/// explanation.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_analytics::{BounceClassification, BounceDimension, BounceMetric, BounceQuery};
///
/// let query = BounceQuery::new()
///     .dimensions([BounceDimension::EntityName, BounceDimension::DomainName])
///     .metrics([BounceMetric::CriticalBounceCount, BounceMetric::CriticalBounceRate])
///     .sort("critical_bounce_count:desc");
/// let mut pager = BounceClassification::new(&client).query(query);
/// while let Some(page) = pager.next_page().await? {
///     for item in page {
///         println!("{:?} {:?}", item.entity_name, item.metrics.critical_bounce_count);
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct BounceClassification {
    client: Client,
}

impl BounceClassification {
    /// That of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Counts bounces and delays.
    ///
    /// `POST /v2/bounce-classification/metrics`, which reads only. What has neither bounces nor
    /// delays is left out. The pages have the items; [`page`](Self::page) has what stands beside
    /// them.
    ///
    /// # Errors
    ///
    /// Status 400 for a dimension, a metric or a filter that Mailgun does not know.
    ///
    /// ```no_run
    /// # async fn example(bounces: mailgun_analytics::BounceClassification)
    /// #     -> Result<(), mailgun_core::Error> {
    /// use std::time::Duration;
    ///
    /// use mailgun_analytics::{BounceDimension, BounceMetric, BounceQuery, Filter};
    ///
    /// let query = BounceQuery::new()
    ///     .duration(Duration::from_secs(48 * 60 * 60))
    ///     .dimensions([BounceDimension::GroupId])
    ///     .metrics([BounceMetric::ClassifiedFailuresCount])
    ///     .filter(&Filter::new().equal(BounceDimension::DomainName, ["mg.example.com"]))
    ///     .limit(50);
    /// let mut pager = bounces.query(query);
    /// while let Some(page) = pager.next_page().await? {
    ///     for item in page {
    ///         println!("{:?}: {:?}", item.sample_text, item.explanation);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn query(&self, query: BounceQuery) -> Pager<BounceItem> {
        Pager::json_skip(self.client.call::<MetricsResponse<BounceItem>>(METRICS, &[]), &query)
    }

    /// One page of [`query`](Self::query) as a whole, with the time that it is about.
    ///
    /// `POST /v2/bounce-classification/metrics`, which reads only.
    ///
    /// # Errors
    ///
    /// Status 400 for a dimension, a metric or a filter that Mailgun does not know.
    ///
    /// ```no_run
    /// # async fn example(bounces: mailgun_analytics::BounceClassification)
    /// #     -> Result<(), mailgun_core::Error> {
    /// use mailgun_analytics::{BounceMetric, BounceQuery};
    ///
    /// let query = BounceQuery::new().metrics([BounceMetric::NonCriticalDelayCount]);
    /// let response = bounces.page(query).await?;
    /// println!("{:?} to {:?}: {:?} items", response.start, response.end, response.pagination.total);
    /// # Ok(()) }
    /// ```
    pub fn page(&self, query: BounceQuery) -> Call<MetricsResponse<BounceItem>> {
        self.client.call(METRICS, &[]).json(&query)
    }

    /// What is known of a group of failures.
    ///
    /// `GET /v2/bounce-classification/config/groups/{group_id}`, of which the API description has
    /// the route alone: the response is given as it comes.
    ///
    /// ```no_run
    /// # async fn example(bounces: mailgun_analytics::BounceClassification)
    /// #     -> Result<(), mailgun_core::Error> {
    /// println!("{:#}", bounces.group("55ff").await?);
    /// # Ok(()) }
    /// ```
    pub fn group(&self, group_id: &str) -> Call<Value> {
        self.client.call(GROUP, &[group_id])
    }
}

mailgun_core::json_params! {
    /// Which bounces and delays to count.
    ///
    /// Filters take every [`BounceDimension`] but the time.
    pub struct BounceQuery;
}

common_setters!(BounceQuery, start: "seven days ago", sort: "entity-name:asc");
counting_setters!(BounceQuery,
    BounceDimension: "any dimensions, but not `Tags` and `Tag` both",
    BounceMetric: "any"
);

impl BounceQuery {
    /// Begins so long before the end, in place of [`start`](Self::start); to the second.
    ///
    /// Unlike the metrics, this endpoint takes hours, minutes and seconds, of which `m` are the
    /// minutes.
    pub fn duration(self, duration: Duration) -> Self {
        let seconds = duration.as_secs();
        let text = match seconds % 3600 {
            0 => format!("{}h", seconds / 3600),
            _ => format!("{seconds}s"),
        };
        self.set(&["duration"], &text)
    }

    /// Divides the time so: by the day or by the hour.
    pub fn resolution(self, resolution: Resolution) -> Self {
        self.set(&["resolution"], &resolution)
    }

    /// At most so many a page: 1 to 50; 10 when not set.
    pub fn limit(self, limit: u32) -> Self {
        self.set(&["pagination", "limit"], &limit)
    }
}

open_enum! {
    /// By what bounces and delays are told apart.
    pub enum BounceDimension {
        /// The recipient's provider, or the spam filter or blocklist.
        EntityName = "entity-name",
        /// The domain that sent the mail.
        DomainName = "domain.name",
        /// The IP address that it was sent from.
        SendingIp = "envelope.sending-ip",
        /// The name of the subaccount.
        AccountName = "account.name",
        /// The IP pool that it was sent from.
        IpPoolName = "envelope.i-ip-pool-name",
        /// All tags of the mail together.
        Tags = "tags",
        /// A tag of the mail.
        Tag = "tag",
        /// The domain of the recipient.
        RecipientDomain = "recipient-domain",
        /// The group of failures.
        GroupId = "group-id",
        /// `CRITICAL` or `NON-CRITICAL`.
        Criticality = "criticality",
        /// `PERMANENT` or `TEMPORARY`.
        Severity = "severity",
        /// The kind of failure, `ESPBLOCK` for example.
        Category = "category",
        /// The day or the hour.
        Timestamp = "timestamp",
    }
}

open_enum! {
    /// What is counted of bounces and delays.
    pub enum BounceMetric {
        /// Bounces that want attention.
        CriticalBounceCount = "critical_bounce_count",
        /// Other bounces.
        NonCriticalBounceCount = "non_critical_bounce_count",
        /// Delays that want attention.
        CriticalDelayCount = "critical_delay_count",
        /// Other delays.
        NonCriticalDelayCount = "non_critical_delay_count",
        /// Deliveries.
        DeliveredSmtpCount = "delivered_smtp_count",
        /// All bounces and delays.
        ClassifiedFailuresCount = "classified_failures_count",
        /// Bounces that want attention, in percent.
        CriticalBounceRate = "critical_bounce_rate",
        /// Other bounces, in percent.
        NonCriticalBounceRate = "non_critical_bounce_rate",
        /// Delays that want attention, in percent.
        CriticalDelayRate = "critical_delay_rate",
        /// Other delays, in percent.
        NonCriticalDelayRate = "non_critical_delay_rate",
    }
}

/// Bounces and delays of one combination of dimensions; the dimensions that were not asked for are
/// `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct BounceItem {
    /// The id of the account.
    #[serde(rename = "account.id")]
    pub account_id: Option<String>,
    /// The name of the account.
    #[serde(rename = "account.name")]
    pub account_name: Option<String>,
    /// The recipient's provider, or the spam filter or blocklist.
    pub entity_name: Option<String>,
    /// The recipient's provider.
    pub recipient_provider: Option<String>,
    /// The domain of the recipient.
    pub recipient_domain: Option<String>,
    /// The domain that sent the mail.
    #[serde(rename = "domain.name")]
    pub domain_name: Option<String>,
    /// The id of the IP pool that it was sent from.
    #[serde(rename = "envelope.i-ip-pool-id")]
    pub ip_pool_id: Option<String>,
    /// The name of the IP pool that it was sent from.
    #[serde(rename = "envelope.i-ip-pool-name")]
    pub ip_pool_name: Option<String>,
    /// The IP address that it was sent from.
    #[serde(rename = "envelope.sending-ip")]
    pub sending_ip: Option<String>,
    /// Where the day or the hour begins.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub timestamp: Option<Timestamp>,
    /// All tags, with commas between them.
    pub tags: Option<String>,
    /// A tag.
    pub tag: Option<String>,
    /// `CRITICAL` or `NON-CRITICAL`.
    pub criticality: Option<String>,
    /// `PERMANENT` or `TEMPORARY`.
    pub severity: Option<String>,
    /// The kind of failure, `ESPBLOCK` for example.
    pub category: Option<String>,
    /// The group of failures.
    pub group_id: Option<String>,
    /// What a server said.
    pub sample_text: Option<String>,
    /// What it means.
    pub explanation: Option<String>,
    /// The counts and rates that were asked for.
    #[serde(deserialize_with = "de::null_default")]
    pub metrics: BounceMetrics,
}

macro_rules! bounce_metrics {
    ($($(#[$meta:meta])* $name:ident: $type:ty,)*) => {
        /// Counts of bounces and delays, and rates in percent.
        ///
        /// Spam filters and blocklists have neither deliveries nor rates.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        #[non_exhaustive]
        pub struct BounceMetrics {
            $(
                $(#[$meta])*
                #[serde(deserialize_with = "de::number_or_string")]
                pub $name: Option<$type>,
            )*
        }
    };
}

bounce_metrics! {
    /// Bounces that want attention.
    critical_bounce_count: u64,
    /// Other bounces.
    non_critical_bounce_count: u64,
    /// Delays that want attention.
    critical_delay_count: u64,
    /// Other delays.
    non_critical_delay_count: u64,
    /// Deliveries.
    delivered_smtp_count: u64,
    /// All bounces and delays.
    classified_failures_count: u64,
    /// Bounces that want attention, in percent.
    critical_bounce_rate: f64,
    /// Other bounces, in percent.
    non_critical_bounce_rate: f64,
    /// Delays that want attention, in percent.
    critical_delay_rate: f64,
    /// Other delays, in percent.
    non_critical_delay_rate: f64,
}
