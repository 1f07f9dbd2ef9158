//! The handle that a test holds.

use std::{
    fmt, io,
    path::PathBuf,
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
    groups::{events, optimize, queue},
    log::LoggedRequest,
    sent::SentMessage,
    server::Server,
    smtp::ForwardedMail,
    state,
    transport::MockTransport,
};

/// A Mailgun that runs inside the process and shows what it received.
///
/// Its methods return copies, which later requests do not change. Dropping it stops the server and
/// closes all connections.
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
    pub(crate) server: Arc<Server>,
    task: AbortHandle,
    state_file: Option<PathBuf>,
}

impl MockMailgun {
    /// The default sending domain.
    pub const DOMAIN: &str = "mg.example.com";

    /// The default API key.
    pub const API_KEY: &str = "key-mock";

    /// The default key for signing webhooks.
    pub const SIGNING_KEY: &str = "signing-key-mock";

    /// Starts a server with default settings on a free loopback port.
    ///
    /// It runs on the caller's Tokio runtime.
    ///
    /// # Panics
    ///
    /// Panics if it cannot bind a loopback port. [`Builder::start`] returns an error instead.
    #[expect(clippy::panic, reason = "without loopback no test that needs a server can run")]
    pub async fn start() -> Self {
        match Self::builder().start().await {
            Ok(mock) => mock,
            Err(error) => panic!("could not bind a loopback port: {error}"),
        }
    }

