//! An application that sends with lettre, moved from SMTP: `cargo run --example lettre`.
//!
//! It always runs against a Mailgun inside this process.

use lettre::{AsyncTransport, Message, message::header::ContentType};
use mailgun_lettre::{Failover, FailoverError, MailgunTransport};
use mailgun_mock::{Fault, MockMailgun};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A part of the application, which stays as it is.
fn welcome(name: &str, address: &str) -> Result<Message> {
    Ok(Message::builder()
        .from("Example Shop <shop@mg.example.com>".parse()?)
        .to(format!("{name} <{address}>").parse()?)
        .bcc("audit@example.com".parse()?)
        .subject("Welcome")
        .header(ContentType::TEXT_PLAIN)
        .body(format!("Hello, {name}."))?)
}

#[tokio::main]
async fn main() -> Result<()> {
    let mock = MockMailgun::start().await;

    // With an account: `MailgunTransport::new(mailgun::Mailgun::from_env()?.client())`.
    let mailer = MailgunTransport::new(&mock.client());
    let receipt = mailer.send(welcome("Bob", "bob@example.com")?).await?;
    println!("accepted as {}", receipt.id);
    println!("recipients: {}", mock.sent()[0].recipients().join(", "));

    // A second account takes the mail if the first certainly did not.
    let backup = MockMailgun::start().await;
    let mailer = Failover::new(mailer, MailgunTransport::new(&backup.client()));
    mock.inject(Fault::status(401));
    mailer.send(welcome("Carol", "carol@example.com")?).await?;
    println!("the second account sent {} mail", backup.sent().len());

    // Nobody knows whether the first account took this one, so the second is not asked.
    mock.inject(Fault::lose_response());
    match mailer.send(welcome("Dave", "dave@example.com")?).await {
        Err(FailoverError::Unknown(error)) => println!("look in the events first: {error}"),
        other => return Err(format!("not the expected outcome: {other:?}").into()),
    }
    assert_eq!(mock.sent_to("dave@example.com").len(), 1);
    assert_eq!(backup.sent_to("dave@example.com").len(), 0);
    Ok(())
}

#[test]
fn the_example_runs() {
    main().unwrap();
}
