//! Measures each case in separate processes, one at a time.

use std::{fs, path::PathBuf, process::Command};

use mailgun_benches::{
    Result,
    case::{Case, Effort, Group, Workload},
    drive::{Counts, Order, Outcome},
    fixtures,
};
use serde::de::DeserializeOwned;

use mailgun_benches::programs::{Programs, Scratch, Server, output};

/// The number of turns. Clients take turns, so that other load on the machine affects all of them.
const TURNS: usize = 7;

/// The figures of one case, per message.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) case: Case,
    /// The times of each turn.
    pub(crate) turns: Vec<Turn>,
    pub(crate) instructions: Option<f64>,
    pub(crate) blocks: Option<f64>,
    pub(crate) bytes: Option<f64>,
    /// Compared with an idle client, as reported by the allocator.
    pub(crate) heap_peak: Option<u64>,
    /// Compared with a client that has sent one message, as reported by the kernel.
    pub(crate) resident_peak: Option<u64>,
}

/// The times of one process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub(crate) nanos: f64,
    pub(crate) cpu_nanos: f64,
}

impl Turn {
    fn of(outcome: &Outcome) -> Self {
        Self { nanos: median(outcome.nanos.iter().copied()), cpu_nanos: outcome.cpu_nanos }
    }
}

impl Row {
    /// The median of all turns.
    pub(crate) fn median(&self, time: fn(&Turn) -> f64) -> f64 {
        median(self.turns.iter().map(time))
    }

    /// The median ratio to `other`, computed for each turn, because the speed of the machine
    /// varies.
    pub(crate) fn ratio(&self, other: &Self, time: fn(&Turn) -> f64) -> f64 {
        median(self.turns.iter().zip(&other.turns).map(|(ours, other)| time(ours) / time(other)))
    }
}

/// The programs, a server, and their shared files.
pub(crate) struct Bench {
    programs: Programs,
    server: Server,
    scratch: Scratch,
    file: PathBuf,
    has_valgrind: bool,
}

impl Bench {
    pub(crate) fn start(programs: Programs) -> Result<Self> {
        let scratch = Scratch::new()?;
        let file = scratch.path().join(fixtures::FILENAME);
        fixtures::write_file(&file)?;
        let server = Server::start(&programs)?;
        let has_valgrind = output(Command::new("valgrind").arg("--version")).is_ok();
        Ok(Self { programs, server, scratch, file, has_valgrind })
    }

    pub(crate) fn has_valgrind(&self) -> bool {
        self.has_valgrind
    }

    /// Measures all cases.
    pub(crate) fn all(&mut self, cases: &[Case]) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        let is_same_work = |a: &Case, b: &Case| a.by(b.who) == *b;
        for same_work in cases.chunk_by(is_same_work) {
            let mut outcomes: Vec<Vec<Outcome>> = vec![Vec::new(); same_work.len()];
            for _ in 0..TURNS {
                for (&case, outcomes) in same_work.iter().zip(&mut outcomes) {
                    outcomes.push(self.time(case, case.effort())?);
                }
            }
            for (&case, outcomes) in same_work.iter().zip(&outcomes) {
                eprintln!("{case}");
                let counts = self.count(case)?;
                rows.push(Row {
                    case,
                    turns: outcomes.iter().map(Turn::of).collect(),
                    instructions: self.instructions(case)?,
                    blocks: counts.as_ref().map(|c| c.blocks),
                    bytes: counts.as_ref().map(|c| c.bytes),
                    heap_peak: counts.map(|c| c.peak),
                    resident_peak: outcomes.iter().filter_map(|o| o.resident).max(),
                });
            }
        }
        Ok(rows)
    }

    /// Measures time and memory.
    pub(crate) fn time(&mut self, case: Case, effort: Effort) -> Result<Outcome> {
        let order = self.order(case, effort);
        let command = self.programs.command("driver");
        self.run(&order, command, |outcome: &Outcome| outcome.calls)
    }

    /// Counts allocations.
    fn count(&mut self, case: Case) -> Result<Option<Counts>> {
        let Some([few, many]) = case.traced() else { return Ok(None) };
        let effort = Effort { warm: few, rounds: 1, messages: many };
        let order = self.order(case, effort);
        let command = self.programs.command("counted");
        self.run(&order, command, |counts: &Counts| counts.calls).map(Some)
    }

    /// Counts instructions in user space per additional message, which excludes start-up.
    fn instructions(&mut self, case: Case) -> Result<Option<f64>> {
        let (Some([few, many]), true) = (case.traced(), self.has_valgrind) else {
            return Ok(None);
        };
        let mut total = |messages| -> Result<f64> {
            let effort = Effort { warm: 0, rounds: 1, messages };
            let order = self.order(case, effort);
            let out = self.scratch.path().join("callgrind.out");
            let mut command = Command::new("valgrind");
            command
                .args(["--tool=callgrind", "--cache-sim=no", "--quiet"])
                .arg(format!("--callgrind-out-file={}", out.display()))
                .arg(self.programs.path("driver"));
            self.run(&order, command, |outcome: &Outcome| outcome.calls)?;
            let profile = fs::read_to_string(out)?;
            let sum = profile.lines().find_map(|line| {
                let sum = line.strip_prefix("totals:").or_else(|| line.strip_prefix("summary:"));
                sum?.split_whitespace().next()?.parse::<f64>().ok()
            });
            sum.ok_or_else(|| "callgrind gave no total".into())
        };
        Ok(Some((total(many)? - total(few)?) / (many - few) as f64))
    }

    fn order(&self, case: Case, effort: Effort) -> Order {
        let server = (case.group == Group::Loopback).then(|| self.server.url.clone());
        let is_file = case.workload == Workload::File;
        Order { case, effort, server, file: is_file.then(|| self.file.display().to_string()) }
    }

    /// Runs one process and checks its calls against what the server has received.
    fn run<T: DeserializeOwned>(
        &mut self,
        order: &Order,
        mut command: Command,
        calls: impl FnOnce(&T) -> usize,
    ) -> Result<T> {
        let case = order.case;
        let printed =
            output(command.args(order.to_args())).map_err(|error| format!("{case}: {error}"))?;
        let told: T = serde_json::from_str(&printed)?;
        if case.group == Group::Loopback {
            let seen = self.server.seen()?;
            if let Some(error) = seen.error {
                return Err(format!("{case}: {error}").into());
            }
            let (seen_calls, made) = (seen.calls, calls(&told));
            if seen_calls != made {
                return Err(
                    format!("{case}: {made} calls were made, {seen_calls} were seen").into()
                );
            }
            // The first call is a simple one. A load is divided among the calls of a message.
            let load = case.workload.load(order.file.as_deref())?;
            let messages = (order.effort.warm + order.effort.counted()) as u64;
            if seen.body_bytes < messages * load.least_body() {
                return Err(format!("{case}: {} bytes are too few", seen.body_bytes).into());
            }
        }
        Ok(told)
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
