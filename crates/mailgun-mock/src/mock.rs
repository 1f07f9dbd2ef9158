//! The handle that a test holds.

use std::{
    fmt, io,
    sync::Arc,
    time::{Duration, SystemTime},
};

use mailgun_core::{Client, ClientBuilder};
use serde_json::Value;
use tokio::task::AbortHandle;

use crate::{
    address,
    builder::Builder,
    fault::Fault,
    groups::{events, queue},
    log::LoggedRequest,
    sent::SentMessage,
    server::Server,
    webhook::{Post, WebhookDelivery},
};

/// A Mailgun that runs inside the process, and shows what reached it.
///
/// Everything it gives out is a copy, which later requests do not change. Dropping it stops the
/// server and ends its connections.
///
/// ```
/// use mailgun_mock::MockMailgun;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let mailgun = MockMailgun::start().await;
/// // Point the code under test at `mailgun.base_url()` with `mailgun.api_key()`, then:
/// assert!(mailgun.base_url().starts_with("http://127.0.0.1:"));
/// assert!(mailgun.sent().is_empty());
/// # }
/// ```
pub struct MockMailgun {
    server: Arc<Server>,
    task: AbortHandle,
}

impl MockMailgun {
    /// The domain that exists unless the builder names others.
    pub const DOMAIN: &str = "mg.example.com";

    /// The API key that is right unless the builder sets another.
    pub const API_KEY: &str = "key-mock";

    /// The key that webhooks are signed with unless the builder sets another.
    pub const SIGNING_KEY: &str = "signing-key-mock";

    /// Starts a server with default settings on a free port of loopback.
    ///
    /// It runs on the Tokio runtime of the caller.
    ///
    /// # Panics
    ///
    /// If no port of loopback can be bound; [`Builder::start`] gives the error instead.
    #[expect(clippy::panic, reason = "without loopback no test that needs a server can run")]
    pub async fn start() -> Self {
        match Self::builder().start().await {
            Ok(mock) => mock,
            Err(error) => panic!("cannot bind a port of loopback: {error}"),
        }
    }

