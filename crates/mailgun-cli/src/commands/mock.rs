use std::net::{IpAddr, Ipv4Addr, SocketAddr};

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
    /// Serve an inbox for the browser, which shows the mail
    #[arg(long)]
    inbox: bool,
    /// Address to listen on; beyond this machine, anyone who reaches it can read the mail
    #[arg(long, default_value_t = Ipv4Addr::LOCALHOST.into())]
    host: IpAddr,
    /// Name under which browsers may open the inbox, such as that of a container; may be repeated
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// Refuse messages with more recipients, as new accounts do
    #[arg(long, value_name = "NUMBER")]
    max_recipients: Option<usize>,
}

impl Mock {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let mut builder = MockMailgun::builder()
            .address(SocketAddr::from((self.host, self.port)))
            .api_key(self.accept_key)
            .signing_key(self.signing_key)
            .inbox(self.inbox);
        builder = self.allow_host.into_iter().fold(builder, |it, name| it.allow_host(name));
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
            if self.inbox {
                context.out.note(format!("The inbox is at {}", mock.base_url()));
            }
            context.out.note("Press Ctrl-C to end it.");
        }
        Ok(tokio::signal::ctrl_c().await?)
    }
}
