//! An async SDK for the [Mailgun](https://www.mailgun.com) email API.
//!
//! ```no_run
//! # async fn example() -> Result<(), mailgun::Error> {
//! use mailgun::{Mailgun, Region, messages::Message};
//!
//! let mailgun = Mailgun::builder("key-0123456789").region(Region::Eu).build()?;
//! let receipt = mailgun
//!     .messages("mg.example.com")
//!     .send(
//!         Message::new()
//!             .from("Example Shop <shop@mg.example.com>")
//!             .to("bob@example.com")
//!             .subject("Hello")
//!             .text("Hello, Bob."),
//!     )
//!     .await?;
//! println!("accepted as {}", receipt.id);
//! # Ok(()) }
//! ```
//!
//! The SDK makes three promises:
//!
//! * **No mail is sent twice.** A send is retried only if Mailgun certainly did not accept it.
//! * **No attachment is lost.** The request carries every byte of every attachment, or the call
//!   fails.
//! * **No key leaks.** The API key goes to Mailgun only. It appears in no log, error or trace.
//!
//! # Where to start
//!
//! [`Mailgun`] has a method for each resource of the API, such as [`Mailgun::messages`]. The method
//! returns an owned handle. The methods of a handle return a [`Call`], and nothing is sent until you
//! await it. A listing returns a [`Pager`], and anything that fails returns an [`Error`].
//!
//! The [`guide`] explains, with programs to copy:
//!
//! * [retries and outcomes](guide::retries)
//! * [batches, and how to resume them](guide::batches)
//! * [campaigns of any size](guide::bulk)
//! * [tests with a mock Mailgun](guide::testing)
//! * [staging: mail that must not reach customers](guide::staging)
//! * [tracing and metrics](guide::tracing)
//! * [receiving webhooks](guide::webhooks)
//! * [unsubscribing](guide::unsubscribing)
//! * [programs that are not async](guide::blocking)
//! * [moving from lettre](guide::lettre)
//!
//! # Retries
//!
//! Whether a call is retried depends on two facts: what happened to the attempt, and whether the
//! operation is idempotent. No feature and no policy changes this rule.
//!
//! | What happened | Idempotent operation | Send |
//! |---|---|---|
//! | No connection was made: DNS, TCP, TLS or the proxy failed | retried | retried |
//! | The proxy or TLS refused for good: 407, unknown certificate authority | not retried | not retried |
//! | Mailgun limited the rate: 429 or 420 | retried after the wait | retried after the wait |
//! | Reset, timeout, truncated response, 408 or 5xx | retried | **never retried**: [`Outcome::Unknown`] |
//! | Any other error status | not retried | not retried |
//!
//! [`Error::outcome`] says whether the operation may have taken effect; the
//! [guide](guide::retries) says what to do then.
//!
//! # Timeouts
//!
//! | Timeout | Limits | Default |
//! |---|---|---|
//! | [connect](ClientBuilder::connect_timeout) | DNS, TCP, proxy and TLS together | 10 s |
//! | [attempt](ClientBuilder::attempt_timeout) | one attempt, up to the response headers | 60 s, plus 1 s per 64 KiB of request body |
//! | [body idle](ClientBuilder::body_idle_timeout) | a pause between two pieces of the response body | 30 s |
//! | [total](ClientBuilder::total_timeout) | the whole call, retries and waits included | 180 s, plus 1 s per 64 KiB of request body |
//!
//! You can change each of them or turn it off. [`Call::deadline`] limits a single call.
//!
//! # Features
//!
//! | Feature | Module | What it adds |
//! |---|---|---|
//! | `messages` (default) | [`messages`] | sending: attachments, templates, batches, MIME, stored messages, queues |
//! | `account` | [`account`] | account settings, API keys, users, signing key, limits, allowlist |
//! | `alerts` | [`alerts`] | alerts on sending rates and account events; receiving them |
//! | `alerts-axum` | | an axum extractor that verifies alerts |
//! | `analytics` | [`analytics`] | metrics, usage, logs, bounce classification; CSV output |
//! | `bulk` | [`bulk`] | campaigns of any size that survive crashes; quotas, pause and resume |
//! | `dkim` | [`dkim`] | DKIM keys, authority, selector, automatic rotation |
//! | `domains` | [`domains`] | domains, DNS records, SMTP credentials, tracking, assigned IPs |
//! | `events` | [`events`] | typed events: search them, or follow new ones |
//! | `inbox-placement` | [`inbox_placement`] | seed lists, placement tests and their results |
//! | `inspect` | [`inspect`] | email previews in many clients, and their pictures |
//! | `ips` | [`ips`] | IPs, IP pools, dynamic pools, warm-ups |
//! | `mailing-lists` | [`mailing_lists`] | mailing lists and their members; bulk and CSV import |
//! | `optimize` | [`optimize`] | monitored domains and IPs, blocklists, spam traps |
//! | `routes` | [`routes`] | routes for incoming mail, with typed expressions and actions |
//! | `subaccounts` | [`subaccounts`] | subaccounts, their features and monthly limits |
//! | `suppressions` | [`suppressions`] | bounces, unsubscribes, complaints, allowlist; bulk and CSV import |
//! | `tags` | [`tags`] | tags of the account with metrics; the deprecated tags of a domain |
//! | `templates` | [`templates`] | stored templates and their versions, per domain and per account |
//! | `validations` | [`validations`] | address validation: single, bulk with progress, previews |
//! | `webhooks` | [`webhooks`] | webhook settings; receiving events, inbound mail and one-click unsubscribes |
//! | `webhooks-axum`, `webhooks-tower` | | axum extractors, and a tower layer and service, for webhooks and unsubscribes |
//! | `full` | | all resources |
//! | `transport` (default) | | connections with hyper and rustls; without it, you provide the service that sends requests |
//! | `rustls-aws-lc-rs` (default) | | TLS with aws-lc-rs; takes precedence over `rustls-ring` |
//! | `rustls-ring` | | TLS with ring |
//! | `rustls-no-provider` | | TLS with the rustls provider that your program installs |
//! | `native-roots` (default) | | trust the root certificates of the operating system |
//! | `webpki-roots` | | trust Mozilla's root certificates, which are compiled in |
//! | `gzip` | | decode compressed responses, which some proxies send unasked |
//! | `blocking` | [`blocking`] | calls from code that is not async |
//! | `metrics`, `opentelemetry` | [`metrics`] | metrics of calls for the `metrics` crate, and for OpenTelemetry |
//! | `time`, `chrono`, `jiff` | | conversions between [`Timestamp`] and the types of these crates |
//!
//! Features only add items: no feature changes what a call does. `analytics` and `webhooks` enable
//! `events`, because they share its [`Event`](events::Event) type. `bulk` enables `events`, `messages` and
//! `suppressions`.
//!
//! If you turn the default features off, `https` needs one of the `rustls-` features and one of the
//! `-roots` features.
//!
//! # Testing
//!
//! `mailgun-mock` runs a stateful Mailgun inside your test process. It checks what Mailgun checks,
//! keeps what was sent, and fails on demand; see the [guide](guide::testing).
//!
//! # Operations without a method
//!
//! You can call an operation that has no method yet. It gets the same retries, errors and tracing:
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::Operation;
//!
//! const LIST_DOMAINS: Operation = Operation::get("/v4/domains");
//! let domains: serde_json::Value = mailgun.client().call(LIST_DOMAINS, &[]).await?;
//! # Ok(()) }
//! ```
//!
//! [`resource`] explains what a resource is made of.

