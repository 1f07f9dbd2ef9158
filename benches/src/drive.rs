//! Runs one case in a process that does nothing else.
//!
//! The client and its connections run on one thread, so that wall time, CPU time and throughput
//! measure the same work. Only reading files uses other threads.

use std::{env, time::Instant};

use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use crate::{
    Result,
    case::{Case, Effort, Group, Who},
    fixtures::Load,
    peers::{
        Peer,
        ours::{self, Encoder},
        raw::Raw,
        reqwest,
    },
    probe::{MemoryMark, cpu_time},
    receive,
    responses::Reader,
    stack,
};

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The case.
    pub case: Case,
    /// The number of messages.
    pub effort: Effort,
    /// The base URL of the server, for cases that need one.
    pub server: Option<String>,
    /// The file, for cases that send one.
    pub file: Option<String>,
}

/// The measurements of a case.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// The number of calls to the server, including the warm-up.
    pub calls: usize,
    /// Nanoseconds per message, for each round.
    pub nanos: Vec<f64>,
    /// Nanoseconds of CPU time per message, user and system.
    pub cpu_nanos: f64,
    /// Peak growth of resident memory in bytes, compared with a client that has sent one message.
    pub resident: Option<u64>,
}

/// The allocations of a case.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    /// The number of calls to the server, including the warm-up.
    pub calls: usize,
    /// Allocations per message.
    pub blocks: f64,
    /// Allocated bytes per message.
    pub bytes: f64,
    /// Peak heap growth in bytes, compared with an idle client.
    pub peak: u64,
}

/// Additional measurements around the measured messages.
pub trait Probe {
    /// Called right before the first message.
    fn begin(&mut self) {}
    /// Called right after the last message.
    fn end(&mut self) {}
}

/// No additional measurements.
impl Probe for () {}

impl Order {
    /// The arguments that [`from_args`](Self::from_args) reads.
    pub fn to_args(&self) -> Vec<String> {
        let Effort { warm, rounds, messages } = self.effort;
        let numbers = [("--warm", warm), ("--rounds", rounds), ("--messages", messages)];
        let numbers = numbers.map(|(name, value)| (name, Some(value.to_string())));
        let texts = [("--server", self.server.clone()), ("--file", self.file.clone())];
        let mut args = vec![self.case.to_string()];
        for (name, value) in numbers.into_iter().chain(texts) {
            args.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
        }
        args
    }

    /// Parses the arguments of this process.
    ///
    /// # Errors
    ///
    /// Returns an error if an argument is missing or invalid.
    pub fn from_args() -> Result<Self> {
        let mut args = env::args().skip(1);
        let case: Case = args.next().ok_or("the first argument must be a case")?.parse()?;
        let mut order = Self { case, effort: case.effort(), server: None, file: None };
        while let Some(name) = args.next() {
            let value = args.next().ok_or_else(|| format!("{name} needs a value"))?;
            match &*name {
                "--warm" => order.effort.warm = value.parse()?,
                "--rounds" => order.effort.rounds = value.parse()?,
                "--messages" => order.effort.messages = value.parse()?,
                "--server" => order.server = Some(value),
                "--file" => order.file = Some(value),
                _ => return Err(format!("unknown option {name}").into()),
            }
        }
        Ok(order)
    }

    /// Runs the case.
    ///
    /// # Errors
    ///
    /// Returns an error if a message fails.
    pub fn run(&self, probe: &mut dyn Probe) -> Result<Outcome> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.run_on(probe))
    }

    async fn run_on(&self, probe: &mut dyn Probe) -> Result<Outcome> {
        let load = || self.case.workload.load(self.file.as_deref());
        let server = || self.server.as_deref().ok_or("this case needs a server");
        match (self.case.group, self.case.who) {
            (Group::Encode, _) => {
                self.measure(probe, Encoder::new(Load::Simple)?, Encoder::new(load()?)?).await
            }
            (Group::Memory, who) => {
                let sender = stack::sender(who)?;
                self.measure(probe, sender.clone(), sender.with(load()?)).await
            }
            (Group::Loopback, Who::Raw) => {
                let raw = Raw::new(server()?).await?;
                self.measure(probe, raw.clone(), raw.with(&load()?).await?).await
            }
            (Group::Loopback, Who::Reqwest) => {
                let sender = reqwest::Sender::new(server()?)?;
                self.measure(probe, sender.clone(), sender.with(load()?)).await
            }
            (Group::Loopback, _) => {
                let sender = ours::Sender::connected(server()?)?;
                self.measure(probe, sender.clone(), sender.with(load()?)).await
            }
            (Group::Receive, _) => receive::measure(self, probe).await,
            (Group::Response, who) => {
                let reader = Reader::new(who == Who::Typed);
                self.measure(probe, reader.clone(), reader).await
            }
        }
    }

    /// `simple` opens the connection first, so that its cost is not measured.
    async fn measure<P: Peer>(&self, probe: &mut dyn Probe, simple: P, peer: P) -> Result<Outcome> {
        let Effort { warm, rounds, messages } = self.effort;
        simple.once().await?;
        let mark = MemoryMark::set();
        round(&peer, self.case.tasks, warm).await?;

        let mut nanos = Vec::with_capacity(rounds);
        probe.begin();
        let cpu = cpu_time();
        for _ in 0..rounds {
            let start = Instant::now();
            round(&peer, self.case.tasks, messages).await?;
            nanos.push(start.elapsed().as_nanos() as f64 / messages as f64);
        }
        let cpu = cpu_time().saturating_sub(cpu);
        probe.end();

        let counted = self.effort.counted();
        Ok(Outcome {
            calls: 1 + (warm + counted) * self.case.calls(),
            nanos,
            cpu_nanos: cpu.as_nanos() as f64 / counted as f64,
            resident: mark.and_then(MemoryMark::growth),
        })
    }
}

/// Sends messages, distributed evenly among the tasks.
async fn round<P: Peer>(peer: &P, tasks: usize, messages: usize) -> Result<()> {
    if tasks == 1 {
        for _ in 0..messages {
            peer.once().await?;
        }
        return Ok(());
    }
    let mut running: JoinSet<Result<()>> = JoinSet::new();
    for _ in 0..tasks {
        let peer = peer.clone();
        running.spawn(async move {
            for _ in 0..messages / tasks {
                peer.once().await?;
            }
            Ok(())
        });
    }
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    Ok(())
}
