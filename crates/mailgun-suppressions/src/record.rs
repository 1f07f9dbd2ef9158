//! Records to add: a list of names and texts that is sent as a form, as JSON or as CSV.

use mailgun_core::{Error, Fields};
use mailgun_types::Csv;
use serde::Serializer;

/// A record with its first field.
pub(crate) fn with(name: &'static str, value: impl Into<String>) -> Fields {
    let mut fields = Fields::new();
    fields.set(name, value.into());
    fields
}

/// Writes the fields as a JSON object of texts.
pub(crate) fn serialize<S: Serializer>(fields: &Fields, serializer: S) -> Result<S::Ok, S::Error> {
    let texts = fields.iter().map(|(name, value)| (name, String::from_utf8_lossy(value)));
    serializer.collect_map(texts)
}

/// The row of a CSV file with these columns. Fields that are not set stay empty.
pub(crate) fn row<const N: usize>(fields: &Fields, columns: [&str; N]) -> [String; N] {
    columns.map(|column| fields.get(column).unwrap_or_default().to_owned())
}

/// A CSV file with these columns.
pub(crate) fn csv<const N: usize>(
    filename: &str,
    columns: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<Csv, Error> {
    let head = columns.map(str::to_owned);
    Csv::from_rows(filename, std::iter::once(head).chain(rows).map(|row| row.to_vec()))
}