#![cfg_attr(docsrs, feature(doc_cfg))]
// The docs link to all modules, even to those that are turned off.
#![cfg_attr(not(feature = "full"), allow(rustdoc::broken_intra_doc_links))]

#[cfg(feature = "full")]
pub mod guide;
pub mod resource;

#[cfg(feature = "account")]
#[doc(inline)]
pub use mailgun_account as account;
#[cfg(feature = "alerts")]
#[doc(inline)]
pub use mailgun_alerts as alerts;
#[cfg(feature = "analytics")]
#[doc(inline)]
pub use mailgun_analytics as analytics;
#[cfg(feature = "bulk")]
#[doc(inline)]
pub use mailgun_bulk as bulk;
#[cfg(feature = "blocking")]
#[doc(inline)]
pub use mailgun_core::blocking;
pub use mailgun_core::{
    ApiKey, Body, BoxError, Call, CallContext, CallFuture, Chunk, Chunks, Client, ClientBuilder,
    Confirmation, Credentials, Cursor, DomainName, Error, ErrorKind, HttpService, Idempotency,
    IntoCredentials, LimitScope, Mailbox, Operation, Outcome, Page, Pager, Poller, Region,
    Response, ResponseBody, ResponseStream, Secret, TimeoutPhase, Timestamp, bytes,
    de::UnreadableItem, http, layers, metrics, mime,
};
#[cfg(feature = "transport")]
pub use mailgun_core::{Certificate, HttpVersions, Proxy, Roots, rustls};
#[cfg(feature = "dkim")]
#[doc(inline)]
pub use mailgun_dkim as dkim;
#[cfg(feature = "domains")]
#[doc(inline)]
pub use mailgun_domains as domains;
#[cfg(feature = "events")]
#[doc(inline)]
pub use mailgun_events as events;
#[cfg(feature = "inbox-placement")]
#[doc(inline)]
pub use mailgun_inbox_placement as inbox_placement;
#[cfg(feature = "inspect")]
#[doc(inline)]
pub use mailgun_inspect as inspect;
#[cfg(feature = "ips")]
#[doc(inline)]
pub use mailgun_ips as ips;
#[cfg(feature = "mailing-lists")]
#[doc(inline)]
pub use mailgun_mailing_lists as mailing_lists;
#[cfg(feature = "messages")]
#[doc(inline)]
pub use mailgun_messages as messages;
#[cfg(feature = "optimize")]
#[doc(inline)]
pub use mailgun_optimize as optimize;
#[cfg(feature = "routes")]
#[doc(inline)]
pub use mailgun_routes as routes;
#[cfg(feature = "subaccounts")]
#[doc(inline)]
pub use mailgun_subaccounts as subaccounts;
#[cfg(feature = "suppressions")]
#[doc(inline)]
pub use mailgun_suppressions as suppressions;
#[cfg(feature = "tags")]
#[doc(inline)]
pub use mailgun_tags as tags;
#[cfg(feature = "templates")]
#[doc(inline)]
pub use mailgun_templates as templates;
#[cfg(feature = "validations")]
#[doc(inline)]
pub use mailgun_validations as validations;
#[cfg(feature = "webhooks")]
#[doc(inline)]
pub use mailgun_webhooks as webhooks;

