//! Setters that queries share.

/// The setters of every query. `$start` describes the default start, `$sort` is an example.
macro_rules! common_setters {
    ($name:ident, start: $start:literal, sort: $sort:literal) => {
        impl $name {
            #[doc = concat!("Begins here; ", $start, " when not set.")]
            pub fn start(self, start: mailgun_core::Timestamp) -> Self {
                self.set(&["start"], &start.to_rfc2822())
            }

            /// The end of the period; default now.
            pub fn end(self, end: mailgun_core::Timestamp) -> Self {
                self.set(&["end"], &end.to_rfc2822())
            }

            /// Counts only what matches the filter.
            pub fn filter(self, filter: &$crate::Filter) -> Self {
                self.set(&["filter"], filter)
            }

            /// Includes all subaccounts; default false.
            pub fn include_subaccounts(self, include: bool) -> Self {
                self.set(&["include_subaccounts"], &include)
            }

            #[doc = concat!("The column to sort by and the direction, `", $sort, "` for example.")]
            pub fn sort(self, sort: &str) -> Self {
                self.set(&["pagination", "sort"], sort)
            }
        }
    };
}

/// The setters of queries that count.
macro_rules! counting_setters {
    ($name:ident, $dimension:ident: $dimensions:literal, $metric:ident: $metrics:literal) => {
        impl $name {
            #[doc = concat!("By what to count: ", $dimensions, ".")]
            pub fn dimensions<D: Into<$crate::$dimension>>(
                self,
                dimensions: impl IntoIterator<Item = D>,
            ) -> Self {
                let dimensions = dimensions.into_iter().map(Into::into).collect::<Vec<_>>();
                self.set(&["dimensions"], &dimensions)
            }

            #[doc = concat!("What to count: ", $metrics, ".")]
            pub fn metrics<M: Into<$crate::$metric>>(
                self,
                metrics: impl IntoIterator<Item = M>,
            ) -> Self {
                let metrics = metrics.into_iter().map(Into::into).collect::<Vec<_>>();
                self.set(&["metrics"], &metrics)
            }

            /// Number of items to skip; default 0.
            pub fn skip(self, skip: u64) -> Self {
                self.set(&["pagination", "skip"], &skip)
            }
        }
    };
}

/// A duration before the end, as metrics and logs write it.
macro_rules! duration_setter {
    ($name:ident) => {
        impl $name {
            /// Sets the start to this long before the end, instead of [`start`](Self::start).
            pub fn duration(self, duration: mailgun_types::analytics::TimeSpan) -> Self {
                self.set(&["duration"], &duration)
            }
        }
    };
}

pub(crate) use common_setters;
pub(crate) use counting_setters;
pub(crate) use duration_setter;
