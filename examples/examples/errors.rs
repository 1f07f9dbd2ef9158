//! What errors tell you, and what is retried: `cargo run --example errors`.
//!
//! It always runs against a Mailgun inside this process.

use std::time::Duration;

use mailgun::{Error, Mailgun, Outcome, layers::RetryPolicy, messages::Message};
use mailgun_mock::{Fault, MockMailgun, RateLimit};

fn explain(what: &str, error: &Error) {
    println!("\n{what}\n  {error}");
    println!("  kind {}, after {} attempt(s)", error.kind(), error.attempts());
    match error.outcome() {
        Outcome::NotSent => println!("  nothing was sent"),
        Outcome::Rejected => println!("  Mailgun did not take it"),
        Outcome::Unknown => println!("  it may have been taken: look in the events first"),
    }
    if let Some(wait) = error.retry_after() {
        println!("  try again in {wait:?}");
    }
    if let Some(scope) = error.limit_scope() {
        println!("  limit exceeded: {scope}");
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockMailgun::start().await;
    let retry = RetryPolicy::default().max_attempts(3).max_wait(Duration::from_secs(5));
    let mailgun: Mailgun = mock.client_builder().retry(retry).build()?;
    let messages = mailgun.messages(mock.domain());
    let message = || {
        Message::new()
            .from(format!("shop@{}", mock.domain()))
            .to("bob@example.com")
            .subject("Hello")
            .text("Hello")
    };

    if let Err(error) = messages.send(message().to("not an address")).await {
        explain("a bad argument", &error);
    }
    if let Err(error) = mailgun.messages("other.example.com").send(message()).await {
        explain("a domain that the account does not have", &error);
    }
    mock.inject(Fault::rate_limit(RateLimit::RetryAfterSeconds(1)));
    let response = messages.send(message()).response().await?;
    println!("\na limit that passes\n  accepted after {} attempts", response.attempts());

    mock.inject(Fault::rate_limit(RateLimit::MessageSeconds(120)));
    if let Err(error) = messages.send(message()).await {
        explain("a limit that asks for a longer wait than we allow", &error);
    }
    let before = mock.sent().len();
    let unsubscribes = mailgun.suppressions(mock.domain()).unsubscribes();
    let entry = unsubscribes.get("bob@example.com").optional().await?;
    println!("\na 404 that is no error\n  bob has unsubscribed: {}", entry.is_some());

    mock.inject(Fault::lose_response());
    if let Err(error) = messages.send(message()).await {
        explain("a response that gets lost", &error);
        println!("  (it was in fact taken {} time)", mock.sent().len() - before);
    }
    Ok(())
}
