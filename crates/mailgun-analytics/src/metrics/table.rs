//! Metrics as rows and columns.

use std::{collections::BTreeSet, fmt};

use csv::Writer;
use mailgun_core::Timestamp;
use serde_json::Value;

use crate::{Dimension, DimensionValue, MetricsItem};

/// Metrics as rows, for a plot or a spreadsheet.
///
/// The first columns are the dimensions, in the order in which they first appear. The metrics
/// follow, sorted by name. If an item has no value, its cell is [`Cell::Missing`].
///
/// ```
/// use mailgun::analytics::{Cell, MetricsItem, MetricsTable};
///
/// let item: MetricsItem = serde_json::from_str(
///     r#"{
///         "dimensions": [{
///             "dimension": "time",
///             "value": "Sat, 01 Nov 2025 00:00:00 +0000",
///             "display_value": "Sat, 01 Nov 2025 00:00:00 +0000"
///         }],
///         "metrics": {"opened_rate": "0.8300", "delivered_count": 40}
///     }"#,
/// )?;
/// let table = MetricsTable::new(&[item]);
/// assert_eq!(table.columns(), ["time", "delivered_count", "opened_rate"]);
/// assert_eq!(table.rows()[0][1], Cell::Count(40));
/// assert_eq!(table.rows()[0][2].as_f64(), Some(0.83));
/// assert_eq!(
///     table.to_csv(),
///     "time,delivered_count,opened_rate\n2025-11-01T00:00:00Z,40,0.83\n"
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricsTable {
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl MetricsTable {
    /// Makes a row for each item.
    pub fn new<'a>(items: impl IntoIterator<Item = &'a MetricsItem>) -> Self {
        let items: Vec<_> = items.into_iter().collect();
        let mut dimensions = Vec::new();
        let mut metrics = BTreeSet::new();
        for item in &items {
            for DimensionValue { dimension, .. } in &item.dimensions {
                if !dimensions.contains(dimension) {
                    dimensions.push(dimension.clone());
                }
            }
            metrics.extend(item.metrics.iter().map(|(name, _)| name));
        }
        let row = |item: &&MetricsItem| {
            let dimensions = dimensions.iter().map(|name| Cell::of_dimension(item, name));
            let metrics = metrics.iter().map(|name| Cell::of_metric(item.metrics.get(name)));
            dimensions.chain(metrics).collect()
        };
        let rows = items.iter().map(row).collect();
        let names = dimensions.iter().map(Dimension::as_str).chain(metrics.iter().copied());
        Self { columns: names.map(str::to_owned).collect(), rows }
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The rows, with a cell for each column.
    pub fn rows(&self) -> &[Vec<Cell>] {
        &self.rows
    }

    /// Writes the table as CSV. The first line has the names of the columns. A table without
    /// columns is empty text.
    ///
    /// Times are in RFC 3339 format, and rates are plain numbers.
    pub fn to_csv(&self) -> String {
        if self.columns.is_empty() {
            return String::new();
        }
        let mut writer = Writer::from_writer(Vec::new());
        let rows = self.rows.iter().map(|row| row.iter().map(Cell::to_string).collect());
        let written = [self.columns.clone()]
            .into_iter()
            .chain(rows)
            .try_for_each(|row: Vec<_>| writer.write_record(row));
        // Writing to memory fails only if rows differ in length.
        debug_assert!(written.is_ok(), "all rows have one cell for each column");
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// A cell of a [`MetricsTable`].
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Cell {
    /// No value.
    #[default]
    Missing,
    /// A value of the time dimension.
    Time(Timestamp),
    /// A value of another dimension, for display, or a metric that is not a number.
    Text(String),
    /// A count.
    Count(u64),
    /// A rate.
    Rate(f64),
}

impl Cell {
    /// Reads the value of a metric.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Count(count) => Some(*count as f64),
            Self::Rate(rate) => Some(*rate),
            Self::Missing | Self::Time(_) | Self::Text(_) => None,
        }
    }

    fn of_dimension(item: &MetricsItem, name: &Dimension) -> Self {
        let Some(found) = item.dimension(name.clone()) else { return Self::Missing };
        let shown = || match &*found.display_value {
            "" => &found.value,
            _ => &found.display_value,
        };
        match name {
            Dimension::Time => {
                found.value.parse().map_or_else(|_| Self::Text(shown().clone()), Self::Time)
            }
            _ => Self::Text(shown().clone()),
        }
    }

    fn of_metric(value: Option<&Value>) -> Self {
        match value {
            None | Some(Value::Null) => Self::Missing,
            Some(Value::Number(number)) => match (number.as_u64(), number.as_f64()) {
                (Some(count), _) => Self::Count(count),
                (None, Some(rate)) => Self::Rate(rate),
                (None, None) => Self::Text(number.to_string()),
            },
            Some(Value::String(text)) => {
                text.parse().map_or_else(|_| Self::Text(text.clone()), Self::Rate)
            }
            Some(other) => Self::Text(other.to_string()),
        }
    }
}

/// Formats the value as [`MetricsTable::to_csv`] does. A missing value is empty.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => Ok(()),
            Self::Time(time) => time.fmt(f),
            Self::Text(text) => f.pad(text),
            Self::Count(count) => count.fmt(f),
            Self::Rate(rate) => rate.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_are_equally_long_whatever_the_items_lack() {
        let items: Vec<MetricsItem> = serde_json::from_value(json!([
            {
                "dimensions": [
                    {"dimension": "tag", "value": "a,\"b\"", "display_value": "a,\"b\""},
                    {"dimension": "subaccount", "value": "646d", "display_value": "The shop"}
                ],
                "metrics": {"opened_count": 1, "z": [1], "neg": -1, "rate": "n/a"}
            },
            {
                "dimensions": [
                    {"dimension": "time", "value": "yesterday", "display_value": ""},
                    {"dimension": "tag", "value": "c", "display_value": null}
                ],
                "metrics": {"opened_count": null, "rate": "0.5000"}
            },
            {}
        ]))
        .unwrap();
        let table = MetricsTable::new(&items);
        let columns = ["tag", "subaccount", "time", "neg", "opened_count", "rate", "z"];
        assert_eq!(table.columns(), columns);
        assert!(table.rows().iter().all(|row| row.len() == columns.len()));
        assert_eq!(
            table.to_csv(),
            "tag,subaccount,time,neg,opened_count,rate,z\n\
             \"a,\"\"b\"\"\",The shop,,-1,1,n/a,[1]\n\
             c,,yesterday,,,0.5,\n\
             ,,,,,,\n"
        );
        assert_eq!(table.rows()[1][5], Cell::Rate(0.5));
        assert_eq!(table.rows()[2][0].as_f64(), None);
    }

    #[test]
    fn an_empty_table_has_no_line() {
        assert_eq!(MetricsTable::new(&[]).to_csv(), "");
        let table = MetricsTable::new(&[MetricsItem::default()]);
        assert_eq!((table.rows().len(), &*table.to_csv()), (1, ""));
    }
}
