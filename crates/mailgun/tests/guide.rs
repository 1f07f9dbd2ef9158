//! The guide says what the code does.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{fs, path::Path};

/// Columns of the rows of the tables whose third column is a target of tracing.
fn rows() -> Vec<[&'static str; 3]> {
    let page = include_str!("../src/guide/tracing.md");
    let rows = page.lines().filter(|line| line.contains("| `mailgun_"));
    rows.map(|row| {
        let columns: Vec<_> =
            row.split('|').map(|column| column.trim().trim_matches('`')).collect();
        [columns[1], columns[3], columns[4]]
    })
    .collect()
}

/// The source of the module that a target names.
fn source(target: &str) -> String {
    let (package, path) = target.split_once("::").unwrap();
    let package = package.replace('_', "-");
    let module = format!("../{package}/src/{}", path.replace("::", "/"));
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join(module);
    let file = fs::read_to_string(module.with_extension("rs"));
    file.or_else(|_| fs::read_to_string(module.join("mod.rs"))).unwrap_or_default()
}

#[test]
fn every_span_and_event_of_the_guide_is_in_the_code() {
    let rows = rows();
    assert_eq!(rows.len(), 15);
    for [name, target, fields] in rows {
        let source = source(target);
        assert!(source.contains(&format!("\"{name}\"")), "{target} has no `{name}`");
        for field in fields.split(", ").map(|field| field.trim_matches('`')) {
            assert!(source.contains(field), "`{name}` of {target} has no field {field}");
        }
    }
}
