use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::body::Body;
use mailgun::webhooks::receive::testing::SignedRequest;
use serde_json::json;
use tower::ServiceExt as _;

use super::*;

fn key() -> SigningKey {
    SigningKey::new("signing-key").unwrap()
}

fn delivered() -> SignedRequest {
    SignedRequest::event(&key(), &json!({"event": "delivered", "recipient": "bob@example.com"}))
}

async fn post(replica: &Router, signed: &SignedRequest) -> u16 {
    let request = Request::post("/mailgun")
        .header("content-type", &signed.content_type)
        .body(Body::from(signed.body.clone()))
        .unwrap();
    replica.clone().oneshot(request).await.unwrap().status().as_u16()
}

/// Two replicas, each with connections of its own to one database, and the count of handled events.
/// The first `failures` calls of the handler fail.
async fn replicas(path: &std::path::Path, failures: usize) -> ([Router; 2], Arc<AtomicUsize>) {
    let handled = Arc::new(AtomicUsize::new(0));
    let calls = Arc::new(AtomicUsize::new(0));
    let handler = {
        let handled = Arc::clone(&handled);
        move |_: Event| {
            let fails = calls.fetch_add(1, Ordering::SeqCst) < failures;
            let handled = Arc::clone(&handled);
            async move {
                if fails {
                    return Err("the database of the application is down".into());
                }
                handled.fetch_add(1, Ordering::SeqCst);
                Ok(())
            }
        }
    };
    let one = SqlStore::sqlite(path.join("mail.db")).await.unwrap();
    let two = SqlStore::sqlite(path.join("mail.db")).await.unwrap();
    ([router(key(), &one, handler.clone()), router(key(), &two, handler)], handled)
}

#[tokio::test]
async fn an_event_that_reaches_both_replicas_is_handled_once() {
    let directory = tempfile::tempdir().unwrap();
    let ([one, two], handled) = replicas(directory.path(), 0).await;
    let event = delivered();
    assert_eq!(post(&one, &event).await, 200);
    // 406 tells Mailgun not to post it again.
    assert_eq!(post(&two, &event).await, 406);
    assert_eq!(handled.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_event_whose_handler_failed_is_handled_by_the_other_replica() {
    let directory = tempfile::tempdir().unwrap();
    let ([one, two], handled) = replicas(directory.path(), 1).await;
    let event = delivered();
    assert_eq!(post(&one, &event).await, 500);
    assert_eq!(post(&two, &event).await, 200);
    assert_eq!(handled.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_forged_event_is_not_handled() {
    let directory = tempfile::tempdir().unwrap();
    let ([one, _], handled) = replicas(directory.path(), 0).await;
    let other = SigningKey::new("another key").unwrap();
    let forged = SignedRequest::event(&other, &json!({"event": "delivered"}));
    assert_eq!(post(&one, &forged).await, 406);
    assert_eq!(handled.load(Ordering::SeqCst), 0);
}
