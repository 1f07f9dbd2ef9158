//! Sends a mail from a folder of minijinja templates and images, after looking for problems:
//! `cargo run -p mailgun-examples --example folder`.

use mailgun::messages::MessageFolder;
use mailgun_examples::target;
use minijinja::{Environment, context};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = target().await?;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/mails/welcome");
    let welcome = MessageFolder::open(folder).await?;

    // The name of the template decides what is escaped: `body.html` is, `body.txt` is not.
    let environment = Environment::new();
    let engine = |name: &str, source: &str| {
        let values = context! { name => "Bob & Ann", coupon => "WELCOME10" };
        environment.render_named_str(name, source, values)
    };
    let message = welcome
        .message(&engine)?
        .from(format!("Example Shop <shop@{}>", target.domain))
        .to(&target.to);
    for lint in message.lint() {
        println!("{lint}");
    }
    let receipt = target.mailgun.messages(&target.domain).send(message).await?;
    println!("accepted as {}", receipt.id);

    if let Some(mock) = target.mock {
        let sent = mock.sent().remove(0);
        println!("{}\n\n{}", sent.subject().unwrap_or_default(), sent.html().unwrap_or_default());
        println!("{} inline image", sent.inline().len());
    }
    Ok(())
}
