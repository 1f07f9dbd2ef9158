//! Which keys authorize a request.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use mailgun_mock::MockMailgun;

use crate::client::{AUTH, MAIL, MESSAGES, URLENCODED, exchange, post_form, urlencode};

/// Id and secret of a new key.
async fn create(mailgun: &MockMailgun, fields: &[(&str, &str)]) -> (String, String) {
    let answer = post_form(mailgun, "POST /v1/keys", fields).await.json();
    let text = |name: &str| answer["key"][name].as_str().unwrap().to_owned();
    (text("id"), text("secret"))
}

async fn status(mailgun: &MockMailgun, key: &str, line: &str) -> u16 {
    let credentials = format!("Basic {}", BASE64_STANDARD.encode(format!("api:{key}")));
    let headers = [("Authorization", credentials.as_str()), URLENCODED];
    exchange(mailgun, line, &headers, urlencode(&MAIL).as_bytes()).await.status
}

#[tokio::test]
async fn a_created_key_authorizes_until_it_is_deleted() {
    let mailgun = MockMailgun::start().await;
    let (id, secret) = create(&mailgun, &[("role", "admin")]).await;
    assert_eq!(status(&mailgun, &secret, MESSAGES).await, 200);
    assert_eq!(status(&mailgun, &secret, "GET /v4/domains").await, 200);
    assert_eq!(status(&mailgun, "another", "GET /v4/domains").await, 401);
    exchange(&mailgun, &format!("DELETE /v1/keys/{id}"), &[AUTH], b"").await;
    assert_eq!(status(&mailgun, &secret, "GET /v4/domains").await, 401);
}

#[tokio::test]
async fn a_key_of_a_domain_only_sends_from_it() {
    let mailgun = MockMailgun::builder()
        .domain("mg.example.com")
        .domain("other.example.com")
        .start()
        .await
        .unwrap();
    let fields = [("role", "sending"), ("kind", "domain"), ("domain_name", "mg.example.com")];
    let (_, secret) = create(&mailgun, &fields).await;
    assert_eq!(status(&mailgun, &secret, MESSAGES).await, 200);
    assert_eq!(status(&mailgun, &secret, "GET /v4/domains").await, 401);
    assert_eq!(status(&mailgun, &secret, "POST /v3/other.example.com/messages").await, 401);
}

#[tokio::test]
async fn a_key_expires() {
    let mailgun = MockMailgun::start().await;
    let (_, secret) = create(&mailgun, &[("role", "admin"), ("expiration", "60")]).await;
    assert_eq!(status(&mailgun, &secret, MESSAGES).await, 200);
    mailgun.advance(Duration::from_secs(61));
    assert_eq!(status(&mailgun, &secret, MESSAGES).await, 401);
}
