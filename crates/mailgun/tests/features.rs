//! A program gets the crates of the features that it asked for, and no others.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::{collections::BTreeSet, process::Command};

const RESOURCES: [&str; 16] = [
    "account",
    "analytics",
    "dkim",
    "domains",
    "events",
    "inbox-placement",
    "ips",
    "mailing-lists",
    "messages",
    "routes",
    "subaccounts",
    "suppressions",
    "tags",
    "templates",
    "validations",
    "webhooks",
];

fn crates_with(features: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "mailgun", "--no-default-features", "--features", features])
        .args(["--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn ours(features: &str) -> Vec<String> {
    crates_with(features).into_iter().filter(|name| name.starts_with("mailgun")).collect()
}

#[test]
fn one_feature_brings_one_resource() {
    assert_eq!(ours(""), ["mailgun", "mailgun-core"]);
    for feature in RESOURCES {
        let mut expected = vec!["mailgun".to_owned(), "mailgun-core".to_owned()];
        expected.push(format!("mailgun-{feature}"));
        if matches!(feature, "analytics" | "webhooks") {
            // What they receive and list are events.
            expected.push("mailgun-events".to_owned());
        }
        if !matches!(feature, "events" | "inbox-placement" | "messages" | "routes" | "webhooks") {
            expected.push("mailgun-types".to_owned());
        }
        expected.sort_unstable();
        assert_eq!(ours(feature), expected);
    }
}

#[test]
fn full_brings_every_resource() {
    let mut expected: Vec<_> =
        RESOURCES.into_iter().chain(["core", "types"]).map(|name| format!("mailgun-{name}")).collect();
    expected.push("mailgun".to_owned());
    expected.sort_unstable();
    assert_eq!(ours("full"), expected);
}

#[test]
fn a_provider_brings_its_own_cryptography_alone() {
    let ring = crates_with("messages,rustls-ring");
    assert!(ring.contains("ring") && !ring.contains("aws-lc-rs"));
    let aws = crates_with("messages,rustls-aws-lc-rs");
    assert!(aws.contains("aws-lc-rs") && !aws.contains("ring"));
    let none = crates_with("messages,rustls-no-provider");
    assert!(!none.contains("ring") && !none.contains("aws-lc-rs"));
}
