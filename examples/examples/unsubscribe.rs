//! Sends a newsletter that recipients leave with one click, and receives the click:
//! `cargo run -p mailgun-examples --example unsubscribe`.
//!
//! It always runs against a Mailgun in this process, and plays the mailbox provider.

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use mailgun::{
    Mailgun,
    messages::Batch,
    suppressions::NewUnsubscribe,
    webhooks::unsubscribe::{Unsubscribe, UnsubscribeLinks, UnsubscribeService},
};
use mailgun_mock::MockMailgun;
use serde_json::json;
use tower::ServiceExt as _;

/// What the web server of the application serves.
fn app(mailgun: &Mailgun, domain: &str, links: UnsubscribeLinks) -> Router {
    let unsubscribes = mailgun.suppressions(domain).unsubscribes();
    let service = UnsubscribeService::new(links, move |unsubscribe: Unsubscribe| {
        let unsubscribes = unsubscribes.clone();
        async move {
            let entry = NewUnsubscribe::new(unsubscribe.address);
            unsubscribes.create(unsubscribe.tag.into_iter().fold(entry, NewUnsubscribe::tag)).await
        }
    });
    Router::new().route_service("/unsubscribe", service)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockMailgun::start().await;
    let mailgun: Mailgun = mock.client().into();
    let domain = mock.domain();
    let links = UnsubscribeLinks::new("https://example.com/unsubscribe", "32 secret random bytes")?;

    let mut batch = Batch::new()
        .from(format!("news@{domain}"))
        .subject("News")
        .tag("newsletter")
        .text(format!("News of the week.\n\nUnsubscribe: {}", links.batch_link("token")))
        .list_unsubscribe(links.batch_link("token"));
    for address in ["ann@example.com", "bob@example.com"] {
        batch = batch.recipient(address, json!({"token": links.token(address, "newsletter")?}));
    }
    let report = mailgun.messages(&domain).send_batch(batch).await?.into_result()?;
    println!("{report}");

    // Bob clicks. The mailbox provider takes the link from the header, and posts to it.
    let sent = mock.sent_to("bob@example.com").remove(0);
    let header = sent.field("h:List-Unsubscribe").unwrap_or_default();
    let token = sent.recipient_variables().and_then(|all| all["bob@example.com"]["token"].as_str());
    let link = header.trim_matches(['<', '>']);
    let link = link.replace("%recipient.token%", token.unwrap_or_default());
    println!("POST {link}");
    let request = Request::post(link)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from("List-Unsubscribe=One-Click"))?;
    let response = app(&mailgun, &domain, links).oneshot(request).await?;
    println!("{}", response.status());

    let entry = mailgun.suppressions(&domain).unsubscribes().get("bob@example.com").await?;
    println!("Bob is on the list, for mail with the tags {:?}", entry.tags);
    Ok(())
}
