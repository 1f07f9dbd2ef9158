//! Mailgun analytics: metrics, usage, logs and bounce classification.
//!
//! * [`Analytics`] counts deliveries, opens, clicks and failures by time, domain, tag and more, and
//!   the usage of the account. [`MetricsTable`] turns the result into rows or CSV.
//! * [`Logs`] searches events.
//! * [`BounceClassification`] reports which providers and blocklists refuse messages, and why.
//!
//! Each query has a period, a [`Filter`], a sort order and a page size.
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::analytics::{Dimension, Filter, Metric, MetricsQuery, TimeSpan};
//!
//! let query = MetricsQuery::new()
//!     .duration(TimeSpan::days(30))
//!     .dimensions([Dimension::Time])
//!     .metrics([Metric::DeliveredCount, Metric::OpenedRate])
//!     .filter(&Filter::new().equal(Dimension::Domain, ["mg.example.com"]));
//! let mut pager = mailgun.analytics().metrics(query);
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
