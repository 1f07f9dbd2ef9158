//! One service that sends for many tenants, each with an account of its own:
//! `cargo run --example tenants`.
//!
//! It always runs against a Mailgun inside this process.

use mailgun::{
    Error, Mailgun,
    messages::Message,
    subaccounts::{ListSubaccounts, SortOrder, Subaccounts, UpdateFeatures},
};
use mailgun_mock::MockMailgun;
use tokio::task::JoinSet;

/// A new tenant can send, and not more than it has paid for. The id is what the service stores.
async fn sign_up(subaccounts: &Subaccounts, name: &str, per_month: u64) -> Result<String, Error> {
    let id = subaccounts.create(name).await?.id;
    subaccounts.set_monthly_limit(&id, per_month).await?;
    let features = UpdateFeatures::new().sending(true).validations(false);
    subaccounts.update_features(&id, features).await?;
    Ok(id)
}

/// A handle for each tenant. They share connections and the retry budget, and nothing that one
/// does can make another send for the wrong account.
async fn greet(mailgun: Mailgun, domain: String, tenant: String, to: String) -> Result<(), Error> {
    let message = Message::new()
        .from(format!("hello@{domain}"))
        .to(to)
        .subject("Hello")
        .text("Hello!")
        .variable("tenant", &tenant);
    mailgun.for_subaccount(&tenant)?.messages(domain).send(message).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockMailgun::start().await;
    let mailgun: Mailgun = mock.client().into();
    let subaccounts = mailgun.subaccounts();

    let mut tenants = Vec::new();
    for (name, per_month) in [("Acme", 10_000), ("Bolt", 50_000), ("Cato", 1_000)] {
        tenants.push(sign_up(&subaccounts, name, per_month).await?);
    }

    let mut sends = JoinSet::new();
    for number in 0..30 {
        let tenant = tenants[number % tenants.len()].clone();
        let to = format!("reader{number}@example.com");
        sends.spawn(greet(mailgun.clone(), mock.domain(), tenant, to));
    }
    while let Some(sent) = sends.join_next().await {
        sent??;
    }
    for sent in mock.sent() {
        assert_eq!(sent.subaccount(), sent.field("v:tenant"), "sent for another tenant");
    }

    let mut pager = subaccounts.list(ListSubaccounts::new().sort(SortOrder::Ascending));
    while let Some(page) = pager.next_page().await? {
        for tenant in page {
            let limit = subaccounts.monthly_limit(&tenant.id).await?;
            let (sent, limit) = (limit.current.unwrap_or(0), limit.limit.unwrap_or(0));
            println!("{}: {sent} of {limit} mails this month", tenant.name);
        }
    }
    Ok(())
}
