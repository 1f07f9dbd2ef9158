//! Types that the analytics endpoints share: metrics, older statistics, time spans.

mod metrics;
mod stats;
mod time_span;

pub use self::{
    metrics::Metrics,
    stats::{
        AcceptedCounts, Counts, DeliveredCounts, FailedCounts, PermanentFailureCounts, Stats,
        StatsPoint, StatsQuery, StatsScope, TemporaryFailureCounts, ValidationCounts,
    },
    time_span::TimeSpan,
};

mailgun_core::open_enum! {
    /// The resolution of a time range.
    pub enum Resolution {
        /// Hours. Kept for 60 days.
        Hour = "hour",
        /// Days. Kept for a year.
        Day = "day",
        /// Months. Kept indefinitely.
        Month = "month",
    }
}
