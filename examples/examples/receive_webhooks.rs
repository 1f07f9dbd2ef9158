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
    let mock = MockMailgun::start().await;
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

    for _ in 0..2 {
        if let Some(event) = received.recv().await {
            println!("{:<10} {} {}", event.name(), event.recipient, event.message_id());
        }
    }
    Ok(())
}
