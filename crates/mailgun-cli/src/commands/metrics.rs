use clap::Args;
use mailgun::{
    Timestamp,
    analytics::{Cell as Value, Dimension, Filter, Metric, MetricsQuery, MetricsTable, Resolution},
};

use crate::{
    args,
    context::Context,
    exit::{Failure, Result},
    output::{Output, cell, clean},
    progress,
};

/// Bars of the chart have at most this many characters.
const BAR: usize = 40;

/// Count deliveries, opens, clicks and failures
///
/// Counts mail of one domain if one is set, else of the whole account.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mailgun metrics --since 30d
  mailgun metrics --by recipient_domain --metric delivered_count --metric fail_rate
  mailgun metrics --metric opened_rate --chart
  mailgun metrics --csv > week.csv")]
pub(crate) struct Metrics {
    /// Metric, such as delivered_count or opened_rate; may be repeated
    #[arg(
        short,
        long,
        value_name = "NAME",
        default_values = ["accepted_count", "delivered_count", "failed_count", "opened_rate", "clicked_rate"]
    )]
    metric: Vec<String>,
    /// What to count by: time, domain, tag, recipient_domain and others; may be repeated
    #[arg(short, long, value_name = "DIMENSION", default_value = "time")]
    by: Vec<String>,
    /// Unit of time: hour, day or month
    #[arg(long, default_value = "day")]
    resolution: String,
    /// First time: a date, or a time before now [default: seven days ago]
    #[arg(long, value_name = "TIME", value_parser = args::since)]
    since: Option<Timestamp>,
    /// Last time [default: now]
    #[arg(long, value_name = "TIME", value_parser = args::since)]
    until: Option<Timestamp>,
    /// Only mail with this tag
    #[arg(long)]
    tag: Option<String>,
    /// Write CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Draw the first metric as bars
    #[arg(long, conflicts_with_all = ["json", "csv"])]
    chart: bool,
}

impl Metrics {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let mut filter = Filter::new();
        if let Some(domain) = context.domain_if_set()? {
            filter = filter.equal(Dimension::Domain, [domain]);
        }
        if let Some(tag) = self.tag {
            filter = filter.equal(Dimension::Tag, [tag]);
        }
        let by_time = self.by.iter().any(|dimension| dimension == "time");
        let mut query = MetricsQuery::new()
            .dimensions(self.by.iter().map(|name| Dimension::from(name.as_str())))
            .metrics(self.metric.iter().map(|name| Metric::from(name.as_str())))
            .resolution(Resolution::from(self.resolution))
            .filter(&filter);
        if by_time {
            query = query.sort("time:asc");
        }
        if let Some(since) = self.since {
            query = query.start(since);
        }
        if let Some(until) = self.until {
            query = query.end(until);
        }
        let pager = context.mailgun().await?.analytics().metrics(query);
        let items = progress::collect(pager, "rows", context.out).await?;
        let out = context.out;
        if out.is_json {
            return out.json(&items);
        }
        let table = MetricsTable::new(&items);
        if self.csv {
            return out.raw(table.to_csv().as_bytes());
        }
        if table.rows().is_empty() {
            out.note("Nothing found.");
            return Ok(());
        }
        if self.chart {
            return chart(&table, &self.metric[0], out);
        }
        print(&table, out)
    }
}

fn print(table: &MetricsTable, out: Output) -> Result<()> {
    let head: Vec<_> = table.columns().iter().map(|name| name.to_uppercase()).collect();
    let rows = table.rows().iter().map(|row| row.iter().map(|value| cell(text(value))).collect());
    out.rows(head.iter().map(cell).collect(), rows)
}

/// A value for people. Days are without their time.
fn text(value: &Value) -> String {
    match value {
        Value::Rate(rate) => format!("{rate:.2}"),
        value => value.to_string().trim_end_matches("T00:00:00Z").to_owned(),
    }
}

/// Draws one metric: a bar for each row.
fn chart(table: &MetricsTable, metric: &str, out: Output) -> Result<()> {
    let column = table.columns().iter().position(|name| name == metric);
    let column = column.ok_or_else(|| Failure::error(format!("Mailgun returned no {metric}")))?;
    let is_dimension = |value: &&Value| matches!(value, Value::Time(_) | Value::Text(_));
    let label = |row: &[Value]| {
        let labels: Vec<_> = row.iter().filter(is_dimension).map(text).collect();
        clean(&labels.join(" "))
    };
    let rows: Vec<_> = table
        .rows()
        .iter()
        .map(|row| (label(row), row[column].as_f64().unwrap_or_default(), text(&row[column])))
        .collect();
    let largest = rows.iter().map(|(_, value, _)| *value).fold(0.0, f64::max);
    let width = rows.iter().map(|(label, ..)| console::measure_text_width(label)).max();
    out.line(metric)?;
    for (label, value, text) in &rows {
        let share = if largest > 0.0 { value / largest } else { 0.0 };
        // Eighths of a character.
        let eighths = (share * (BAR * 8) as f64).round() as usize;
        let mut bar = "█".repeat(eighths / 8);
        bar.extend(
            [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'].get(eighths % 8).filter(|c| **c != ' '),
        );
        let label = console::pad_str(label, width.unwrap_or(0), console::Alignment::Left, None);
        out.line(format!("{label}  {bar:<BAR$}  {text}").trim_end())?;
    }
    Ok(())
}
