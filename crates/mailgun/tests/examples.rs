//! The examples of the docs can be pasted into a program that has `mailgun` alone.
//!
//! A crate whose examples name `mailgun::..` has the umbrella as a dev-dependency.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    path::{Path, PathBuf},
};

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// What an application, or a store of campaigns, uses beside the umbrella.
const OWN_CRATES: [&str; 4] =
    ["mailgun_bulk::conformance", "mailgun_lettre", "mailgun_mock", "mailgun_store"];

/// The lines of the examples in doc comments that name another crate of the SDK.
fn faults(source: &str) -> Vec<&str> {
    let mut is_code = false;
    let is_fault = |line: &&str| {
        let comment = line.trim_start();
        let doc = comment.strip_prefix("///").or_else(|| comment.strip_prefix("//!"));
        let Some(doc) = doc else {
            is_code = false;
            return false;
        };
        is_code ^= doc.trim_start().starts_with("```");
        let is_own = OWN_CRATES.iter().any(|name| doc.contains(name));
        let names_crate = doc.contains("mailgun_") && !is_own;
        is_code && names_crate
    };
    source.lines().filter(is_fault).collect()
}

#[test]
fn examples_name_the_umbrella() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut checked = 0;
    for entry in fs::read_dir(crates).unwrap() {
        let package = entry.unwrap().path();
        let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap_or_default();
        if !manifest.contains("\nmailgun = {") && !package.ends_with("mailgun") {
            continue;
        }
        checked += 1;
        let mut files = Vec::new();
        sources(&package.join("src"), &mut files);
        for file in files {
            let source = fs::read_to_string(&file).unwrap();
            assert_eq!(faults(&source), [""; 0], "{}", file.display());
        }
    }
    assert!(checked > 1);
}
