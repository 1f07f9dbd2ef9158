//! Sends messages to servers with injected faults, and compares the results of the calls with what
//! the servers have accepted.
//!
//! ```sh
//! cargo run --release -p mailgun-testing --bin soak -- --sends 100000 --seed 1
//! ```
//!
//! The last line is `doubled 0, lost 0, wrongly not sent 0, unknown N`. The exit code is 1 unless
//! the first three are 0. A message is doubled if the server accepted it more than once. It is lost
//! if its call succeeded and the server did not accept it. It is wrongly not sent if its call
//! failed with an outcome other than unknown and the server accepted it. A server accepts a message
//! if it reads the whole request and does not reject it.
//!
//! The calls and the faults depend only on the seed. Times depend on the machine.

#![allow(clippy::print_stderr, clippy::print_stdout, reason = "a program that reports")]

mod client;
mod fault;
mod http1;
mod http2;
mod ledger;
mod random;
mod server;

use std::{error::Error, process::ExitCode, sync::Arc};

use mailgun_core::Client;
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    client::{Plan, client},
    random::Random,
    server::{Run, Server},
};

const USAGE: &str = "soak [--sends N] [--seed N] [--concurrency N] [--http 1|2|both] [--cases N]";

struct Options {
    sends: usize,
    seed: u64,
    /// The number of concurrent calls.
    concurrency: usize,
    http1: bool,
    http2: bool,
    /// How many of the wrong messages are printed.
    cases: usize,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        let mut options =
            Self { sends: 10_000, seed: 1, concurrency: 64, http1: true, http2: true, cases: 20 };
        while let Some(name) = arguments.next() {
            let value = arguments.next()?;
            match &*name {
                "--sends" => options.sends = value.parse().ok()?,
                "--seed" => options.seed = value.parse().ok()?,
                "--concurrency" => {
                    options.concurrency =
                        value.parse().ok().filter(|number| (1..=10_000).contains(number))?;
                }
                "--cases" => options.cases = value.parse().ok()?,
                "--http" => {
                    options.http1 = matches!(&*value, "1" | "both");
                    options.http2 = matches!(&*value, "2" | "both");
                }
                _ => return None,
            }
        }
        (options.http1 || options.http2).then_some(options)
    }
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let Some(options) = Options::parse(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return Ok(ExitCode::from(2));
    };
    let run = Arc::new(Run::new(options.sends, options.seed));
    let clients = clients(&run, &options).await?;
    send_all(&run, &options, clients).await;
    let is_quiet = run.is_quiet().await;
    if !is_quiet {
        eprintln!("connections are still open");
    }
    let verdict = run.ledger.verdict();
    for case in verdict.cases.iter().take(options.cases) {
        eprintln!("{case}");
    }
    eprintln!(
        "{} accepted, {} not accepted, {} dropped; {} requests, {} accepted by servers",
        verdict.accepted, verdict.not_accepted, verdict.dropped, verdict.requests, verdict.stored
    );
    println!("{verdict}");
    Ok(if verdict.is_good() && is_quiet { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A server of each kind, and two clients of each server.
async fn clients(run: &Arc<Run>, options: &Options) -> Result<Vec<Client>, Box<dyn Error>> {
    let mut clients = Vec::new();
    for (is_http2, is_wanted) in [(false, options.http1), (true, options.http2)] {
        if !is_wanted {
            continue;
        }
        for is_narrow in [false, true] {
            let address = Server::start(run, is_http2, is_narrow).await?;
            for spawns in [false, true] {
                clients.push(client(address, is_http2, is_narrow, spawns)?);
            }
        }
    }
    Ok(clients)
}

async fn send_all(run: &Arc<Run>, options: &Options, clients: Vec<Client>) {
    const BURST: usize = 200;
    let permits = Arc::new(Semaphore::new(options.concurrency));
    let mut calls = JoinSet::new();
    let mut random = Random::new(&[options.seed]);
    let mut next = 0;
    while next < options.sends {
        // A burst starts all its calls at once on one client.
        let is_burst = random.chance(2);
        let count = if is_burst { BURST } else { 1 }.min(options.sends - next);
        let burst_client = random.below(clients.len() as u64);
        let needed = count.min(options.concurrency) as u32;
        let Ok(permit) = Arc::clone(&permits).acquire_many_owned(needed).await else { return };
        let permit = Arc::new(permit);
        for id in next..next + count {
            let mut random = Random::new(&[options.seed, id as u64]);
            let client = if is_burst { burst_client } else { random.below(clients.len() as u64) };
            let client = clients[client as usize].clone();
            let plan = Plan::new(&mut random, is_burst);
            let (run, permit) = (Arc::clone(run), Arc::clone(&permit));
            calls.spawn(async move {
                let result = plan.carry_out(&client, id).await;
                run.ledger.record(id, result);
                drop(permit);
            });
        }
        if (next + count) / 10_000 > next / 10_000 {
            eprintln!("{} of {} sent", next + count, options.sends);
        }
        next += count;
        while calls.try_join_next().is_some() {}
    }
    while calls.join_next().await.is_some() {}
}
