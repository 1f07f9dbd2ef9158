//! Layers of the application: a rate limit for all clones, and metrics of every attempt:
//! `cargo run --example layers`.
//!
//! It always runs against a Mailgun inside this process.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mailgun::{Body, BoxError, CallContext, HttpService, Mailgun, ResponseBody, messages::Message};
use mailgun_mock::{Fault, MockMailgun};
use tower::{Service, ServiceBuilder, ServiceExt as _, layer::layer_fn, service_fn};

/// Counts attempts by outcome.
#[derive(Default)]
struct Metrics {
    accepted: AtomicU64,
    refused: AtomicU64,
    broken: AtomicU64,
}

/// A layer from a closure: what a tower layer is, without naming its types.
fn counted(
    metrics: Arc<Metrics>,
    service: HttpService,
) -> impl Service<
    mailgun::http::Request<Body>,
    Response = mailgun::http::Response<ResponseBody>,
    Error = BoxError,
    Future: Send,
> + Clone
+ Send
+ Sync {
    service_fn(move |request: mailgun::http::Request<Body>| {
        let (metrics, service) = (metrics.clone(), service.clone());
        async move {
            let operation = request.extensions().get::<CallContext>().map(CallContext::operation);
            let outcome = service.oneshot(request).await;
            let counter = match &outcome {
                Ok(response) if response.status().is_success() => &metrics.accepted,
                Ok(_) => &metrics.refused,
                Err(_) => &metrics.broken,
            };
            counter.fetch_add(1, Ordering::Relaxed);
            if let Some(operation) = operation {
                println!(
                    "{operation}: {:?}",
                    outcome.as_ref().map(|response| response.status()).ok()
                );
            }
            Ok(outcome?)
        }
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockMailgun::start().await;
    let metrics = Arc::new(Metrics::default());
    let seen = metrics.clone();

    let mailgun: Mailgun = mock
        .client_builder()
        // A rate limit is not `Clone`; a buffer in front of it makes one limit for all clones.
        .attempt_layer(
            ServiceBuilder::new().buffer(64).rate_limit(20, Duration::from_secs(1)).into_inner(),
        )
        .attempt_layer(layer_fn(move |service| counted(seen.clone(), service)))
        .build()?;

    mock.inject(Fault::rate_limit(mailgun_mock::RateLimit::RetryAfterSeconds(1)));
    for i in 0..5 {
        let message = Message::new()
            .from(format!("shop@{}", mock.domain()))
            .to("bob@example.com")
            .subject(format!("Number {i}"))
            .text("Hello");
        mailgun.messages(mock.domain()).send(message).await?;
    }
    println!(
        "accepted {}, refused {}, broken {}",
        metrics.accepted.load(Ordering::Relaxed),
        metrics.refused.load(Ordering::Relaxed),
        metrics.broken.load(Ordering::Relaxed),
    );
    Ok(())
}
