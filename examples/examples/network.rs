//! Proxy, private certificates, timeouts and the pool: `cargo run --example network`.
//!
//! It reads `EXAMPLE_PROXY` (for example `http://user:password@proxy.internal:3128`) and
//! `EXAMPLE_CA` (a PEM file); without them it sends straight to a Mailgun inside this process.

use std::{env, time::Duration};

use mailgun::{Certificate, HttpVersions, Mailgun, Proxy, Roots, messages::Message};
use mailgun_mock::MockMailgun;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockMailgun::start().await;
    let mut builder = mock
        .client_builder::<Mailgun>()
        .user_agent("example/1.0")
        .connect_timeout(Duration::from_secs(5))
        .attempt_timeout(Duration::from_secs(20))
        .total_timeout(Duration::from_secs(60))
        .pool_max_idle_per_host(8)
        .http_versions(HttpVersions::Auto);
    if let Ok(proxy) = env::var("EXAMPLE_PROXY") {
        // Its password appears in no error, log or `Debug`.
        builder = builder.proxy(Proxy::new(&proxy)?.no_proxy("localhost,.internal"));
    }
    if let Ok(path) = env::var("EXAMPLE_CA") {
        let roots = Certificate::from_pem(tokio::fs::read(path).await?)?;
        builder = builder.roots(Roots::All).root_certificates(roots);
    }
    let mailgun = builder.build()?;

    let message = Message::new()
        .from(format!("shop@{}", mock.domain()))
        .to("bob@example.com")
        .subject("Through the network")
        .text("Hello");
    let receipt = mailgun
        .messages(mock.domain())
        .send(message)
        // For this one call.
        .deadline(Duration::from_secs(10))
        .await?;
    println!("accepted as {}", receipt.id);
    Ok(())
}
