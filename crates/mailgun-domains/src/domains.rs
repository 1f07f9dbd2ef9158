use mailgun_core::{Call, Client, Confirmation, Fields, LinkPage, Operation, Pager};

use crate::{
    ConnectionResponse, ConnectionSettings, CreateDomain, Domain, DomainIps, DomainResponse,
    DomainTracking, GetDomain, ListDomains, SmtpCredentials, UpdateDomain, credentials, ips,
    tracking,
};

const LIST: Operation = Operation::get("/v4/domains");
const GET: Operation = Operation::get("/v4/domains/{domain}");
const CREATE: Operation = Operation::post("/v4/domains");
const UPDATE: Operation = Operation::put("/v4/domains/{domain}").idempotent();
const VERIFY: Operation = Operation::put("/v4/domains/{domain}/verify").idempotent();
const DELETE: Operation = Operation::delete("/v3/domains/{domain}").idempotent();
const CONNECTION: Operation = Operation::get("/v3/domains/{domain}/connection");
const UPDATE_CONNECTION: Operation = Operation::put("/v3/domains/{domain}/connection").idempotent();
const UPDATE_WEB_PREFIX: Operation = Operation::put("/v3/domains/{domain}/web_prefix").idempotent();

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[
    LIST,
    GET,
    CREATE,
    UPDATE,
    VERIFY,
    DELETE,
    CONNECTION,
    UPDATE_CONNECTION,
    UPDATE_WEB_PREFIX,
    credentials::LIST,
    credentials::CREATE,
    credentials::UPDATE,
    credentials::DELETE,
    credentials::DELETE_ALL,
    tracking::GET,
    tracking::UPDATE_CLICK,
    tracking::UPDATE_OPEN,
    tracking::UPDATE_UNSUBSCRIBE,
    tracking::CERTIFICATE,
    tracking::GENERATE_CERTIFICATE,
    tracking::REGENERATE_CERTIFICATE,
    ips::LIST,
    ips::ADD,
    ips::REMOVE,
    ips::REMOVE_ALL,
    ips::UNLINK_POOL,
    ips::DELETE_IP,
    ips::UNLINK_IP_POOL,
];

/// The domains of an account.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_domains::{Domains, GetDomain};
///
/// let response = Domains::new(&client).get("mg.example.com", GetDomain::new()).await?;
/// println!("{} is {:?}", response.domain.name, response.domain.state);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Domains {
    client: Client,
}

impl Domains {
    /// The domains of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// The SMTP credentials of a domain.
    pub fn credentials(&self, domain: impl Into<String>) -> SmtpCredentials {
        SmtpCredentials::new(&self.client, domain)
    }

    /// How a domain tracks opens, clicks and unsubscribes.
    pub fn tracking(&self, domain: impl Into<String>) -> DomainTracking {
        DomainTracking::new(&self.client, domain)
    }

    /// The IPs that a domain sends from.
    pub fn ips(&self, domain: impl Into<String>) -> DomainIps {
        DomainIps::new(&self.client, domain)
    }

