//! The web inbox: its responses on the wire, and the page in a browser.
//!
//! The tests in a browser need Chromium and its `chromedriver`. Without them they are skipped and
//! say so. With `MAILGUN_TEST_BROWSER=require` that is a failure.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests fail by panicking and say why they are skipped"
)]

mod browser;
#[allow(dead_code, reason = "shared with the tests of the API")]
#[path = "../wire/client.rs"]
mod client;
mod hostile;
mod reading;
mod routes;

use mailgun_mock::MockMailgun;

/// A mock that serves its inbox.
async fn start() -> MockMailgun {
    MockMailgun::builder().inbox(true).start().await.unwrap()
}
