//! Text from elsewhere cannot control the terminal.

use serde_json::json;

use crate::support::Account;

/// A title for the window, a colour, a line of its own, an 8-bit escape, changes of direction and a line
/// of Unicode.
const HOSTILE: &str =
    "a\u{1b}]0;title\u{7}\u{1b}[31mb\r\nc\u{9b}2Jd\u{202e}e\u{61c}f\u{2067}g\u{2028}h";

#[track_caller]
fn check(text: &str) {
    let is_bad =
        |c: char| c != '\n' && (c.is_control() || "\u{202e}\u{61c}\u{2067}\u{2028}".contains(c));
    assert!(!text.contains(is_bad), "{text:?}");
}

#[test]
fn lines_and_json_of_events_are_harmless() {
    let account = Account::new();
    let event = json!({
        "event": "failed", "severity": "permanent", "reason": HOSTILE, "recipient": HOSTILE,
        "message": {"headers": {"subject": HOSTILE}},
        "delivery-status": {"code": 550, "message": HOSTILE},
    });
    account.mock.add_event(event);
    for args in [&["events"][..], &["events", "--json"], &["tail", "--since", "1h", "--count", "1"]]
    {
        let run = account.run(args).ok();
        check(&run.stdout);
        assert_eq!(run.stdout.lines().count(), 1, "{run:?}");
    }
    // JSON still has the text.
    let json = account.run(&["events", "--json"]).ok().json();
    assert_eq!(json["recipient"], HOSTILE);
}

#[test]
fn tables_and_errors_are_harmless() {
    let account = Account::new();
    let body = json!({"items": [{"name": HOSTILE, "state": HOSTILE}], "total_count": 1});
    account.mock.inject(mailgun_mock::Fault::status(200).with_json(body.clone()));
    let run = account.run(&["domains", "list"]).ok();
    check(&run.stdout);
    assert_eq!(run.stdout.lines().count(), 2, "{run:?}");
    account.mock.inject(mailgun_mock::Fault::status(200).with_json(body));
    check(&account.run(&["api", "GET", "/v4/domains"]).ok().stdout);
    for args in [&["domains", "list"][..], &["domains", "list", "--json"]] {
        let refused = mailgun_mock::Fault::status(400).with_json(json!({"message": HOSTILE}));
        account.mock.inject(refused);
        check(&account.run(args).status(1).stderr);
    }
}

#[test]
fn colours_are_for_terminals_or_on_demand() {
    let account = Account::new();
    let has_color = |args: &[&str]| account.run(args).ok().stdout.contains("\u{1b}[");
    assert!(!has_color(&["domains", "list"]));
    assert!(has_color(&["domains", "list", "--color", "always"]));
    assert!(!has_color(&["domains", "list", "--color", "never"]));
    assert!(has_color(&["doctor", "--color", "always"]));
}
