use mailgun_mock::{Fault, RateLimit};
use serde_json::json;

use crate::support::Account;

const SEND: &[&str] =
    &["send", "--from", "shop@mg.example.com", "--to", "bob@example.com", "--subject", "Hello"];

fn send<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [SEND, more].concat()
}

#[test]
fn the_body_comes_from_standard_input() {
    let account = Account::new();
    let run = account.run_with("Hello, Bob.\n", SEND).ok();
    let sent = &account.mock.sent()[0];
    assert_eq!(sent.subject(), Some("Hello"));
    assert_eq!(sent.text(), Some("Hello, Bob.\n"));
    assert_eq!(sent.recipients(), ["bob@example.com"]);
    assert_eq!(run.stdout, format!("Accepted as {}\n", sent.id().trim_matches(['<', '>'])));
}

#[test]
fn every_option_reaches_the_api() {
    let account = Account::new();
    account.write("mail.html", "<p>Hi <img src=\"cid:logo.png\"></p>");
    account.write("invoice.txt", "1 euro");
    account.write("logo.png", [1, 2, 3]);
    let run = account.run(&send(&[
        "--to",
        "Eve <eve@example.com>",
        "--cc",
        "carl@example.com",
        "--bcc",
        "dora@example.com",
        "--reply-to",
        "help@example.com",
        "--text",
        "Hi",
        "--html-file",
        "mail.html",
        "--attach",
        "invoice.txt",
        "--inline",
        "logo.png=logo.png",
        "--tag",
        "a",
        "--tag",
        "b",
        "-H",
        "X-Order: 7",
        "--variable",
        "order=7",
        "--option",
        "o:require-tls=yes",
        "--deliver-at",
        "2099-01-02T03:04:05Z",
        "--test-mode",
        "--json",
    ]));
    let run = run.ok();
    let sent = &account.mock.sent()[0];
    assert_eq!(run.json()["id"], sent.id().trim_matches(['<', '>']));
    assert_eq!(sent.cc(), ["carl@example.com"]);
    assert_eq!(sent.bcc(), ["dora@example.com"]);
    assert_eq!(sent.html(), Some("<p>Hi <img src=\"cid:logo.png\"></p>"));
    assert_eq!(sent.tags(), ["a", "b"]);
    assert_eq!(sent.attachments()[0].filename, "invoice.txt");
    assert_eq!(sent.inline()[0].filename, "logo.png");
    assert_eq!(sent.variables(), [("order", "7")]);
    assert_eq!(sent.field("h:X-Order"), Some("7"));
    assert_eq!(sent.field("h:Reply-To"), Some("help@example.com"));
    assert_eq!(sent.field("o:require-tls"), Some("yes"));
    assert_eq!(sent.field("o:deliverytime"), Some("Fri, 02 Jan 2099 03:04:05 +0000"));
    assert!(sent.is_test_mode());
}

