use mailgun_mock::Fault;
use serde_json::json;

use crate::support::Account;

#[test]
fn any_operation_can_be_called() {
    let account = Account::new();
    let json = account.run(&["api", "GET", "/v4/domains", "-f", "limit=1"]).ok().json();
    assert_eq!(json["total_count"], 1);
    assert_eq!(account.mock.requests()[0].query(), Some("limit=1"));
    account.run(&["api", "post", "/v3/lists", "-f", "address=news@mg.example.com"]).ok();
    account.run(&["api", "GET", "/v3/{domain}/bounces?limit=5"]).ok();
    assert_eq!(account.mock.requests()[2].path(), "/v3/mg.example.com/bounces");
    account.write("query.json", r#"{"dimensions": ["time"], "metrics": ["delivered_count"]}"#);
    account.run(&["api", "POST", "/v1/analytics/metrics", "--json-body", "query.json"]).ok();
    account.run(&["api", "GET", "v4/domains"]).status(2).complains("begin with `/`");
    account.run(&["api", "GET", "/v4/domains/missing.example.com"]).status(5);
    account.run(&["api", "GET", "/v4/domains", "-F", "a=query.json"]).status(2).complains("--file");
    let paginate = ["api", "GET", "/v4/domains", "-H", "X-A: b", "--paginate"];
    account.run(&paginate).status(2).complains("--paginate");
}

#[test]
fn all_pages_become_one_list() {
    let account = Account::new();
    for name in ["a", "b", "c"] {
        account.run(&["suppressions", "add", "bounces", &format!("{name}@example.com")]).ok();
    }
    let args = ["api", "GET", "/v3/{domain}/bounces", "-f", "limit=1", "--paginate"];
    assert_eq!(account.run(&args).ok().json().as_array().unwrap().len(), 3);
    account.run(&["api", "POST", "/v4/domains", "-f", "name=new.example.com"]).ok();
    let args = ["api", "GET", "/v4/domains", "-f", "limit=1", "--paginate", "skip"];
    assert_eq!(account.run(&args).ok().json().as_array().unwrap().len(), 2);
}

#[test]
fn what_changes_something_has_a_dry_run_and_a_deletion_needs_yes() {
    let account = Account::new();
    account.write("a.csv", "address\nbob@example.com\n");
    let upload = ["api", "POST", "/v3/{domain}/bounces/import", "-F", "file=a.csv"];
    account.run(&[&upload[..], &["-n"]].concat()).ok().says("file: a.csv (text/csv, 24 bytes)");
    assert!(account.mock.requests().is_empty());
    account.run(&upload).ok();
    let delete = ["api", "DELETE", "/v3/{domain}/bounces/bob@example.com"];
    account.run(&delete).status(2).complains("--yes");
    account.run(&[&delete[..], &["--yes"]].concat()).ok();
}

#[test]
fn a_lost_response_is_unknown_unless_the_call_only_reads() {
    let account = Account::new();
    account.mock.inject(Fault::lose_response().times(20));
    account.run(&["api", "POST", "/v3/lists", "-f", "address=a@mg.example.com"]).status(4);
    account.run(&["api", "GET", "/v4/domains", "--timeout", "1s"]).status(3);
    let delete = ["api", "DELETE", "/v3/{domain}/bounces/bob@example.com", "--yes"];
    account.run(&[&delete[..], &["--timeout", "1s"]].concat()).status(4);
    // This one is idempotent, and the client repeats it.
    let delete = ["suppressions", "delete", "bounces", "bob@example.com", "--yes"];
    account.run(&[&delete[..], &["--timeout", "1s"]].concat()).status(4);
}

#[test]
fn text_that_is_not_json_is_written_as_it_is() {
    let account = Account::new();
    account.mock.inject(Fault::status(200).with_body("text/plain", "plain\u{1b}[31m text\n"));
    assert_eq!(account.run(&["api", "GET", "/v9/x"]).ok().stdout, "plain text\n");
    account.mock.inject(Fault::status(200).with_json(json!({"a": 1})));
    assert_eq!(account.run(&["api", "GET", "/v9/x"]).ok().stdout, "{\n  \"a\": 1\n}\n");
}
