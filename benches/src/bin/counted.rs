//! Runs one case, counts its allocations, and prints the counts as a line of JSON.
//!
//! It is a separate program, because counting costs instructions. If the environment variable
//! `DHAT_FILE` is set, it also writes a dhat profile to that file.

#![allow(clippy::print_stdout, reason = "prints the counts")]

use std::env;

use dhat::{HeapStats, Profiler};
use mailgun_benches::{
    Result,
    drive::{Counts, Order, Probe},
};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Counts allocations between the first and the last message.
#[derive(Default)]
struct Heap {
    profiler: Option<Profiler>,
    stats: Option<HeapStats>,
}

impl Probe for Heap {
    fn begin(&mut self) {
        // Deep enough to reach the SDK's code from an allocation in hyper.
        let builder = Profiler::builder().trim_backtraces(Some(80));
        self.profiler = Some(match env::var_os("DHAT_FILE") {
            Some(file) => builder.file_name(file).build(),
            None => builder.testing().build(),
        });
    }

    fn end(&mut self) {
        self.stats = self.profiler.is_some().then(HeapStats::get);
        self.profiler = None;
    }
}

fn main() -> Result<()> {
    let order = Order::from_args()?;
    let mut heap = Heap::default();
    let outcome = order.run(&mut heap)?;
    let stats = heap.stats.ok_or("nothing was counted")?;
    let messages = order.effort.counted() as f64;
    let counts = Counts {
        calls: outcome.calls,
        blocks: stats.total_blocks as f64 / messages,
        bytes: stats.total_bytes as f64 / messages,
        peak: stats.max_bytes as u64,
    };
    println!("{}", serde_json::to_string(&counts)?);
    Ok(())
}
