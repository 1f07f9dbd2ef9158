use std::net::IpAddr;

use mailgun_core::{Call, Client, Confirmation, Fields, LinkPage, Operation, Pager};

use crate::{
    AssignableDomain, DynamicPoolDomain, DynamicPoolList, DynamicPoolMove, DynamicPoolName,
    DynamicPoolPreview, EnrollAllDomains, EnrollDomain, ListAssignableDomains,
    ListDynamicPoolDomains, ListDynamicPoolHistory, SetDynamicPools, Started, UnenrollReplacement,
    UpdateDynamicPool, dynamic_pool::DomainHistory,
};

pub(crate) const LIST: Operation = Operation::get("/v3/dynamic_pools");
pub(crate) const SET: Operation = Operation::post("/v3/dynamic_pools/all").idempotent();
// A retry would delete what was added meanwhile.
pub(crate) const DELETE_ALL: Operation = Operation::delete("/v3/dynamic_pools/all");
pub(crate) const ADD_IP: Operation =
    Operation::post("/v3/dynamic_pools/{pool_name}/{ip}").idempotent();
pub(crate) const UPDATE: Operation = Operation::patch("/v3/dynamic_pools/{pool_name}").idempotent();
pub(crate) const ENROLL: Operation =
    Operation::post("/v3/domains/{domain}/dynamic_pools").idempotent();
pub(crate) const UNENROLL: Operation =
    Operation::delete("/v3/domains/{domain}/dynamic_pools").idempotent();
pub(crate) const ASSIGNABLE: Operation = Operation::get("/v3/domains/dynamic_pools/assignable");
// A retry would enroll domains that were added or unenrolled meanwhile.
pub(crate) const ENROLL_ALL: Operation = Operation::post("/v3/domains/all/dynamic_pools/enroll");
pub(crate) const DOMAINS: Operation = Operation::get("/v1/dynamic_pools/domains");
pub(crate) const PREVIEW: Operation = Operation::get("/v1/dynamic_pools/domains/{domain}/preview");
pub(crate) const DOMAIN_HISTORY: Operation =
    Operation::get("/v1/dynamic_pools/domains/{domain}/history");
pub(crate) const OVERRIDE: Operation =
    Operation::put("/v1/dynamic_pools/domains/{domain}/override").idempotent();
pub(crate) const REMOVE_OVERRIDE: Operation =
    Operation::delete("/v1/dynamic_pools/domains/{domain}/override").idempotent();
pub(crate) const HISTORY: Operation = Operation::get("/v1/dynamic_pools/history");

/// The dynamic pools of an account. Mailgun assigns each enrolled domain to one by its reputation.
///
/// The account needs the feature Dynamic IP Pools. The IPs of a pool must be dedicated IPs of the
/// account, and in no other dynamic pool.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::ips::EnrollDomain;
///
/// let pools = mailgun.ips().dynamic_pools();
/// println!("{:?}", pools.preview("mg.example.com").await?.pool);
/// pools.enroll_domain("mg.example.com", EnrollDomain::new().shared_replacement()).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct DynamicPools {
    client: Client,
}

impl DynamicPools {
    /// A handle to the dynamic pools of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists the pools and their IPs.
    ///
    /// `GET /v3/dynamic_pools`
    ///
    /// # Errors
    ///
    /// Returns an API error if the account has no dynamic pools.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::DynamicPools) -> Result<(), mailgun::Error> {
    /// println!("{:?}", pools.list().await?.good_reputation);
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> Call<DynamicPoolList> {
        self.client.call(LIST, &[])
    }

    /// Sets the IPs of all pools, replacing the existing ones.
    ///
    /// `POST /v3/dynamic_pools/all`
    ///
    /// # Errors
    ///
    /// Returns an API error if a pool has no IP, if all IPs of a pool are warming up, or if an IP
    /// is not a dedicated IP of the account.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::DynamicPools) -> Result<(), mailgun::Error> {
    /// use std::net::Ipv4Addr;
    ///
    /// use mailgun::ips::SetDynamicPools;
    ///
    /// let [good, poor, new] = [1, 2, 3].map(|last| Ipv4Addr::new(192, 0, 2, last).into());
    /// let ips = SetDynamicPools::new()
    ///     .good_reputation([good])
    ///     .poor_reputation([poor])
    ///     .new_senders([new]);
    /// pools.set(ips).await?;
    /// # Ok(()) }
    /// ```
    pub fn set(&self, ips: SetDynamicPools) -> Call<DynamicPoolList> {
        self.client.call(SET, &[]).multipart(ips)
    }

