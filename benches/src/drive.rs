//! Runs one case, in a process that does nothing else.
//!
//! Everything is on one thread, client and connections, so that the time, the processor's time
//! and the messages per second of a peer are of the same work. Reading files is what uses others.

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
    responses::Reader,
    stack,
};

/// What to run, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The case.
    pub case: Case,
    /// How much of it.
    pub effort: Effort,
    /// The base URL of the server; a case that needs none ignores it.
    pub server: Option<String>,
    /// The file of the cases that send one.
    pub file: Option<String>,
}

/// What it took.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Calls that a server has seen, warming up included.
    pub calls: usize,
    /// Nanoseconds for one message, for each round.
    pub nanos: Vec<f64>,
    /// Nanoseconds of processor time for one message, user and system.
    pub cpu_nanos: f64,
    /// Growth of resident memory at its peak, in bytes, above a client that has sent one message.
    pub resident: Option<u64>,
}

/// What was allocated on the way.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Calls that a server has seen, warming up included.
    pub calls: usize,
    /// Allocations for one message.
    pub blocks: f64,
    /// Bytes allocated for one message.
    pub bytes: f64,
    /// The most bytes that were allocated at once, above what a client keeps.
    pub peak: u64,
}

/// What else is read around the messages that count.
pub trait Probe {
    /// Right before the first of them.
    fn begin(&mut self) {}
    /// Right after the last.
    fn end(&mut self) {}
}

/// Reads nothing else.
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

    /// From the arguments of this process.
    ///
    /// # Errors
    ///
    /// If they name no case, or cannot be read.
    pub fn from_args() -> Result<Self> {
        let mut args = env::args().skip(1);
        let case: Case = args.next().ok_or("the first argument is a case")?.parse()?;
        let mut order = Self { case, effort: case.effort(), server: None, file: None };
        while let Some(name) = args.next() {
            let value = args.next().ok_or_else(|| format!("{name} needs a value"))?;
            match &*name {
                "--warm" => order.effort.warm = value.parse()?,
                "--rounds" => order.effort.rounds = value.parse()?,
                "--messages" => order.effort.messages = value.parse()?,
                "--server" => order.server = Some(value),
                "--file" => order.file = Some(value),
                _ => return Err(format!("{name} is not known").into()),
            }
        }
        Ok(order)
    }

    /// Runs it.
    ///
    /// # Errors
    ///
    /// If a message fails.
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
            (Group::Response, who) => {
                let reader = Reader::new(who == Who::Typed);
                self.measure(probe, reader.clone(), reader).await
            }
        }
    }

    /// `simple` makes the first connection, so that no figure holds what happens once.
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

/// So many messages, shared out evenly among the tasks.
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
