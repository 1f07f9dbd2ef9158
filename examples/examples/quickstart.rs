//! Sends a mail with an attachment: `cargo run --example quickstart`.
//!
//! Without an account it goes to a Mailgun inside this process. With one, set `MAILGUN_API_KEY`,
//! `MAILGUN_DOMAIN`, `MAILGUN_TO`, and `MAILGUN_REGION` (`us` or `eu`).

use mailgun::messages::{Attachment, Message};
use mailgun_examples::target;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = target().await?;

    let message = Message::new()
        .from(("Example Shop", format!("shop@{}", target.domain)))
        .to(&target.to)
        .subject("Your receipt")
        .text("Thank you for your order.")
        .html("<p>Thank you for your <b>order</b>.</p>")
        .attachment(Attachment::from_bytes("receipt.txt", "1 x coffee: 2.50"))
        .tag("receipts");

    let receipt = target.mailgun.messages(&target.domain).send(message).await?;
    println!("sent to {} as {}", target.to, receipt.id);
    println!("Mailgun says: {}", receipt.message);

    match target.mock {
        None => println!("look for it in the inbox of {}", target.to),
        Some(mock) => {
            for sent in mock.sent() {
                println!("\nthe receiving side saw:");
                println!("  from     {}", sent.from());
                println!("  to       {}", sent.to().join(", "));
                println!("  subject  {}", sent.subject().unwrap_or("-"));
                println!("  text     {}", sent.text().unwrap_or("-"));
                for file in sent.attachments() {
                    let (name, kind, size) = (&file.filename, &file.content_type, file.bytes.len());
                    println!("  file     {name} ({kind}, {size} bytes)");
                }
            }
        }
    }
    Ok(())
}
