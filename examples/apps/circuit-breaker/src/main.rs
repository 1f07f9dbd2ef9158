//! A tower stack of the application: a rate limit for all clones, a limit of requests in flight, and
//! a circuit breaker.
//!
//! ```sh
//! MAILGUN_API_KEY=key-... MAILGUN_REGION=us cargo run -p example-circuit-breaker
//! ```

mod breaker;

use std::{error::Error, time::Duration};

use mailgun::{ClientBuilder, Mailgun};
use tower::ServiceBuilder;

use crate::breaker::Breaker;

/// Adds the stack to a client. It sees attempts, so that a retry counts as well.
fn with_limits(builder: ClientBuilder<Mailgun>, breaker: Breaker) -> ClientBuilder<Mailgun> {
    builder
        .attempt_layer_fn(move |request, next| breaker.clone().run(request, next))
        // A rate limit is not `Clone`: a buffer in front of it makes one limit for all clones.
        .attempt_layer(
            ServiceBuilder::new().buffer(256).rate_limit(100, Duration::from_secs(1)).into_inner(),
        )
        .attempt_layer(tower::limit::GlobalConcurrencyLimitLayer::new(32))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let breaker = Breaker::new(5, Duration::from_secs(30));
    let mailgun = with_limits(Mailgun::builder_from_env()?, breaker).build()?;
    println!("sends at most 100 requests a second: {mailgun:?}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use mailgun::{Outcome, messages::Message};
    use mailgun_mock::{Fault, MockMailgun};

    use super::*;

    #[tokio::test]
    async fn an_open_breaker_sends_nothing_and_says_so() {
        let mock = MockMailgun::start().await;
        let breaker = Breaker::new(2, Duration::from_millis(200));
        let mailgun = with_limits(mock.client_builder(), breaker).build().unwrap();
        let mail = || Message::new().from("shop@mg.example.com").to("bob@example.com").text("Hi");
        let send = || mailgun.messages("mg.example.com").send(mail());

        mock.inject(Fault::status(503).times(2));
        for _ in 0..2 {
            assert_eq!(send().await.unwrap_err().outcome(), Outcome::Unknown);
        }
        let requests = mock.requests().len();
        let error = send().no_retry().await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotSent);
        assert!(error.to_string().contains("circuit breaker is open"), "{error}");
        assert_eq!(mock.requests().len(), requests);

        tokio::time::sleep(Duration::from_millis(250)).await;
        send().await.expect("the breaker lets a probe through");
        send().await.expect("and closes after it");
        assert_eq!(mock.sent().len(), 2);
    }
}
