//! The features of `Cargo.toml` bring the crates that they name, and the docs list all of them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::Value;

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The features, and what each enables.
fn features() -> BTreeMap<String, Vec<String>> {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let ours = packages.iter().find(|package| package["name"] == "mailgun").unwrap();
    serde_json::from_value(ours["features"].clone()).unwrap()
}

/// Each is a feature and a crate.
fn resources() -> Vec<String> {
    features().remove("full").unwrap()
}

fn crates_with(features: &str) -> BTreeSet<String> {
    let tree = cargo(&[
        "tree",
        "--package=mailgun",
        "--no-default-features",
        &format!("--features={features}"),
        "--edges=normal",
        "--prefix=none",
        "--format={p}",
    ]);
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// The resources that are among the crates.
fn resources_with(features: &str) -> BTreeSet<String> {
    let crates = crates_with(features);
    resources().into_iter().filter(|name| crates.contains(&format!("mailgun-{name}"))).collect()
}

#[test]
fn one_feature_brings_one_resource() {
    let features = features();
    assert!(resources_with("").is_empty());
    for resource in resources() {
        // `analytics` and `webhooks` share the event type of `events`.
        let enabled = features[&resource].iter().filter(|other| features.contains_key(*other));
        let expected: BTreeSet<_> = enabled.cloned().chain([resource.clone()]).collect();
        assert_eq!(resources_with(&resource), expected);
    }
}

#[test]
fn full_brings_every_resource() {
    let features = features();
    let optional = features.iter().filter(|(name, enabled)| {
        *name != "full" && enabled.contains(&format!("dep:mailgun-{name}"))
    });
    let optional: BTreeSet<_> = optional.map(|(name, _)| name.clone()).collect();
    assert_eq!(resources_with("full"), optional);
}

#[test]
fn webhooks_are_received_without_a_transport() {
    for feature in ["webhooks", "webhooks-axum", "webhooks-tower"] {
        let crates = crates_with(feature);
        for name in ["h2", "hyper", "hyper-rustls", "hyper-util", "rustls", "tokio-rustls"] {
            assert!(!crates.contains(name), "{feature} brings {name}");
        }
    }
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

/// The rows of the table of features, without what makes links.
fn table(page: &str) -> Vec<String> {
    let lines = page.lines().map(|line| line.trim_start_matches("//! "));
    let rows = lines.skip_while(|line| !line.to_lowercase().starts_with("| feature |")).skip(2);
    rows.take_while(|line| line.starts_with('|'))
        .map(|row| row.replace("mailgun::", "").replace(['[', ']'], ""))
        .collect()
}

#[test]
fn the_docs_and_the_readme_list_every_feature() {
    let table_of_docs = table(include_str!("../src/lib.rs"));
    assert_eq!(table_of_docs, table(include_str!("../../../README.md")));

    let features = features();
    let mut listed = BTreeSet::new();
    for row in &table_of_docs {
        let [_, names, module, _, _] = &*row.split('|').collect::<Vec<_>>() else {
            unreachable!("{row} has three columns");
        };
        let is_default = names.contains("(default)");
        for name in names.split('`').skip(1).step_by(2) {
            assert_eq!(features["default"].contains(&name.to_owned()), is_default, "{name}");
            let is_resource = features["full"].contains(&name.to_owned());
            let expected = match name {
                "opentelemetry" => "`metrics`".to_owned(),
                "blocking" | "metrics" => format!("`{name}`"),
                _ if is_resource => format!("`{}`", name.replace('-', "_")),
                _ => String::new(),
            };
            assert_eq!(module.trim(), expected, "{name}");
            listed.insert(name.to_owned());
        }
    }
    let all: BTreeSet<_> = features.into_keys().filter(|name| name != "default").collect();
    assert_eq!(listed, all);
}
