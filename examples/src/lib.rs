//! What the examples share: Mailgun itself if there is an account, `mailgun-mock` if there is none.

use std::env;

use mailgun::Mailgun;
use mailgun_mock::MockMailgun;

/// Where an example sends.
pub struct Target {
    /// The client.
    pub mailgun: Mailgun,
    /// The sending domain.
    pub domain: String,
    /// The recipient.
    pub to: String,
    /// The server in this process, if there is no account.
    pub mock: Option<MockMailgun>,
}

/// Mailgun if `MAILGUN_API_KEY` is set, with `MAILGUN_DOMAIN`, `MAILGUN_TO` and, for the region,
/// `MAILGUN_REGION`; otherwise a server in this process.
///
/// # Errors
///
/// If a variable is missing or cannot be used.
pub async fn target() -> Result<Target, Box<dyn std::error::Error>> {
    if env::var_os("MAILGUN_API_KEY").is_some() {
        let needed = |name: &str| env::var(name).map_err(|_| format!("set {name} too"));
        return Ok(Target {
            mailgun: Mailgun::from_env()?,
            domain: needed("MAILGUN_DOMAIN")?,
            to: needed("MAILGUN_TO")?,
            mock: None,
        });
    }
    let mock = MockMailgun::start().await;
    Ok(Target {
        mailgun: mock.client().into(),
        domain: mock.domain(),
        to: "Bob <bob@example.com>".to_owned(),
        mock: Some(mock),
    })
}

#[cfg(doctest)]
#[doc = include_str!("../../docs/observability.md")]
struct Observability;
