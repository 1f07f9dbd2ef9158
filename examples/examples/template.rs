//! Sends a stored template with typed variables: `cargo run --example template`.
//!
//! With an account, the domain needs a template named `receipt`.

use mailgun::messages::Message;
use mailgun_examples::target;
use serde::Serialize;

#[derive(Serialize)]
struct Receipt<'a> {
    customer: &'a str,
    lines: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    item: &'a str,
    price: f64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = target().await?;
    let variables = Receipt { customer: "Bob", lines: vec![Line { item: "coffee", price: 2.5 }] };

    let message = Message::new()
        .from(format!("shop@{}", target.domain))
        .to(&target.to)
        .subject("Your receipt")
        .template("receipt")
        .template_version("v2")
        .template_text(true)
        .template_variables(&variables)
        // Data of the application, which events and webhooks contain.
        .variable("order", 4711);

    let receipt = target.mailgun.messages(&target.domain).send(message).await?;
    println!("accepted as {}", receipt.id);

    if let Some(mock) = target.mock {
        for sent in mock.sent() {
            println!("t:variables = {}", sent.field("t:variables").unwrap_or("-"));
            println!("v:order     = {}", sent.field("v:order").unwrap_or("-"));
        }
    }
    Ok(())
}
