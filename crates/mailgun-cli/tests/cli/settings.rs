//! Where the key, the region and the domain come from.

use crate::support::{Account, DOMAIN, KEY, Run};

const LIST: &[&str] = &["domains", "list"];

#[test]
fn without_a_key_the_error_says_how_to_set_one() {
    let account = Account::new();
    let run = Run::of(account.bare().args(LIST)).status(2);
    run.complains("MAILGUN_API_KEY").complains("mailgun profile add");
}

#[test]
fn the_key_comes_from_a_file_or_from_standard_input() {
    let account = Account::new();
    account.write("key", format!("{KEY}\n"));
    let url = account.mock.base_url();
    let mut command = account.bare();
    command.env("MAILGUN_BASE_URL", &url).args(LIST).args(["--api-key-file", "key"]);
    Run::of(&mut command).ok().says(DOMAIN);
    let mut command = account.bare();
    command.env("MAILGUN_BASE_URL", &url).args(LIST).arg("--api-key-stdin").write_stdin(KEY);
    Run::of(&mut command).ok().says(DOMAIN);
}

#[test]
fn a_key_on_the_command_line_works_and_is_warned_of() {
    let account = Account::new();
    let mut command = account.bare();
    command.env("MAILGUN_BASE_URL", account.mock.base_url()).args(LIST).args(["--api-key", KEY]);
    Run::of(&mut command).ok().says(DOMAIN).complains("other users of this machine can see a key");
}

#[test]
fn a_key_that_is_not_one_is_not_shown() {
    let account = Account::new();
    let mut command = account.command();
    command.env("MAILGUN_API_KEY", format!("\"{KEY}\"")).args(LIST);
    Run::of(&mut command).status(2).complains("is in quotes");
}

#[test]
fn logs_and_errors_do_not_show_the_key() {
    let account = Account::new();
    let run = account.run(&["domains", "list", "-vv"]).ok();
    assert!(!run.stderr.is_empty());
    let mut command = account.command();
    command.env("MAILGUN_BASE_URL", "http://127.0.0.1:9").args(["domains", "list", "-vv"]);
    Run::of(command.args(["--timeout", "2s"])).status(3);
}

#[test]
fn a_domain_is_needed_and_its_source_is_named() {
    let account = Account::new();
    let mut command = account.command();
    command.env_remove("MAILGUN_DOMAIN").args(["domains", "dns"]);
    Run::of(&mut command).status(2).complains("--domain");
    account.run(&["domains", "dns", "--domain", "not a domain"]).status(2);
}

#[test]
fn a_subaccount_is_named_in_the_request() {
    let account = Account::new();
    account.run(&["domains", "list", "--subaccount", "sub1"]);
    let request = &account.mock.requests()[0];
    assert_eq!(request.header("x-mailgun-on-behalf-of"), Some("sub1"));
}
