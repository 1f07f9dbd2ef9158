//! The Mailgun API in async Rust.
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
//! Each resource of the API is a crate of its own, behind a feature and a module here:
//!
//! | feature | module | what it brings |
//! |---|---|---|
//! | `messages` (default) | [`messages`] | sending, templates, attachments, batches, MIME, stored messages, queues |
//! | `account` | [`account`] | the account itself: settings, API keys, users, signing key, limits, allowlist |
//! | `analytics` | [`analytics`] | metrics, usage, logs, bounce classification, as pages, rows and CSV; older statistics |
//! | `dkim` | [`dkim`] | DKIM keys of domains, authority and selector, automatic rotation |
//! | `domains` | [`domains`] | sending domains: settings, DNS records, SMTP credentials, tracking, assigned IPs |
//! | `events` | [`events`] | what happened to mail: typed events, search, following new ones |
//! | `inbox-placement` | [`inbox_placement`] | where mail lands: seed lists, tests and their results |
//! | `ips` | [`ips`] | IPs, pools of them, dynamic pools, warm-ups |
//! | `mailing-lists` | [`mailing_lists`] | mailing lists and their members: single, in bulk, by CSV |
//! | `routes` | [`routes`] | what happens to incoming mail: expressions and actions as types |
//! | `subaccounts` | [`subaccounts`] | subaccounts: status, features, monthly limits |
//! | `suppressions` | [`suppressions`] | bounces, unsubscribes, complaints, allowlist: single, in bulk, by CSV |
//! | `tags` | [`tags`] | tags of the account with metrics; the older ones of a domain |
//! | `templates` | [`templates`] | stored mails with variables, in versions: of a domain and of the account |
//! | `validations` | [`validations`] | validation of addresses: single, in bulk with progress and results, previews |
//! | `webhooks` | [`webhooks`] | webhooks: managing them, and receiving: signatures, typed payloads, inbound mail |
//! | `webhooks-axum`, `webhooks-tower` | | receiving by an axum extractor, or by a tower layer |
//! | `full` | | every resource |
//! | `rustls-aws-lc-rs` (default) | | TLS by rustls with aws-lc-rs; preferred when both providers are on |
//! | `rustls-ring` | | TLS by rustls with ring |
//! | `rustls-no-provider` | | TLS by rustls with the provider of the program |
//! | `native-roots` (default) | | trusts the roots of the operating system |
//! | `webpki-roots` | | trusts Mozilla's roots, bundled |
//! | `gzip` | | reads responses that come compressed although nobody asked for it |
//! | `time`, `chrono`, `jiff` | | conversions of [`Timestamp`] |
//!
//! Features only add; none changes what a call does. Without the default ones, https needs one of
//! the `rustls-` features, and roots to trust. `analytics` and `webhooks` bring `events`, whose
//! [`Event`](events::Event) they share.
//!
//! A handle comes from a method of [`Mailgun`], `mailgun.domains()` for example. The examples of
//! the modules make it from a client, and name the crate of the resource: what is
//! `mailgun_domains::CreateDomain` there is also `mailgun::domains::CreateDomain`.
//!
//! What is shared by all resources is here at the top: the [`Client`] and its builder, [`Call`],
//! [`Error`], [`Pager`], the [`layers`].

#![cfg_attr(docsrs, feature(doc_cfg))]
// The table links to all modules, also to those that are switched off.
#![cfg_attr(not(feature = "full"), allow(rustdoc::broken_intra_doc_links))]

/// The account itself: settings, API keys, users, signing key, limits, allowlist.
#[cfg(feature = "account")]
#[doc(inline)]
pub use mailgun_account as account;
/// Metrics, usage, logs, bounce classification, as pages, rows and CSV; older statistics.
#[cfg(feature = "analytics")]
#[doc(inline)]
pub use mailgun_analytics as analytics;
pub use mailgun_core::{
    ApiKey, Body, BoxError, Call, CallContext, CallFuture, Certificate, Chunk, Chunks, Client,
    ClientBuilder, Confirmation, Credentials, Cursor, DomainName, Error, ErrorKind, FieldValue,
    Fields, Form, HttpService, HttpVersions, Idempotency, IntoCredentials, JsonFields, LimitScope,
    LinkPage, Mailbox, Operation, Outcome, Page, PageLinks, PageParts, PageResponse, Pager, Poller,
    Proxy, Region, Response, ResponseBody, ResponseStream, Roots, Secret, TimeoutPhase, Timestamp,
    Upload, bytes, de::UnreadableItem, http, json_params, layers, mime, open_enum, params,
    read_text, rustls, true_false, yes_no,
};
/// DKIM keys of domains, authority and selector, automatic rotation.
#[cfg(feature = "dkim")]
#[doc(inline)]
pub use mailgun_dkim as dkim;
/// Sending domains: settings, DNS records, SMTP credentials, tracking, assigned IPs.
#[cfg(feature = "domains")]
#[doc(inline)]
pub use mailgun_domains as domains;
/// What happened to mail: typed events, search, following new ones.
#[cfg(feature = "events")]
#[doc(inline)]
pub use mailgun_events as events;
/// Where mail lands: seed lists, tests and their results.
#[cfg(feature = "inbox-placement")]
#[doc(inline)]
pub use mailgun_inbox_placement as inbox_placement;
/// IPs, pools of them, dynamic pools, warm-ups.
#[cfg(feature = "ips")]
#[doc(inline)]
pub use mailgun_ips as ips;
/// Mailing lists and their members: single, in bulk, by CSV.
#[cfg(feature = "mailing-lists")]
#[doc(inline)]
pub use mailgun_mailing_lists as mailing_lists;
/// Sending mail: messages, MIME, batches, stored messages, queues.
#[cfg(feature = "messages")]
#[doc(inline)]
pub use mailgun_messages as messages;
/// What happens to incoming mail.
#[cfg(feature = "routes")]
#[doc(inline)]
pub use mailgun_routes as routes;
/// Subaccounts: status, features, monthly limits.
#[cfg(feature = "subaccounts")]
#[doc(inline)]
pub use mailgun_subaccounts as subaccounts;
/// Bounces, unsubscribes, complaints, allowlist: single, in bulk, by CSV.
#[cfg(feature = "suppressions")]
#[doc(inline)]
pub use mailgun_suppressions as suppressions;
/// Tags of the account, and the older ones of a domain.
#[cfg(feature = "tags")]
#[doc(inline)]
pub use mailgun_tags as tags;
/// Stored mails with variables, in versions: of a domain and of the account.
#[cfg(feature = "templates")]
#[doc(inline)]
pub use mailgun_templates as templates;
/// Validation of addresses: single, in bulk with progress and results, previews.
#[cfg(feature = "validations")]
#[doc(inline)]
pub use mailgun_validations as validations;
/// Webhooks: managing them, and receiving: signatures, typed payloads, inbound mail.
#[cfg(feature = "webhooks")]
#[doc(inline)]
pub use mailgun_webhooks as webhooks;

/// The Mailgun API: a [`Client`], and a handle for each resource.
///
/// A clone shares all with the original and costs one atomic increment.
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

    /// From the environment: `MAILGUN_API_KEY`, and `MAILGUN_REGION` (`us` or `eu`) or
    /// `MAILGUN_BASE_URL` if they are set.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`], naming the variable or setting.
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
    /// [`ErrorKind::InvalidInput`] if `id` cannot stand in a header.
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

    /// Metrics, usage, logs and bounce classification.
    #[cfg(feature = "analytics")]
    pub fn analytics(&self) -> analytics::Analytics {
        analytics::Analytics::new(&self.0)
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
