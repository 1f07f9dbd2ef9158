//! Kills the workers of campaigns at random moments and at every step, and compares what the store says
//! with the mail that was accepted.
//!
//! ```sh
//! cargo run --release -p mailgun-bulk --example crash -- --kills 200
//! ```
//!
//! A mock of Mailgun runs in this process. One, two or four workers run in processes of their own, on a
//! store in SQLite or in Postgres. Half of them are killed from outside, at a random moment; the others
//! abort before or after a random step in the store. Each that ends is started again, until the campaign
//! is done. The mock loses some responses, and delays others.
//!
//! The last line is `doubled 0, lost 0, wrong 0, unexplained 0, unknown N, kills N`. The exit code is 1
//! unless the first four are 0:
//!
//! * doubled: recipients who got two mails
//! * lost: recipients who are accepted and got no mail, or who were never sent to
//! * wrong: recipients who got a mail, but are not accepted after the events were searched
//! * unexplained: chunks of unknown outcome although the response arrived and the worker lived
//! * unknown: recipients whose outcome was unknown before the events were searched
//!
//! At the end of each campaign, the recipients who are still unknown get the mail, so that all have it
//! once.

#![allow(clippy::print_stderr, clippy::print_stdout, reason = "a program that reports")]

mod campaign;
mod random;
mod worker;

use std::{error::Error, path::PathBuf, process::ExitCode};

use mailgun_testing::Postgres;

use crate::campaign::{Totals, run};

const USAGE: &str = "crash [--kills N] [--seed N] [--workers 1|2|4] [--recipients N] \
                     [--store sqlite|postgres|postgres://..]";

/// What is asked for.
struct Options {
    kills: u64,
    seed: u64,
    /// The number of worker processes; without it, campaigns have one, two and four in turn.
    workers: Option<usize>,
    recipients: usize,
    store: String,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        let mut options =
            Self { kills: 50, seed: 1, workers: None, recipients: 400, store: "sqlite".to_owned() };
        while let Some(name) = arguments.next() {
            let value = arguments.next()?;
            match &*name {
                "--kills" => options.kills = value.parse().ok()?,
                "--seed" => options.seed = value.parse().ok()?,
                "--workers" => {
                    options.workers = Some(value.parse().ok().filter(|n| (1..=16).contains(n))?);
                }
                "--recipients" => {
                    options.recipients = value.parse().ok().filter(|count| *count > 0)?;
                }
                "--store" => options.store = value,
                _ => return None,
            }
        }
        Some(options)
    }
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    if worker::is_worker() {
        return worker::run().await;
    }
    let Some(mut options) = Options::parse(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return Ok(ExitCode::from(2));
    };
    let folder = tempfile::tempdir()?;
    // It ends with this process.
    let mut postgres = None;
    match &*options.store {
        "sqlite" => {
            let path: PathBuf = folder.path().join("crash.db");
            options.store = path.display().to_string();
        }
        "postgres" => {
            let server = Postgres::start().ok_or("there is no Postgres on this machine")?;
            options.store = server.database();
            postgres = Some(server);
        }
        _ => {}
    }
    let totals = run(&options).await?;
    drop(postgres);
    println!("{totals}");
    Ok(if totals.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Totals {
    fn is_good(&self) -> bool {
        [self.doubled, self.lost, self.wrong, self.unexplained] == [0; 4]
    }
}
