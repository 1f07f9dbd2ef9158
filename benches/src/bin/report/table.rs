//! The table in Markdown.

use mailgun_benches::case::{Case, Group, Who};

use crate::measure::Row;

/// The row of `case`, if it was measured.
pub(crate) fn row(rows: &[Row], case: Case) -> Option<&Row> {
    rows.iter().find(|row| row.case == case)
}

pub(crate) fn print(rows: &[Row]) {
    println!(
        "| case | time | cpu | instructions | × raw | × reqwest | allocations | allocated | peak heap \
         | peak resident | msg/s × raw |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    );
    for row in rows {
        let compared = |who| match self::row(rows, row.case.by(who)) {
            Some(other) if matches!(row.case.group, Group::Loopback | Group::Receive) => {
                cell(ratio(row.instructions, other.instructions), |r| format!("{r:.2}"))
            }
            _ => String::new(),
        };
        let speed = self::row(rows, row.case.by(Who::Raw));
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            row.case,
            time(row.median(|turn| turn.nanos)),
            time(row.median(|turn| turn.cpu_nanos)),
            cell(row.instructions, count),
            compared(Who::Raw),
            compared(Who::Reqwest),
            cell(row.blocks, |blocks| format!("{blocks:.1}")),
            cell(row.bytes, bytes),
            cell(row.heap_peak, |peak| bytes(peak as f64)),
            cell(row.resident_peak, |peak| bytes(peak as f64)),
            cell(speed, |raw| format!("{:.2}", raw.ratio(row, |turn| turn.nanos))),
        );
    }
}

pub(crate) fn ratio(ours: Option<f64>, other: Option<f64>) -> Option<f64> {
    Some(ours? / other?)
}

fn cell<T>(value: Option<T>, show: impl FnOnce(T) -> String) -> String {
    value.map(show).unwrap_or_default()
}

fn time(nanos: f64) -> String {
    match nanos {
        ..1e4 => format!("{nanos:.0} ns"),
        ..1e7 => format!("{:.1} µs", nanos / 1e3),
        _ => format!("{:.1} ms", nanos / 1e6),
    }
}

/// A number of instructions.
pub(crate) fn count(number: f64) -> String {
    match number {
        ..1e6 => format!("{:.1} k", number / 1e3),
        _ => format!("{:.2} M", number / 1e6),
    }
}

/// A number of bytes.
pub(crate) fn bytes(number: f64) -> String {
    const KIB: f64 = 1024.0;
    match number / KIB {
        kib @ ..10.0 => format!("{kib:.1} KiB"),
        kib @ ..10_240.0 => format!("{kib:.0} KiB"),
        kib => format!("{:.1} MiB", kib / KIB),
    }
}
