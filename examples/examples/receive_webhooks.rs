//! Receives events: registers a URL, sends a mail, and prints the events that are posted for it:
//! `cargo run --example receive_webhooks`.
//!
//! It always runs against a Mailgun inside this process, whose webhooks reach a server on
//! loopback. With an account the URL has to be public, and the signing key is that of the account.

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

/// What the handler needs: the verifier, and where events go.
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

/// Only events that Mailgun has signed, lately and for the first time, get here. If the handler
/// fails, Mailgun is told to try again.
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

/// Registers a receiver, sends a mail, and gives the events that reach the handler.
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
    println!("events are posted to {url}");

    let message = Message::new()
        .from(format!("shop@{}", mock.domain()))
        .to("bob@example.com")
        .subject("Your receipt")
        .text("Thank you for your order.");
    let receipt = mailgun.messages(mock.domain()).send(message).await?;
    println!("sent as {}", receipt.id);

    let mut heard = Vec::new();
    while heard.len() < 2
        && let Some(event) = received.recv().await
    {
        heard.push(event);
    }
    Ok(heard)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn events_that_the_mock_has_signed_reach_the_handler() {
        let mock = MockMailgun::builder().signing_key("one of ours").start().await.unwrap();
        let heard = tokio::time::timeout(Duration::from_secs(10), receive(&mock)).await;
        let heard = heard.expect("no event was let through").unwrap();
        let heard: Vec<_> = heard.iter().map(|event| (event.name(), &*event.recipient)).collect();
        assert_eq!(heard, [("accepted", "bob@example.com"), ("delivered", "bob@example.com")]);
    }
}
