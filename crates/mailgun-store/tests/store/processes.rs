//! Several processes with one store: this program, started again for one test.

use std::{
    collections::HashMap,
    process::{Command, Stdio},
};

use mailgun_core::Timestamp;
use mailgun_messages::{Claim, Ledger as _};

use crate::support::{self, Place};

on_both! {
    of_four_processes_one_begins_each_key,
}

const STORE: &str = "MAILGUN_TEST_STORE";
const KEYS: usize = 100;

/// Starts a test of this program in a process of its own.
pub(crate) fn child(test: &str, store: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture"]).env(STORE, store);
    command
}

/// The store of a child.
pub(crate) fn store_of_child() -> String {
    std::env::var(STORE).expect("another test starts this one")
}

async fn of_four_processes_one_begins_each_key(place: &Place) {
    let child = || {
        let mut command = child("processes::begins_all_keys", &place.name());
        command.stdout(Stdio::piped()).spawn().unwrap()
    };
    // They also race to create the tables.
    let children = [child(), child(), child(), child()];
    let mut winners: HashMap<String, usize> = HashMap::new();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let output = String::from_utf8(output.stdout).unwrap();
        assert!(output.contains("1 passed"), "{output}");
        for line in output.lines().filter_map(|line| line.strip_prefix("begun ")) {
            *winners.entry(line.to_owned()).or_default() += 1;
        }
    }
    assert_eq!(winners.len(), KEYS);
    assert!(winners.values().all(|&winners| winners == 1), "{winners:?}");
}

#[tokio::test]
#[ignore = "another test starts it"]
#[allow(clippy::print_stdout, reason = "the other test reads it")]
async fn begins_all_keys() {
    let ledger = support::open(&store_of_child()).await.unwrap().ledger();
    let claim = Claim { owner: std::process::id().to_string(), since: Timestamp::now() };
    for key in (0..KEYS).map(|number| format!("key-{number}")) {
        if ledger.begin(&key, &claim).await.unwrap().is_none() {
            println!("\nbegun {key}");
        }
    }
}
