//! The crates together have what the API has, and each operation is in one of them.

#![cfg(feature = "full")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;

use mailgun::{Client, ErrorKind};
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
    // What `Messages::stored_file` calls has no route in the table, because its URL is given.
    let given = "GET /v3/domains/{}/messages/{}/attachments/{}";
    for (name, routes) in ALL {
        for route in *routes {
            let ours = written(route.method().as_str(), route.template());
            assert!(table.contains(&ours) || ours == given, "{name}: {ours}");
        }
    }
}

/// All operations by which Mailgun sends mail. The guard of a client knows them by these paths.
const SENDS_MAIL: [&str; 7] = [
    "POST /v3/{}/messages",
    "POST /v3/{}/messages.mime",
    "POST /v3/domains/{}/messages/{}",
    "POST /v1/alerts/email/test",
    "POST /v4/inbox/tests",
    "POST /v5/accounts/resend_activation_email",
    "POST /v5/sandbox/auth_recipients",
];

/// Operations that send no mail, although their paths sound like it.
const SENDS_NO_MAIL: [&str; 7] = [
    "POST /v1/thresholds/alerts/send",
    "PUT /v1/thresholds/alerts/send/{}",
    "PUT /v3/domains/{}/webhooks/{}/test",
    "POST /v1/alerts/webhooks/test",
    "POST /v1/alerts/slack/test",
    "POST /v1/preview/tests",
    "PUT /v1/preview/tests/{}/results/reprocess",
];

#[test]
fn every_operation_that_sends_mail_is_guarded() {
    let client = Client::builder("key-test").allow_recipients(["x.test"]).build().unwrap();
    let mut guarded = BTreeSet::new();
    for route in ALL.iter().flat_map(|(_, routes)| *routes) {
        let written = written(route.method().as_str(), route.template());
        let segments = vec!["x.test"; route.template().matches('{').count()];
        let request = client.call::<serde_json::Value>(*route, &segments).into_request();
        if request.is_err_and(|error| error.kind() == ErrorKind::Guarded) {
            guarded.insert(written.clone());
        }
        let words = ["message", "mail", "test", "invit", "send", "recipient", "activation"];
        let changes = ["POST", "PUT", "PATCH"].contains(&route.method().as_str());
        let is_known = SENDS_MAIL.contains(&&*written) || SENDS_NO_MAIL.contains(&&*written);
        let sounds = changes && words.iter().any(|word| written.contains(word));
        assert!(is_known || !sounds, "does {written} send mail? Then add it to the guard");
    }
    assert_eq!(guarded, SENDS_MAIL.map(str::to_owned).into());
}
