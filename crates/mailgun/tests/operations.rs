//! The crates together have what the API has, and each operation is in one of them.

#![cfg(feature = "full")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;

use mailgun_testing::operations;

use crate::routes::ALL;

mod routes;

fn written(method: &str, path: &str) -> String {
    format!("{method} {}", operations::normal(path))
}

#[test]
fn every_operation_of_the_table_is_in_its_crate() {
    for operation in operations::all() {
        if operation.path.starts_with('{') {
            continue;
        }
        let found = ALL.iter().find(|(name, _)| *name == operation.package);
        let (_, routes) = found.unwrap_or_else(|| panic!("there is no {}", operation.package));
        let wanted = written(&operation.method, &operation.path);
        let is_there =
            routes.iter().any(|route| written(route.method().as_str(), route.template()) == wanted);
        assert!(is_there, "{} lacks {}: {wanted}", operation.package, operation.operation);
    }
}

#[test]
fn no_crate_has_an_operation_that_the_table_does_not_know() {
    let table: BTreeSet<_> =
        operations::all().iter().map(|row| written(&row.method, &row.path)).collect();
    // What `Messages::stored_file` calls has no route in the table, since its URL is given.
    let given = "GET /v3/domains/{}/messages/{}/attachments/{}";
    for (name, routes) in ALL {
        for route in *routes {
            let ours = written(route.method().as_str(), route.template());
            assert!(table.contains(&ours) || ours == given, "{name}: {ours}");
        }
    }
}