    /// Lists domains.
    ///
    /// `GET /v4/domains`. The newest come first unless a sort is set. There are no DNS records.
    ///
    /// # Errors
    ///
    /// Status 401 for a wrong key.
    ///
    /// ```no_run
    /// # async fn example(domains: mailgun_domains::Domains) -> Result<(), mailgun_core::Error> {
    /// use mailgun_domains::{DomainSort, DomainState, ListDomains};
    ///
    /// let params = ListDomains::new().state(DomainState::Active).sort(DomainSort::NameAscending);
    /// let mut pager = domains.list(params);
    /// while let Some(page) = pager.next_page().await? {
    ///     for domain in page {
    ///         println!("{} since {:?}", domain.name, domain.created_at);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListDomains) -> Pager<Domain> {
        Pager::skip(self.client.call::<LinkPage<Domain>>(LIST, &[]).query(params))
    }

    /// A domain by its name, with its DNS records.
    ///
    /// `GET /v4/domains/{domain}`
    ///
    /// # Errors
    ///
    /// Status 404 if the account has no such domain in the client's region.
    ///
    /// ```no_run
    /// # async fn example(domains: mailgun_domains::Domains) -> Result<(), mailgun_core::Error> {
    /// use mailgun_domains::GetDomain;
    ///
    /// let response = domains.get("mg.example.com", GetDomain::new().extended(true)).await?;
    /// println!("{:?}", response.domain.dkim_host);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, domain: &str, params: GetDomain) -> Call<DomainResponse> {
        self.client.call(GET, &[domain]).query(params)
    }

    /// Creates a domain, which is unverified until its DNS records are found.
    ///
    /// `POST /v4/domains`. A second call finds the name taken: it is not repeated when its outcome
    /// is unknown.
    ///
    /// # Errors
    ///
    /// Status 400 for a name that is taken, a password that is too short or too long, an IP that
    /// is not the account's.
    ///
    /// ```no_run
    /// # async fn example(domains: mailgun_domains::Domains) -> Result<(), mailgun_core::Error> {
    /// use mailgun_domains::{CreateDomain, SpamAction};
    ///
    /// let settings = CreateDomain::new().spam_action(SpamAction::Tag).dkim_key_size(2048);
    /// let created = domains.create("mg.example.com", settings).await?;
    /// for record in &created.receiving_dns_records {
    ///     println!("{:?} {:?} {}", record.record_type, record.priority, record.value);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn create(&self, name: &str, settings: CreateDomain) -> Call<DomainResponse> {
        let mut form = Fields::new();
        form.set("name", name);
        form.extend(settings.into());
        self.client.call(CREATE, &[]).multipart(form)
    }

    /// Changes what `settings` has, and leaves the rest as it is.
    ///
    /// `PUT /v4/domains/{domain}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such domain.
    ///
    /// ```no_run
    /// # async fn example(domains: mailgun_domains::Domains) -> Result<(), mailgun_core::Error> {
    /// use mailgun_domains::UpdateDomain;
    ///
    /// let settings = UpdateDomain::new().require_tls(true).wildcard(false);
    /// domains.update("mg.example.com", settings).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(&self, domain: &str, settings: UpdateDomain) -> Call<DomainResponse> {
        self.client.call(UPDATE, &[domain]).multipart(settings)
    }

    /// Looks for the domain's records in the DNS, and makes it active if they are there.
    ///
    /// `PUT /v4/domains/{domain}/verify`. Mailgun allows few of these calls in a short time.
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such domain; 429 after too many calls.
    ///
    /// ```no_run
    /// # async fn example(domains: mailgun_domains::Domains) -> Result<(), mailgun_core::Error> {
    /// let response = domains.verify("mg.example.com").await?;
    /// for record in &response.sending_dns_records {
    ///     println!("{:?}: {:?}", record.name, record.valid);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn verify(&self, domain: &str) -> Call<DomainResponse> {
        self.client.call(VERIFY, &[domain])
    }

    /// Deletes a domain, in the background.
    ///
    /// `DELETE /v3/domains/{domain}`. A sandbox domain, a disabled one and one that is the
    /// authority of another cannot be deleted.
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such domain.
    ///
    /// ```no_run
    /// # async fn example(domains: mailgun_domains::Domains) -> Result<(), mailgun_core::Error> {
    /// println!("{}", domains.delete("mg.example.com").await?.message);
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, domain: &str) -> Call<Confirmation> {
        self.client.call(DELETE, &[domain])
    }

    /// How mail of a domain is handed over.
    ///
    /// `GET /v3/domains/{domain}/connection`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such domain.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(domains: mailgun_domains::Domains) -> Result<(), mailgun_core::Error> {
    /// println!("{}", domains.connection("mg.example.com").await?.require_tls);
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "the domain itself has these settings: `Domains::get`")]
    pub fn connection(&self, domain: &str) -> Call<ConnectionResponse> {
        self.client.call(CONNECTION, &[domain])
    }

    /// Changes how mail of a domain is handed over.
    ///
    /// `PUT /v3/domains/{domain}/connection`. It may take ten minutes to have effect.
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such domain.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(domains: mailgun_domains::Domains) -> Result<(), mailgun_core::Error> {
    /// use mailgun_domains::ConnectionSettings;
    ///
    /// let settings = ConnectionSettings::new().require_tls(true).skip_verification(false);
    /// domains.update_connection("mg.example.com", settings).await?;
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "the domain itself has these settings: `Domains::update`")]
    pub fn update_connection(
        &self,
        domain: &str,
        settings: ConnectionSettings,
    ) -> Call<ConnectionResponse> {
        self.client.call(UPDATE_CONNECTION, &[domain]).form(settings)
    }

    /// Changes the label in front of a domain's name in links for tracking.
    ///
    /// `PUT /v3/domains/{domain}/web_prefix`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such domain.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(domains: mailgun_domains::Domains) -> Result<(), mailgun_core::Error> {
    /// domains.update_web_prefix("mg.example.com", "track").await?;
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "the domain itself has this setting: `Domains::update`")]
    pub fn update_web_prefix(&self, domain: &str, prefix: &str) -> Call<Confirmation> {
        let mut query = Fields::new();
        query.set("web_prefix", prefix);
        self.client.call(UPDATE_WEB_PREFIX, &[domain]).query(query)
    }
}
