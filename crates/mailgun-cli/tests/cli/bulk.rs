use std::{io::Write as _, process::Stdio, thread, time::Duration};

use mailgun_mock::Fault;
use serde_json::{Value, json};

use crate::support::{Account, Run, end};

const CONTENT: &[&str] =
    &["--from", "news@mg.example.com", "--subject", "For %recipient.name%", "--text", "Hi"];

fn run(account: &Account, args: &[&str]) -> Run {
    account.run(&[&["bulk"], args].concat())
}

fn create(account: &Account, more: &[&str]) -> Run {
    account.write("readers.csv", "email,name\nbob@example.com,Bob\neve@example.com,Eve\n");
    run(account, &[&["create", "news", "readers.csv"], CONTENT, more].concat())
}

fn status(account: &Account) -> Value {
    run(account, &["status", "news", "--json"]).ok().json()
}

#[test]
fn a_campaign_is_created_sent_and_reported() {
    let account = Account::new();
    create(&account, &["--dry-run"]).ok().says("2 added").says("nothing was stored");
    assert!(!account.path("mailgun.db").exists());
    create(&account, &["--tag", "news"]).ok().says("Send it: mailgun bulk run news");
    create(&account, &[]).status(1);
    run(&account, &["list"]).ok().says("news").says("mg.example.com");
    assert_eq!(status(&account)["planned"]["recipients"], 2);
    run(&account, &["run", "news", "--dry-run"]).ok();
    assert!(account.mock.sent().is_empty());
    run(&account, &["run", "news"]).ok().says("state       done").says("accepted    2");
    let sent = account.mock.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].recipients(), ["bob@example.com", "eve@example.com"]);
    assert_eq!(sent[0].recipient_variables().unwrap()["eve@example.com"], json!({"name": "Eve"}));
    assert_eq!(sent[0].tags(), ["news"]);
    // Another run finds nothing to send.
    run(&account, &["run", "news", "--json"]).ok();
    assert_eq!(account.mock.sent().len(), 1);
    let report = run(&account, &["report", "news", "--json"]).ok().ndjson();
    assert_eq!(report[1]["address"], "eve@example.com");
    assert_eq!(report[1]["outcome"], "accepted");
    let csv = run(&account, &["report", "news", "--csv"]).ok();
    csv.says("position,address,outcome,message_id,error\n").says("0,bob@example.com,accepted,");
    run(&account, &["report", "news"]).ok().complains("accepted the mail for all recipients");
}

#[test]
fn an_unknown_outcome_has_status_4_and_is_settled_by_events() {
    let account = Account::new();
    create(&account, &[]).ok();
    account.mock.inject(Fault::lose_response());
    run(&account, &["run", "news"])
        .status(4)
        .says("unknown     2")
        .complains("bulk reconcile news");
    run(&account, &["report", "news"]).ok().says("unknown");
    run(&account, &["resend-unknown", "news"]).status(2).complains("may get the mail twice");
    run(&account, &["reconcile", "news", "--dry-run"]).ok().complains("stays as it is");
    assert_eq!(status(&account)["unknown"]["recipients"], 2);
    let settled = run(&account, &["reconcile", "news", "--json"]).ok().json();
    assert_eq!(settled["accepted"], 2);
    assert_eq!(status(&account)["accepted"]["recipients"], 2);
    assert_eq!(account.mock.sent().len(), 1);
}

#[test]
fn a_refused_campaign_has_status_1() {
    let account = Account::new();
    create(&account, &[]).ok();
    account.mock.inject(Fault::status(400).with_json(json!({"message": "no such template"})));
    run(&account, &["run", "news"]).status(1).complains("Mailgun refused 2 recipients");
    run(&account, &["report", "news"]).ok().says("refused").says("no such template");
}

#[test]
fn an_unknown_outcome_has_status_4_also_if_the_run_fails() {
    let account = Account::new();
    create(&account, &["--chunk-size", "1"]).ok();
    account.mock.inject(Fault::lose_response());
    account.mock.inject(Fault::status(401).times(10));
    let failed = run(&account, &["run", "news", "--concurrency", "1"]).status(4);
    failed.complains("refuses every call").complains("mailgun bulk reconcile news");
}

