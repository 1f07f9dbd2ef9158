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
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::domains::GetDomain;
///
/// let response = mailgun.domains().get("mg.example.com", GetDomain::new()).await?;
/// println!("{} is {:?}", response.domain.name, response.domain.state);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Domains {
    client: Client,
}

impl Domains {
    /// A handle to the domains of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// The SMTP credentials of a domain.
    pub fn credentials(&self, domain: impl Into<String>) -> SmtpCredentials {
        SmtpCredentials::new(&self.client, domain)
    }

    /// The tracking of opens, clicks and unsubscribes of a domain.
    pub fn tracking(&self, domain: impl Into<String>) -> DomainTracking {
        DomainTracking::new(&self.client, domain)
    }

    /// The IPs that a domain sends from.
    pub fn ips(&self, domain: impl Into<String>) -> DomainIps {
        DomainIps::new(&self.client, domain)
    }

    /// Lists domains.
    ///
    /// `GET /v4/domains`. Newest first by default. The listing has no DNS records.
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(domains: mailgun::domains::Domains) -> Result<(), mailgun::Error> {
    /// use mailgun::domains::{DomainSort, DomainState, ListDomains};
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

    /// Gets a domain by name, with its DNS records.
    ///
    /// `GET /v4/domains/{domain}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the account has no such domain in the client's region.
    ///
    /// ```no_run
    /// # async fn example(domains: mailgun::domains::Domains) -> Result<(), mailgun::Error> {
    /// use mailgun::domains::GetDomain;
    ///
    /// let response = domains.get("mg.example.com", GetDomain::new().extended(true)).await?;
    /// println!("{:?}", response.domain.dkim_host);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, domain: &str, params: GetDomain) -> Call<DomainResponse> {
        self.client.call(GET, &[domain]).query(params)
    }

    /// Creates a domain. It is unverified until Mailgun finds its DNS records.
    ///
    /// `POST /v4/domains`. A second call fails because the name is taken, so the call is not
    /// retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if the name is taken, the password is shorter than 5 or longer than 32
    /// characters, or an IP does not belong to the account.
    ///
    /// ```no_run
    /// # async fn example(domains: mailgun::domains::Domains) -> Result<(), mailgun::Error> {
    /// use mailgun::domains::{CreateDomain, SpamAction};
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

    /// Changes the settings that `settings` sets; the others stay as they are.
    ///
    /// `PUT /v4/domains/{domain}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(domains: mailgun::domains::Domains) -> Result<(), mailgun::Error> {
    /// use mailgun::domains::UpdateDomain;
    ///
    /// let settings = UpdateDomain::new().require_tls(true).wildcard(false);
    /// domains.update("mg.example.com", settings).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(&self, domain: &str, settings: UpdateDomain) -> Call<DomainResponse> {
        self.client.call(UPDATE, &[domain]).multipart(settings)
    }

    /// Checks the DNS records of a domain and activates it if they are valid.
    ///
    /// `PUT /v4/domains/{domain}/verify`. Mailgun limits the rate of these calls.
    ///
    /// # Errors
    ///
    /// Returns 404 if the domain does not exist, and 429 after too many calls.
    ///
    /// ```no_run
    /// # async fn example(domains: mailgun::domains::Domains) -> Result<(), mailgun::Error> {
    /// let response = domains.verify("mg.example.com").await?;
    /// for record in &response.sending_dns_records {
    ///     println!("{:?}: {:?}", record.name, record.valid);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn verify(&self, domain: &str) -> Call<DomainResponse> {
        self.client.call(VERIFY, &[domain])
    }

    /// Deletes a domain in the background.
    ///
    /// `DELETE /v3/domains/{domain}`. Mailgun refuses to delete a sandbox domain, a disabled
    /// domain, and a domain that is the authority of another.
    ///
    /// # Errors
    ///
    /// Returns 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(domains: mailgun::domains::Domains) -> Result<(), mailgun::Error> {
    /// println!("{}", domains.delete("mg.example.com").await?.message);
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, domain: &str) -> Call<Confirmation> {
        self.client.call(DELETE, &[domain])
    }

    /// How Mailgun connects to the servers that receive a domain's mail.
    ///
    /// `GET /v3/domains/{domain}/connection`
    ///
    /// # Errors
    ///
    /// Returns 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(domains: mailgun::domains::Domains) -> Result<(), mailgun::Error> {
    /// println!("{}", domains.connection("mg.example.com").await?.require_tls);
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "the domain itself has these settings: `Domains::get`")]
    pub fn connection(&self, domain: &str) -> Call<ConnectionResponse> {
        self.client.call(CONNECTION, &[domain])
    }

    /// Changes how Mailgun connects to the servers that receive the domain's mail.
    ///
    /// `PUT /v3/domains/{domain}/connection`. Changes can take ten minutes to apply.
    ///
    /// # Errors
    ///
    /// Returns 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(domains: mailgun::domains::Domains) -> Result<(), mailgun::Error> {
    /// use mailgun::domains::ConnectionSettings;
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

    /// Changes the prefix of a domain's tracking host.
    ///
    /// `PUT /v3/domains/{domain}/web_prefix`
    ///
    /// # Errors
    ///
    /// Returns 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(domains: mailgun::domains::Domains) -> Result<(), mailgun::Error> {
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