    /// Settings to start a server with.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(server: Arc<Server>, task: AbortHandle) -> Self {
        Self { server, task }
    }

    /// A client of this server.
    ///
    /// ```
    /// use mailgun_core::Operation;
    /// use mailgun_mock::MockMailgun;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), mailgun_core::Error> {
    /// let mock = MockMailgun::start().await;
    /// const QUEUES: Operation = Operation::get("/v3/domains/{domain}/sending_queues");
    /// let queues: serde_json::Value = mock.client().call(QUEUES, &[&mock.domain()]).await?;
    /// assert_eq!(queues["regular"]["is_disabled"], false);
    /// # Ok(()) }
    /// ```
    pub fn client(&self) -> Client {
        let client = self.client_builder().build();
        client.unwrap_or_else(|error| unreachable!("a loopback address and a key suffice: {error}"))
    }

    /// The settings of [`client`](Self::client), to add layers or time-outs to; an umbrella type
    /// can be built from them too.
    pub fn client_builder<C: From<Client>>(&self) -> ClientBuilder<C> {
        // A proxy of the environment must not see what is meant for this process.
        ClientBuilder::new(self.api_key()).base_url(self.base_url()).no_proxy()
    }

    /// The URL to use in place of `https://api.mailgun.net`.
    pub fn base_url(&self) -> String {
        self.server.state().account.base_url.clone()
    }

    /// The API key that the server accepts.
    pub fn api_key(&self) -> String {
        self.server.state().account.api_key.clone()
    }

    /// The key that webhooks are signed with.
    pub fn signing_key(&self) -> String {
        self.server.state().account.signing_key.clone()
    }

    /// The first of the sending domains.
    pub fn domain(&self) -> String {
        self.server.state().account.domains.first().cloned().unwrap_or_default()
    }

    /// Every message that was accepted, in order.
    pub fn sent(&self) -> Vec<SentMessage> {
        self.server.state().account.groups.messages.sent.clone()
    }

    /// The accepted messages that this address receives, as `to`, `cc` or `bcc`.
    ///
    /// Addresses are compared without display name and in any case.
    pub fn sent_to(&self, address: &str) -> Vec<SentMessage> {
        let address = address::bare(address).unwrap_or(address);
        let mut sent = self.sent();
        sent.retain(|message| {
            message.recipients().iter().any(|to| to.to_lowercase() == address.to_lowercase())
        });
        sent
    }

    /// Waits until at least `n` messages were accepted, and gives all of them.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use std::time::Duration;
    /// # let mailgun = mailgun_mock::MockMailgun::start().await;
    ///
    /// let error = mailgun.wait_for_sent(2, Duration::from_millis(10)).await.unwrap_err();
    /// assert_eq!(error.to_string(), "0 of 2 messages were sent within 10ms");
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If there are still fewer after `timeout`.
    pub async fn wait_for_sent(
        &self,
        n: usize,
        timeout: Duration,
    ) -> Result<Vec<SentMessage>, WaitError> {
        let mut count = self.server.sent.subscribe();
        let enough = tokio::time::timeout(timeout, count.wait_for(|sent| *sent >= n)).await.is_ok();
        let sent = self.sent();
        if enough { Ok(sent) } else { Err(WaitError { wanted: n, timeout, sent }) }
    }

    /// The accepted messages that still wait for their delivery time.
    pub fn scheduled(&self) -> Vec<SentMessage> {
        let mut state = self.server.state();
        queue::deliver_due(&mut state.account);
        state.account.groups.queue.scheduled.clone()
    }

    /// Every request that reached the server, in order, also those that failed.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.server.state().log().to_vec()
    }

    /// Every event, oldest first, in the form of the events endpoint.
    pub fn events(&self) -> Vec<Value> {
        let mut state = self.server.state();
        queue::deliver_due(&mut state.account);
        state.account.groups.events.all.iter().map(|event| event.json().into_owned()).collect()
    }

    /// Every webhook that was posted, and what it was answered with, in order.
    ///
    /// They are posted one after the other, in the background.
    pub fn webhook_deliveries(&self) -> Vec<WebhookDelivery> {
        self.server.state().account.groups.webhooks.deliveries.clone()
    }

    /// Posts a mail, parsed and signed, as a route with `forward("https://..")` does it, to a URL
    /// on loopback, and gives the status of the answer.
    ///
    /// `fields` are those of the form: `recipient`, `sender`, `subject`, `body-plain` and so on.
    ///
    /// # Errors
    ///
    /// If the URL is none of plain HTTP on loopback, or does not answer.
    pub async fn post_inbound(&self, url: &str, fields: &[(&str, &str)]) -> io::Result<u16> {
        let post = {
            let mut state = self.server.state();
            Post::form(&mut state.account, url, fields)
        };
        post.send().await
    }

    /// Adds an event of the first domain, in the form of the events endpoint.
    ///
    /// It is found from now on, whenever it happened: its `timestamp`, in seconds since 1970, may
    /// lie in the past, as of events that Mailgun indexes late. An object without `id` or
    /// `timestamp` gets them.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mailgun = mailgun_mock::MockMailgun::start().await;
    /// mailgun.add_event(serde_json::json!({"event": "complained", "recipient": "bob@example.com"}));
    /// assert_eq!(mailgun.events()[0]["event"], "complained");
    /// # }
    /// ```
    pub fn add_event(&self, event: Value) {
        let domain = self.domain();
        events::add(&mut self.server.state().account, domain, event);
    }

    /// Forgets all messages, events and logged requests, and enables disabled queues.
    ///
    /// Faults stay in their queue.
    pub fn clear(&self) {
        self.server.clear();
    }

    /// Adds a fault to the queue of faults.
    pub fn inject(&self, fault: Fault) {
        self.server.state().faults.push(fault);
    }

    /// How many requests the faults in the queue are still to happen to.
    pub fn faults_left(&self) -> usize {
        self.server.state().faults.iter().map(Fault::left).sum()
    }

    /// Makes the queue status of a domain say that its regular queue is disabled.
    ///
    /// Messages are accepted and delivered as before.
    pub fn disable_queue(&self, domain: &str, reason: &str, until: SystemTime) {
        let mut state = self.server.state();
        let disabled = &mut state.account.groups.queue.disabled;
        disabled.insert(domain.to_owned(), (reason.to_owned(), until));
    }
}

impl Drop for MockMailgun {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for MockMailgun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.server.state();
        f.debug_struct("MockMailgun")
            .field("base_url", &state.account.base_url)
            .field("domains", &state.account.domains)
            .finish_non_exhaustive()
    }
}

/// Fewer messages than expected were sent in time; see [`MockMailgun::wait_for_sent`].
#[derive(Clone, Debug)]
pub struct WaitError {
    wanted: usize,
    timeout: Duration,
    sent: Vec<SentMessage>,
}

impl WaitError {
    /// The messages that were sent.
    pub fn sent(&self) -> &[SentMessage] {
        &self.sent
    }
}

impl fmt::Display for WaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { wanted, timeout, sent } = self;
        write!(f, "{} of {wanted} messages were sent within {timeout:?}", sent.len())
    }
}

impl std::error::Error for WaitError {}
