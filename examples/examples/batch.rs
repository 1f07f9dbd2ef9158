//! Sends a newsletter to 2,500 readers, and resumes it from a journal after some calls have failed:
//! `cargo run --example batch`.
//!
//! It always runs against a Mailgun in this process.

use mailgun::{
    Mailgun,
    messages::{Batch, FileJournal},
};
use mailgun_mock::{Fault, MockMailgun, RateLimit};
use serde_json::json;

fn newsletter(domain: &str) -> Batch {
    Batch::new()
        .from(format!("news@{domain}"))
        .subject("News for %recipient.name%")
        .text("Hello %recipient.name%!")
        .recipients(
            (0..2500).map(|i| {
                (format!("reader{i}@example.com"), json!({"name": format!("Reader {i}")}))
            }),
        )
        .chunk_size(500)
        .key("news-2026-11")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockMailgun::start().await;
    let mailgun: Mailgun = mock.client().into();
    let messages = mailgun.messages(mock.domain());
    let path = std::env::temp_dir().join(format!("news-{}.journal", std::process::id()));

    // One call exceeds the rate limit, one response is lost, and one call is refused.
    mock.inject(Fault::rate_limit(RateLimit::RetryAfterSeconds(1)));
    mock.inject(Fault::lose_response());
    mock.inject(Fault::status(400).with_json(json!({"message": "come back tomorrow"})));

    let report = messages
        .send_batch(newsletter(&mock.domain()))
        .concurrency(2)
        .journal(FileJournal::open(&path).await?)
        .on_progress(|step| println!("{:>5} of {}  {:?}", step.done, step.total, step.record.state))
        .await?;
    println!("first run: {report}");

    // The next run, perhaps in another process, looks for the chunk whose response was lost.
    let journal = FileJournal::open(&path).await?;
    let batch = newsletter(&mock.domain());
    let resolution = messages.resolve(&batch, journal.records().await?).await?;
    println!("events: {resolution}");

    // It sends no mail twice, and returns an error unless every mail was accepted.
    let run = messages.send_batch(batch.resume(resolution.records)).journal(journal);
    println!("second run: {}", run.await?.into_result()?);

    let mails: usize = mock.sent().iter().map(|sent| sent.recipients().len()).sum();
    println!("Mailgun received {mails} mails for 2500 readers");
    std::fs::remove_file(path)?;
    Ok(())
}
