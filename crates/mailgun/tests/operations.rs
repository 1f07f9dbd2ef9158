//! The crates together have what the API has, and each operation is in one of them.

#![cfg(feature = "full")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;

use mailgun::Idempotency;
use mailgun_testing::operations;

use crate::routes::ALL;

mod routes;

/// Groups of the table that have no crate.
const ABSENT: [&str; 1] = ["mailgun-optimize"];

fn written(method: &str, path: &str) -> String {
    format!("{method} {}", operations::normal(path))
}

#[test]
fn every_operation_of_the_table_is_in_its_crate() {
    for operation in operations::all() {
        if ABSENT.contains(&&*operation.package) || operation.path.starts_with('{') {
            continue;
        }
        let (_, routes) = ALL.iter().find(|(name, _)| *name == operation.package).unwrap();
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

/// Deletions whose path does not end with what is deleted, but that name it in the query, a header
/// or the path before, or of which there is one.
const NAMED: [&str; 16] = [
    "DELETE /v1/analytics/tags",
    "DELETE /v1/dkim/keys",
    "DELETE /v1/dynamic_pools/domains/{domain}/override",
    "DELETE /v1/webhooks",
    "DELETE /v2/ip_whitelist",
    "DELETE /v3/domains/{domain}/dynamic_pools",
    "DELETE /v3/domains/{domain}/ips/ip_pool",
    "DELETE /v3/domains/{domain}/pool/ip_pool",
    "DELETE /v3/ip_pools/{pool_id}/delegate",
    "DELETE /v3/lists/{address}/validate",
    "DELETE /v3/{domain}/tag",
    "DELETE /v4/domains/{domain}/webhooks",
    "DELETE /v5/accounts/limit/custom/monthly",
    "DELETE /v5/accounts/subaccounts",
    "DELETE /v5/accounts/subaccounts/{subaccount_id}/ip_pool",
    "DELETE /v5/accounts/subaccounts/{subaccount_id}/limit/custom/monthly",
];

/// A repeat would also delete what was added since the first attempt.
#[test]
fn what_deletes_all_of_a_kind_is_not_repeated() {
    let routes = ALL.iter().flat_map(|(_, routes)| routes.iter());
    let deletions = routes.filter(|route| route.method().as_str() == "DELETE");
    let idempotent = deletions.filter(|route| route.idempotency() == Idempotency::Idempotent);
    for route in idempotent.filter(|route| !route.template().ends_with('}')) {
        assert!(NAMED.contains(&&*route.to_string()), "{route}");
    }
}
