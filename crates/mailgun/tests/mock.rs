//! The mock has every operation that the crates have, so that a test of a program that uses one of
//! them does not end at a page of HTML.

#![cfg(feature = "full")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use mailgun::Operation;
use mailgun_mock::MockMailgun;

use crate::routes::ALL;

mod routes;

/// Routes whose placeholder stands for a whole URL that a response gave.
fn is_given(route: &Operation) -> bool {
    route.template().starts_with('{')
}

/// What could stand in place of a placeholder.
fn segment(route: &Operation, name: &str) -> &'static str {
    match name {
        "domain" => MockMailgun::DOMAIN,
        "ip" => "127.0.0.1",
        "address" | "email" | "list_address" | "login" | "member" | "member_address" => {
            "bob@example.com"
        }
        "host" | "tracking_host" => "email.mg.example.com",
        "type" => "delivered",
        "pool_name" => "dynamic_good",
        "webhook_id" | "webhook_type" => "clicked",
        "attribute" if route.template().contains("results") => "subject",
        "attribute" => "name",
        _ => "abc123",
    }
}

fn segments(route: &Operation) -> Vec<&'static str> {
    let placeholders = route.template().split('{').skip(1);
    placeholders.map(|rest| segment(route, rest.split('}').next().unwrap())).collect()
}

#[tokio::test]
async fn every_operation_reaches_a_handler() {
    let mut unknown = Vec::new();
    let mut asked = 0;
    for (name, routes) in ALL {
        // One account for each crate, because some of its operations delete what others need.
        let mock = MockMailgun::start().await;
        let client = mock.client();
        for route in routes.iter().filter(|route| !is_given(route)) {
            asked += 1;
            let response = client.call_bytes(*route, &segments(route)).no_retry().await;
            let body = match &response {
                Ok(body) => &**body,
                // Refusals are fine: nothing is there yet, and required fields are missing.
                Err(error) => error.body(),
            };
            let body = String::from_utf8_lossy(body);
            let got_lost = body.contains("The requested URL was not found")
                || body.contains("Mailgun Magnificent API");
            assert!(
                response.is_ok() || !body.is_empty(),
                "{name}: {route} has no answer: {response:?}"
            );
            if got_lost {
                unknown.push(format!("{name}: {route}"));
            }
        }
    }
    assert!(asked > 250, "{asked} operations are not all");
    assert!(unknown.is_empty(), "the mock does not know: {unknown:#?}");
}

#[tokio::test]
async fn what_no_crate_has_is_told_apart() {
    const NOWHERE: Operation = Operation::get("/v3/nothing/here");
    let error = MockMailgun::start().await.client().call_bytes(NOWHERE, &[]).await.unwrap_err();
    assert!(String::from_utf8_lossy(error.body()).contains("The requested URL was not found"));
}
