use mailgun_mock::Fault;
use serde_json::json;

use crate::support::{Account, Run};

fn send(account: &Account, to: &str) {
    let args = ["send", "--from", "shop@mg.example.com", "--to", to, "--text", "Hi", "-s", "Hello"];
    account.run(&args).ok();
}

#[test]
fn events_are_shown_as_lines_oldest_first() {
    let account = Account::new();
    send(&account, "bob@example.com");
    let run = account.run(&["events"]).ok();
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{run:?}");
    assert!(lines[0].contains("Z  accepted      bob@example.com  Hello"), "{run:?}");
    assert!(lines[1].contains("Z  delivered     bob@example.com  Hello  250"), "{run:?}");
    account.run(&["events", "--event", "failed"]).ok().complains("No events");
}

#[test]
fn events_are_filtered_limited_and_written_as_json() {
    let account = Account::new();
    send(&account, "bob@example.com");
    send(&account, "eve@example.com");
    let args = ["events", "--json", "--event", "delivered", "--recipient", "eve@example.com"];
    let events = account.run(&args).ok().ndjson();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["event"], "delivered");
    assert_eq!(events[0]["recipient"], "eve@example.com");
    let newest = account.run(&["events", "--json", "--limit", "1"]).ok().ndjson();
    assert_eq!(newest[0]["recipient"], "eve@example.com");
    let id = account.mock.sent()[0].id().to_owned();
    let events = account.run(&["events", "--json", "--message-id", &id]).ok().ndjson();
    assert_eq!(events.len(), 2);
    assert_eq!(account.run(&["events", "--all", "--json"]).ok().ndjson().len(), 4);
}

#[test]
fn a_time_is_a_date_or_a_duration() {
    let account = Account::new();
    send(&account, "bob@example.com");
    assert_eq!(account.run(&["events", "--since", "1h"]).ok().stdout.lines().count(), 2);
    let past = ["events", "--since", "2020-01-01", "--until", "2020-01-02T00:00:00Z"];
    account.run(&past).ok().complains("No events");
    account.run(&["events", "--since", "soon"]).status(2).complains("a date");
}

#[test]
fn a_search_fills_a_sqlite_file_once() {
    let account = Account::new();
    send(&account, "bob@example.com");
    let args = ["events", "--sqlite", "events.db"];
    account.run(&args).ok().says("2 new events in events.db");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(account.path("events.db")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "the file has addresses");
    }
    account.run(&args).ok().says("0 new events");
    assert_eq!(account.run(&[&args[..], &["--json"]].concat()).ok().json()["new_events"], 0);
}

#[test]
fn a_tail_resumes_where_its_file_ends() {
    let account = Account::new();
    send(&account, "bob@example.com");
    let tail = |count: &str| {
        let args = ["tail", "--sqlite", "events.db", "--since", "1h", "--json", "--interval", "1s"];
        account.run(&[&args[..], &["--count", count]].concat()).ok().ndjson()
    };
    assert_eq!(tail("2").len(), 2);
    send(&account, "eve@example.com");
    let events = tail("2");
    assert!(events.iter().all(|event| event["recipient"] == "eve@example.com"), "{events:?}");
}

#[test]
fn a_tail_without_events_also_leaves_its_place() {
    let account = Account::new();
    let tail = ["tail", "--sqlite", "events.db", "--json", "--interval", "1s"];
    // It is killed before it has seen an event.
    let mut process = std::process::Command::new(assert_cmd::cargo::cargo_bin("mailgun"))
        .args(tail)
        .env("MAILGUN_API_KEY", crate::support::KEY)
        .env("MAILGUN_BASE_URL", account.mock.base_url())
        .env("MAILGUN_DOMAIN", crate::support::DOMAIN)
        .current_dir(account.path(""))
        .spawn()
        .unwrap();
    while account.mock.requests().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    process.kill().unwrap();
    process.wait().unwrap();
    send(&account, "bob@example.com");
    let events = account.run(&[&tail[..], &["--count", "2"]].concat()).ok().ndjson();
    assert!(events.iter().all(|event| event["recipient"] == "bob@example.com"), "{events:?}");
}

#[test]
fn events_with_the_same_id_at_different_times_are_all_kept() {
    let account = Account::new();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    for ago in [60.0, 120.0] {
        let time = now.as_secs_f64() - ago;
        account.mock.add_event(json!({"event": "opened", "id": "same", "timestamp": time}));
    }
    account.run(&["events", "--sqlite", "events.db"]).ok().says("2 new events");
}

#[test]
fn a_tail_survives_errors_that_pass() {
    let account = Account::new();
    send(&account, "bob@example.com");
    account.mock.inject(Fault::status(503).times(10).for_path("/events"));
    let args = ["tail", "--since", "1h", "--count", "1", "--interval", "1s", "--timeout", "1s"];
    account.run(&args).ok().says("accepted").complains("trying again");
    account.mock.inject(Fault::status(401).for_path("/events"));
    account.run(&args).status(6);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let account = Account::new();
    (0..50).for_each(|n| {
        account.mock.add_event(json!({"event": "opened", "recipient": n.to_string()}))
    });
    let program = assert_cmd::cargo::cargo_bin("mailgun");
    let mut command = assert_cmd::Command::new("sh");
    command
        .args(["-c", "{ \"$0\" events --all; echo $? >&2; } | head -n 1"])
        .arg(program)
        .env("MAILGUN_API_KEY", crate::support::KEY)
        .env("MAILGUN_BASE_URL", account.mock.base_url());
    let run = Run::of(&mut command).ok();
    assert_eq!(run.stderr, "0\n");
}
