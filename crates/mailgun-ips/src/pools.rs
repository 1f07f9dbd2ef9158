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

/// The dedicated IP pools of an account. The account needs the feature DIPPs.
///
/// A linked domain sends from the IPs of its pool. An IP is in at most one pool. A pool that the
/// parent account delegated to this account cannot be changed here.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// for pool in mailgun.ips().pools().list().await?.ip_pools {
///     println!("{}: {:?}", pool.name, pool.ips);
/// }
/// # Ok(()) }
/// ```
#[doc(alias = "dipp")]
#[derive(Clone, Debug)]
pub struct IpPools {
    client: Client,
}

impl IpPools {
    /// A handle to the pools of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists all pools, without their domains.
    ///
    /// `GET /v3/ip_pools`. At most one of the pools is inherited from the parent account.
    ///
    /// # Errors
    ///
    /// Returns an API error if the account has no dedicated IP pools.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::IpPools) -> Result<(), mailgun::Error> {
    /// println!("{}", pools.list().await?.ip_pools.len());
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> Call<IpPoolList> {
        self.client.call(LIST, &[])
    }

    /// Gets a pool with its linked domains.
    ///
    /// `GET /v3/ip_pools/{pool_id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::IpPools) -> Result<(), mailgun::Error> {
    /// println!("{:?}", pools.get("60140bc1fee3e84dec5abeeb").await?.details.linked_domains);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, pool_id: &str) -> Call<IpPoolResponse> {
        self.client.call(GET, &[pool_id])
    }

    /// Creates a pool.
    ///
    /// `POST /v3/ip_pools`. A second call makes a second pool, so it is not retried if its outcome
    /// is unknown.
    ///
    /// # Errors
    ///
    /// Returns an API error if an IP is not a dedicated IP of the account, or is in another pool.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::IpPools) -> Result<(), mailgun::Error> {
    /// use mailgun::ips::CreateIpPool;
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

    /// Changes a pool. Settings that are not set stay as they are.
    ///
    /// `PATCH /v3/ip_pools/{pool_id}`. Linked domains get the new IPs in the background.
    ///
    /// # Errors
    ///
    /// Returns an API error if nothing would change, if the pool is inherited, or if an IP is not a
    /// dedicated IP of the account.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::IpPools) -> Result<(), mailgun::Error> {
    /// use mailgun::ips::UpdateIpPool;
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
    /// `DELETE /v3/ip_pools/{pool_id}`. If the replacement is a pool, which must have IPs, the
    /// domains are linked to it. Otherwise they are unlinked and send from the replacement IP, a
    /// dedicated IP outside all pools, or from shared IPs. Mailgun changes the domains, and the
    /// subaccounts that use the pool, in the background. Without a replacement, only a pool without
    /// IPs can be deleted.
    ///
    /// # Errors
    ///
    /// Returns an API error if the pool is inherited, or the replacement is invalid.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::IpPools) -> Result<(), mailgun::Error> {
    /// use mailgun::ips::IpReplacement;
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
    /// Returns 404 if the pool does not exist.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::IpPools) -> Result<(), mailgun::Error> {
    /// use mailgun::ips::ListPoolDomains;
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
    /// `PUT /v3/ip_pools/{pool_id}/ips/{ip}`. Mailgun changes the linked domains, and the
    /// subaccounts that use the pool, in the background.
    ///
    /// # Errors
    ///
    /// Returns an API error if the IP is not a dedicated IP of the account, or is in another pool.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::IpPools) -> Result<(), mailgun::Error> {
    /// let ip = std::net::Ipv4Addr::new(192, 0, 2, 1);
    /// pools.add_ip("60140bc1fee3e84dec5abeeb", ip.into()).await?;
    /// # Ok(()) }
    /// ```
    pub fn add_ip(&self, pool_id: &str, ip: IpAddr) -> Call<Started> {
        self.client.call(ADD_IP, &[pool_id, &ip.to_string()])
    }

    /// Removes an IP from a pool.
    ///
    /// `DELETE /v3/ip_pools/{pool_id}/ips/{ip}`. Mailgun changes the linked domains in the
    /// background.
    ///
    /// # Errors
    ///
    /// Returns an API error if the IP is not in the pool.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::IpPools) -> Result<(), mailgun::Error> {
    /// let ip = std::net::Ipv4Addr::new(192, 0, 2, 1);
    /// pools.remove_ip("60140bc1fee3e84dec5abeeb", ip.into()).await?;
    /// # Ok(()) }
    /// ```
    pub fn remove_ip(&self, pool_id: &str, ip: IpAddr) -> Call<Started> {
        self.client.call(REMOVE_IP, &[pool_id, &ip.to_string()])
    }

    /// Adds IPs to a pool.
    ///
    /// `POST /v3/ip_pools/{pool_id}/ips.json`. As [`add_ip`](Self::add_ip), for several IPs at
    /// once.
    ///
    /// # Errors
    ///
    /// The errors of [`add_ip`](Self::add_ip).
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::IpPools) -> Result<(), mailgun::Error> {
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
    /// [`delegate_to_subaccount`](Self::delegate_to_subaccount) instead.
    ///
    /// # Errors
    ///
    /// Returns 404 if the pool or subaccount does not exist.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::IpPools) -> Result<(), mailgun::Error> {
    /// pools.delegate("60140bc1fee3e84dec5abeeb", "646d00a1b32c35364a2ad34f").await?;
    /// # Ok(()) }
    /// ```
    pub fn delegate(&self, pool_id: &str, subaccount_id: &str) -> Call<Started> {
        let form = field("subaccount_id", subaccount_id);
        self.client.call(DELEGATE, &[pool_id]).multipart(form)
    }

    /// Revokes the delegation of a pool to a subaccount.
    ///
    /// `DELETE /v3/ip_pools/{pool_id}/delegate`. The API description has
    /// [`revoke_from_subaccount`](Self::revoke_from_subaccount) instead.
    ///
    /// # Errors
    ///
    /// Returns 404 if the pool or subaccount does not exist.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::IpPools) -> Result<(), mailgun::Error> {
    /// pools.revoke_delegation("60140bc1fee3e84dec5abeeb", "646d00a1b32c35364a2ad34f").await?;
    /// # Ok(()) }
    /// ```
    pub fn revoke_delegation(&self, pool_id: &str, subaccount_id: &str) -> Call<Started> {
        let form = field("subaccount_id", subaccount_id);
        self.client.call(REVOKE_DELEGATION, &[pool_id]).multipart(form)
    }

    /// Lists the subaccounts that have delegated pools.
    ///
    /// `GET /v5/accounts/subaccounts/ip_pools/all`
    ///
    /// # Errors
    ///
    /// Returns 404 if the account does not exist.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::IpPools) -> Result<(), mailgun::Error> {
    /// for delegated in pools.list_delegated().await?.items {
    ///     println!("{}: {:?}", delegated.subaccount_id, delegated.pool_id);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list_delegated(&self) -> Call<DelegatedPools> {
        self.client.call(LIST_DELEGATED, &[])
    }

    /// Delegates a pool to a subaccount, replacing the one that it has.
    ///
    /// `PUT /v5/accounts/subaccounts/{subaccount_id}/ip_pool`. Mailgun does this in the background,
    /// where it can still fail.
    ///
    /// # Errors
    ///
    /// Returns 400 if a parameter is invalid, and 404 if the subaccount does not exist.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::IpPools) -> Result<(), mailgun::Error> {
    /// pools.delegate_to_subaccount("646d00a1b32c35364a2ad34f", "60140bc1fee3e84dec5abeeb").await?;
    /// # Ok(()) }
    /// ```
    pub fn delegate_to_subaccount(&self, subaccount_id: &str, pool_id: &str) -> Call<Started> {
        let form = field("pool_id", pool_id);
        self.client.call(DELEGATE_TO_SUBACCOUNT, &[subaccount_id]).form(form)
    }

    /// Revokes the delegation of a pool to a subaccount, and unlinks the subaccount's domains.
    ///
    /// `DELETE /v5/accounts/subaccounts/{subaccount_id}/ip_pool`. Mailgun does this in the
    /// background.
    ///
    /// # Errors
    ///
    /// Returns 400 if a parameter is invalid, and 404 if the subaccount does not exist.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::IpPools) -> Result<(), mailgun::Error> {
    /// pools.revoke_from_subaccount("646d00a1b32c35364a2ad34f", "60140bc1fee3e84dec5abeeb").await?;
    /// # Ok(()) }
    /// ```
    pub fn revoke_from_subaccount(&self, subaccount_id: &str, pool_id: &str) -> Call<Started> {
        let query = field("pool_id", pool_id);
        self.client.call(REVOKE_FROM_SUBACCOUNT, &[subaccount_id]).query(query)
    }

    /// Lists the pools of a subaccount as JSON.
    ///
    /// `GET /v5/accounts/subaccounts/{subaccount_id}/ip_pools`. Only the path is known. Mailgun
    /// does not document the operation, and may not have it.
    ///
    /// # Errors
    ///
    /// Returns 404 if Mailgun does not have the operation.
    ///
    /// ```no_run
    /// # async fn example(pools: mailgun::ips::IpPools) -> Result<(), mailgun::Error> {
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
    /// Options of a new pool.
    pub struct CreateIpPool;
}