#[test]
fn a_campaign_is_paused_resumed_stopped_and_cancelled() {
    let account = Account::new();
    create(&account, &[]).ok();
    run(&account, &["pause", "news", "--dry-run"]).ok().complains("stays as it is");
    assert_eq!(status(&account)["state"], "running");
    run(&account, &["pause", "news"]).ok().says("news is paused");
    assert_eq!(status(&account)["state"], "paused");
    run(&account, &["resume", "news"]).ok();
    run(&account, &["stop", "news"]).ok();
    run(&account, &["run", "news"]).status(3).complains("mailgun bulk resume news");
    run(&account, &["cancel", "news"]).status(2).complains("--yes");
    run(&account, &["cancel", "news", "--yes"]).ok();
    run(&account, &["resume", "news"]).status(1);
    assert!(account.mock.sent().is_empty());
    // None of these needs a key.
    let mut command = account.bare();
    Run::of(command.args(["bulk", "status", "news", "--watch"])).ok().says("cancelled");
}

#[test]
fn bad_rows_and_missing_campaigns_are_named() {
    let account = Account::new();
    run(&account, &["status", "news"]).status(5).complains("mailgun.db does not exist");
    account.write("bad.csv", "address\nbob@example.com\nnobody\n");
    let bad = [&["create", "news", "bad.csv"], CONTENT].concat();
    run(&account, &bad)
        .status(2)
        .complains("row 3")
        .complains("invalid rows: 1")
        .complains("--skip-invalid");
    run(&account, &[&bad[..], &["--skip-invalid"]].concat()).ok().says("1 added");
    run(&account, &["status", "other"]).status(5);
    let missing = [&["create", "x", "missing.csv"], CONTENT].concat();
    run(&account, &missing).status(1).complains("missing.csv: ");
    run(&account, &[&["create", "x", "bad.csv", "--quota", "5/week"], CONTENT].concat()).status(2);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_a_run_after_the_calls_that_are_on_their_way() {
    for signal in ["-TERM", "-INT"] {
        let account = Account::new();
        create(&account, &["--chunk-size", "1"]).ok();
        account.mock.inject(Fault::delay(Duration::from_secs(5)).for_path("/messages").times(100));
        let child = account.spawn(Stdio::null(), &["bulk", "run", "news", "--concurrency", "1"]);
        let sends = async {
            while account.mock.sent().is_empty() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        account.block_on(sends);
        let id = child.id().to_string();
        let kill = std::process::Command::new("kill").args([signal, &id]).status();
        assert!(kill.unwrap().success());
        end(child).status(3).complains("Ending after the calls");
        let status = status(&account);
        assert_eq!(status["accepted"]["recipients"], 1, "{signal}: {status}");
        assert_eq!(status["planned"]["recipients"], 1, "{signal}: {status}");
    }
}

#[test]
fn an_error_ends_the_program_although_standard_input_stays_open() {
    let account = Account::new();
    let create_from_stdin = [&["bulk", "create", "news", "-"], CONTENT].concat();
    let mut child = account.spawn(Stdio::piped(), &create_from_stdin);
    let mut stdin = child.stdin.take().unwrap();
    // As many as are stored at a time, so that the program waits for more.
    let rows =
        |name: &str| -> String { (0..1000).map(|n| format!("{name}{n}@example.com\n")).collect() };
    stdin.write_all(format!("email\n{}", rows("a")).as_bytes()).unwrap();
    let reads = (0..200).any(|_| {
        thread::sleep(Duration::from_millis(50));
        let list = run(&account, &["list", "--json"]);
        list.is_ok() && list.json()[0]["recipients"] == 1000
    });
    assert!(reads);
    // Another run takes the draft.
    create(&account, &[]).ok();
    stdin.write_all(rows("b").as_bytes()).unwrap();
    end(child).status(1).complains("another run of the program");
    drop(stdin);
}
