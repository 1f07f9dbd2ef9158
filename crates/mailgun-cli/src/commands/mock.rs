use std::net::{Ipv4Addr, SocketAddr};

use clap::Args;
use mailgun_mock::MockMailgun;
use serde_json::json;

use crate::{context::Context, exit::Result};

/// Run a Mailgun on this machine, which delivers nothing
///
/// For development and tests in any language: it accepts mail, shows it through the API, posts webhooks
/// to this machine, and forgets everything when it ends.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mailgun mock --port 8025 &
  MAILGUN_BASE_URL=http://127.0.0.1:8025 MAILGUN_API_KEY=key-mock mailgun domains list")]
pub(crate) struct Mock {
    /// Port to listen on; 0 is any free port
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// API key to accept
    #[arg(long, value_name = "KEY", default_value = MockMailgun::API_KEY)]
    accept_key: String,
    /// Key to sign webhooks with
    #[arg(long, value_name = "KEY", default_value = MockMailgun::SIGNING_KEY)]
    signing_key: String,
    /// Sending domain; may be repeated
    #[arg(long, value_name = "NAME", default_value = MockMailgun::DOMAIN)]
    sending_domain: Vec<String>,
    /// Refuse messages with more recipients, as new accounts do
    #[arg(long, value_name = "NUMBER")]
    max_recipients: Option<usize>,
}

impl Mock {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let mut builder = MockMailgun::builder()
            .address(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)))
            .api_key(self.accept_key)
            .signing_key(self.signing_key);
        builder = self.sending_domain.iter().fold(builder, |it, domain| it.domain(domain));
        if let Some(recipients) = self.max_recipients {
            builder = builder.max_recipients(recipients);
        }
        let mock = builder.start().await?;
        let settings = json!({
            "base_url": mock.base_url(),
            "api_key": mock.api_key(),
            "signing_key": mock.signing_key(),
            "domains": self.sending_domain,
        });
        if context.out.is_json {
            context.out.ndjson(&settings)?;
        } else {
            context.out.line(format!("MAILGUN_BASE_URL={}", mock.base_url()))?;
            context.out.line(format!("MAILGUN_API_KEY={}", mock.api_key()))?;
            context.out.line(format!("MAILGUN_SIGNING_KEY={}", mock.signing_key()))?;
            context.out.line(format!("MAILGUN_DOMAIN={}", mock.domain()))?;
            context.out.note("Press Ctrl-C to end it.");
        }
        Ok(tokio::signal::ctrl_c().await?)
    }
}
