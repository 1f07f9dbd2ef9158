//! The store in memory does what every store must do.
#![allow(clippy::print_stdout, reason = "it names the case that fails")]

use std::sync::Arc;

use mailgun_bulk::{MemoryStore, conformance::CASES};
use mailgun_testing::within;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_memory_store_conforms() {
    for (name, case) in CASES {
        println!("{name}");
        within(case(Arc::new(MemoryStore::new()))).await;
    }
}
