//! What the analytics endpoints share: metrics, the older statistics, and spans of time.

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
    /// How finely a time range is divided.
    pub enum Resolution {
        /// By the hour; kept for 60 days.
        Hour = "hour",
        /// By the day; kept for a year.
        Day = "day",
        /// By the month; kept for ever.
        Month = "month",
    }
}
