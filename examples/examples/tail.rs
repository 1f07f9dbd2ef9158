//! Following events, and going on after a restart without loss: `cargo run --example tail`.
//!
//! With an account it follows the domain until it is stopped.

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
    // Each mail here has two events. The process that stored the checkpoint may end any time.
    let limit = mock.as_ref().map(|_| 3);
    let stored = follow(&events, start, limit).await?;
    println!("- restarted -");
    follow(&events, serde_json::from_str(&stored)?, limit.map(|_| 1)).await?;
    Ok(())
}

/// Shows events as they come, and gives the checkpoint after so many.
async fn follow(
    events: &Events,
    from: Checkpoint,
    limit: Option<usize>,
) -> Result<String, Box<dyn std::error::Error>> {
    let mut tail = events.tail(from).interval(Duration::from_secs(15));
    let mut count = 0;
    while limit.is_none_or(|limit| count < limit) {
        // A failure does not end the tail; here it ends the program.
        let event = tail.next_event().await?;
        let subject = &event.message.headers.subject;
        match &event.kind {
            EventKind::Failed(failed) if failed.severity == Severity::Permanent => {
                println!("{subject}: failed for good, {}", failed.reason);
            }
            kind => println!("{subject}: {}", kind.name()),
        }
        count += 1;
    }
    // Stored after the events were processed: none is lost, and none comes twice.
    Ok(serde_json::to_string(tail.checkpoint())?)
}
