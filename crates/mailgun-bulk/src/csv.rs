//! Recipients from CSV, and cells that a spreadsheet does not run.

use std::{
    borrow::Cow,
    io::{self, BufRead as _, BufReader, Read as _},
};

use csv::{Reader, ReaderBuilder, StringRecord, Trim};
use futures_core::Stream;
use futures_util::stream;
use mailgun_core::{BoxError, Error};
use mailgun_messages::__private::Recipient;
use serde::{Serialize, Serializer};
use tokio::sync::mpsc;

use crate::draft::Row;

/// How many rows wait for the store.
const WAITING: usize = 1000;
/// How much of the first row decides what separates its cells, in bytes.
const FIRST_ROW: u64 = 64 * 1024;

/// The recipients of a file, which is read on a thread that may block.
pub(crate) fn rows(
    reader: impl io::Read + Send + 'static,
) -> impl Stream<Item = Result<Row, BoxError>> + Send {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = read(reader, |row| sender.blocking_send(Ok(row)).is_ok()) {
            let _ = sender.blocking_send(Err(error));
        }
    });
    stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|row| (row, receiver))
    })
}

/// Passes each row on, until `pass` returns `false`.
fn read(reader: impl io::Read, mut pass: impl FnMut(Row) -> bool) -> Result<(), BoxError> {
    let mut reader = BufReader::new(reader);
    let mut first = Vec::new();
    (&mut reader).take(FIRST_ROW).read_until(b'\n', &mut first)?;
    let mut reader = ReaderBuilder::new()
        .delimiter(separator(&first))
        .trim(Trim::All)
        .from_reader(first.as_slice().chain(reader));
    let columns = Columns::of(&mut reader)?;
    // The position of a row may be between the two characters of the line end before it. In a file with
    // different line ends, the number may be off by one.
    let is_before_line_feed = first.ends_with(b"\r\n");
    let line =
        |position: &csv::Position| position.line().saturating_add(u64::from(is_before_line_feed));
    let mut record = StringRecord::new();
    loop {
        let row = match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            // Spreadsheets write such rows at the end.
            Ok(true) if record.iter().all(str::is_empty) => continue,
            Ok(true) => {
                let line = record.position().map_or(0, line);
                let address = record.get(columns.address).unwrap_or_default();
                (line, Recipient::new(address, columns.variables(&record)))
            }
            Err(error) => match (error.position(), error.kind()) {
                (Some(position), csv::ErrorKind::UnequalLengths { expected_len, len, .. }) => {
                    let reason = format!("has {len} cells instead of {expected_len}");
                    (line(position), Err(Error::invalid("row", reason)))
                }
                (Some(position), csv::ErrorKind::Utf8 { .. }) => {
                    (line(position), Err(Error::invalid("row", "is not UTF-8")))
                }
                _ => return Err(error.into()),
            },
        };
        if !pass(row) {
            return Ok(());
        }
    }
}

/// What separates the cells: a comma. Without one in the first row, a semicolon, which spreadsheets write
/// where the comma is the decimal sign, or a tab.
fn separator(first_row: &[u8]) -> u8 {
    let mut is_quoted = false;
    let is_bare = |byte: &u8| {
        is_quoted ^= *byte == b'"';
        !is_quoted
    };
    let bare: Vec<u8> = first_row.iter().copied().filter(is_bare).collect();
    [b',', b';', b'\t'].into_iter().find(|separator| bare.contains(separator)).unwrap_or(b',')
}

/// The columns of a file.
struct Columns {
    address: usize,
    /// Position and name of the others.
    variables: Vec<(usize, String)>,
}

impl Columns {
    fn of(reader: &mut Reader<impl io::Read>) -> Result<Self, BoxError> {
        let names = reader.headers()?.clone();
        let is_address =
            |name: &str| ["address", "email"].iter().any(|it| name.eq_ignore_ascii_case(it));
        let mut addresses = (0..).zip(&names).filter(|(_, name)| is_address(name));
        let (Some((address, _)), None) = (addresses.next(), addresses.next()) else {
            return Err("the first row must name one column `address` or `email`".into());
        };
        let mut variables: Vec<(usize, String)> = Vec::new();
        for (at, name) in (0..).zip(&names).filter(|(at, _)| *at != address) {
            if name.is_empty() {
                return Err(format!("column {} has no name", at + 1).into());
            }
            if variables.iter().any(|(_, other)| other == name) {
                return Err(format!("two columns have the name of column {}", at + 1).into());
            }
            variables.push((at, name.to_owned()));
        }
        Ok(Self { address, variables })
    }

    fn variables<'a>(&'a self, record: &'a StringRecord) -> impl Serialize + 'a {
        Variables { columns: self, record }
    }
}

struct Variables<'a> {
    columns: &'a Columns,
    record: &'a StringRecord,
}

impl Serialize for Variables<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let variables = self.columns.variables.iter();
        serializer.collect_map(
            variables.map(|(at, name)| (name, self.record.get(*at).unwrap_or_default())),
        )
    }
}

