//! Sends a MIME message to the recipients in its headers: `cargo run --example mime`.

use mailgun::messages::MimeMessage;
use mailgun_examples::target;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = target().await?;
    let mime = format!(
        "From: shop@{}\r\nTo: {}\r\nBcc: audit@example.com\r\nSubject: Made elsewhere\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello from MIME.\r\n",
        target.domain, target.to
    );

    // Adds the addresses in To, Cc and Bcc as recipients, and removes the Bcc header.
    let message = MimeMessage::from_message(mime)?.tag("mime").test_mode(target.mock.is_none());
    let receipt = target.mailgun.messages(&target.domain).send_mime(message).await?;
    println!("accepted as {}", receipt.id);

    if let Some(mock) = target.mock {
        for sent in mock.sent() {
            println!("recipients: {}", sent.recipients().join(", "));
            println!("{}", String::from_utf8_lossy(sent.mime().map_or(&[], |mime| mime)));
        }
    }
    Ok(())
}
