//! The filter of a query.

use std::fmt;

use mailgun_core::open_enum;
use serde::Serialize;

open_enum! {
    /// The operator of a condition.
    pub enum Comparator {
        /// Equals one of the values.
        Equal = "=",
        /// Equals none of the values.
        NotEqual = "!=",
        /// Contains one of the values.
        Contains = "contains",
        /// Contains none of the values.
        NotContains = "not contains",
    }
}

/// Conditions of a query, all of which must hold. Mailgun has no other way to combine them.
///
/// An attribute is a [`Dimension`](crate::Dimension), [`LogAttribute`](crate::LogAttribute) or
/// [`BounceDimension`](crate::BounceDimension), depending on the endpoint, or its name as text.
///
/// `Debug` does not show values, because they may be addresses.
///
/// ```
/// use mailgun::analytics::{Dimension, Filter};
///
/// let filter = Filter::new()
///     .equal(Dimension::Domain, ["mg.example.com"])
///     .not_contains("tag", ["test", "draft"]);
/// assert_eq!(
///     serde_json::to_string(&filter)?,
///     concat!(
///         r#"{"AND":[{"attribute":"domain","comparator":"=","#,
///         r#""values":[{"label":"mg.example.com","value":"mg.example.com"}]},"#,
///         r#"{"attribute":"tag","comparator":"not contains","#,
///         r#""values":[{"label":"test","value":"test"},{"label":"draft","value":"draft"}]}]}"#,
///     )
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[must_use]
pub struct Filter {
    #[serde(rename = "AND")]
    conditions: Vec<Condition>,
}

#[derive(Clone, PartialEq, Eq, Serialize)]
struct Condition {
    attribute: String,
    comparator: Comparator,
    values: Vec<FilterValue>,
}

impl Filter {
    /// An empty filter, which matches all events.
    pub fn new() -> Self {
        Self::default()
    }

    /// Requires the attribute to equal one of these values.
    pub fn equal<V: Into<FilterValue>>(
        self,
        attribute: impl fmt::Display,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.condition(attribute, Comparator::Equal, values)
    }

    /// Requires the attribute to equal none of these values.
    pub fn not_equal<V: Into<FilterValue>>(
        self,
        attribute: impl fmt::Display,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.condition(attribute, Comparator::NotEqual, values)
    }

    /// Requires the attribute to contain one of these values.
    pub fn contains<V: Into<FilterValue>>(
        self,
        attribute: impl fmt::Display,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.condition(attribute, Comparator::Contains, values)
    }

    /// Requires the attribute to contain none of these values.
    pub fn not_contains<V: Into<FilterValue>>(
        self,
        attribute: impl fmt::Display,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.condition(attribute, Comparator::NotContains, values)
    }

    /// Adds a condition with this operator.
    pub fn condition<V: Into<FilterValue>>(
        mut self,
        attribute: impl fmt::Display,
        comparator: impl Into<Comparator>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.conditions.push(Condition {
            attribute: attribute.to_string(),
            comparator: comparator.into(),
            values: values.into_iter().map(Into::into).collect(),
        });
        self
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({} values)", self.attribute, self.comparator, self.values.len())
    }
}

/// A value of a condition, and the label that Mailgun's control panel shows for it.
///
/// Both are always sent, because the logs require both. Text is its own label.
///
/// ```
/// use mailgun::analytics::{Dimension, Filter, FilterValue};
///
/// let shop = FilterValue::labeled("646d00a1b32c35364a2ad34f", "The shop");
/// let filter = Filter::new().equal(Dimension::Subaccount, [shop]);
/// assert_eq!(format!("{filter:?}"), "Filter { conditions: [subaccount = (1 values)] }");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FilterValue {
    label: String,
    value: String,
}

impl FilterValue {
    /// A value with a label of its own.
    pub fn labeled(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

impl<T: Into<String>> From<T> for FilterValue {
    fn from(value: T) -> Self {
        let value = value.into();
        Self { label: value.clone(), value }
    }
}

impl fmt::Debug for FilterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FilterValue(..)")
    }
}
