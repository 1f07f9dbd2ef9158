//! Which providers and blocklists refuse messages, and why.

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

/// Why messages of an account bounce or are delayed.
///
/// Mailgun reads the responses of receiving servers and assigns each failure to a group with an
/// explanation.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::analytics::{BounceDimension, BounceMetric, BounceQuery};
///
/// let query = BounceQuery::new()
///     .dimensions([BounceDimension::EntityName, BounceDimension::DomainName])
///     .metrics([BounceMetric::CriticalBounceCount, BounceMetric::CriticalBounceRate])
///     .sort("critical_bounce_count:desc");
/// let mut pager = mailgun.analytics().bounce_classification().query(query);
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
    /// A handle to the bounce classification of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Counts bounces and delays.
    ///
    /// `POST /v2/bounce-classification/metrics`, which only reads. Items without bounces and delays
    /// are left out. Pages have only the items; [`page`](Self::page) returns the rest of the response
    /// too.
    ///
    /// # Errors
    ///
    /// Returns 400 if a dimension, metric or filter is invalid.
    ///
    /// ```no_run
    /// # async fn example(bounces: mailgun::analytics::BounceClassification)
    /// #     -> Result<(), mailgun::Error> {
    /// use std::time::Duration;
    ///
    /// use mailgun::analytics::{BounceDimension, BounceMetric, BounceQuery, Filter};
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

    /// Gets one page of [`query`](Self::query) with its period.
    ///
    /// `POST /v2/bounce-classification/metrics`, which only reads.
    ///
    /// # Errors
    ///
    /// Returns 400 if a dimension, metric or filter is invalid.
    ///
    /// ```no_run
    /// # async fn example(bounces: mailgun::analytics::BounceClassification)
    /// #     -> Result<(), mailgun::Error> {
    /// use mailgun::analytics::{BounceMetric, BounceQuery};
    ///
    /// let query = BounceQuery::new().metrics([BounceMetric::NonCriticalDelayCount]);
    /// let response = bounces.page(query).await?;
    /// println!("{:?} to {:?}: {:?} items", response.start, response.end, response.pagination.total);
    /// # Ok(()) }
    /// ```
    pub fn page(&self, query: BounceQuery) -> Call<MetricsResponse<BounceItem>> {
        self.client.call(METRICS, &[]).json(&query)
    }

    /// Gets the details of a group of failures.
    ///
    /// `GET /v2/bounce-classification/config/groups/{group_id}`. The response is not documented and
    /// returned as received.
    ///
    /// ```no_run
    /// # async fn example(bounces: mailgun::analytics::BounceClassification)
    /// #     -> Result<(), mailgun::Error> {
    /// println!("{:#}", bounces.group("55ff").await?);
    /// # Ok(()) }
    /// ```
    pub fn group(&self, group_id: &str) -> Call<Value> {
        self.client.call(GROUP, &[group_id])
    }
}

mailgun_core::json_params! {
    /// A query of bounces and delays.
    ///
    /// Filters accept every [`BounceDimension`] except the time.
    pub struct BounceQuery;
}

common_setters!(BounceQuery, start: "seven days ago", sort: "entity-name:asc");
counting_setters!(BounceQuery,
    BounceDimension: "any dimensions, but not `Tags` and `Tag` both",
    BounceMetric: "any"
);

impl BounceQuery {
    /// Sets the start to this long before the end, instead of [`start`](Self::start). Precision:
    /// one second.
    ///
    /// Unlike the metrics, this endpoint accepts hours, minutes and seconds; `m` stands for
    /// minutes.
    pub fn duration(self, duration: Duration) -> Self {
        let seconds = duration.as_secs();
        let text = match seconds % 3600 {
            0 => format!("{}h", seconds / 3600),
            _ => format!("{seconds}s"),
        };
        self.set(&["duration"], &text)
    }

    /// The resolution of the time dimension: day or hour.
    pub fn resolution(self, resolution: Resolution) -> Self {
        self.set(&["resolution"], &resolution)
    }

    /// Page size, 1 to 50; default 10.
    pub fn limit(self, limit: u32) -> Self {
        self.set(&["pagination", "limit"], &limit)
    }
}

