//! The settings of a server.

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use tokio::{net::TcpListener, sync::mpsc};

use crate::{
    account::{Account, Limits},
    http::connection,
    inbox::Inbox,
    mock::MockMailgun,
    server::Server,
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
    inbox: Inbox,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            api_key: MockMailgun::API_KEY.to_owned(),
            signing_key: MockMailgun::SIGNING_KEY.to_owned(),
            domains: Vec::new(),
            limits: Limits { message_bytes: 25 * 1024 * 1024, recipients: 1000 },
            inbox: Inbox::default(),
        }
    }
}

impl Builder {
    /// Adds a sending domain. Default: [`MockMailgun::DOMAIN`] alone.
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
    /// Real accounts that are new have a far lower limit.
    pub fn max_recipients(mut self, recipients: usize) -> Self {
        self.limits.recipients = recipients;
        self
    }

    /// Serves the web inbox at `/`. Default: `false`.
    ///
    /// It shows all mails and the request log to everyone who can open the address, without a key.
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

    /// Allows browsers to open the inbox under this host name, such as the name of a container.
    /// Default: `localhost`, names below it, and IP addresses.
    ///
    /// Other names are refused, since a hostile page could point a name of its own at this machine.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.inbox.hosts.push(name.into());
        self
    }

    /// Starts the server on the caller's Tokio runtime.
    ///
    /// # Errors
    ///
    /// Returns an error if it cannot bind the address.
    pub async fn start(mut self) -> io::Result<MockMailgun> {
        if self.domains.is_empty() {
            self.domains.push(MockMailgun::DOMAIN.to_owned());
        }
        let listener = TcpListener::bind(self.address).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let mut account = Account::new(base_url, self.api_key, self.domains, self.limits);
        let (outbox, posts) = mpsc::unbounded_channel();
        account.signing_key = self.signing_key;
        account.outbox = Some(outbox);
        let server = Arc::new(Server::new(account, self.inbox));
        let accepting = connection::accept(listener, Arc::clone(&server));
        let posting = webhook::post_all(posts, Arc::clone(&server));
        let task = tokio::spawn(async { tokio::join!(accepting, posting) });
        Ok(MockMailgun::new(server, task.abort_handle()))
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
