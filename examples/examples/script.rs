//! A script without async: sends a mail, waits for its events, and sends a batch:
//! `cargo run -p mailgun-examples --example script`.

use std::{error::Error, thread, time::Duration};

use mailgun::{
    blocking::{Blocking as _, BlockingStream as _},
    events::EventQuery,
    messages::{Batch, Message},
};
use mailgun_examples::target;

fn main() -> Result<(), Box<dyn Error>> {
    let target = target().wait()?;
    let messages = target.mailgun.messages(&target.domain);

    let message = Message::new()
        .from(format!("script@{}", target.domain))
        .to(&target.to)
        .subject("The nightly job")
        .text("It took 3 minutes.");
    let receipt = messages.send(message).wait()?;
    println!("accepted as {}", receipt.id);

    // Events appear after a while.
    thread::sleep(Duration::from_millis(100));
    let events = target.mailgun.events(&target.domain).list(EventQuery::new().limit(10));
    for event in events.into_items().wait_each().take(10) {
        println!("{}", event?.name());
    }

    let batch = Batch::new()
        .from(format!("script@{}", target.domain))
        .subject("The nightly job")
        .text("It took 3 minutes.")
        .to(&target.to);
    let report = messages.send_batch(batch).wait()?.into_result()?;
    println!("{report}");
    Ok(())
}
