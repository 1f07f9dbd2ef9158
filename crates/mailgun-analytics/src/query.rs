//! Setters that queries share.

/// Those of every query. `$start` is where the time begins by default, `$sort` an example.
macro_rules! common_setters {
    ($name:ident, start: $start:literal, sort: $sort:literal) => {
        impl $name {
            #[doc = concat!("Begins here; ", $start, " when not set.")]
            pub fn start(self, start: mailgun_core::Timestamp) -> Self {
                self.set(&["start"], &start.to_rfc2822())
            }

            /// Ends here; now when not set.
            pub fn end(self, end: mailgun_core::Timestamp) -> Self {
                self.set(&["end"], &end.to_rfc2822())
            }

            /// Leaves out what does not match.
            pub fn filter(self, filter: &$crate::Filter) -> Self {
                self.set(&["filter"], filter)
            }

            /// Those of all subaccounts too; not when not set.
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

/// Those of a query that counts.
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

            /// Leaves out so many at the beginning; 0 when not set.
            pub fn skip(self, skip: u64) -> Self {
                self.set(&["pagination", "skip"], &skip)
            }
        }
    };
}

/// A span of time up to the end, in the form of metrics and logs.
macro_rules! duration_setter {
    ($name:ident) => {
        impl $name {
            /// Begins so long before the end, in place of [`start`](Self::start).
            pub fn duration(self, duration: mailgun_types::analytics::TimeSpan) -> Self {
                self.set(&["duration"], &duration)
            }
        }
    };
}

pub(crate) use common_setters;
pub(crate) use counting_setters;
pub(crate) use duration_setter;
