use axum::{body::Body, http::Request};
use mailgun_mock::{Fault, MockMailgun, RateLimit};
use tower::ServiceExt as _;

use super::*;

/// Posts a reset to the service, and returns the status and `Retry-After`.
async fn post_reset(router: &Router, key: &str, email: &str) -> (StatusCode, Option<String>) {
    let body = serde_json::json!({ "email": email }).to_string();
    let request = Request::post("/password-resets")
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(Body::from(body))
        .unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let wait = response.headers().get(RETRY_AFTER).map(|wait| wait.to_str().unwrap().to_owned());
    (response.status(), wait)
}

async fn service() -> (MockMailgun, Router) {
    let mock = MockMailgun::start().await;
    let client = mock.client_builder::<Mailgun>().total_timeout(Duration::from_secs(5));
    let router = router(&client.build().unwrap(), &mock.domain(), MemoryLedger::new());
    (mock, router)
}

#[tokio::test]
async fn a_repeated_request_is_mailed_once() {
    let (mock, router) = service().await;
    for _ in 0..3 {
        let answer = post_reset(&router, "7f3a", "bob@example.com").await;
        assert_eq!(answer, (StatusCode::ACCEPTED, None));
    }
    assert_eq!(mock.sent_to("bob@example.com").len(), 1);
    let text = mock.sent()[0].text().unwrap_or_default().to_owned();
    let link =
        format!("https://example.com/reset/{}", token(&ledger_key(b"7f3a", "bob@example.com")));
    assert!(text.contains(&link), "{text}");
}

#[tokio::test]
async fn two_addresses_with_one_key_are_two_requests() {
    let (mock, router) = service().await;
    for email in ["bob@example.com", "ann@example.com"] {
        assert_eq!(post_reset(&router, "7f3a", email).await, (StatusCode::ACCEPTED, None));
        assert_eq!(mock.sent_to(email).len(), 1, "{email}");
    }
    let texts: Vec<_> = mock.sent().iter().map(|mail| mail.text().map(str::to_owned)).collect();
    assert_ne!(texts[0], texts[1], "one link resets both passwords");
}

#[tokio::test]
async fn a_lost_response_is_settled_by_the_next_request() {
    let (mock, router) = service().await;
    mock.inject(Fault::lose_response().for_path("/messages"));
    let (status, wait) = post_reset(&router, "7f3a", "bob@example.com").await;
    assert_eq!((status, wait.as_deref()), (StatusCode::SERVICE_UNAVAILABLE, Some("60")));

    let answer = post_reset(&router, "7f3a", "bob@example.com").await;
    assert_eq!(answer, (StatusCode::ACCEPTED, None));
    assert_eq!(mock.sent_to("bob@example.com").len(), 1);
}

#[tokio::test]
async fn the_wait_of_a_rate_limit_is_passed_on() {
    let (mock, router) = service().await;
    mock.inject(Fault::rate_limit(RateLimit::RetryAfterSeconds(90)));
    let answer = post_reset(&router, "7f3a", "bob@example.com").await;
    assert_eq!(answer, (StatusCode::SERVICE_UNAVAILABLE, Some("90".to_owned())));
    assert!(mock.sent().is_empty());
}

#[tokio::test]
async fn an_invalid_address_is_refused_before_anything_is_sent() {
    let (mock, router) = service().await;
    let answer = post_reset(&router, "7f3a", "bob at example").await;
    assert_eq!(answer, (StatusCode::UNPROCESSABLE_ENTITY, None));
    assert!(mock.requests().is_empty());
}
