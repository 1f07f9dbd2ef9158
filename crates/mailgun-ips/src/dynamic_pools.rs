use std::net::IpAddr;

use mailgun_core::{Call, Client, Confirmation, Fields, LinkPage, Operation, Pager, de};
use serde::Deserialize;

use crate::{
    AssignableDomain, DynamicPoolDomain, DynamicPoolList, DynamicPoolMove, DynamicPoolName,
    DynamicPoolPreview, EnrollAllDomains, EnrollDomain, ListAssignableDomains,
    ListDynamicPoolDomains, ListDynamicPoolHistory, SetDynamicPools, Started, UnenrollReplacement,
    UpdateDynamicPool, dynamic_pool::DomainHistory,
};

pub(crate) const LIST: Operation = Operation::get("/v3/dynamic_pools");
pub(crate) const SET: Operation = Operation::post("/v3/dynamic_pools/all").idempotent();
// A repeat would delete what was added since.
pub(crate) const DELETE_ALL: Operation = Operation::delete("/v3/dynamic_pools/all");
pub(crate) const ADD_IP: Operation =
    Operation::post("/v3/dynamic_pools/{pool_name}/{ip}").idempotent();
pub(crate) const UPDATE: Operation = Operation::patch("/v3/dynamic_pools/{pool_name}").idempotent();
pub(crate) const ENROLL: Operation =
    Operation::post("/v3/domains/{domain}/dynamic_pools").idempotent();
pub(crate) const UNENROLL: Operation =
    Operation::delete("/v3/domains/{domain}/dynamic_pools").idempotent();
pub(crate) const ASSIGNABLE: Operation = Operation::get("/v3/domains/dynamic_pools/assignable");
// A repeat would enroll the domains that were added or taken out since.
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

/// The dynamic pools of an account: Mailgun puts each enrolled domain into one by its reputation.
///
/// The account must have the feature Dynamic IP Pools. The IPs of a pool are dedicated ones of the
/// account, and in no other dynamic pool.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_ips::{DynamicPools, EnrollDomain};
///
/// let pools = DynamicPools::new(&client);
/// println!("{:?}", pools.preview("mg.example.com").await?.pool);
/// pools.enroll_domain("mg.example.com", EnrollDomain::new().shared_replacement()).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct DynamicPools {
    client: Client,
}

impl DynamicPools {
    /// The dynamic pools of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists the pools and their IPs.
    ///
    /// `GET /v3/dynamic_pools`
    ///
    /// # Errors
    ///
    /// An API error if the account has no dynamic pools.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::DynamicPools) -> Result<(), mailgun_core::Error> {
    /// println!("{:?}", pools.list().await?.good_reputation);
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> Call<DynamicPoolList> {
        self.client.call(LIST, &[])
    }

    /// Sets the IPs of all pools, in place of those that they have.
    ///
    /// `POST /v3/dynamic_pools/all`
    ///
    /// # Errors
    ///
    /// An API error if a pool has no IP, or none but IPs that are being warmed up, or if an IP is
    /// not a dedicated one of the account.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::DynamicPools) -> Result<(), mailgun_core::Error> {
    /// use std::net::Ipv4Addr;
    ///
    /// use mailgun_ips::SetDynamicPools;
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

    /// Removes all dynamic pools; dedicated IP pools stay.
    ///
    /// `DELETE /v3/dynamic_pools/all`
    ///
    /// # Errors
    ///
    /// An API error if a domain of the account, or of a subaccount, is still enrolled.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::DynamicPools) -> Result<(), mailgun_core::Error> {
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
    /// An API error if the IP is not a dedicated one of the account, or there is no such pool.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::DynamicPools) -> Result<(), mailgun_core::Error> {
    /// use mailgun_ips::DynamicPoolName;
    ///
    /// let ip = std::net::Ipv4Addr::new(192, 0, 2, 1);
    /// pools.add_ip(DynamicPoolName::Good, ip.into()).await?;
    /// # Ok(()) }
    /// ```
    pub fn add_ip(&self, pool: impl Into<DynamicPoolName>, ip: IpAddr) -> Call<Confirmation> {
        self.client.call(ADD_IP, &[pool.into().as_str(), &ip.to_string()])
    }

    /// Adds IPs to a pool and removes others from it.
    ///
    /// `PATCH /v3/dynamic_pools/{pool_name}`
    ///
    /// # Errors
    ///
    /// An API error if no IP would be left that is not being warmed up, or if an IP is in another
    /// dynamic pool.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::DynamicPools) -> Result<(), mailgun_core::Error> {
    /// use std::net::Ipv4Addr;
    ///
    /// use mailgun_ips::{DynamicPoolName, UpdateDynamicPool};
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