open_enum! {
    /// A dimension of bounces and delays.
    pub enum BounceDimension {
        /// The recipient's mail provider, or the spam filter or blocklist.
        EntityName = "entity-name",
        /// The sending domain.
        DomainName = "domain.name",
        /// The sending IP address.
        SendingIp = "envelope.sending-ip",
        /// The name of the subaccount.
        AccountName = "account.name",
        /// The sending IP pool.
        IpPoolName = "envelope.i-ip-pool-name",
        /// All tags of the message together.
        Tags = "tags",
        /// One tag of the message.
        Tag = "tag",
        /// The recipient's domain.
        RecipientDomain = "recipient-domain",
        /// The group of failures.
        GroupId = "group-id",
        /// `CRITICAL` or `NON-CRITICAL`.
        Criticality = "criticality",
        /// `PERMANENT` or `TEMPORARY`.
        Severity = "severity",
        /// The category of the failure, such as `ESPBLOCK`.
        Category = "category",
        /// The day or hour.
        Timestamp = "timestamp",
    }
}

open_enum! {
    /// A metric of bounces and delays.
    pub enum BounceMetric {
        /// Critical bounces.
        CriticalBounceCount = "critical_bounce_count",
        /// Other bounces.
        NonCriticalBounceCount = "non_critical_bounce_count",
        /// Critical delays.
        CriticalDelayCount = "critical_delay_count",
        /// Other delays.
        NonCriticalDelayCount = "non_critical_delay_count",
        /// Deliveries.
        DeliveredSmtpCount = "delivered_smtp_count",
        /// All bounces and delays.
        ClassifiedFailuresCount = "classified_failures_count",
        /// Critical bounces, in percent.
        CriticalBounceRate = "critical_bounce_rate",
        /// Other bounces, in percent.
        NonCriticalBounceRate = "non_critical_bounce_rate",
        /// Critical delays, in percent.
        CriticalDelayRate = "critical_delay_rate",
        /// Other delays, in percent.
        NonCriticalDelayRate = "non_critical_delay_rate",
    }
}

/// Bounces and delays of one combination of dimensions. Dimensions that were not requested are
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
    /// The recipient's mail provider, or the spam filter or blocklist.
    pub entity_name: Option<String>,
    /// The recipient's mail provider.
    pub recipient_provider: Option<String>,
    /// The recipient's domain.
    pub recipient_domain: Option<String>,
    /// The sending domain.
    #[serde(rename = "domain.name")]
    pub domain_name: Option<String>,
    /// The id of the sending IP pool.
    #[serde(rename = "envelope.i-ip-pool-id")]
    pub ip_pool_id: Option<String>,
    /// The name of the sending IP pool.
    #[serde(rename = "envelope.i-ip-pool-name")]
    pub ip_pool_name: Option<String>,
    /// The sending IP address.
    #[serde(rename = "envelope.sending-ip")]
    pub sending_ip: Option<String>,
    /// The start of the day or hour.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub timestamp: Option<Timestamp>,
    /// All tags, separated by commas.
    pub tags: Option<String>,
    /// One tag.
    pub tag: Option<String>,
    /// `CRITICAL` or `NON-CRITICAL`.
    pub criticality: Option<String>,
    /// `PERMANENT` or `TEMPORARY`.
    pub severity: Option<String>,
    /// The category of the failure, such as `ESPBLOCK`.
    pub category: Option<String>,
    /// The group of failures.
    pub group_id: Option<String>,
    /// The response of a server.
    pub sample_text: Option<String>,
    /// The explanation.
    pub explanation: Option<String>,
    /// The requested counts and rates.
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
    /// Critical bounces.
    critical_bounce_count: u64,
    /// Other bounces.
    non_critical_bounce_count: u64,
    /// Critical delays.
    critical_delay_count: u64,
    /// Other delays.
    non_critical_delay_count: u64,
    /// Deliveries.
    delivered_smtp_count: u64,
    /// All bounces and delays.
    classified_failures_count: u64,
    /// Critical bounces, in percent.
    critical_bounce_rate: f64,
    /// Other bounces, in percent.
    non_critical_bounce_rate: f64,
    /// Critical delays, in percent.
    critical_delay_rate: f64,
    /// Other delays, in percent.
    non_critical_delay_rate: f64,
}