/// The Mailgun API: a [`Client`], and a handle for each resource.
///
/// A clone shares everything with the original and costs one atomic increment.
#[derive(Clone, Debug)]
pub struct Mailgun(Client);

impl Mailgun {
    /// Starts with a key: text, an [`ApiKey`], or [`Credentials`] that can be replaced later.
    pub fn builder(credentials: impl IntoCredentials) -> ClientBuilder<Self> {
        ClientBuilder::new(credentials)
    }

    /// Starts with the settings of the environment, as [`from_env`](Self::from_env) reads them.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// let mailgun = mailgun::Mailgun::builder_from_env()?
    ///     .total_timeout(Duration::from_secs(30))
    ///     .build()?;
    /// # let _: mailgun::Mailgun = mailgun;
    /// # Ok::<(), mailgun::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`], naming the variable.
    pub fn builder_from_env() -> Result<ClientBuilder<Self>, Error> {
        ClientBuilder::from_env()
    }

    /// Builds a client from the environment: `MAILGUN_API_KEY`, and `MAILGUN_REGION` (`us` or `eu`) or
    /// `MAILGUN_BASE_URL` if they are set. [`ClientBuilder::from_env`] has all variables.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`], naming the variable or setting.
    #[cfg(feature = "transport")]
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    /// A handle that acts for the subaccount `id`; this one stays as it is.
    ///
    /// ```
    /// let mailgun = mailgun::Mailgun::builder("key-of-the-parent").build()?;
    /// let tenant = mailgun.for_subaccount("646d00a1b32c35364a2ad34f")?;
    /// # let _ = tenant;
    /// # Ok::<(), mailgun::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] if `id` is not a valid header value.
    #[doc(alias = "on_behalf_of")]
    pub fn for_subaccount(&self, id: impl AsRef<str>) -> Result<Self, Error> {
        self.0.for_subaccount(id).map(Self)
    }

    /// The client, for operations that have no method yet.
    pub fn client(&self) -> &Client {
        &self.0
    }

    /// Sending mail from `domain`, and looking at what was sent.
    #[cfg(feature = "messages")]
    pub fn messages(&self, domain: impl Into<String>) -> messages::Messages {
        messages::Messages::new(&self.0, domain)
    }

    /// The account itself: settings, API keys, users, limits.
    #[cfg(feature = "account")]
    pub fn account(&self) -> account::Account {
        account::Account::new(&self.0)
    }

    /// The alerts of the account.
    #[cfg(feature = "alerts")]
    pub fn alerts(&self) -> alerts::Alerts {
        alerts::Alerts::new(&self.0)
    }

    /// Metrics, usage, logs and bounce classification.
    #[cfg(feature = "analytics")]
    pub fn analytics(&self) -> analytics::Analytics {
        analytics::Analytics::new(&self.0)
    }

