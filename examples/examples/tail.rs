//! Follows events, and continues after a restart without losing any: `cargo run --example tail`.
//!
//! With an account, it follows the domain until you stop it.

use std::time::Duration;

use mailgun::{
    Timestamp,
    events::{Checkpoint, EventKind, Events, Severity},
    messages::Message,
};
use mailgun_examples::Target;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Target { mailgun, domain, to, mock } = mailgun_examples::target().await?;
    let start = Checkpoint::from(Timestamp::now());
    for subject in ["first", "second"] {
        let message =
            Message::new().from(format!("shop@{domain}")).to(&*to).subject(subject).text("Hello");
        mailgun.messages(&domain).send(message).await?;
    }

    let events = mailgun.events(&domain);
    // Each mail has two events here. Another process could continue from the stored checkpoint.
    let limit = mock.as_ref().map(|_| 3);
    let stored = follow(&events, start, limit).await?;
    println!("- restarted -");
    follow(&events, serde_json::from_str(&stored)?, limit.map(|_| 1)).await?;
    Ok(())
}

/// Prints events as they come, and returns the checkpoint after `limit` events.
async fn follow(
    events: &Events,
    from: Checkpoint,
    limit: Option<usize>,
) -> Result<String, Box<dyn std::error::Error>> {
    let mut tail = events.tail(from).interval(Duration::from_secs(15));
    let mut count = 0;
    while limit.is_none_or(|limit| count < limit) {
        // An error does not end the tail, but here it ends the program.
        let event = tail.next_event().await?;
        let subject = &event.message.headers.subject;
        match &event.kind {
            EventKind::Failed(failed) if failed.severity == Severity::Permanent => {
                println!("{subject}: failed permanently, {}", failed.reason);
            }
            kind => println!("{subject}: {}", kind.name()),
        }
        count += 1;
    }
    // Stored after the events were processed, so none is lost and none is returned twice.
    Ok(serde_json::to_string(tail.checkpoint())?)
}
