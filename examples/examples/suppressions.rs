//! A list of addresses that get no mail, imported and in effect: `cargo run --example
//! suppressions`.
//!
//! It always runs against a Mailgun inside this process.

use mailgun::{
    Mailgun,
    messages::Message,
    suppressions::{ListSuppressions, NewBounce, NewUnsubscribe},
};
use mailgun_mock::MockMailgun;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockMailgun::start().await;
    let mailgun: Mailgun = mock.client().into();
    let suppressions = mailgun.suppressions(mock.domain());

    // A file as another system has written it would be `Csv::from_path("bounces.csv").await?`.
    let bounces = (0..3).map(|i| NewBounce::new(format!("gone{i}@example.com")).code("550"));
    suppressions.bounces().import(NewBounce::csv(bounces)?).await?;

    // Any number of records, with a result for each thousand of them.
    let people = (0..2500).map(|i| NewUnsubscribe::new(format!("reader{i}@example.com")));
    for chunk in suppressions.unsubscribes().create_many(people).await {
        println!("{:?}: {}", chunk.positions, chunk.result?.message);
    }

    let mut pager = suppressions.unsubscribes().list(ListSuppressions::new().limit(1000));
    let mut count = 0;
    while let Some(page) = pager.next_page().await? {
        count += page.items.len();
    }
    println!("{count} have unsubscribed");

    for to in ["gone1@example.com", "reader7@example.com", "bob@example.com"] {
        let message = Message::new().from("a@mg.example.com").to(to).subject("Hi").text("Hi");
        mailgun.messages(mock.domain()).send(message).await?;
    }
    for event in mock.events() {
        println!("{:<10} {} {}", event["event"], event["recipient"], event["reason"]);
    }
    Ok(())
}