/// A cell that a spreadsheet shows as text: an apostrophe precedes what would begin a formula.
pub(crate) fn safe_cell(text: &str) -> Cow<'_, str> {
    // Programs of East Asia also take the full-width signs.
    let signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'];
    if text.starts_with(signs) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mailbox and variables, or the reason.
    type Outcome = Result<(String, String), String>;

    /// The rows by line.
    fn read_all(text: &[u8]) -> Result<Vec<(u64, Outcome)>, String> {
        let mut rows = Vec::new();
        let read = read(text, |(line, row)| {
            let row = row.map(|it| (it.mailbox().to_string(), it.variables().to_owned()));
            rows.push((line, row.map_err(|error| error.to_string())));
            true
        });
        read.map(|()| rows).map_err(|error| error.to_string())
    }

    #[test]
    fn columns_become_variables_and_bad_rows_are_told_by_line() {
        let text = b"\xef\xbb\xbfname, Email ,city\n\
            Ann, ann@example.com,\"Bad, Homburg\"\n\
            Bob,no address,Ulm\n\
            \n\
            Carl,carl@example.com\n\
            Dora,\xff@example.com,Ulm\n\
            Eva,\"Eva <eva@example.com>\",\"a\nb\"\n\
            Finn,finn@example.com,\n";
        let rows = read_all(text).unwrap();
        let lines: Vec<_> = rows.iter().map(|(line, row)| (*line, row.is_ok())).collect();
        assert_eq!(lines, [(2, true), (3, false), (4, false), (6, false), (7, true), (9, true)]);
        let ok = |mailbox: &str, variables: &str| Ok((mailbox.into(), variables.into()));
        assert_eq!(rows[0].1, ok("ann@example.com", r#"{"name":"Ann","city":"Bad, Homburg"}"#));
        assert_eq!(rows[4].1, ok("Eva <eva@example.com>", r#"{"name":"Eva","city":"a\nb"}"#));
        assert_eq!(rows[5].1, ok("finn@example.com", r#"{"name":"Finn","city":""}"#));
        let reason = |at: usize| rows[at].1.clone().unwrap_err();
        assert!(!reason(1).contains("no address"), "{}", reason(1));
        assert!(reason(2).contains("has 2 cells instead of 3"), "{}", reason(2));
        assert!(reason(3).contains("is not UTF-8"), "{}", reason(3));
    }

    #[test]
    fn semicolons_and_tabs_separate_cells_if_the_first_row_has_no_comma() {
        let ok = |mailbox: &str, variables: &str| Ok((mailbox.into(), variables.into()));
        for (text, variables) in [
            ("\u{feff}email;town\r\nann@example.com;Bonn, Rhein\r\n", r#"{"town":"Bonn, Rhein"}"#),
            ("email;\"town, country\"\nann@example.com;x\n", r#"{"town, country":"x"}"#),
            ("email\ttown\nann@example.com\tBonn; Rhein\n", r#"{"town":"Bonn; Rhein"}"#),
            ("email,town;country\nann@example.com,x\n", r#"{"town;country":"x"}"#),
            ("email\nann@example.com\n", "{}"),
        ] {
            let rows = read_all(text.as_bytes()).unwrap();
            assert_eq!(rows, [(2, ok("ann@example.com", variables))], "{text:?}");
        }
        let long = format!("email;{}\nann@example.com;x\n", "x".repeat(200_000));
        assert_eq!(read_all(long.as_bytes()).unwrap().len(), 1);
    }

    #[test]
    fn lines_are_counted_with_any_line_end() {
        let text = "email,town\nann@example.com,Bonn\nnobody,\nbob@example.com\n\u{1},\n";
        for end in ["\n", "\r\n"] {
            let rows = read_all(text.replace('\n', end).as_bytes()).unwrap();
            let lines: Vec<_> = rows.iter().map(|(line, row)| (*line, row.is_ok())).collect();
            assert_eq!(lines, [(2, true), (3, false), (4, false), (5, false)], "{end:?}");
        }
    }

    #[test]
    fn rows_without_any_text_are_skipped() {
        let text =
            b"email,town\nann@example.com,Bonn\n,\n , \n\"\",\nbob@example.com,\n,Ulm\n,,,\n";
        let rows = read_all(text).unwrap();
        let lines: Vec<_> = rows.iter().map(|(line, row)| (*line, row.is_ok())).collect();
        assert_eq!(lines, [(2, true), (6, true), (7, false), (8, false)]);
    }

    #[test]
    fn a_first_row_without_one_column_of_addresses_is_an_error() {
        for (text, reason) in [
            ("", "must name one column"),
            ("name,city\n", "must name one column"),
            ("address,email\n", "must name one column"),
            ("email,,city\n", "column 2 has no name"),
            ("email,city,city\n", "two columns have the name of column 3"),
        ] {
            let error = read_all(text.as_bytes()).unwrap_err();
            assert!(error.contains(reason), "{text:?}: {error}");
        }
    }

    #[test]
    fn cells_that_would_be_formulas_are_text() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠A", "\tx", "\rx"] {
            assert_eq!(safe_cell(text), format!("'{text}"));
        }
        for text in ["", "ann@example.com", "a=b", "1-2"] {
            assert_eq!(safe_cell(text), text);
        }
    }
}
