//! What the program writes: tables for people, JSON for programs.

use std::io::{self, IsTerminal as _, Write as _};

use clap::builder::styling::{AnsiColor, Style};
use comfy_table::{Cell, Color, Table, presets};
use serde::Serialize;
use serde_json::Value;

use crate::exit::{Failure, Result};

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    Always,
    Never,
}

impl When {
    fn on(self, stream: &impl io::IsTerminal) -> bool {
        let is_plain = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        match self {
            Self::Auto => stream.is_terminal() && !is_plain(),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// The meaning of a text, shown as its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    Warning,
}

/// Writes results to standard output, and notes for people to standard error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) is_json: bool,
    has_color: bool,
}

impl Output {
    pub(crate) fn new(is_json: bool, color: When) -> Self {
        Self { is_json, has_color: color.on(&io::stdout()) }
    }

    /// For text on standard error.
    pub(crate) fn of_errors(is_json: bool, color: When) -> Self {
        Self { is_json, has_color: color.on(&io::stderr()) }
    }

    /// Writes a line as it is. Text from elsewhere must be [`clean`].
    pub(crate) fn line(self, text: impl AsRef<str>) -> Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_ref().as_bytes())?;
        out.write_all(b"\n")?;
        Ok(out.flush()?)
    }

    /// Writes bytes as they are, where the user asks for exactly them. A terminal would obey them, and
    /// gets them like [`lines`].
    pub(crate) fn raw(self, bytes: &[u8]) -> Result<()> {
        let mut out = io::stdout().lock();
        if out.is_terminal() {
            out.write_all(lines(&String::from_utf8_lossy(bytes)).as_bytes())?;
            return Ok(out.flush()?);
        }
        out.write_all(bytes)?;
        Ok(out.flush()?)
    }

    /// Tells people something that is not a result.
    pub(crate) fn note(self, text: impl AsRef<str>) {
        // Without standard error there is nobody to tell.
        let _ = writeln!(io::stderr(), "{}", lines(text.as_ref()));
    }

    /// Writes a value as indented JSON.
    pub(crate) fn json(self, value: &impl Serialize) -> Result<()> {
        self.line(visible(&serde_json::to_string_pretty(value).map_err(not_json)?))
    }

    /// Writes a value as one line of JSON.
    pub(crate) fn ndjson(self, value: &impl Serialize) -> Result<()> {
        let json = serde_json::to_string(value).map_err(not_json)?;
        // JSON that is kept as it came may be indented. Line ends are never within strings.
        self.line(visible(&json.lines().map(str::trim).collect::<String>()))
    }

    /// Writes a list: an array, or a table with a row for each item.
    pub(crate) fn list<T: Serialize, const N: usize>(
        self,
        items: &[T],
        head: [&str; N],
        row: impl Fn(&T) -> [Cell; N],
    ) -> Result<()> {
        if self.is_json {
            return self.json(&items);
        }
        if items.is_empty() {
            self.note("Nothing found.");
            return Ok(());
        }
        let head = head.iter().map(Cell::new).collect();
        self.rows(head, items.iter().map(|item| row(item).into()))
    }

    /// Writes one thing: an object, or a table with a row for each field.
    pub(crate) fn fields<const N: usize>(
        self,
        value: &impl Serialize,
        fields: [(&str, Cell); N],
    ) -> Result<()> {
        if self.is_json {
            return self.json(value);
        }
        let filled = fields.into_iter().filter(|(_, cell)| !cell.content().is_empty());
        let mut table = self.new_table();
        for (name, cell) in filled {
            table.add_row([Cell::new(name), cell]);
        }
        self.write(table)
    }

    /// Writes what was done: an object, or a sentence.
    pub(crate) fn done(self, value: &impl Serialize, sentence: impl AsRef<str>) -> Result<()> {
        if self.is_json { self.json(value) } else { self.line(clean(sentence.as_ref())) }
    }

    /// Writes a table whose columns are known when it is written.
    pub(crate) fn rows(
        self,
        head: Vec<Cell>,
        rows: impl IntoIterator<Item = Vec<Cell>>,
    ) -> Result<()> {
        let mut table = self.new_table();
        table.set_header(head).add_rows(rows);
        self.write(table)
    }

    fn write(self, mut table: Table) -> Result<()> {
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        self.line(table.trim_fmt())
    }

    /// A table without borders. Cells are not wrapped, so that their text can be copied.
    fn new_table(self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).force_no_tty();
        if self.has_color {
            table.enforce_styling();
        }
        table
    }

    /// The text in the colour of its meaning.
    pub(crate) fn paint(self, text: &str, tone: Tone) -> String {
        if !self.has_color {
            return text.to_owned();
        }
        let color = match tone {
            Tone::Good => AnsiColor::Green,
            Tone::Bad => AnsiColor::Red,
            Tone::Warning => AnsiColor::Yellow,
        };
        let style = Style::new().fg_color(Some(color.into()));
        format!("{style}{text}{style:#}")
    }
}

fn not_json(error: serde_json::Error) -> Failure {
    Failure::error(format!("the result cannot be written as JSON: {error}"))
}

/// A cell with text from elsewhere.
pub(crate) fn cell(text: impl ToString) -> Cell {
    Cell::new(clean(&text.to_string()))
}

/// A cell for a value that may be missing.
pub(crate) fn optional(text: Option<impl ToString>) -> Cell {
    cell(text.map(|text| text.to_string()).unwrap_or_default())
}

pub(crate) fn toned(text: impl ToString, tone: Tone) -> Cell {
    cell(text).fg(match tone {
        Tone::Good => Color::Green,
        Tone::Bad => Color::Red,
        Tone::Warning => Color::Yellow,
    })
}

pub(crate) fn yes_no(value: bool) -> Cell {
    Cell::new(if value { "yes" } else { "no" })
}

/// One line of text from elsewhere, without what could control a terminal.
pub(crate) fn clean(text: &str) -> String {
    let text = anstream::adapter::strip_str(text).to_string();
    let spaced = text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c });
    spaced.filter(|c| !controls(*c)).collect::<String>().trim().to_owned()
}

/// Like [`clean`], for text of several lines.
pub(crate) fn lines(text: &str) -> String {
    let text = anstream::adapter::strip_str(text).to_string();
    text.chars().filter(|c| *c == '\n' || *c == '\t' || !controls(*c)).collect()
}

/// Whether a character controls the terminal, ends a line or turns the direction of what follows.
fn controls(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// JSON whose strings are escaped where a terminal would obey them.
pub(crate) fn visible(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\n' => text.push(c),
            // Only strings can have them.
            _ if controls(c) => text += &format!("\\u{:04x}", u32::from(c)),
            _ => text.push(c),
        }
    }
    text
}

/// A value of JSON as text: strings without quotes, the rest as it is.
pub(crate) fn json_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