    /// Enrolls a domain, which Mailgun puts into a pool by its reputation from then on.
    ///
    /// `POST /v3/domains/{domain}/dynamic_pools`. The pools must have been set before.
    ///
    /// # Errors
    ///
    /// An API error if there are no pools, or no such domain.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::DynamicPools) -> Result<(), mailgun_core::Error> {
    /// use mailgun_ips::EnrollDomain;
    ///
    /// pools.enroll_domain("mg.example.com", EnrollDomain::new().shared_replacement()).await?;
    /// # Ok(()) }
    /// ```
    pub fn enroll_domain(&self, domain: &str, params: EnrollDomain) -> Call<Confirmation> {
        self.client.call(ENROLL, &[domain]).query(params)
    }

    /// Takes a domain out of the dynamic pools; it sends from the replacement then.
    ///
    /// `DELETE /v3/domains/{domain}/dynamic_pools`
    ///
    /// # Errors
    ///
    /// An API error if the domain is not enrolled, or if Mailgun does not take the replacement.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::DynamicPools) -> Result<(), mailgun_core::Error> {
    /// use mailgun_ips::UnenrollReplacement;
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

    /// Lists the domains that are not enrolled.
    ///
    /// `GET /v3/domains/dynamic_pools/assignable`
    ///
    /// # Errors
    ///
    /// Status 401 for a wrong key.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::DynamicPools) -> Result<(), mailgun_core::Error> {
    /// use mailgun_ips::ListAssignableDomains;
    ///
    /// let params = ListAssignableDomains::new().domain(r"\.example\.com$");
    /// for domain in pools.assignable_domains(params).await? {
    ///     println!("{}", domain.name);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn assignable_domains(&self, params: ListAssignableDomains) -> Call<Vec<AssignableDomain>> {
        self.client.call::<Assignable>(ASSIGNABLE, &[]).query(params).map(|response| response.items)
    }

    /// Enrolls all domains of the account.
    ///
    /// `POST /v3/domains/all/dynamic_pools/enroll`. Mailgun does it in the background. Parent
    /// accounts alone may do it.
    ///
    /// # Errors
    ///
    /// An API error if there are no pools.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::DynamicPools) -> Result<(), mailgun_core::Error> {
    /// use mailgun_ips::EnrollAllDomains;
    ///
    /// pools.enroll_all_domains(EnrollAllDomains::new().include_subaccounts(true)).await?;
    /// # Ok(()) }
    /// ```
    pub fn enroll_all_domains(&self, params: EnrollAllDomains) -> Call<Started> {
        self.client.call(ENROLL_ALL, &[]).query(params)
    }

    /// Lists the domains that are enrolled, those of subaccounts too.
    ///
    /// `GET /v1/dynamic_pools/domains`
    ///
    /// # Errors
    ///
    /// Status 400 for a parameter that Mailgun does not take.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::DynamicPools) -> Result<(), mailgun_core::Error> {
    /// use mailgun_ips::{DynamicPoolName, ListDynamicPoolDomains};
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

    /// The pool that a domain would be put into now; nothing changes.
    ///
    /// `GET /v1/dynamic_pools/domains/{domain}/preview`
    ///
    /// # Errors
    ///
    /// An API error if there is no such domain.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::DynamicPools) -> Result<(), mailgun_core::Error> {
    /// let preview = pools.preview("mg.example.com").await?;
    /// println!("{:?}: {:?}", preview.pool, preview.results);
    /// # Ok(()) }
    /// ```
    pub fn preview(&self, domain: &str) -> Call<DynamicPoolPreview> {
        self.client.call(PREVIEW, &[domain])
    }

    /// The moves of a domain between the pools.
    ///
    /// `GET /v1/dynamic_pools/domains/{domain}/history`
    ///
    /// # Errors
    ///
    /// An API error if there is no such domain.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::DynamicPools) -> Result<(), mailgun_core::Error> {
    /// for change in pools.domain_history("mg.example.com").await? {
    ///     println!("{:?} {:?}: {}", change.timestamp, change.new_band, change.reason);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn domain_history(&self, domain: &str) -> Call<Vec<DynamicPoolMove>> {
        let call = self.client.call::<DomainHistory>(DOMAIN_HISTORY, &[domain]);
        call.map(|history| history.0)
    }

    /// Puts a domain into a pool, where it stays whatever its reputation.
    ///
    /// `PUT /v1/dynamic_pools/domains/{domain}/override`
    ///
    /// # Errors
    ///
    /// Status 400 if there is no such pool.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::DynamicPools) -> Result<(), mailgun_core::Error> {
    /// use mailgun_ips::DynamicPoolName;
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
    /// An API error if there is no such domain.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::DynamicPools) -> Result<(), mailgun_core::Error> {
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
    /// Status 400 for a parameter that Mailgun does not take.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::DynamicPools) -> Result<(), mailgun_core::Error> {
    /// use mailgun_ips::{DynamicPoolName, ListDynamicPoolHistory};
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

#[derive(Deserialize)]
struct Assignable {
    #[serde(default, deserialize_with = "de::items")]
    items: Vec<AssignableDomain>,
}
