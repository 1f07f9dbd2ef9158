use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use crate::support::{Account, Run};

#[test]
fn the_mock_prints_its_settings_and_takes_mail() {
    let account = Account::new();
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("mailgun"))
        .args(["mock", "--accept-key", "key-own", "--sending-domain", "a.example", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let settings: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(settings["domains"], serde_json::json!(["a.example"]));
    let mut command = account.bare();
    command
        .env("MAILGUN_BASE_URL", settings["base_url"].as_str().unwrap())
        .env("MAILGUN_API_KEY", "key-own")
        .args(["domains", "list"]);
    let run = Run::of(&mut command);
    child.kill().unwrap();
    child.wait().unwrap();
    run.ok().says("a.example");
}
