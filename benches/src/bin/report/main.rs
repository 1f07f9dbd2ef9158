//! Runs all cases and prints the table and the targets.
//!
//! ```text
//! cargo run --release -p mailgun-benches --bin report -- [--quick] [--only TEXT]...
//!     [--allocations | --crates | --build-times]
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "prints the report")]

mod allocations;
mod clients;
mod machine;
mod measure;
mod table;
mod targets;

use std::env;

use mailgun_benches::{
    Result,
    case::{Case, Effort},
    programs::Programs,
};

use self::measure::Bench;

struct Args {
    mode: Mode,
    only: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Full,
    Quick,
    Allocations,
    Crates,
    BuildTimes,
}

impl Args {
    fn read() -> Result<Self> {
        let mut read = Self { mode: Mode::Full, only: Vec::new() };
        let mut args = env::args().skip(1);
        while let Some(arg) = args.next() {
            match &*arg {
                "--quick" => read.mode = Mode::Quick,
                "--allocations" => read.mode = Mode::Allocations,
                "--crates" => read.mode = Mode::Crates,
                "--build-times" => read.mode = Mode::BuildTimes,
                "--only" => read.only.push(args.next().ok_or("--only needs part of a name")?),
                _ => return Err(format!("unknown option {arg}").into()),
            }
        }
        Ok(read)
    }

    /// The selected cases, and the cases that they are compared with.
    fn cases(&self) -> Result<Vec<Case>> {
        let all = Case::all();
        if self.only.is_empty() {
            return Ok(all);
        }
        let is_named = |case: &Case| {
            let name = case.to_string();
            self.only.iter().any(|part| name.contains(part))
        };
        let named: Vec<_> = all.iter().copied().filter(is_named).collect();
        if named.is_empty() {
            return Err(format!("no case contains `{}` in its name", self.only.join("`, `")).into());
        }
        let is_wanted = |case: &Case| named.iter().any(|named| named.by(case.who) == *case);
        Ok(all.into_iter().filter(is_wanted).collect())
    }
}

fn main() -> Result<()> {
    let args = Args::read()?;
    match args.mode {
        Mode::Quick => quick(&args.cases()?),
        Mode::Full => full(&args.cases()?),
        Mode::Allocations => allocations::print(&Programs::build(true)?),
        Mode::Crates => clients::print_crates(),
        Mode::BuildTimes => clients::print_build_times(),
    }
}

/// Runs each case once, to check that it works.
fn quick(cases: &[Case]) -> Result<()> {
    let mut bench = Bench::start(Programs::build(false)?)?;
    for &case in cases {
        let effort = Effort { warm: 0, rounds: 1, messages: case.tasks };
        bench.time(case, effort)?;
        eprintln!("{case}: ok");
    }
    println!("{} cases, each run once", cases.len());
    Ok(())
}

fn full(cases: &[Case]) -> Result<()> {
    let mut bench = Bench::start(Programs::build(false)?)?;
    let rows = bench.all(cases)?;
    let has_valgrind = bench.has_valgrind();
    drop(bench);
    println!("{}\n", machine::line());
    table::print(&rows);
    println!();
    targets::print(&rows);
    if !has_valgrind {
        println!("\nvalgrind is not installed: no instructions were counted.");
    }
    if cases.len() == Case::all().len() {
        println!();
        // Prints the figures even if the registry cannot be reached.
        if let Err(error) = clients::print_crates() {
            println!("The crates could not be counted: {error}");
        }
    }
    Ok(())
}
