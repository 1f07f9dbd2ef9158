use std::net::IpAddr;

use mailgun_core::{Call, Client, Fields, Operation, Pager};
use mailgun_types::IpReplacement;
use serde_json::{Value, json};

use crate::{
    DelegatedPools, IpPoolCreated, IpPoolList, IpPoolResponse, LinkedDomain, Started,
    pool::LinkedDomains,
};

pub(crate) const LIST: Operation = Operation::get("/v3/ip_pools");
pub(crate) const GET: Operation = Operation::get("/v3/ip_pools/{pool_id}");
pub(crate) const CREATE: Operation = Operation::post("/v3/ip_pools");
pub(crate) const UPDATE: Operation = Operation::patch("/v3/ip_pools/{pool_id}").idempotent();
pub(crate) const DELETE: Operation = Operation::delete("/v3/ip_pools/{pool_id}").idempotent();
pub(crate) const DOMAINS: Operation = Operation::get("/v3/ip_pools/{pool_id}/domains");
pub(crate) const ADD_IP: Operation = Operation::put("/v3/ip_pools/{pool_id}/ips/{ip}").idempotent();
pub(crate) const REMOVE_IP: Operation =
    Operation::delete("/v3/ip_pools/{pool_id}/ips/{ip}").idempotent();
pub(crate) const ADD_IPS: Operation =
    Operation::post("/v3/ip_pools/{pool_id}/ips.json").idempotent();
pub(crate) const DELEGATE: Operation =
    Operation::put("/v3/ip_pools/{pool_id}/delegate").idempotent();
pub(crate) const REVOKE_DELEGATION: Operation =
    Operation::delete("/v3/ip_pools/{pool_id}/delegate").idempotent();
pub(crate) const LIST_DELEGATED: Operation =
    Operation::get("/v5/accounts/subaccounts/ip_pools/all");
pub(crate) const DELEGATE_TO_SUBACCOUNT: Operation =
    Operation::put("/v5/accounts/subaccounts/{subaccount_id}/ip_pool").idempotent();
pub(crate) const REVOKE_FROM_SUBACCOUNT: Operation =
    Operation::delete("/v5/accounts/subaccounts/{subaccount_id}/ip_pool").idempotent();
pub(crate) const LIST_OF_SUBACCOUNT: Operation =
    Operation::get("/v5/accounts/subaccounts/{subaccount_id}/ip_pools");

/// The dedicated IP pools of an account, which must have the feature DIPPs.
///
/// A domain that is linked to a pool sends from the pool's IPs. An IP is in one pool at most. A
/// pool that the parent account has delegated to this one cannot be changed here.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_ips::IpPools;
///
/// for pool in IpPools::new(&client).list().await?.ip_pools {
///     println!("{}: {:?}", pool.name, pool.ips);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct IpPools {
    client: Client,
}

impl IpPools {
    /// The pools of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists all pools, without their domains.
    ///
    /// `GET /v3/ip_pools`. At most one of them is inherited from the parent account.
    ///
    /// # Errors
    ///
    /// An API error if the account has no dedicated IP pools.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::IpPools) -> Result<(), mailgun_core::Error> {
    /// println!("{}", pools.list().await?.ip_pools.len());
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> Call<IpPoolList> {
        self.client.call(LIST, &[])
    }

