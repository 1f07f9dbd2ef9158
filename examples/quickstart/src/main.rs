//! Sends a mail with an attachment: `cargo run -p example-quickstart`.
//!
//! Without an account, a mock Mailgun in this process accepts it. To send it through Mailgun, set
//! `MAILGUN_API_KEY`, `MAILGUN_DOMAIN`, `MAILGUN_TO` and `MAILGUN_REGION` (`us` or `eu`).

#![allow(clippy::print_stdout, reason = "a program that shows what it does")]

use std::env;

use mailgun::{
    Mailgun,
    messages::{Attachment, Message},
};
use mailgun_mock::MockMailgun;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    if env::var_os("MAILGUN_API_KEY").is_some() {
        let variable = |name: &str| env::var(name).map_err(|_| format!("{name} is not set"));
        let to = variable("MAILGUN_TO")?;
        send(&Mailgun::from_env()?, &variable("MAILGUN_DOMAIN")?, &to).await?;
        println!("look for it in the inbox of {to}");
        return Ok(());
    }

    let mock = MockMailgun::start().await;
    send(&mock.client().into(), &mock.domain(), "Bob <bob@example.com>").await?;
    for sent in mock.sent() {
        println!("\nthe mock received:");
        println!("  from     {}", sent.from());
        println!("  to       {}", sent.to().join(", "));
        println!("  subject  {}", sent.subject().unwrap_or("-"));
        println!("  text     {}", sent.text().unwrap_or("-"));
        for file in sent.attachments() {
            let (name, kind, size) = (&file.filename, &file.content_type, file.bytes.len());
            println!("  file     {name} ({kind}, {size} bytes)");
        }
    }
    Ok(())
}

async fn send(mailgun: &Mailgun, domain: &str, to: &str) -> Result<(), mailgun::Error> {
    let message = Message::new()
        .from(("Example Shop", format!("shop@{domain}")))
        .to(to)
        .subject("Your receipt")
        .text("Thank you for your order.")
        .html("<p>Thank you for your <b>order</b>.</p>")
        .attachment(Attachment::from_bytes("receipt.txt", "1 x coffee: 2.50"))
        .tag("receipts");

    let receipt = mailgun.messages(domain).send(message).await?;
    println!("sent to {to} as {}", receipt.id);
    println!("Mailgun says: {}", receipt.message);
    Ok(())
}
