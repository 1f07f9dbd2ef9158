//! The commands of `docs/mock.md`, each run by a shell.

use std::{process::Stdio, time::Duration};

use mailgun_mock::MockMailgun;
use tempfile::TempDir;
use tokio::process::Command;

const PAGE: &str = include_str!("../../../../docs/mock.md");

/// The blocks for a shell, in order, with the address of a mock in place of the usual one.
fn script(mailgun: &MockMailgun) -> (usize, String) {
    let blocks = PAGE.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let script: String = blocks.collect();
    let commands = script.matches("curl ").count();
    // A response that is no success fails the script.
    let curl = "curl() { command curl --silent --show-error --fail-with-body --max-time 10 \"$@\" && echo; }";
    let script = script.replace("http://localhost:8025", &mailgun.base_url());
    (commands, format!("set -euo pipefail\n{curl}\n{script}"))
}

#[cfg(unix)]
#[tokio::test]
async fn every_command_of_the_page_succeeds() {
    let mailgun = MockMailgun::start().await;
    let (commands, script) = script(&mailgun);
    assert!(commands > 20, "{commands}");
    let folder = TempDir::new().unwrap();
    let run = Command::new("bash")
        .arg("-c")
        .arg(&script)
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(Duration::from_secs(60), run).await.expect("an end in time");
    let output = output.expect("bash and curl on this machine");
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    for result in [
        "\"unreplaced\": [\n    \"%recipient.code%\"\n  ]",
        "\"subject\": \"Welcome, Ada\"",
        "Subject: Welcome, Ada\r\n",
        "\"event\": \"opened\"",
        "\"event\": \"clicked\"",
        "\"event\": \"complained\"",
        "\"event\": \"unsubscribed\"",
        "\"forwarded\": [\n    \"http://127.0.0.1:3000/inbound\"\n  ]",
        "\"recipient\": \"ada@example.com\"",
        "\"ahead\": 86400.0",
        "the mock has been reset",
    ] {
        assert!(out.contains(result), "{result} in {out}");
    }
    assert!(mailgun.sent().is_empty());
}

#[test]
fn the_page_names_every_effect() {
    let effects = include_str!("../../src/control/openapi.yaml");
    let effects =
        effects.split("    Effect:\n").nth(1).unwrap().split("    Fault:\n").next().unwrap();
    let effects: Vec<_> =
        effects.lines().filter_map(|line| line.trim().strip_prefix("- ")).collect();
    assert_eq!(effects.len(), 9, "{effects:?}");
    for effect in effects {
        assert!(PAGE.contains(&format!("| `{effect}` |")), "{effect}");
    }
}
