//! Layers of the application: a rate limit for all clones, and metrics of every attempt:
//! `cargo run --example layers`.
//!
//! It always runs against a Mailgun inside this process.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use mailgun::{CallContext, Mailgun, messages::Message};
use mailgun_mock::{Fault, MockMailgun, RateLimit};
use tower::ServiceBuilder;

/// The number of attempts, by operation and result.
type Metrics = Arc<Mutex<BTreeMap<String, u32>>>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockMailgun::start().await;
    let metrics = Metrics::default();
    let counters = metrics.clone();

    let mailgun: Mailgun = mock
        .client_builder()
        // A rate limit is not `Clone`; a buffer in front of it makes one limit for all clones.
        .attempt_layer(
            ServiceBuilder::new().buffer(64).rate_limit(20, Duration::from_secs(1)).into_inner(),
        )
        // A function is a layer, too.
        .attempt_layer_fn(move |request, next| {
            let counters = counters.clone();
            async move {
                let context = request.extensions().get::<CallContext>();
                let operation = context.map(|context| context.operation().to_string());
                let result = next.run(request).await;
                let ending = match &result {
                    Ok(response) => response.status().as_u16().to_string(),
                    Err(error) => error.kind().as_str().to_owned(),
                };
                let label = format!("{} {ending}", operation.unwrap_or_default());
                if let Ok(mut counters) = counters.lock() {
                    *counters.entry(label).or_default() += 1;
                }
                result
            }
        })
        .build()?;

    mock.inject(Fault::rate_limit(RateLimit::RetryAfterSeconds(1)));
    for i in 0..5 {
        let message = Message::new()
            .from(format!("shop@{}", mock.domain()))
            .to("bob@example.com")
            .subject(format!("Number {i}"))
            .text("Hello");
        mailgun.messages(mock.domain()).send(message).await?;
    }
    if let Ok(metrics) = metrics.lock() {
        for (label, count) in &*metrics {
            println!("{count} x {label}");
        }
    }
    Ok(())
}
