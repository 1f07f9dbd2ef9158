//! A script without async: sends a mail, lists the bounces, and sends a batch:
//! `cargo run -p mailgun-examples --example script`.

use std::error::Error;

use mailgun::{
    blocking::{Blocking as _, BlockingStream as _},
    messages::{Batch, Message},
    suppressions::ListSuppressions,
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

    let bounces = target.mailgun.suppressions(&target.domain).bounces();
    for bounce in bounces.list(ListSuppressions::new()).into_items().wait_each() {
        println!("bounced: {}", bounce?.error);
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
