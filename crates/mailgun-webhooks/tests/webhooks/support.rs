use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use mailgun_core::Timestamp;
use mailgun_webhooks::receive::{
    ReceiveError, SigningKey, Verified, Verifier, testing::SignedRequest,
};
use serde_json::{Value, json};

pub(crate) fn key(text: &str) -> SigningKey {
    SigningKey::new(text).unwrap()
}

pub(crate) fn verifier() -> Verifier {
    Verifier::new(key("right"))
}

/// A delivered event as the API description has it, cut down.
pub(crate) fn event() -> Value {
    json!({
        "event": "delivered",
        "id": "hK7mQVt1QtqRiOfQXta4sw",
        "timestamp": 1529692199.626182,
        "recipient": "user@example.com",
        "message": {"headers": {"message-id": "20180622182958.1.48906CB188F1A454@example.com"}}
    })
}

pub(crate) async fn receive(
    verifier: &Verifier,
    request: SignedRequest,
) -> Result<Verified, ReceiveError> {
    verifier.receive(&request.content_type, request.body).await
}

/// A clock of seconds that a test sets.
#[derive(Clone, Default)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    pub(crate) fn at(seconds: i64) -> Self {
        let clock = Self::default();
        clock.set(seconds);
        clock
    }

    pub(crate) fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::SeqCst);
    }

    pub(crate) fn reader(&self) -> impl Fn() -> Timestamp + Send + Sync + 'static {
        let clock = self.clone();
        move || Timestamp::from_unix_seconds(clock.0.load(Ordering::SeqCst)).unwrap()
    }
}
