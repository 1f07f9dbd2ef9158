//! Detection of the region that has a domain.

#![cfg(feature = "transport")]
#![allow(clippy::unwrap_used, reason = "tests")]

use mailgun_core::{Client, Error, Region};
use mockito::{Server, ServerGuard};

async fn region(status: usize, body: &str) -> ServerGuard {
    let mut server = Server::new_async().await;
    let response = server.mock("GET", "/v4/domains/mg.example.com").with_status(status);
    response.with_body(body).create_async().await;
    server
}

async fn detect(us: &ServerGuard, eu: &ServerGuard) -> Result<Option<Region>, Error> {
    let (us, eu) = (us.url(), eu.url());
    let client = |region| {
        let url = if region == Region::Eu { &eu } else { &us };
        Client::builder("key-test").base_url(url).no_proxy().build()
    };
    Client::detect_region("mg.example.com", client).await
}

const FOUND: &str = r#"{"domain": {"name": "mg.example.com", "state": "active"}}"#;
const ABSENT: &str = r#"{"message": "Domain not found: mg.example.com"}"#;

#[tokio::test]
async fn the_region_that_has_the_domain_is_found() {
    let (found, absent) = (region(200, FOUND).await, region(404, ABSENT).await);
    let forbidden = region(401, "Forbidden").await;
    assert_eq!(detect(&found, &absent).await.unwrap(), Some(Region::Us));
    assert_eq!(detect(&absent, &found).await.unwrap(), Some(Region::Eu));
    assert_eq!(detect(&forbidden, &found).await.unwrap(), Some(Region::Eu));
    assert_eq!(detect(&absent, &forbidden).await.unwrap(), None);
}

#[tokio::test]
async fn a_key_that_no_region_accepts_is_an_error() {
    let (us, eu) = (region(401, "Forbidden").await, region(401, "Forbidden").await);
    assert_eq!(detect(&us, &eu).await.unwrap_err().status().unwrap(), 401);
}

#[tokio::test]
async fn other_errors_are_returned() {
    let (broken, found) = (region(400, "{}").await, region(200, FOUND).await);
    assert_eq!(detect(&broken, &found).await.unwrap_err().status().unwrap(), 400);
}
