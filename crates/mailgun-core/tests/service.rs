//! Calls through a service of the application: they need no feature of the crate.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::{
    convert::Infallible,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use http::{Request, Response, StatusCode, header};
use mailgun_core::{Body, Client, Fields, Operation, ResponseBody, layers::RetryPolicy};
use serde_json::{Value, json};
use tower::service_fn;

const LIST: Operation = Operation::get("/v3/{domain}/tags");

fn answer(status: StatusCode, body: &'static str) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::from(body));
    *response.status_mut() = status;
    response
}

#[tokio::test]
async fn a_service_in_place_of_the_transport_has_all_layers_around_it() {
    static ATTEMPTS: AtomicU32 = AtomicU32::new(0);
    let service = service_fn(async |request: Request<Body>| {
        assert_eq!(request.uri(), "https://api.mailgun.net/v3/mg.example.com/tags?limit=2");
        assert_eq!(request.headers()[header::AUTHORIZATION], "Basic YXBpOmtleS10ZXN0");
        assert!(request.headers().contains_key(header::USER_AGENT));
        Ok::<_, Infallible>(match ATTEMPTS.fetch_add(1, Ordering::Relaxed) {
            0 => answer(StatusCode::SERVICE_UNAVAILABLE, ""),
            _ => answer(StatusCode::OK, r#"{"items": ["a", "b"]}"#),
        })
    });
    let client: Client = Client::builder("key-test")
        .retry(RetryPolicy::default().base_delay(Duration::from_millis(1)))
        .build_with_transport(service)
        .unwrap();
    let mut query = Fields::new();
    query.set("limit", 2_u32);
    let call = client.call::<Value>(LIST, &["mg.example.com"]).query(query);
    let response = call.response().await.unwrap();
    assert_eq!(response.value, json!({"items": ["a", "b"]}));
    assert_eq!(response.attempts(), 2);
}

#[tokio::test]
async fn a_foreign_stack_is_called_as_it_is() {
    let service = service_fn(async |request: Request<Body>| {
        assert!(!request.headers().contains_key(header::AUTHORIZATION));
        Ok::<_, Infallible>(answer(StatusCode::NOT_FOUND, r#"{"message": "no such domain"}"#))
    });
    let client = Client::from_service("https://api.mailgun.net", service).unwrap();
    let error = client.call::<Value>(LIST, &["mg.example.com"]).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::NOT_FOUND));
    assert_eq!(error.api_message(), Some("no such domain"));
}
