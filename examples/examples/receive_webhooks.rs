//! Receives webhooks: registers a URL, sends a mail, and prints the events that Mailgun posts:
//! `cargo run --example receive_webhooks`.
//!
//! It always runs against a Mailgun in this process, whose webhooks reach a server on loopback. With
//! an account, use a public URL and the account's HTTP webhook signing key.

use axum::{
    Router,
    extract::{FromRef, State},
    http::StatusCode,
    routing::post,
};
use mailgun::{
    Mailgun,
    events::Event,
    messages::Message,
    webhooks::{
        WebhookType,
        receive::{SigningKey, Verified, Verifier},
    },
};
use mailgun_mock::MockMailgun;
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedSender, unbounded_channel},
};

/// The state of the handler.
#[derive(Clone)]
struct App {
    verifier: Verifier,
    events: UnboundedSender<Event>,
}

impl FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.verifier.clone()
    }
}

/// Receives only events that Mailgun signed recently and that were not handled before. If the handler
/// fails, the response makes Mailgun try again.
async fn on_event(State(app): State<App>, verified: Verified<Event>) -> StatusCode {
    verified.handle(|event| async move { app.events.send(event) }).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    for event in receive(&MockMailgun::start().await).await? {
        println!("{:<10} {} {}", event.name(), event.recipient, event.message_id());
    }
    Ok(())
}

/// Registers a receiver, sends a mail, and returns the events that reach the handler.
async fn receive(mock: &MockMailgun) -> Result<Vec<Event>, Box<dyn std::error::Error>> {
    let mailgun: Mailgun = mock.client().into();

    let verifier = Verifier::new(SigningKey::new(mock.signing_key())?);
    let (events, mut received) = unbounded_channel();
    let router = Router::new().route("/mailgun", post(on_event));
    let router = router.with_state(App { verifier, events });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/mailgun", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });

    let webhooks = mailgun.webhooks(mock.domain());
    webhooks.create_url(&url, [WebhookType::Accepted, WebhookType::Delivered]).await?;
    println!("Mailgun posts events to {url}");

    let message = Message::new()
        .from(format!("shop@{}", mock.domain()))
        .to("bob@example.com")
        .subject("Your receipt")
        .text("Thank you for your order.");
    let receipt = mailgun.messages(mock.domain()).send(message).await?;
    println!("sent as {}", receipt.id);

    let mut found = Vec::new();
    while found.len() < 2
        && let Some(event) = received.recv().await
    {
        found.push(event);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn signed_events_of_the_mock_reach_the_handler() {
        let mock = MockMailgun::builder().signing_key("one of ours").start().await.unwrap();
        let found = tokio::time::timeout(Duration::from_secs(10), receive(&mock)).await;
        let found = found.expect("no event reached the handler").unwrap();
        let found: Vec<_> = found.iter().map(|event| (event.name(), &*event.recipient)).collect();
        assert_eq!(found, [("accepted", "bob@example.com"), ("delivered", "bob@example.com")]);
    }
}
