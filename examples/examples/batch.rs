//! A newsletter to many, with progress and a record to resume from:
//! `cargo run --example batch`.
//!
//! It always runs against a Mailgun inside this process.

use mailgun::{
    Mailgun,
    messages::{Batch, ChunkOutcome, ChunkRecord},
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
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockMailgun::start().await;
    let mailgun: Mailgun = mock.client().into();
    let messages = mailgun.messages(mock.domain());

    // One call meets a limit, the reply to another gets lost on its way, and one is refused.
    mock.inject(Fault::rate_limit(RateLimit::RetryAfterSeconds(1)));
    mock.inject(Fault::lose_reply());
    mock.inject(Fault::status(400).with_json(json!({"message": "come back tomorrow"})));

    let report = messages
        .send_batch(newsletter(&mock.domain()))
        .concurrency(2)
        .on_progress(|step| println!("{:>5} of {}  {:?}", step.done, step.total, step.record.state))
        .await?;
    println!("first run: {report}");
    for result in &report.results {
        if let ChunkOutcome::Unknown(error) = &result.outcome {
            println!("look in the events before sending these again: {error}");
        }
    }

    // Stored and read back, the records tell the next run whom to leave out.
    let stored = serde_json::to_string(&report.records())?;
    let records: Vec<ChunkRecord> = serde_json::from_str(&stored)?;
    let again = messages.send_batch(newsletter(&mock.domain()).resume(records)).await?;
    println!("second run: {again}");

    let mails: usize = mock.sent().iter().map(|sent| sent.recipients().len()).sum();
    println!("{mails} mails reached the service for 2500 readers");
    Ok(())
}