    /// Removes all dynamic pools. Dedicated IP pools are not affected.
    ///
    /// `DELETE /v3/dynamic_pools/all`
    ///
    /// # Errors
    ///
    /// Returns an API error if a domain of the account or a subaccount is still enrolled.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::DynamicPools) -> Result<(), mailgun::Error> {
    /// pools.delete_all().await?;
    /// # Ok(()) }
    /// ```
    pub fn delete_all(&self) -> Call<Confirmation> {
        self.client.call(DELETE_ALL, &[])
    }

    /// Adds an IP to a pool.
    ///
    /// `POST /v3/dynamic_pools/{pool_name}/{ip}`
    ///
    /// # Errors
    ///
    /// Returns an API error if the IP is not a dedicated IP of the account, or the pool does not
    /// exist.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::DynamicPools) -> Result<(), mailgun::Error> {
    /// use mailgun::ips::DynamicPoolName;
    ///
    /// let ip = std::net::Ipv4Addr::new(192, 0, 2, 1);
    /// pools.add_ip(DynamicPoolName::Good, ip.into()).await?;
    /// # Ok(()) }
    /// ```
    pub fn add_ip(&self, pool: impl Into<DynamicPoolName>, ip: IpAddr) -> Call<Confirmation> {
        self.client.call(ADD_IP, &[pool.into().as_str(), &ip.to_string()])
    }