    /// Starts configuring a server.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(server: Arc<Server>, task: AbortHandle, state_file: Option<PathBuf>) -> Self {
        Self { server, task, state_file }
    }

    /// A client of this server.
    ///
    /// ```
    /// use mailgun::Operation;
    /// use mailgun_mock::MockMailgun;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), mailgun::Error> {
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

    /// The settings of [`client`](Self::client), to which you can add layers or timeouts.
    ///
    /// An attempt ends after 10 s, so that a test fails when its call hangs. Builds any client that
    /// wraps [`Client`], such as `mailgun::Mailgun`.
    pub fn client_builder<C: From<Client>>(&self) -> ClientBuilder<C> {
        ClientBuilder::new(self.api_key())
            .base_url(self.base_url())
            .attempt_timeout(Duration::from_secs(10))
            // A proxy of the environment could not reach a server in this process.
            .no_proxy()
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

    /// The first sending domain.
    pub fn domain(&self) -> String {
        self.server.state().account.domains.first().cloned().unwrap_or_default()
    }

    /// The names of all domains, in order of creation.
    pub fn domains(&self) -> Vec<String> {
        let all = &self.server.state().account.groups.domains.all;
        all.iter().map(|domain| domain.name.clone()).collect()
    }

    /// All accepted messages, oldest first.
    pub fn sent(&self) -> Vec<SentMessage> {
        self.server.state().account.groups.messages.sent.clone()
    }

    /// The accepted messages with this address in `to`, `cc` or `bcc`.
    ///
    /// Display names and case are ignored.
    pub fn sent_to(&self, address: &str) -> Vec<SentMessage> {
        let address = address::bare(address).unwrap_or(address);
        let mut sent = self.sent();
        sent.retain(|message| {
            message.recipients().iter().any(|to| to.to_lowercase() == address.to_lowercase())
        });
        sent
    }

    /// Waits until at least `n` messages were accepted and returns all accepted messages.
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
    /// Returns an error with the messages so far if there are fewer than `n` after `timeout`.
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

    /// The accepted messages that are not due yet.
    pub fn scheduled(&self) -> Vec<SentMessage> {
        let mut state = self.server.state();
        queue::deliver_due(&mut state.account);
        state.account.groups.queue.scheduled.clone()
    }

    /// All requests that reached the server, including failed ones, oldest first.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.server.state().log().to_vec()
    }

    /// All events in the format of the events endpoint, oldest first.
    pub fn events(&self) -> Vec<Value> {
        let mut state = self.server.state();
        queue::deliver_due(&mut state.account);
        state.account.groups.events.all.iter().map(|event| event.json().into_owned()).collect()
    }

    /// The mails that were forwarded to the server of [`Builder::forward_to`], oldest first.
    ///
    /// A background task sends them one at a time.
    pub fn forwarded(&self) -> Vec<ForwardedMail> {
        self.server.state().account.groups.queue.forwarded.clone()
    }

    /// Writes the state to the file of [`Builder::state_file`]. Does nothing without a file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be written.
    pub fn save(&self) -> io::Result<()> {
        match &self.state_file {
            Some(path) => state::save(&self.server, path).map(drop),
            None => Ok(()),
        }
    }

    /// Adds an event of the first domain, in the format of the events endpoint.
    ///
    /// Searches find it from now on. Its `timestamp`, in seconds since 1970, may be in the past,
    /// like that of an event that Mailgun indexes late. A missing `id` or `timestamp` is filled in.
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

    /// Lists an IP or a domain on a blocklist, such as `dbl.spamhaus.org`.
    ///
    /// If Optimize watches the IP or the domain, its alerts are posted, and an IP gets an event.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mailgun = mailgun_mock::MockMailgun::start().await;
    /// mailgun.add_to_blocklist("192.0.2.1", "pbl.spamhaus.org");
    /// mailgun.remove_from_blocklist("192.0.2.1", "pbl.spamhaus.org");
    /// # }
    /// ```
    pub fn add_to_blocklist(&self, ip_or_domain: &str, blocklist: &str) {
        optimize::add_to(&mut self.server.state().account, ip_or_domain, blocklist);
    }

    /// Removes an IP or a domain from a blocklist, as the opposite of
    /// [`add_to_blocklist`](Self::add_to_blocklist).
    pub fn remove_from_blocklist(&self, ip_or_domain: &str, blocklist: &str) {
        optimize::remove_from(&mut self.server.state().account, ip_or_domain, blocklist);
    }

    /// Resets the account: deletes messages, events, logged requests and everything that clients
    /// created, and enables disabled queues.
    ///
    /// Faults stay in their queue.
    pub fn clear(&self) {
        self.server.clear();
    }

    /// Adds a fault to the queue.
    pub fn inject(&self, fault: Fault) {
        self.server.state().inject(fault);
    }

    /// Removes all faults from the queue.
    pub fn clear_faults(&self) {
        self.server.state().faults.clear();
    }

    /// The number of requests that the queued faults still apply to.
    pub fn faults_left(&self) -> usize {
        self.server.state().faults.iter().map(Fault::left).sum()
    }

    /// Moves the clock of the mock forward: scheduled messages become due, rate limits start over,
    /// keys expire, delayed events are indexed.
    ///
    /// Signatures of webhooks keep the time of the machine, because receivers refuse any other.
    pub fn advance(&self, time: Duration) {
        let mut state = self.server.state();
        let ahead = &mut state.account.ahead;
        *ahead = ahead.saturating_add(time);
        queue::deliver_due(&mut state.account);
    }

    /// Indexes new events late, as Mailgun does: searches find them after this time. Default: 0.
    ///
    /// [`events`](Self::events) returns them at once, and webhooks are not delayed.
    pub fn delay_events(&self, delay: Duration) {
        self.server.state().account.groups.events.index_delay = delay;
    }

    /// A service that answers requests without sockets, for
    /// [`ClientBuilder::build_with_transport`]. Timeouts can then be tested with Tokio's paused
    /// clock.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use mailgun::{Client, ErrorKind, Operation};
    /// use mailgun_mock::{Fault, MockMailgun};
    ///
    /// # async fn example() -> Result<(), mailgun::Error> {
    /// // In a test with `#[tokio::test(start_paused = true)]`:
    /// let mock = MockMailgun::start().await;
    /// mock.inject(Fault::delay(Duration::from_secs(3600)));
    /// let client: Client = mock
    ///     .client_builder()
    ///     .attempt_timeout(Duration::from_secs(60))
    ///     .build_with_transport(mock.transport())?;
    /// const LIST: Operation = Operation::get("/v4/domains");
    /// let error = client.call::<serde_json::Value>(LIST, &[]).await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Timeout);
    /// # Ok(()) }
    /// ```
    pub fn transport(&self) -> MockTransport {
        MockTransport::new(Arc::clone(&self.server))
    }

    /// Reports the regular queue of a domain as disabled.
    ///
    /// Only the queue status changes: messages are still accepted and delivered.
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

/// The error of [`MockMailgun::wait_for_sent`]: fewer messages than expected were sent in time.
#[derive(Clone, Debug)]
pub struct WaitError {
    wanted: usize,
    timeout: Duration,
    sent: Vec<SentMessage>,
}

impl WaitError {
    /// The messages that were sent in time.
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