impl CreateIpPool {
    /// Adds dedicated IPs of the account.
    pub fn ips(self, ips: impl IntoIterator<Item = IpAddr>) -> Self {
        ips.into_iter().fold(self, |settings, ip| settings.append("ip", ip))
    }
}

mailgun_core::params! {
    /// Changes of a pool.
    pub struct UpdateIpPool;
}

impl UpdateIpPool {
    /// The short name.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set("name", name.into())
    }

    /// A description, in any words.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.set("description", description.into())
    }

    /// Adds an IP. Call it once for each IP.
    pub fn add_ip(self, ip: IpAddr) -> Self {
        self.append("add_ip", ip)
    }

    /// Removes an IP. Call it once for each IP.
    pub fn remove_ip(self, ip: IpAddr) -> Self {
        self.append("remove_ip", ip)
    }

    /// Links the domain with this id, which is not its name. Call it once for each domain.
    pub fn link_domain(self, domain_id: impl Into<String>) -> Self {
        self.append("link_domain", domain_id.into())
    }

    /// Unlinks the domain with this id, which is not its name. Call it once for each domain.
    pub fn unlink_domain(self, domain_id: impl Into<String>) -> Self {
        self.append("unlink_domain", domain_id.into())
    }
}

mailgun_core::params! {
    /// Options for listing the domains of a pool.
    pub struct ListPoolDomains;
}

impl ListPoolDomains {
    /// Page size, 10 to 500; default 10.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// The token of the page to start with, from an earlier response. The pager sets it itself.
    pub fn page(self, token: impl Into<String>) -> Self {
        self.set("page", token.into())
    }
}
