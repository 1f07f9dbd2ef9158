//! The targets, compared with the measurements. A missed target does not fail a
//! run.

use mailgun_benches::case::{Case, Group, Who, Workload};

use crate::{
    measure::Row,
    table::{bytes, count, ratio, row},
};

/// One target: its description, the bound, the measurement, and the format of both.
struct Target {
    asked: &'static str,
    figure: Option<f64>,
    is_met: fn(f64) -> bool,
    show: fn(f64) -> String,
}

pub(crate) fn print(rows: &[Row]) {
    println!("| target | measured | |\n|---|--:|---|");
    for Target { asked, figure, is_met, show } in targets(rows) {
        let (shown, verdict) = match figure {
            None => (String::new(), "not measured"),
            Some(figure) if is_met(figure) => (show(figure), "met"),
            Some(figure) => (show(figure), "**not met**"),
        };
        println!("| {asked} | {shown} | {verdict} |");
    }
    let blocks = |who| {
        let case = Case { group: Group::Loopback, workload: Workload::Simple, who, tasks: 1 };
        row(rows, case)?.blocks
    };
    if let (Some(ours), Some(raw)) = (blocks(Who::Ours), blocks(Who::Raw)) {
        println!(
            "| simple message: each allocation above raw hyper's justified | {:.0} above its {raw:.0} \
             | see ALLOCATIONS.md |",
            ours - raw
        );
    }
}

fn targets(rows: &[Row]) -> Vec<Target> {
    let find = |group, workload, who, tasks| row(rows, Case { group, workload, who, tasks });
    let loopback = |workload, who, tasks| find(Group::Loopback, workload, who, tasks);
    let instructions = |row: Option<&Row>| row.and_then(|row| row.instructions);
    let pair = |workload, tasks| {
        let raw = loopback(workload, Who::Raw, tasks)?;
        Some((loopback(workload, Who::Ours, tasks)?, raw))
    };
    let simple = pair(Workload::Simple, 1)
        .and_then(|(ours, raw)| ratio(ours.instructions, raw.instructions));
    let received = || {
        let webhook = |who| find(Group::Receive, Workload::Webhook, who, 64);
        Some((webhook(Who::Ours)?, webhook(Who::Raw)?))
    };
    let times = |ratio: f64| format!("{ratio:.2} ×");
    vec![
        Target {
            asked: "simple message: at most 1.30 × raw hyper's instructions",
            figure: simple,
            is_met: |ratio| ratio <= 1.30,
            show: times,
        },
        Target {
            asked: "1,000 recipients: at most 3.5 M instructions",
            figure: instructions(loopback(Workload::Batch, Who::Ours, 1)),
            is_met: |number| number <= 3.5e6,
            show: count,
        },
        Target {
            asked: "10,000 recipients in ten calls: at most 10.5 × the instructions of 1,000",
            figure: ratio(
                instructions(loopback(Workload::Batch10k, Who::Ours, 1)),
                instructions(loopback(Workload::Batch, Who::Ours, 1)),
            ),
            is_met: |ratio| ratio <= 10.5,
            show: times,
        },
        Target {
            asked: "64 in flight: at least 0.80 of raw hyper's messages per second",
            figure: pair(Workload::Simple, 64)
                .map(|(ours, raw)| raw.ratio(ours, |turn| turn.nanos)),
            is_met: |ratio| ratio >= 0.80,
            show: times,
        },
        Target {
            asked: "webhooks over 64 connections: at least 0.8 of bare axum's requests per second",
            figure: received().map(|(ours, raw)| raw.ratio(ours, |turn| turn.nanos)),
            is_met: |ratio| ratio >= 0.8,
            show: times,
        },
        Target {
            asked: "10 MiB from memory: at most 1.05 × raw hyper's processor time",
            figure: pair(Workload::Attachment, 1)
                .map(|(ours, raw)| ours.ratio(raw, |turn| turn.cpu_nanos)),
            is_met: |ratio| ratio <= 1.05,
            show: times,
        },
        Target {
            asked: "10 MiB from memory: allocated bytes below 64 kB",
            figure: loopback(Workload::Attachment, Who::Ours, 1).and_then(|row| row.bytes),
            is_met: |allocated| allocated < 64e3,
            show: bytes,
        },
        Target {
            asked: "24 MiB from a file: peak memory growth below 4 MiB",
            figure: loopback(Workload::File, Who::Ours, 1)
                .and_then(|row| row.resident_peak)
                .map(|peak| peak as f64),
            is_met: |peak| peak < 4.0 * 1024.0 * 1024.0,
            show: bytes,
        },
    ]
}