    /// A pool with the domains that are linked to it.
    ///
    /// `GET /v3/ip_pools/{pool_id}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is none.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::IpPools) -> Result<(), mailgun_core::Error> {
    /// println!("{:?}", pools.get("60140bc1fee3e84dec5abeeb").await?.details.linked_domains);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, pool_id: &str) -> Call<IpPoolResponse> {
        self.client.call(GET, &[pool_id])
    }

    /// Creates a pool.
    ///
    /// `POST /v3/ip_pools`. A second call makes a second pool: it is not repeated when its outcome
    /// is unknown.
    ///
    /// # Errors
    ///
    /// An API error if an IP is not a dedicated one of the account, or is in another pool.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::IpPools) -> Result<(), mailgun_core::Error> {
    /// use mailgun_ips::CreateIpPool;
    ///
    /// let ip = std::net::Ipv4Addr::new(192, 0, 2, 1);
    /// let members = CreateIpPool::new().ips([ip.into()]);
    /// let created = pools.create("newsletters", "Bulk mail", members).await?;
    /// println!("{}", created.pool_id);
    /// # Ok(()) }
    /// ```
    pub fn create(
        &self,
        name: &str,
        description: &str,
        settings: CreateIpPool,
    ) -> Call<IpPoolCreated> {
        let mut form = Fields::new();
        form.set("name", name).set("description", description).extend(settings.into());
        self.client.call(CREATE, &[]).multipart(form)
    }

    /// Changes a pool: what is not set stays.
    ///
    /// `PATCH /v3/ip_pools/{pool_id}`. Domains that are linked to the pool get its new IPs in the
    /// background.
    ///
    /// # Errors
    ///
    /// An API error if nothing would change, if the pool is inherited, or if an IP is not a
    /// dedicated one of the account.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::IpPools) -> Result<(), mailgun_core::Error> {
    /// use mailgun_ips::UpdateIpPool;
    ///
    /// let changes = UpdateIpPool::new()
    ///     .add_ip(std::net::Ipv4Addr::new(192, 0, 2, 2).into())
    ///     .link_domain("64a5880eeae4eb7e1d85bc69");
    /// pools.update("60140bc1fee3e84dec5abeeb", changes).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(&self, pool_id: &str, changes: UpdateIpPool) -> Call<Started> {
        self.client.call(UPDATE, &[pool_id]).multipart(changes)
    }

    /// Deletes a pool.
    ///
    /// `DELETE /v3/ip_pools/{pool_id}`. Its domains are linked to the replacement if that is a
    /// pool, which must not be empty; otherwise they are unlinked and send from the replacement
    /// IP, which must be a dedicated one outside of all pools, or from shared IPs. Mailgun changes
    /// them, and the subaccounts that have the pool, in the background. Only a pool without IPs
    /// can be deleted without a replacement.
    ///
    /// # Errors
    ///
    /// An API error if the pool is inherited, or if Mailgun does not take the replacement.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::IpPools) -> Result<(), mailgun_core::Error> {
    /// use mailgun_ips::IpReplacement;
    ///
    /// pools.delete("60140bc1fee3e84dec5abeeb", IpReplacement::Shared).await?;
    /// pools.delete("60140bc1fee3e84dec5abeec", None).await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(
        &self,
        pool_id: &str,
        replacement: impl Into<Option<IpReplacement>>,
    ) -> Call<Started> {
        let query = replacement.into().map(Fields::from).unwrap_or_default();
        self.client.call(DELETE, &[pool_id]).query(query)
    }

    /// Lists the domains that are linked to a pool.
    ///
    /// `GET /v3/ip_pools/{pool_id}/domains`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such pool.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::IpPools) -> Result<(), mailgun_core::Error> {
    /// use mailgun_ips::ListPoolDomains;
    ///
    /// let params = ListPoolDomains::new().limit(500);
    /// let mut pager = pools.domains("60140bc1fee3e84dec5abeeb", params);
    /// while let Some(page) = pager.next_page().await? {
    ///     for domain in page {
    ///         println!("{}: {}", domain.id, domain.name);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn domains(&self, pool_id: &str, params: ListPoolDomains) -> Pager<LinkedDomain> {
        Pager::links(self.client.call::<LinkedDomains>(DOMAINS, &[pool_id]).query(params))
    }

    /// Adds an IP to a pool.
    ///
    /// `PUT /v3/ip_pools/{pool_id}/ips/{ip}`. Mailgun changes the domains that are linked to the
    /// pool, and the subaccounts that have it, in the background.
    ///
    /// # Errors
    ///
    /// An API error if the IP is not a dedicated one of the account, or is in another pool.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::IpPools) -> Result<(), mailgun_core::Error> {
    /// let ip = std::net::Ipv4Addr::new(192, 0, 2, 1);
    /// pools.add_ip("60140bc1fee3e84dec5abeeb", ip.into()).await?;
    /// # Ok(()) }
    /// ```
    pub fn add_ip(&self, pool_id: &str, ip: IpAddr) -> Call<Started> {
        self.client.call(ADD_IP, &[pool_id, &ip.to_string()])
    }

    /// Removes an IP from a pool.
    ///
    /// `DELETE /v3/ip_pools/{pool_id}/ips/{ip}`. Mailgun changes the domains that are linked to
    /// the pool in the background.
    ///
    /// # Errors
    ///
    /// An API error if the IP is not in the pool.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::IpPools) -> Result<(), mailgun_core::Error> {
    /// let ip = std::net::Ipv4Addr::new(192, 0, 2, 1);
    /// pools.remove_ip("60140bc1fee3e84dec5abeeb", ip.into()).await?;
    /// # Ok(()) }
    /// ```
    pub fn remove_ip(&self, pool_id: &str, ip: IpAddr) -> Call<Started> {
        self.client.call(REMOVE_IP, &[pool_id, &ip.to_string()])
    }

    /// Adds IPs to a pool.
    ///
    /// `POST /v3/ip_pools/{pool_id}/ips.json`. As [`add_ip`](Self::add_ip), with many at once.
    ///
    /// # Errors
    ///
    /// Those of [`add_ip`](Self::add_ip).
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::IpPools) -> Result<(), mailgun_core::Error> {
    /// use std::net::Ipv4Addr;
    ///
    /// let ips = [1, 2].map(|last| Ipv4Addr::new(192, 0, 2, last).into());
    /// pools.add_ips("60140bc1fee3e84dec5abeeb", &ips).await?;
    /// # Ok(()) }
    /// ```
    pub fn add_ips(&self, pool_id: &str, ips: &[IpAddr]) -> Call<Started> {
        self.client.call(ADD_IPS, &[pool_id]).json(&json!({ "ips": ips }))
    }

    /// Delegates a pool to a subaccount.
    ///
    /// `PUT /v3/ip_pools/{pool_id}/delegate`. The API description has
    /// [`delegate_to_subaccount`](Self::delegate_to_subaccount) in its place.
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such pool or subaccount.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::IpPools) -> Result<(), mailgun_core::Error> {
    /// pools.delegate("60140bc1fee3e84dec5abeeb", "646d00a1b32c35364a2ad34f").await?;
    /// # Ok(()) }
    /// ```
    pub fn delegate(&self, pool_id: &str, subaccount_id: &str) -> Call<Started> {
        let form = field("subaccount_id", subaccount_id);
        self.client.call(DELEGATE, &[pool_id]).multipart(form)
    }

    /// Takes a delegated pool from a subaccount.
    ///
    /// `DELETE /v3/ip_pools/{pool_id}/delegate`. The API description has
    /// [`revoke_from_subaccount`](Self::revoke_from_subaccount) in its place.
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such pool or subaccount.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::IpPools) -> Result<(), mailgun_core::Error> {
    /// pools.revoke_delegation("60140bc1fee3e84dec5abeeb", "646d00a1b32c35364a2ad34f").await?;
    /// # Ok(()) }
    /// ```
    pub fn revoke_delegation(&self, pool_id: &str, subaccount_id: &str) -> Call<Started> {
        let form = field("subaccount_id", subaccount_id);
        self.client.call(REVOKE_DELEGATION, &[pool_id]).multipart(form)
    }

    /// Lists the subaccounts that pools are delegated to.
    ///
    /// `GET /v5/accounts/subaccounts/ip_pools/all`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such account.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::IpPools) -> Result<(), mailgun_core::Error> {
    /// for delegated in pools.list_delegated().await?.items {
    ///     println!("{}: {:?}", delegated.subaccount_id, delegated.pool_id);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list_delegated(&self) -> Call<DelegatedPools> {
        self.client.call(LIST_DELEGATED, &[])
    }

    /// Delegates a pool to a subaccount, in place of the one that it has.
    ///
    /// `PUT /v5/accounts/subaccounts/{subaccount_id}/ip_pool`. Mailgun does it in the background,
    /// where it may still fail.
    ///
    /// # Errors
    ///
    /// Status 400 for parameters that Mailgun does not take, 404 if there is no such subaccount.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::IpPools) -> Result<(), mailgun_core::Error> {
    /// pools.delegate_to_subaccount("646d00a1b32c35364a2ad34f", "60140bc1fee3e84dec5abeeb").await?;
    /// # Ok(()) }
    /// ```
    pub fn delegate_to_subaccount(&self, subaccount_id: &str, pool_id: &str) -> Call<Started> {
        let form = field("pool_id", pool_id);
        self.client.call(DELEGATE_TO_SUBACCOUNT, &[subaccount_id]).form(form)
    }

    /// Takes a delegated pool from a subaccount, whose domains are unlinked from it.
    ///
    /// `DELETE /v5/accounts/subaccounts/{subaccount_id}/ip_pool`. Mailgun does it in the
    /// background.
    ///
    /// # Errors
    ///
    /// Status 400 for parameters that Mailgun does not take, 404 if there is no such subaccount.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::IpPools) -> Result<(), mailgun_core::Error> {
    /// pools.revoke_from_subaccount("646d00a1b32c35364a2ad34f", "60140bc1fee3e84dec5abeeb").await?;
    /// # Ok(()) }
    /// ```
    pub fn revoke_from_subaccount(&self, subaccount_id: &str, pool_id: &str) -> Call<Started> {
        let query = field("pool_id", pool_id);
        self.client.call(REVOKE_FROM_SUBACCOUNT, &[subaccount_id]).query(query)
    }

    /// Lists the pools of a subaccount, as JSON.
    ///
    /// `GET /v5/accounts/subaccounts/{subaccount_id}/ip_pools`. Only the route is known: Mailgun
    /// describes neither it nor its response, and may not have it.
    ///
    /// # Errors
    ///
    /// Status 404 where Mailgun does not have it.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun_ips::IpPools) -> Result<(), mailgun_core::Error> {
    /// println!("{}", pools.list_of_subaccount("646d00a1b32c35364a2ad34f").await?);
    /// # Ok(()) }
    /// ```
    pub fn list_of_subaccount(&self, subaccount_id: &str) -> Call<Value> {
        self.client.call(LIST_OF_SUBACCOUNT, &[subaccount_id])
    }
}

