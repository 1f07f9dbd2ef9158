//! Analytics of Mailgun: metrics, usage, logs and why mail bounces.
//!
//! * [`Analytics`] counts: deliveries, opens, clicks and failures by time, domain, tag and more, and
//!   what the account uses. [`MetricsTable`] makes rows or CSV of the result.
//! * [`Logs`] searches single events.
//! * [`BounceClassification`] says which providers and blocklists refuse mail, and why.
//!
//! All are asked by a query with a time, a [`Filter`], a sort order and a page size.
//!
//! ```no_run
//! # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
//! use mailgun_analytics::{Analytics, Dimension, Filter, Metric, MetricsQuery, TimeSpan};
//!
//! let query = MetricsQuery::new()
//!     .duration(TimeSpan::days(30))
//!     .dimensions([Dimension::Time])
//!     .metrics([Metric::DeliveredCount, Metric::OpenedRate])
//!     .filter(&Filter::new().equal(Dimension::Domain, ["mg.example.com"]));
//! let mut pager = Analytics::new(&client).metrics(query);
//! while let Some(page) = pager.next_page().await? {
//!     for item in page {
//!         println!("{:?} {:?}", item.time(), item.metrics.delivered_count());
//!     }
//! }
//! # Ok(()) }
//! ```

mod analytics;
mod bounces;
mod filter;
mod logs;
mod metrics;
mod query;
mod statistics;

pub use mailgun_events::Event;
pub use mailgun_types::analytics::{
    AcceptedCounts, Counts, DeliveredCounts, FailedCounts, Metrics, PermanentFailureCounts,
    Resolution, Stats, StatsPoint, StatsQuery, StatsScope, TemporaryFailureCounts, TimeSpan,
    ValidationCounts,
};

pub use self::{
    analytics::{Analytics, OPERATIONS},
    bounces::{
        BounceClassification, BounceDimension, BounceItem, BounceMetric, BounceMetrics, BounceQuery,
    },
    filter::{Comparator, Filter, FilterValue},
    logs::{
        LogAggregates, LogAttribute, LogEvent, LogMetricEvent, LogPagination, LogQuery,
        LogResponse, Logs,
    },
    metrics::{
        Cell, Dimension, DimensionValue, Metric, MetricsItem, MetricsQuery, MetricsResponse,
        MetricsTable, Pagination, UsageQuery,
    },
};
#[allow(deprecated, reason = "they are still there to be used")]
pub use self::{
    bounces::{
        BounceClassificationV1, BounceEntity, BounceEventQuery, BounceRule, BounceStat,
        BounceStatsResponse, ListBounceDomains, ListBounceStats,
    },
    statistics::{EventAggregates, ListDomainTotals, Statistics, StatsFilter, StatsGroup},
};
