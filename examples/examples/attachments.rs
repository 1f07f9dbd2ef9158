//! Sends files from memory, from disk and from a stream, and an image in the HTML body:
//! `cargo run --example attachments`.

use mailgun::messages::{Attachment, Message};
use mailgun_examples::target;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = target().await?;
    let report = std::env::temp_dir().join("mailgun-example-report.csv");
    tokio::fs::write(&report, "day,sales\n2026-11-22,4711\n").await?;

    let message = Message::new()
        .from(format!("reports@{}", target.domain))
        .to(&target.to)
        .subject("Yesterday's figures")
        .html(r#"<img src="cid:logo.svg"><p>The figures are attached.</p>"#)
        // The HTML refers to the image by this name.
        .inline("logo.svg", Attachment::from_bytes("logo.svg", "<svg/>"))
        // Read piece by piece while it is sent, and opened again for a retry.
        .attachment(Attachment::from_path(&report).await?)
        .attachment(
            Attachment::from_bytes("raw.bin", vec![1, 2, 3])
                .with_content_type("application/x-sales".parse()?),
        )
        // Can be read only once, so this send is never retried.
        .attachment(Attachment::from_reader("notes.txt", Some(5), &b"notes"[..]));

    let receipt = target.mailgun.messages(&target.domain).send(message).await?;
    println!("accepted as {}", receipt.id);

    if let Some(mock) = target.mock {
        for sent in mock.sent() {
            for file in sent.attachments().iter().chain(sent.inline()) {
                println!("{}: {}, {} bytes", file.filename, file.content_type, file.bytes.len());
            }
        }
    }
    Ok(())
}