fn field(name: &'static str, value: &str) -> Fields {
    let mut fields = Fields::new();
    fields.set(name, value);
    fields
}

mailgun_core::params! {
    /// What a new pool has besides its name and description.
    pub struct CreateIpPool;
}

impl CreateIpPool {
    /// Adds dedicated IPs of the account.
    pub fn ips(self, ips: impl IntoIterator<Item = IpAddr>) -> Self {
        ips.into_iter().fold(self, |settings, ip| settings.append("ip", ip))
    }
}

mailgun_core::params! {
    /// What to change of a pool.
    pub struct UpdateIpPool;
}

impl UpdateIpPool {
    /// Its short name.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set("name", name.into())
    }

    /// Free text.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.set("description", description.into())
    }

    /// Adds an IP; may be called for each of many.
    pub fn add_ip(self, ip: IpAddr) -> Self {
        self.append("add_ip", ip)
    }

    /// Removes an IP; may be called for each of many.
    pub fn remove_ip(self, ip: IpAddr) -> Self {
        self.append("remove_ip", ip)
    }

    /// Links the domain with this id, which is not its name; may be called for each of many.
    pub fn link_domain(self, domain_id: impl Into<String>) -> Self {
        self.append("link_domain", domain_id.into())
    }

    /// Unlinks the domain with this id, which is not its name; may be called for each of many.
    pub fn unlink_domain(self, domain_id: impl Into<String>) -> Self {
        self.append("unlink_domain", domain_id.into())
    }
}

mailgun_core::params! {
    /// Which domains of a pool to list.
    pub struct ListPoolDomains;
}

impl ListPoolDomains {
    /// At most so many a page: 10 to 500; 10 when not set.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Begins at the page that this token of an earlier response stands for; the pager does it of
    /// itself.
    pub fn page(self, token: impl Into<String>) -> Self {
        self.set("page", token.into())
    }
}