    /// The campaigns of a store, for example of `Arc::new(SqlStore::sqlite("mail.db").await?)` with the crate
    /// `mailgun-store`.
    #[cfg(feature = "bulk")]
    pub fn bulk(&self, store: std::sync::Arc<dyn bulk::Store>) -> bulk::Bulk {
        bulk::Bulk::new(&self.0, store)
    }

    /// The DKIM keys of the account's domains.
    #[cfg(feature = "dkim")]
    pub fn dkim_keys(&self) -> dkim::DkimKeys {
        dkim::DkimKeys::new(&self.0)
    }

    /// The domains of the account, with their SMTP credentials, tracking and IPs.
    #[cfg(feature = "domains")]
    pub fn domains(&self) -> domains::Domains {
        domains::Domains::new(&self.0)
    }

    /// What happened to mail of `domain`.
    #[cfg(feature = "events")]
    pub fn events(&self, domain: impl Into<String>) -> events::Events {
        events::Events::new(&self.0, domain)
    }

    /// Tests of where mail lands: inbox, spam or nowhere.
    #[cfg(feature = "inbox-placement")]
    pub fn inbox_placement(&self) -> inbox_placement::InboxPlacement {
        inbox_placement::InboxPlacement::new(&self.0)
    }

    /// Previews of a mail in many clients.
    #[cfg(feature = "inspect")]
    pub fn inspect(&self) -> inspect::Inspect {
        inspect::Inspect::new(&self.0)
    }

    /// The IPs of the account, and pools of them.
    #[cfg(feature = "ips")]
    pub fn ips(&self) -> ips::Ips {
        ips::Ips::new(&self.0)
    }

    /// The mailing lists of the account, with their members.
    #[cfg(feature = "mailing-lists")]
    pub fn mailing_lists(&self) -> mailing_lists::MailingLists {
        mailing_lists::MailingLists::new(&self.0)
    }

    /// Blocklist monitoring and spam traps.
    #[cfg(feature = "optimize")]
    pub fn optimize(&self) -> optimize::Optimize {
        optimize::Optimize::new(&self.0)
    }

    /// What happens to incoming mail.
    #[cfg(feature = "routes")]
    pub fn routes(&self) -> routes::Routes {
        routes::Routes::new(&self.0)
    }

    /// The subaccounts of the account; [`for_subaccount`](Self::for_subaccount) acts for one.
    #[cfg(feature = "subaccounts")]
    pub fn subaccounts(&self) -> subaccounts::Subaccounts {
        subaccounts::Subaccounts::new(&self.0)
    }

    /// The suppressions of `domain`: bounces, unsubscribes, complaints and the allowlist.
    #[cfg(feature = "suppressions")]
    pub fn suppressions(&self, domain: impl Into<String>) -> suppressions::Suppressions {
        suppressions::Suppressions::new(&self.0, domain)
    }

    /// The tags of the account.
    #[cfg(feature = "tags")]
    pub fn tags(&self) -> tags::Tags {
        tags::Tags::new(&self.0)
    }

    /// The tags of `domain`.
    #[cfg(feature = "tags")]
    #[allow(deprecated, reason = "it is still there to be used")]
    #[deprecated(since = "0.1.0", note = "Mailgun has replaced the tags of domains; use `tags`")]
    pub fn domain_tags(&self, domain: impl Into<String>) -> tags::DomainTags {
        tags::DomainTags::new(&self.0, domain)
    }

    /// The templates of `domain`.
    #[cfg(feature = "templates")]
    pub fn templates(&self, domain: impl Into<String>) -> templates::Templates {
        templates::Templates::of_domain(&self.0, domain)
    }

    /// The templates of the account.
    #[cfg(feature = "templates")]
    pub fn account_templates(&self) -> templates::Templates {
        templates::Templates::of_account(&self.0)
    }

    /// Validation of addresses, single and in bulk.
    #[cfg(feature = "validations")]
    pub fn validations(&self) -> validations::Validations {
        validations::Validations::new(&self.0)
    }

    /// The webhooks of `domain`.
    #[cfg(feature = "webhooks")]
    pub fn webhooks(&self, domain: impl Into<String>) -> webhooks::Webhooks {
        webhooks::Webhooks::new(&self.0, domain)
    }

    /// The webhooks of the account, for all its domains.
    #[cfg(feature = "webhooks")]
    pub fn account_webhooks(&self) -> webhooks::AccountWebhooks {
        webhooks::AccountWebhooks::new(&self.0)
    }
}

impl From<Client> for Mailgun {
    fn from(client: Client) -> Self {
        Self(client)
    }
}

#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/coming-from-mailgun-js.md")]
struct ComingFromMailgunJs;