    /// Adds IPs to a pool and removes others.
    ///
    /// `PATCH /v3/dynamic_pools/{pool_name}`
    ///
    /// # Errors
    ///
    /// Returns an API error if all remaining IPs are warming up, or if an IP is in another dynamic
    /// pool.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::DynamicPools) -> Result<(), mailgun::Error> {
    /// use std::net::Ipv4Addr;
    ///
    /// use mailgun::ips::{DynamicPoolName, UpdateDynamicPool};
    ///
    /// let [new, old] = [1, 2].map(|last| Ipv4Addr::new(192, 0, 2, last).into());
    /// let changes = UpdateDynamicPool::new().add_ip(new).remove_ip(old);
    /// pools.update(DynamicPoolName::Good, changes).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(
        &self,
        pool: impl Into<DynamicPoolName>,
        changes: UpdateDynamicPool,
    ) -> Call<Confirmation> {
        self.client.call(UPDATE, &[pool.into().as_str()]).multipart(changes)
    }

    /// Enrolls a domain. Mailgun then assigns it to a pool by its reputation.
    ///
    /// `POST /v3/domains/{domain}/dynamic_pools`. The pools must already have IPs.
    ///
    /// # Errors
    ///
    /// Returns an API error if the pools or the domain do not exist.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::DynamicPools) -> Result<(), mailgun::Error> {
    /// use mailgun::ips::EnrollDomain;
    ///
    /// pools.enroll_domain("mg.example.com", EnrollDomain::new().shared_replacement()).await?;
    /// # Ok(()) }
    /// ```
    pub fn enroll_domain(&self, domain: &str, params: EnrollDomain) -> Call<Confirmation> {
        self.client.call(ENROLL, &[domain]).query(params)
    }

    /// Unenrolls a domain. It then sends from the replacement.
    ///
    /// `DELETE /v3/domains/{domain}/dynamic_pools`
    ///
    /// # Errors
    ///
    /// Returns an API error if the domain is not enrolled, or the replacement is invalid.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::DynamicPools) -> Result<(), mailgun::Error> {
    /// use mailgun::ips::UnenrollReplacement;
    ///
    /// pools.unenroll_domain("mg.example.com", UnenrollReplacement::Shared).await?;
    /// # Ok(()) }
    /// ```
    pub fn unenroll_domain(
        &self,
        domain: &str,
        replacement: UnenrollReplacement,
    ) -> Call<Confirmation> {
        self.client.call(UNENROLL, &[domain]).query(replacement)
    }

    /// Lists the domains that can be enrolled.
    ///
    /// `GET /v3/domains/dynamic_pools/assignable`
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::DynamicPools) -> Result<(), mailgun::Error> {
    /// use mailgun::ips::ListAssignableDomains;
    ///
    /// let params = ListAssignableDomains::new().domain(r"\.example\.com$");
    /// for domain in pools.assignable_domains(params).await? {
    ///     println!("{}", domain.name);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn assignable_domains(&self, params: ListAssignableDomains) -> Call<Vec<AssignableDomain>> {
        self.client.call_list(ASSIGNABLE, &[], "items").query(params)
    }

    /// Enrolls all domains of the account.
    ///
    /// `POST /v3/domains/all/dynamic_pools/enroll`. Mailgun enrolls them in the background. Only
    /// for parent accounts.
    ///
    /// # Errors
    ///
    /// Returns an API error if there are no pools.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::DynamicPools) -> Result<(), mailgun::Error> {
    /// use mailgun::ips::EnrollAllDomains;
    ///
    /// pools.enroll_all_domains(EnrollAllDomains::new().include_subaccounts(true)).await?;
    /// # Ok(()) }
    /// ```
    pub fn enroll_all_domains(&self, params: EnrollAllDomains) -> Call<Started> {
        self.client.call(ENROLL_ALL, &[]).query(params)
    }

    /// Lists the enrolled domains, including those of subaccounts.
    ///
    /// `GET /v1/dynamic_pools/domains`
    ///
    /// # Errors
    ///
    /// Returns 400 if a parameter is invalid.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::DynamicPools) -> Result<(), mailgun::Error> {
    /// use mailgun::ips::{DynamicPoolName, ListDynamicPoolDomains};
    ///
    /// let params = ListDynamicPoolDomains::new().pool(DynamicPoolName::Poor);
    /// let mut pager = pools.domains(params);
    /// while let Some(page) = pager.next_page().await? {
    ///     for domain in page {
    ///         println!("{}: {:?}", domain.name, domain.bounce_rate);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn domains(&self, params: ListDynamicPoolDomains) -> Pager<DynamicPoolDomain> {
        let call = self.client.call::<LinkPage<DynamicPoolDomain>>(DOMAINS, &[]);
        Pager::links(call.query(params))
    }

    /// Returns the pool that a domain would be assigned to now, without changing anything.
    ///
    /// `GET /v1/dynamic_pools/domains/{domain}/preview`
    ///
    /// # Errors
    ///
    /// Returns an API error if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::DynamicPools) -> Result<(), mailgun::Error> {
    /// let preview = pools.preview("mg.example.com").await?;
    /// println!("{:?}: {:?}", preview.pool, preview.results);
    /// # Ok(()) }
    /// ```
    pub fn preview(&self, domain: &str) -> Call<DynamicPoolPreview> {
        self.client.call(PREVIEW, &[domain])
    }

    /// Lists the moves of a domain between pools.
    ///
    /// `GET /v1/dynamic_pools/domains/{domain}/history`
    ///
    /// # Errors
    ///
    /// Returns an API error if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::DynamicPools) -> Result<(), mailgun::Error> {
    /// for change in pools.domain_history("mg.example.com").await? {
    ///     println!("{:?} {:?}: {}", change.timestamp, change.new_band, change.reason);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn domain_history(&self, domain: &str) -> Call<Vec<DynamicPoolMove>> {
        let call = self.client.call::<DomainHistory>(DOMAIN_HISTORY, &[domain]);
        call.map(|history| history.0)
    }

    /// Assigns a domain to a pool, where it stays whatever its reputation.
    ///
    /// `PUT /v1/dynamic_pools/domains/{domain}/override`
    ///
    /// # Errors
    ///
    /// Returns 400 if the pool does not exist.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::DynamicPools) -> Result<(), mailgun::Error> {
    /// use mailgun::ips::DynamicPoolName;
    ///
    /// pools.override_domain("mg.example.com", DynamicPoolName::Good).await?;
    /// # Ok(()) }
    /// ```
    pub fn override_domain(
        &self,
        domain: &str,
        pool: impl Into<DynamicPoolName>,
    ) -> Call<Confirmation> {
        let mut form = Fields::new();
        form.set("pool", pool.into());
        self.client.call(OVERRIDE, &[domain]).multipart(form)
    }

    /// Lets Mailgun choose the pool of a domain again.
    ///
    /// `DELETE /v1/dynamic_pools/domains/{domain}/override`
    ///
    /// # Errors
    ///
    /// Returns an API error if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::DynamicPools) -> Result<(), mailgun::Error> {
    /// pools.remove_override("mg.example.com").await?;
    /// # Ok(()) }
    /// ```
    pub fn remove_override(&self, domain: &str) -> Call<Confirmation> {
        self.client.call(REMOVE_OVERRIDE, &[domain])
    }

    /// Lists the moves of all domains between the pools.
    ///
    /// `GET /v1/dynamic_pools/history`
    ///
    /// # Errors
    ///
    /// Returns 400 if a parameter is invalid.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::DynamicPools) -> Result<(), mailgun::Error> {
    /// use mailgun::ips::{DynamicPoolName, ListDynamicPoolHistory};
    ///
    /// let mut pager = pools.history(ListDynamicPoolHistory::new().moved_to(DynamicPoolName::Poor));
    /// while let Some(page) = pager.next_page().await? {
    ///     for change in page {
    ///         println!("{}: {}", change.domain_name, change.reason);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn history(&self, params: ListDynamicPoolHistory) -> Pager<DynamicPoolMove> {
        let call = self.client.call::<LinkPage<DynamicPoolMove>>(HISTORY, &[]);
        Pager::links(call.query(params))
    }
}
