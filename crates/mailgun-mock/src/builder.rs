//! The settings of a server.

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    str::FromStr as _,
    sync::Arc,
};

use tokio::{net::TcpListener, sync::mpsc};

use crate::{
    account::{Account, Limits},
    http::connection,
    inbox::Inbox,
    mock::MockMailgun,
    server::Server,
    smtp::{self, Relay},
    state::{self, Saved},
    webhook,
};

/// Settings of a [`MockMailgun`], created by [`MockMailgun::builder`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use mailgun_mock::MockMailgun;
///
/// let new_account =
///     MockMailgun::builder().domain("news.example.com").max_recipients(10).start().await?;
/// assert_eq!(new_account.domain(), "news.example.com");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a server runs after `start`"]
pub struct Builder {
    address: SocketAddr,
    api_key: String,
    signing_key: String,
    domains: Vec<String>,
    limits: Limits,
    forward_to: Option<String>,
    state_file: Option<PathBuf>,
    inbox: Inbox,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            api_key: MockMailgun::API_KEY.to_owned(),
            signing_key: MockMailgun::SIGNING_KEY.to_owned(),
            domains: Vec::new(),
            limits: Limits {
                message_bytes: 25 * 1024 * 1024,
                recipients: 1000,
                recipients_per_hour: usize::MAX,
            },
            forward_to: None,
            state_file: None,
            inbox: Inbox::default(),
        }
    }
}

impl Builder {
    /// Adds a sending domain. Default: only [`MockMailgun::DOMAIN`].
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domains.push(domain.into());
        self
    }

    /// Sets the API key. Default: [`MockMailgun::API_KEY`].
    pub fn api_key(mut self, api_key: impl Into<String>) -> Self {
        self.api_key = api_key.into();
        self
    }

    /// Sets the key for signing webhooks. Default: [`MockMailgun::SIGNING_KEY`].
    pub fn signing_key(mut self, signing_key: impl Into<String>) -> Self {
        self.signing_key = signing_key.into();
        self
    }

    /// Sets the address to listen on. Default: a free port on 127.0.0.1.
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Sets the maximum size of a message in bytes, values and files together. Default: 25 MiB.
    pub fn max_message_bytes(mut self, bytes: usize) -> Self {
        self.limits.message_bytes = bytes;
        self
    }

    /// Sets the maximum number of recipients of a message. Default: 1000.
    ///
    /// Accounts that are new have a lower limit; see [`new_account_limits`](Self::new_account_limits).
    pub fn max_recipients(mut self, recipients: usize) -> Self {
        self.limits.recipients = recipients;
        self
    }

    /// Sets the maximum number of recipients in an hour of the clock. Default: no limit.
    ///
    /// A message that exceeds it gets status 429 with the end of the hour in its text.
    /// [`MockMailgun::advance`] moves the clock.
    pub fn max_recipients_per_hour(mut self, recipients: usize) -> Self {
        self.limits.recipients_per_hour = recipients;
        self
    }

    /// Sets the limits of accounts that Mailgun has not verified yet: 10 recipients per message and
    /// 100 per hour.
    pub fn new_account_limits(self) -> Self {
        self.max_recipients(10).max_recipients_per_hour(100)
    }

    /// Serves the web inbox at `/`. Default: `false`.
    ///
    /// It shows all mails and the log of requests. Browsers on other machines are asked for the API
    /// key, with the user name `api`. Those on this machine are not, unless they come through a proxy that
    /// says so.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let mailgun = mailgun_mock::MockMailgun::builder().inbox(true).start().await?;
    /// println!("Open {} in a browser.", mailgun.base_url());
    /// # Ok(()) }
    /// ```
    pub fn inbox(mut self, is_served: bool) -> Self {
        self.inbox.is_served = is_served;
        self
    }

    /// Serves the inbox, the API and the routes below `/mock` under this host name, too, such as the
    /// name of a container. Default: `localhost`, names below it, and IP addresses.
    ///
    /// Other names are refused, because a hostile page could point a name of its own at this machine.
    /// Without an [`inbox`](Self::inbox), the API accepts any name.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.inbox.hosts.push(name.into());
        self
    }

    /// Sends each delivered mail on to an SMTP server, such as Mailpit, as the recipient sees it.
    /// Default: nothing leaves the mock.
    ///
    /// The URL is `smtp://host:port`, without TLS or a password. Mail in test mode and to suppressed
    /// addresses is not forwarded. [`MockMailgun::forwarded`] returns what became of it. Unless that
    /// server is made for tests, it delivers the mail for real.
    pub fn forward_to(mut self, url: impl Into<String>) -> Self {
        self.forward_to = Some(url.into());
        self
    }

    /// Reads the state from this file at the start, if it exists, and keeps it there. Default: the
    /// state is lost at the end.
    ///
    /// The file has accepted messages, suppressions, templates and domains. Everything else is lost:
    /// events, requests, faults, keys, routes, webhooks, mailing lists. It is written once a second if
    /// a request has changed anything, and by [`MockMailgun::save`]. On Unix, only the owner of the
    /// file can read it, because it contains the mails.
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_file = Some(path.into());
        self
    }

    /// Starts the server on the caller's Tokio runtime.
    ///
    /// # Errors
    ///
    /// Returns an error if it cannot bind the address, if the server to forward to is not a URL, or
    /// if the file with the state cannot be read.
    pub async fn start(mut self) -> io::Result<MockMailgun> {
        if self.domains.is_empty() {
            self.domains.push(MockMailgun::DOMAIN.to_owned());
        }
        let relay = self.forward_to.as_deref().map(Relay::from_str).transpose()?;
        let saved = self.state_file.as_deref().map(Saved::read).transpose()?.flatten();
        let listener = TcpListener::bind(self.address).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let mut account = Account::new(base_url, self.api_key, self.domains, self.limits);
        let (outbox, posts) = mpsc::unbounded_channel();
        account.signing_key = self.signing_key;
        account.outbox = Some(outbox);
        let (outgoing, mails) = mpsc::unbounded_channel();
        account.relay = relay.is_some().then_some(outgoing);
        if let Some(saved) = saved {
            saved.restore(&mut account);
        }
        let server = Arc::new(Server::new(account, self.inbox));
        let accepting = connection::accept(listener, Arc::clone(&server));
        let posting = webhook::post_all(posts, Arc::clone(&server));
        let forwarding = smtp::forward_all(relay, mails, Arc::clone(&server));
        let saving = state::save_all(self.state_file.clone(), Arc::clone(&server));
        let task = tokio::spawn(async { tokio::join!(accepting, posting, forwarding, saving) });
        Ok(MockMailgun::new(server, task.abort_handle(), self.state_file))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("address", &self.address)
            .field("domains", &self.domains)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