#[test]
fn a_template_gets_its_variables_from_a_file_and_from_arguments() {
    let account = Account::new();
    account.write("vars.json", r#"{"name": "Carl", "items": [1, 2]}"#);
    account
        .run(&send(&["--template", "welcome", "--vars-file", "vars.json", "--var", "name=Bob"]))
        .ok();
    let sent = &account.mock.sent()[0];
    assert_eq!(sent.field("template"), Some("welcome"));
    let variables = sent.field("t:variables").unwrap();
    let variables: serde_json::Value = serde_json::from_str(variables).unwrap();
    assert_eq!(variables, json!({"name": "Bob", "items": [1, 2]}));
}

#[test]
fn a_dry_run_shows_the_request_and_sends_nothing() {
    let account = Account::new();
    account.write("invoice.txt", "1 euro");
    let args = send(&["--text", "Hi", "--attach", "invoice.txt", "--dry-run"]);
    let run = account.run(&args).ok().complains("Dry run: nothing was sent.");
    let run = run.says("POST ").says("/v3/mg.example.com/messages\n");
    run.says("to: bob@example.com\n").says("attachment: invoice.txt (text/plain, 6 bytes)\n");
    let json = account.run(&[&args[..], &["--json"]].concat()).ok().json();
    assert_eq!(json["method"], "POST");
    let fields = json["fields"].as_array().unwrap();
    assert!(fields.contains(&json!({"name": "subject", "value": "Hello"})), "{json}");
    assert!(
        fields.contains(&json!({"name": "attachment", "filename": "invoice.txt",
        "content_type": "text/plain", "bytes": 6})),
        "{json}"
    );
    assert!(account.mock.requests().is_empty());
}

#[test]
fn a_lost_response_has_status_4_and_names_the_message_id() {
    let account = Account::new();
    account.mock.inject(Fault::lose_response());
    let run = account.run(&send(&["--text", "Hi"])).status(4);
    let id = account.mock.sent()[0].id().trim_matches(['<', '>']).to_owned();
    run.complains("may have taken effect").complains(&format!("mailgun events --message-id {id}"));
    assert_eq!(account.mock.sent().len(), 1);
}

#[test]
fn each_failure_has_its_status() {
    let account = Account::new();
    let text = send(&["--text", "Hi", "--timeout", "2s"]);
    account
        .mock
        .inject(Fault::status(400).with_json(json!({"message": "to parameter is not valid"})));
    account.run(&text).status(1).complains("to parameter is not valid");
    account.mock.inject(Fault::rate_limit(RateLimit::RetryAfterSeconds(3600)));
    account.run(&text).status(3).complains("Mailgun asks to wait 3600 s");
    account.mock.inject(Fault::status(404));
    account.run(&text).status(5);
    account.mock.inject(Fault::status(401));
    account.run(&text).status(6);
    account
        .run(&send(&["--text", "Hi", "--attach", "missing.pdf"]))
        .status(1)
        .complains("error: `missing.pdf` cannot be read: ");
    account.run(&["send", "--to", "bob@example.com", "--text", "Hi"]).status(2).complains("`from`");
    account.run(&["send", "--text", "Hi"]).status(2).complains("--to");
    assert!(account.mock.sent().is_empty());
}

#[test]
fn an_error_is_json_on_standard_error() {
    let account = Account::new();
    account.mock.inject(Fault::rate_limit(RateLimit::RetryAfterSeconds(3600)));
    let run = account.run(&send(&["--text", "Hi", "--json", "--timeout", "2s"])).status(3);
    let error: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    let error = &error["error"];
    assert_eq!(error["kind"], "rate_limited");
    assert_eq!(error["status"], 429);
    assert_eq!(error["exit_status"], 3);
    assert_eq!(error["retry_after_seconds"], 3600);
    assert_eq!(run.stdout, "");
}

#[test]
fn a_byte_order_mark_is_not_part_of_a_text() {
    const MARK: &str = "\u{feff}";
    let account = Account::new();
    account.write("mail.txt", format!("{MARK}Hi"));
    account.write("mail.html", format!("{MARK}<p>Hi</p>"));
    account.run(&send(&["--text-file", "mail.txt", "--html-file", "mail.html"])).ok();
    account.run_with(&format!("{MARK}Hi"), SEND).ok();
    account.write("vars.json", format!("{MARK}{{\"name\": \"Bob\"}}"));
    account.write("t/welcome.html", format!("{MARK}<p>Hello</p>"));
    account.write("t/welcome.headers.json", format!("{MARK}{{\"Subject\": \"Welcome\"}}"));
    account.run(&["templates", "push", "t"]).ok();
    account.run(&send(&["--template", "welcome", "--vars-file", "vars.json"])).ok();
    let [files, stdin, template] = &account.mock.sent()[..] else { panic!() };
    assert_eq!((files.text(), files.html()), (Some("Hi"), Some("<p>Hi</p>")));
    assert_eq!(stdin.text(), Some("Hi"));
    let seen = template.rendered_for("bob@example.com").unwrap();
    assert_eq!(seen.html.as_deref(), Some("<p>Hello</p>"));

    let url = account.mock.base_url();
    let key = crate::support::KEY;
    account.write("key.txt", format!("{MARK}{key}\r\n"));
    let config = format!(
        "{MARK}default = \"shop\"\n[profiles.shop]\nbase_url = \"{url}\"\napi_key_file = \"key.txt\"\n"
    );
    account.write("config.toml", config);
    crate::support::Run::of(account.bare().args(["domains", "list"])).ok();
}
