use serde_json::{Value, json};

use crate::support::Account;

fn run(account: &Account, args: &[&str]) -> crate::support::Run {
    account.run(&[&["templates"], args].concat())
}

fn versions(account: &Account, name: &str) -> usize {
    let path = format!("/v3/{{domain}}/templates/{name}/versions");
    let json: Value = account.run(&["api", "GET", &path]).ok().json();
    json["template"]["versions"].as_array().unwrap().len()
}

#[test]
fn a_push_makes_a_version_only_if_something_changed() {
    let account = Account::new();
    account.write("t/welcome.html", "<p>Hello {{name}}</p>\n");
    account.write("t/welcome.headers.json", r#"{"Subject": "Welcome"}"#);
    account.write("t/notes.txt", "not a template");
    run(&account, &["push", "t", "--dry-run"]).ok().says("POST ").says("name: welcome");
    let first = run(&account, &["push", "t", "--tag", "v1", "--json"]).ok().json();
    assert_eq!(first, json!([{"name": "welcome", "status": "created", "version": "v1"}]));
    run(&account, &["push", "t"]).ok().says("unchanged");
    assert_eq!(versions(&account, "welcome"), 1);
    account.write("t/welcome.html", "<p>Hi {{name}}</p>\n");
    run(&account, &["push", "t", "--tag", "v2"]).ok().says("new version").says("v2");
    account.write("t/welcome.headers.json", r#"{"Subject": "Hi"}"#);
    run(&account, &["push", "t"]).ok().says("new version");
    assert_eq!(versions(&account, "welcome"), 3);
    run(&account, &["list"]).ok().says("welcome");
}

#[test]
fn a_diff_shows_lines_and_has_status_7() {
    let account = Account::new();
    account.write("t/welcome.html", "<p>Hello</p>\n<p>Bye</p>\n");
    run(&account, &["diff", "t"]).status(7).says("+<p>Hello</p>");
    run(&account, &["push", "t"]).ok();
    assert_eq!(run(&account, &["diff", "t"]).ok().stdout, "");
    account.write("t/welcome.html", "<p>Hi</p>\n<p>Bye</p>\n");
    let diff = run(&account, &["diff", "t"]).status(7).complains("1 template differs");
    diff.says("-<p>Hello</p>\n+<p>Hi</p>\n <p>Bye</p>\n").says("--- mailgun: welcome");
    let json = run(&account, &["diff", "t", "--json"]).status(7).json();
    assert_eq!(json, json!({"differing": ["welcome"]}));
}

#[test]
fn a_pull_writes_what_a_push_stored_and_asks_before_it_overwrites() {
    let account = Account::new();
    account.write("a/welcome.html", "<p>Hello</p>");
    account.write("a/welcome.headers.json", r#"{"Subject": "Welcome"}"#);
    run(&account, &["push", "a"]).ok();
    run(&account, &["pull", "b", "--dry-run"]).ok().says("welcome");
    assert!(!account.path("b").exists());
    run(&account, &["pull", "b"]).ok().says("welcome");
    assert_eq!(account.read("b/welcome.html"), "<p>Hello</p>");
    assert_eq!(run(&account, &["diff", "b"]).ok().stdout, "");
    run(&account, &["pull", "b"]).ok().complains("up to date");
    account.write("b/welcome.html", "mine");
    run(&account, &["pull", "b"]).status(2).complains("Overwrite 1 files");
    assert_eq!(account.read("b/welcome.html"), "mine");
    run(&account, &["pull", "b", "--yes"]).ok();
    assert_eq!(account.read("b/welcome.html"), "<p>Hello</p>");
    run(&account, &["pull", "b", "missing"]).status(5);
    account.write("c/welcome.headers.json", "{}");
    run(&account, &["pull", "c"]).status(2).complains("Overwrite 1 files");
    assert_eq!(account.read("c/welcome.headers.json"), "{}");
}

#[cfg(unix)]
#[test]
fn a_pull_does_not_write_through_a_link() {
    let account = Account::new();
    account.write("a/welcome.html", "<p>Hello</p>");
    run(&account, &["push", "a"]).ok();
    account.write("b/other.html", "");
    account.write("profile", "mine");
    std::os::unix::fs::symlink(account.path("profile"), account.path("b/welcome.html")).unwrap();
    run(&account, &["pull", "b", "--yes"]).status(1).complains("symbolic link");
    assert_eq!(account.read("profile"), "mine");
}

#[test]
fn a_push_keeps_the_engine_of_the_template() {
    let account = Account::new();
    let create =
        ["-f", "name=welcome", "-f", "template={{.name}}", "-f", "tag=v1", "-f", "engine=go"];
    account.run(&[&["api", "POST", "/v3/{domain}/templates"], &create[..]].concat()).ok();
    account.write("t/welcome.html", "Hi {{.name}}");
    run(&account, &["push", "t", "--tag", "v2"]).ok().says("new version");
    let path = "/v3/{domain}/templates/welcome/versions/v2";
    let json = account.run(&["api", "GET", path]).ok().json();
    assert_eq!(json["template"]["version"]["engine"], "go");
}

#[test]
fn a_preview_fills_in_variables() {
    let account = Account::new();
    account.write("t/welcome.html", "<p>Hello {{name}}{{#if vip}}!{{/if}}</p>\n");
    account.write("t/welcome.headers.json", r#"{"Subject": "Hi {{name}}"}"#);
    account.write("vars.json", r#"{"vip": true}"#);
    let args = ["preview", "t", "welcome", "--var", "name=<Bob>", "--vars-file", "vars.json"];
    let preview = run(&account, &args).ok().complains("Subject: Hi <Bob>");
    assert_eq!(preview.stdout, "<p>Hello &lt;Bob&gt;!</p>\n");
    let json = run(&account, &["preview", "t", "welcome", "--json"]).ok().json();
    assert_eq!(json["missing"], json!(["{{name}}"]));
    account.write("t/broken.html", "{{#if}");
    run(&account, &["preview", "t", "broken"]).status(1);
    run(&account, &["preview", "t", "missing"]).status(2).complains("missing.html");
    assert!(account.mock.requests().is_empty());
}

#[test]
fn a_name_that_would_leave_the_folder_is_refused() {
    let account = Account::new();
    let create = ["-f", "name=../evil", "-f", "template=x", "-f", "tag=v1"];
    account.run(&[&["api", "POST", "/v3/{domain}/templates"], &create[..]].concat());
    let listed = account.run(&["templates", "list", "--json"]).ok().json();
    let names: Vec<_> = listed.as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert!(names.contains(&json!("../evil")), "{names:?}");
    run(&account, &["pull", "t"]).status(1).complains("cannot be a file");
    run(&account, &["pull", "t", "../evil"]).status(1).complains("cannot be a file");
    assert!(!account.path("evil.html").exists());
}
