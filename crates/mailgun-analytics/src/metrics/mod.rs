//! Queries of metrics and usage, and their responses.

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
    /// A query of the metrics of messages.
    ///
    /// Filters accept every [`Dimension`] except the time.
    pub struct MetricsQuery;
}

common_setters!(MetricsQuery, start: "seven days ago", sort: "time:asc");
counting_setters!(MetricsQuery,
    Dimension: "any dimensions; in all when not set",
    Metric: "any counts and rates of mail"
);
duration_setter!(MetricsQuery);

mailgun_core::json_params! {
    /// A query of the usage metrics.
    ///
    /// Filters accept [`Dimension::Subaccount`].
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
            /// The resolution of the time dimension; default day.
            pub fn resolution(self, resolution: Resolution) -> Self {
                self.set(&["resolution"], &resolution)
            }

            /// Includes the metrics of all items together; default false.
            pub fn include_aggregates(self, include: bool) -> Self {
                self.set(&["include_aggregates"], &include)
            }

            /// Page size. Limit and default 1500 with the time dimension; otherwise 1 to 1000,
            /// default 10.
            pub fn limit(self, limit: u32) -> Self {
                self.set(&["pagination", "limit"], &limit)
            }
        }
    )*};
}
metrics_setters!(MetricsQuery, UsageQuery);

/// A page of metrics, and the rest of the response.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, bound(deserialize = "T: Default + Deserialize<'de>"))]
#[non_exhaustive]
pub struct MetricsResponse<T = MetricsItem> {
    /// The start of the period, rounded down to an hour or day.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub start: Option<Timestamp>,
    /// The end of the period.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub end: Option<Timestamp>,
    /// The resolution of the period.
    pub resolution: Option<Resolution>,
    /// The duration of the period, if requested.
    pub duration: Option<String>,
    /// The requested dimensions.
    #[serde(deserialize_with = "de::readable")]
    pub dimensions: Vec<String>,
    /// The place of this page in the listing.
    #[serde(deserialize_with = "de::null_default")]
    pub pagination: Pagination,
    /// The items. A null item is kept as an empty one, so that the next page starts at the right
    /// place.
    #[serde(deserialize_with = "items")]
    pub items: Vec<T>,
    /// The metrics of all items together, if requested. Bounce classification has none.
    #[serde(deserialize_with = "aggregates")]
    pub aggregates: Option<Metrics>,
}

/// The place of a page in a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Pagination {
    /// The sort column and direction; empty if none was requested.
    #[serde(deserialize_with = "de::null_default")]
    pub sort: String,
    /// The number of items skipped.
    #[serde(deserialize_with = "de::null_default")]
    pub skip: u64,
    /// The page size.
    #[serde(deserialize_with = "de::null_default")]
    pub limit: u64,
    /// The total number of items.
    #[serde(deserialize_with = "de::number_or_string")]
    pub total: Option<u64>,
}

/// Counts and rates of one combination of dimensions, such as a day and a tag.
///
/// ```
/// use mailgun::analytics::{Dimension, MetricsItem};
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
    /// The dimensions, in the requested order.
    #[serde(deserialize_with = "de::items")]
    pub dimensions: Vec<DimensionValue>,
    /// The requested counts and rates.
    #[serde(deserialize_with = "de::null_default")]
    pub metrics: Metrics,
}

impl MetricsItem {
    /// A dimension of the item.
    pub fn dimension(&self, dimension: impl Into<Dimension>) -> Option<&DimensionValue> {
        let dimension = dimension.into();
        self.dimensions.iter().find(|one| one.dimension == dimension)
    }

    /// The start of the hour, day or month of the item.
    pub fn time(&self) -> Option<Timestamp> {
        self.dimension(Dimension::Time)?.value.parse().ok()
    }
}

/// The value of a dimension.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DimensionValue {
    /// The dimension.
    #[serde(deserialize_with = "de::null_default")]
    pub dimension: Dimension,
    /// The value, in the form that filters accept.
    #[serde(deserialize_with = "text")]
    pub value: String,
    /// The value for display. For a subaccount, the value is its id and this is its name.
    #[serde(deserialize_with = "text")]
    pub display_value: String,
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    de::string_or_number(deserializer).map(Option::unwrap_or_default)
}

/// A list in which a null item is an empty one.
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
