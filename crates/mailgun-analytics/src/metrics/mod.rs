//! Queries of metrics and of usage, and their responses.

mod names;
mod table;

use mailgun_core::{PageLinks, PageParts, PageResponse, Timestamp, de};
use mailgun_types::analytics::{Metrics, Resolution};
use serde::{Deserialize, Deserializer, Serialize};

pub use self::{
    names::{Dimension, Metric},
    table::{Cell, MetricsTable},
};
use crate::query::{common_setters, counting_setters, duration_setter};

mailgun_core::json_params! {
    /// What to count of the mail that was sent.
    ///
    /// Filters take every [`Dimension`] but the time.
    pub struct MetricsQuery;
}

common_setters!(MetricsQuery, start: "seven days ago", sort: "time:asc");
counting_setters!(MetricsQuery,
    Dimension: "any dimensions; in all when not set",
    Metric: "any counts and rates of mail"
);
duration_setter!(MetricsQuery);

mailgun_core::json_params! {
    /// What to count of what the account used.
    ///
    /// Filters take [`Dimension::Subaccount`].
    pub struct UsageQuery;
}

common_setters!(UsageQuery, start: "seven days ago", sort: "time:asc");
counting_setters!(UsageQuery,
    Dimension: "`Time` and `Subaccount`; in all when not set",
    Metric: "the counts of usage, which are `ProcessedCount` and those from `ArchivedCount` on"
);
duration_setter!(UsageQuery);

macro_rules! metrics_setters {
    ($($name:ident),*) => {$(
        impl $name {
            /// Divides the time so; by the day when not set.
            pub fn resolution(self, resolution: Resolution) -> Self {
                self.set(&["resolution"], &resolution)
            }

            /// With the metrics of all items together; not when not set.
            pub fn include_aggregates(self, include: bool) -> Self {
                self.set(&["include_aggregates"], &include)
            }

            /// At most so many a page: with the dimension of time 1500, and as many when not set;
            /// otherwise 1000, and 10 when not set.
            pub fn limit(self, limit: u32) -> Self {
                self.set(&["pagination", "limit"], &limit)
            }
        }
    )*};
}
metrics_setters!(MetricsQuery, UsageQuery);

/// A page of counts, and what stands beside it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, bound(deserialize = "T: Default + Deserialize<'de>"))]
#[non_exhaustive]
pub struct MetricsResponse<T = MetricsItem> {
    /// Where the time begins, which Mailgun has put at the beginning of an hour or a day.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub start: Option<Timestamp>,
    /// Where it ends.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub end: Option<Timestamp>,
    /// How it is divided.
    pub resolution: Option<Resolution>,
    /// How long it is, if that was asked for.
    pub duration: Option<String>,
    /// By what was counted.
    #[serde(deserialize_with = "de::readable")]
    pub dimensions: Vec<String>,
    /// Which page this is.
    #[serde(deserialize_with = "de::null_default")]
    pub pagination: Pagination,
    /// The counts. An item that is null is an empty one, so that the items of the next page are
    /// not counted wrongly.
    #[serde(deserialize_with = "items")]
    pub items: Vec<T>,
    /// The counts of all items together, if they were asked for; bounce classification has none.
    #[serde(deserialize_with = "aggregates")]
    pub aggregates: Option<Metrics>,
}

/// Which page of a listing a response is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Pagination {
    /// The column sorted by and the direction; empty if none was asked for.
    #[serde(deserialize_with = "de::null_default")]
    pub sort: String,
    /// How many items were left out at the beginning.
    #[serde(deserialize_with = "de::null_default")]
    pub skip: u64,
    /// How many items a page has at most.
    #[serde(deserialize_with = "de::null_default")]
    pub limit: u64,
    /// How many items there are in all.
    #[serde(deserialize_with = "de::number_or_string")]
    pub total: Option<u64>,
}

/// Counts and rates of one combination of dimensions: of one day and one tag, for example.
///
/// ```
/// use mailgun_analytics::{Dimension, MetricsItem};
///
/// let json = r#"{
///     "dimensions": [{"dimension": "tag", "value": "news", "display_value": "News"}],
///     "metrics": {"delivered_count": 3, "opened_rate": "0.6667"}
/// }"#;
/// let item: MetricsItem = serde_json::from_str(json)?;
/// assert_eq!(item.dimension(Dimension::Tag).map(|tag| &*tag.value), Some("news"));
/// assert_eq!(item.metrics.delivered_count(), Some(3));
/// assert_eq!(item.metrics.rate("opened_rate"), Some(0.6667));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MetricsItem {
    /// Of what the counts are, in the order that was asked for.
    #[serde(deserialize_with = "de::items")]
    pub dimensions: Vec<DimensionValue>,
    /// The counts and rates that were asked for.
    #[serde(deserialize_with = "de::null_default")]
    pub metrics: Metrics,
}

impl MetricsItem {
    /// A dimension of the item.
    pub fn dimension(&self, dimension: impl Into<Dimension>) -> Option<&DimensionValue> {
        let dimension = dimension.into();
        self.dimensions.iter().find(|one| one.dimension == dimension)
    }

    /// Where the hour, the day or the month of the item begins.
    pub fn time(&self) -> Option<Timestamp> {
        self.dimension(Dimension::Time)?.value.parse().ok()
    }
}

/// The value of a dimension.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DimensionValue {
    /// Which dimension.
    #[serde(deserialize_with = "de::null_default")]
    pub dimension: Dimension,
    /// The value, as filters take it.
    #[serde(deserialize_with = "text")]
    pub value: String,
    /// The value to be shown: the name of a subaccount, where the value is its id.
    #[serde(deserialize_with = "text")]
    pub display_value: String,
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    de::string_or_number(deserializer).map(Option::unwrap_or_default)
}

/// A list of which an item that is null is an empty one.
pub(crate) fn items<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    let items: Vec<Option<T>> = de::null_default(deserializer)?;
    Ok(items.into_iter().map(Option::unwrap_or_default).collect())
}

fn aggregates<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Metrics>, D::Error> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Aggregates {
        metrics: Option<Metrics>,
    }
    de::null_default(deserializer).map(|all: Aggregates| all.metrics)
}

impl<T> PageResponse for MetricsResponse<T>
where
    T: Default + serde::de::DeserializeOwned + Send + 'static,
{
    type Item = T;

    fn into_parts(self) -> PageParts<T> {
        let links = PageLinks::default();
        PageParts { items: self.items, links, total: self.pagination.total }
    }
}
