//! The table of the API's operations, from the API description and the reference client.

use std::collections::BTreeSet;

use mailgun_core::{Body, Client, Error, Idempotency, Operation, http::Request};
use serde::Deserialize;

use crate::request_of;

/// One operation of the API, as a row of the table.
#[derive(Clone, Debug, Deserialize)]
pub struct Row {
    /// The crate that implements it.
    #[serde(rename = "crate")]
    pub package: String,
    /// Its name in the table.
    pub operation: String,
    /// The HTTP method.
    pub method: String,
    /// The path with placeholders.
    pub path: String,
    /// The content types that the service accepts, separated by `|`. `none` for no body.
    pub content_types: String,
    /// Whether the API description has it.
    pub described: String,
    /// Whether Mailgun has deprecated it.
    pub deprecated: String,
    /// Whether only its method and path are known.
    pub lead: String,
    /// The methods of the reference client, separated by `|`.
    pub reference_method: String,
    /// Whether the documentation of the reference client has it.
    pub in_reference_readme: String,
    /// Whether repeating it leaves the same state, so that it may be retried when its outcome is
    /// unknown; `yes|no` if that depends on the parameters.
    pub idempotent: String,
}

/// All operations.
pub fn all() -> Vec<Row> {
    let table = include_bytes!("../fixtures/operations.csv");
    csv::Reader::from_reader(&table[..]).into_deserialize().collect::<Result<_, _>>().unwrap()
}

/// The operations of a crate.
pub fn of(package: &str) -> Vec<Row> {
    let found: Vec<_> = all().into_iter().filter(|row| row.package == package).collect();
    assert!(!found.is_empty(), "the table has no crate {package}");
    found
}

/// A described call, for [`check`].
pub type Described = (Operation, Result<Request<Body>, Error>);

/// Calls and pagers that [`check`] accepts.
#[macro_export]
macro_rules! described {
    ($($call:expr),* $(,)?) => {
        vec![$({
            let call = $call;
            (call.operation(), call.into_request())
        }),*]
    };
}

/// A client for calls that are not sent.
pub fn client() -> Client {
    Client::builder("key-test").base_url("http://127.0.0.1:9").build().unwrap()
}

/// Checks the operations of a crate against the table: all of its rows are there, and each operation
/// has the method, the path, the content type and the idempotency of its row.
///
/// `calls` has at least one call of each of `operations`, and none of other operations.
pub async fn check(package: &str, operations: &[Operation], calls: Vec<Described>) {
    let table = all();
    let mut called = BTreeSet::new();
    for (operation, request) in calls {
        let seen = request_of(request).await;
        assert_eq!(seen.method, operation.method(), "{operation}");
        let placeholders = normal(operation.template());
        let row = table
            .iter()
            .filter(|row| row.method == operation.method().as_str())
            .filter(|row| normal(&row.path) == placeholders)
            .collect::<Vec<_>>();
        assert!(!row.is_empty(), "the API has no operation {operation}");
        let allowed: Vec<_> = row.iter().flat_map(|row| row.content_types.split('|')).collect();
        let sent = seen.content_type();
        assert!(
            allowed.contains(&sent),
            "{operation} is sent as {sent}, the API accepts {allowed:?}"
        );
        let is_idempotent = operation.idempotency() == Idempotency::Idempotent;
        let declared = if is_idempotent { "yes" } else { "no" };
        assert!(
            row.iter().any(|row| row.idempotent.split('|').any(|word| word == declared)),
            "{operation} is declared idempotent: {declared}"
        );
        called.insert(operation.to_string());
    }
    let listed: BTreeSet<_> = operations.iter().map(Operation::to_string).collect();
    assert_eq!(called, listed, "calls on the left, OPERATIONS on the right");

    let has = |row: &Row| {
        operations.iter().any(|operation| {
            operation.method().as_str() == row.method
                && normal(operation.template()) == normal(&row.path)
        })
    };
    let missing: Vec<_> = of(package)
        .into_iter()
        .filter(|row| !has(row))
        .map(|row| format!("{}: {} {}", row.operation, row.method, row.path))
        .collect();
    assert!(missing.is_empty(), "missing: {missing:#?}");
}

/// A path with all placeholders replaced by the same one.
pub fn normal(path: &str) -> String {
    let mut normal = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        normal += before;
        normal += "{}";
        rest = after.split_once('}').unwrap().1;
    }
    normal + rest
}
