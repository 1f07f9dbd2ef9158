use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use clap::Args;
use mailgun_mock::MockMailgun;
use serde_json::json;

use crate::{context::Context, exit::Result, signal};

/// Run a Mailgun on this machine, which delivers nothing
///
/// For development and tests in any language: it accepts mail, shows it in the browser and through the
/// API, posts webhooks to this machine, and forgets everything when it ends.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mailgun mock --port 8025 &
  MAILGUN_BASE_URL=http://127.0.0.1:8025 MAILGUN_API_KEY=key-mock mailgun domains list")]
pub(crate) struct Mock {
    /// Port to listen on; 0 is any free port
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Address to listen on; beyond this machine, anyone who reaches it can read the mail
    #[arg(long, default_value_t = Ipv4Addr::LOCALHOST.into())]
    host: IpAddr,
    /// API key to accept
    #[arg(long, value_name = "KEY", default_value = MockMailgun::API_KEY)]
    accept_key: String,
    /// Key to sign webhooks with
    #[arg(long, value_name = "KEY", default_value = MockMailgun::SIGNING_KEY)]
    signing_key: String,
    /// Sending domain; may be repeated
    #[arg(long, value_name = "NAME", default_value = MockMailgun::DOMAIN)]
    sending_domain: Vec<String>,
    /// Allow 10 recipients in a message and 100 in an hour, as for new accounts
    #[arg(long)]
    new_account: bool,
    /// Send delivered mail on to an SMTP server without a password, such as Mailpit
    #[arg(long, value_name = "smtp://HOST:PORT")]
    forward: Option<String>,
    /// Keep messages, suppressions, templates and domains in this file
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Do not serve the inbox for the browser
    #[arg(long)]
    no_inbox: bool,
    /// Host name under which browsers may open the inbox, and programs the API and the routes below /mock,
    /// besides localhost and IP addresses; may be repeated
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
}

impl Mock {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let mut builder = MockMailgun::builder()
            .address(SocketAddr::from((self.host, self.port)))
            .api_key(self.accept_key)
            .signing_key(self.signing_key)
            .inbox(!self.no_inbox);
        builder = self.sending_domain.into_iter().fold(builder, |it, domain| it.domain(domain));
        builder = self.allow_host.into_iter().fold(builder, |it, name| it.allow_host(name));
        if self.new_account {
            builder = builder.new_account_limits();
        }
        if let Some(url) = self.forward {
            builder = builder.forward_to(url);
        }
        if let Some(path) = self.state {
            builder = builder.state_file(path);
        }
        let mock = builder.start().await?;
        let out = context.out;
        if out.is_json {
            out.ndjson(&json!({
                "base_url": mock.base_url(),
                "api_key": mock.api_key(),
                "signing_key": mock.signing_key(),
                "domains": mock.domains(),
            }))?;
        } else {
            out.line(format!("MAILGUN_BASE_URL={}", mock.base_url()))?;
            out.line(format!("MAILGUN_API_KEY={}", mock.api_key()))?;
            out.line(format!("MAILGUN_SIGNING_KEY={}", mock.signing_key()))?;
            out.line(format!("MAILGUN_DOMAIN={}", mock.domain()))?;
        }
        if !self.no_inbox {
            out.note(format!("The inbox is at {}", mock.base_url()));
        }
        if !self.host.is_loopback() {
            out.note(format!("Other machines can reach it at {}.", self.host));
        }
        out.note("Press Ctrl-C to end it.");
        signal::stopped().await?;
        Ok(mock.save()?)
    }
}
