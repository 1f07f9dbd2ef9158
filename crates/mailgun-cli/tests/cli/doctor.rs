use std::time::SystemTime;

use mailgun_mock::Fault;
use serde_json::{Value, json};

use crate::support::{Account, KEY, Run, SIGNING_KEY};

/// The results by the names of the checks.
fn checks(run: &Run) -> Vec<(String, String)> {
    let json = run.json();
    let checks = json["checks"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    checks.iter().map(|check| (text(&check["name"]), text(&check["verdict"]))).collect()
}

#[test]
fn a_healthy_account_has_no_complaints() {
    let account = Account::new();
    let mut command = account.command();
    command.env("MAILGUN_SIGNING_KEY", SIGNING_KEY).args(["doctor", "--json"]);
    let run = Run::of(&mut command).ok();
    assert!(checks(&run).iter().all(|(_, verdict)| verdict == "ok"), "{run:?}");
    account.run(&["doctor"]).ok().says("ok    key").says("ok    DNS          all 5 records");
}

#[test]
fn seven_things_that_are_wrong_are_each_named() {
    // The domain is in eu, and the settings say us.
    let us = Account::with(|builder| builder.domain("other.example.com"));
    let eu = Account::with(|builder| builder.domain("first.example.com"));
    eu.run(&["api", "POST", "/v4/domains", "-f", "name=mg.example.com"]).ok();
    eu.run(&["api", "PUT", "/v5/accounts/limit/custom/monthly?limit=1000", "-f", "limit=1000"])
        .ok();
    let full = json!({"limit": 1000, "current": 1000, "period": "1m"});
    eu.mock.inject(Fault::status(200).with_json(full).for_path("/limit/custom/monthly"));
    let late = json!({"items": [], "total_count": 0});
    let late =
        Fault::status(200).with_json(late).with_header("date", "Thu, 01 Jan 2026 00:00:00 GMT");
    eu.mock.inject(late.for_path_where(|path| path == "/v4/domains"));
    let until = SystemTime::now() + std::time::Duration::from_secs(3600);
    eu.mock.disable_queue("mg.example.com", "Too many bounces", until);

    let mut command = us.bare();
    command
        .env("MAILGUN_API_KEY", KEY)
        .env("MAILGUN_BASE_URL", us.mock.base_url())
        .env("MAILGUN_DOMAIN", "mg.example.com")
        .env("MAILGUN_SIGNING_KEY", "an old key")
        .args(["doctor", "--region-url", &format!("us={}", us.mock.base_url())])
        .args(["--region-url", &format!("eu={}", eu.mock.base_url())]);
    let run = Run::of(&mut command).status(7);
    for line in [
        "ok    key          Mailgun accepts it",
        "fail  region       the domain is in eu, but the settings say us",
        "Set MAILGUN_REGION=eu",
        "fail  domain       mg.example.com is unverified",
        "mailgun domains verify mg.example.com",
        "fail  DNS          TXT mg.example.com is missing",
        "Set it to: v=spf1 include:mailgun.org ~all",
        "fail  signing key  MAILGUN_SIGNING_KEY is not the key of this account",
        "fail  clock        this machine is ",
        "s ahead",
        "fail  limit        1000 of 1000 mails sent this month",
        "fail  queue        the regular queue takes no mail until ",
        "Too many bounces",
    ] {
        assert!(run.stdout.contains(line), "no {line:?} in {run:#?}");
    }
    run.complains("checks failed");
}

#[test]
fn a_wrong_key_and_a_missing_connection_are_told_apart() {
    let account = Account::new();
    let mut command = account.command();
    command.env("MAILGUN_API_KEY", "key-of-someone-else").arg("doctor");
    Run::of(&mut command).status(7).says("fail  key").says("api_security");
    let mut command = account.command();
    command.env("MAILGUN_BASE_URL", "http://127.0.0.1:9").args(["doctor", "--timeout", "1s"]);
    Run::of(&mut command).status(7).says("fail  key").says("Check the connection");
}

#[test]
fn a_domain_that_the_account_has_not_is_named() {
    let account = Account::new();
    let run = account.run(&["doctor", "--domain", "missing.example.com"]).status(7);
    run.says("the account has no domain missing.example.com").says("mailgun domains list");
}

#[test]
fn missing_settings_are_the_first_finding() {
    let account = Account::new();
    let run = Run::of(account.bare().args(["doctor", "--json"])).status(7);
    assert_eq!(checks(&run), [("settings".to_owned(), "fail".to_owned())]);
}
