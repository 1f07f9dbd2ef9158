//! One service that sends for many tenants: `cargo run --example subaccounts`.
//!
//! It always runs against a Mailgun inside this process.

use mailgun::{Mailgun, messages::Message};
use mailgun_mock::MockMailgun;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockMailgun::start().await;
    let mailgun: Mailgun = mock.client().into();

    // A handle for each tenant. They share connections and the retry budget, and nothing that one
    // does can make another send for the wrong account.
    let tenants = ["646d00a1b32c35364a2ad34f", "646d00a1b32c35364a2ad350"];
    let mut tasks = Vec::new();
    for id in tenants {
        let messages = mailgun.for_subaccount(id)?.messages(mock.domain());
        let from = format!("{id}@{}", mock.domain());
        tasks.push(tokio::spawn(async move {
            let message = Message::new().from(from).to("bob@example.com").subject("Hi").text("Hi");
            messages.send(message).await
        }));
    }
    for task in tasks {
        task.await??;
    }
    for sent in mock.sent() {
        println!("from {} for subaccount {}", sent.from(), sent.subaccount().unwrap_or("-"));
    }
    Ok(())
}
