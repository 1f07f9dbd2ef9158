use serde_json::Value;

use crate::support::{Account, DOMAIN};

/// A domain whose records Mailgun has not found.
fn unverified(account: &Account) {
    account.run(&["api", "POST", "/v4/domains", "-f", "name=new.example.com"]).ok();
}

#[test]
fn domains_are_listed_with_their_state() {
    let account = Account::new();
    unverified(&account);
    let run = account.run(&["domains", "list"]).ok();
    assert!(run.stdout.starts_with("DOMAIN"), "{run:?}");
    run.says("new.example.com  unverified").says("mg.example.com   active");
    let json = account.run(&["domains", "list", "--json", "--search", "new"]).ok().json();
    assert_eq!(json.as_array().unwrap().len(), 1);
    assert_eq!(json[0]["state"], "unverified");
}

#[test]
fn the_records_show_what_is_expected_and_what_is_found() {
    let account = Account::new();
    unverified(&account);
    let run = account.run(&["domains", "dns"]).ok();
    run.says("EXPECTED").says("FOUND").says("valid").says("10 mxa.mailgun.org");
    account.run(&["domains", "dns", "new.example.com"]).ok().says("missing");
    let json = account.run(&["domains", "dns", "--json"]).ok().json();
    assert_eq!(json[0]["value"], "v=spf1 include:mailgun.org ~all");
    assert_eq!(json[0]["cached"][0], "v=spf1 include:mailgun.org ~all");
}

#[test]
fn a_domain_is_shown_and_one_that_is_missing_has_status_5() {
    let account = Account::new();
    account.run(&["domains", "get"]).ok().says(DOMAIN).says("5 of 5 valid");
    let json = account.run(&["domains", "get", DOMAIN, "--json"]).ok().json();
    assert_eq!(json["domain"]["name"], DOMAIN);
    account.run(&["domains", "get", "missing.example.com"]).status(5);
}

#[test]
fn verifying_changes_the_state_unless_it_is_a_dry_run() {
    let account = Account::new();
    unverified(&account);
    let state = |account: &Account| -> Value {
        account.run(&["domains", "get", "new.example.com", "--json"]).ok().json()["domain"]["state"]
            .clone()
    };
    account.run(&["domains", "verify", "new.example.com", "-n"]).ok().says("/verify");
    assert_eq!(state(&account), "unverified");
    account.run(&["domains", "verify", "new.example.com"]).ok();
    assert_eq!(state(&account), "active");
}
