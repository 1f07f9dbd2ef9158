//! A new sending domain, from its DNS records to its first mail:
//! `cargo run --example domain_setup`.
//!
//! It always runs against a Mailgun inside this process.

use mailgun::{
    Mailgun,
    domains::{CreateCredentials, CreateDomain, OpenTrackingSettings, SpamAction},
    messages::Message,
};
use mailgun_mock::MockMailgun;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockMailgun::start().await;
    let mailgun: Mailgun = mock.client().into();
    let name = "news.example.com";

    let settings = CreateDomain::new().spam_action(SpamAction::Tag).dkim_key_size(2048);
    let created = mailgun.domains().create(name, settings).await?;
    println!("Add these records to the DNS:");
    for record in created.sending_dns_records.iter().chain(&created.receiving_dns_records) {
        let kind = record.record_type.as_ref().map_or("", |kind| kind.as_str());
        println!("  {kind:<5} {:<40} {}", record.name.as_deref().unwrap_or(name), record.value);
    }

    let verified = mailgun.domains().verify(name).await?;
    println!("{name} is {:?}", verified.domain.state);

    mailgun.domains().tracking(name).update_open(OpenTrackingSettings::new().active(true)).await?;
    let credentials = mailgun.domains().credentials(name);
    for login in credentials.create("relay", CreateCredentials::new()).await?.credentials.keys() {
        println!("{login} may hand in mail by SMTP; the password was in this response alone");
    }

    let message = Message::new()
        .from(format!("hello@{name}"))
        .to("bob@example.com")
        .subject("The first mail")
        .text("It works.");
    println!("accepted as {}", mailgun.messages(name).send(message).await?.id);
    Ok(())
}
