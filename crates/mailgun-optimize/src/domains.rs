use mailgun_core::{Call, Client, Confirmation, Fields, LinkPage, Operation, Pager, true_false};

use crate::{CreateDomainResponse, Domain};

pub(crate) const LIST: Operation = Operation::get("/v1/inboxready/domains");
pub(crate) const CREATE: Operation = Operation::post("/v1/inboxready/domains");
pub(crate) const DELETE: Operation = Operation::delete("/v1/inboxready/domains").idempotent();
pub(crate) const VERIFY: Operation = Operation::put("/v1/inboxready/domains/verify").idempotent();

/// The monitored domains.
#[derive(Clone, Debug)]
pub struct Domains {
    pub(crate) client: Client,
}

impl Domains {
    /// Lists the domains.
    ///
    /// `GET /v1/inboxready/domains`
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(optimize: mailgun::optimize::Optimize) -> Result<(), mailgun::Error> {
    /// use mailgun::optimize::ListDomains;
    ///
    /// let mut pager = optimize.domains().list(ListDomains::new());
    /// while let Some(page) = pager.next_page().await? {
    ///     for domain in page {
    ///         println!("{}: {:?}", domain.name, domain.verified.status);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListDomains) -> Pager<Domain> {
        Pager::links(self.client.call::<LinkPage<Domain>>(LIST, &[]).query(params))
    }

    /// Adds a domain.
    ///
    /// `POST /v1/inboxready/domains`. It is not retried if its outcome is unknown.
    ///
    /// Mailgun watches it once it is [verified](Self::verify). For a domain that is not a verified
    /// sending domain of Mailgun, first add the TXT record of the response to its DNS.
    ///
    /// # Errors
    ///
    /// Returns 400 if the name is invalid or the domain was added before.
    ///
    /// ```no_run
    /// # async fn example(optimize: mailgun::optimize::Optimize) -> Result<(), mailgun::Error> {
    /// let added = optimize.domains().create("mg.example.com").await?;
    /// println!("TXT record: {:?}", added.domain.txt_record);
    /// # Ok(()) }
    /// ```
    pub fn create(&self, domain: &str) -> Call<CreateDomainResponse> {
        self.client.call(CREATE, &[]).query(named(domain))
    }

    /// Removes a domain.
    ///
    /// `DELETE /v1/inboxready/domains`
    ///
    /// # Errors
    ///
    /// Returns 404 if the domain is not monitored.
    ///
    /// ```no_run
    /// # async fn example(optimize: mailgun::optimize::Optimize) -> Result<(), mailgun::Error> {
    /// optimize.domains().delete("mg.example.com").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, domain: &str) -> Call<Confirmation> {
        self.client.call(DELETE, &[]).query(named(domain))
    }

    /// Starts the verification of a domain.
    ///
    /// `PUT /v1/inboxready/domains/verify`
    ///
    /// Mailgun checks the domain in the background, usually within an hour and for at most 24 hours.
    /// [`list`](Self::list) has the status.
    ///
    /// # Errors
    ///
    /// Returns 404 if the domain is not monitored.
    ///
    /// ```no_run
    /// # async fn example(optimize: mailgun::optimize::Optimize) -> Result<(), mailgun::Error> {
    /// println!("{}", optimize.domains().verify("mg.example.com").await?.message);
    /// # Ok(()) }
    /// ```
    pub fn verify(&self, domain: &str) -> Call<Confirmation> {
        self.client.call(VERIFY, &[]).query(named(domain))
    }
}

fn named(domain: &str) -> Fields {
    let mut query = Fields::new();
    query.set("domain", domain);
    query
}

mailgun_core::params! {
    /// Options of a listing of domains.
    pub struct ListDomains;
}

impl ListDomains {
    /// The page size.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Only the domain with this name.
    pub fn domain(self, domain: impl Into<String>) -> Self {
        self.set("domain", domain.into())
    }

    /// Whether to list the domains of subaccounts too.
    pub fn include_subaccounts(self, include: bool) -> Self {
        self.set("include_subaccounts", true_false(include))
    }
}
