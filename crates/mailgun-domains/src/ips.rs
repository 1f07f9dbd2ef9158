use std::net::IpAddr;

use mailgun_core::{Call, Client, Confirmation, Fields, Operation, de};
use mailgun_types::IpReplacement;
use serde::{Deserialize, Serialize};

pub(crate) const LIST: Operation = Operation::get("/v3/domains/{domain}/ips");
pub(crate) const ADD: Operation = Operation::post("/v3/domains/{domain}/ips").idempotent();
pub(crate) const REMOVE: Operation =
    Operation::delete("/v3/domains/{domain}/pool/{ip}").idempotent();
// A retry would remove IPs that were added meanwhile.
pub(crate) const REMOVE_ALL: Operation = Operation::delete("/v3/domains/{domain}/pool/all");
pub(crate) const UNLINK_POOL: Operation =
    Operation::delete("/v3/domains/{domain}/pool/ip_pool").idempotent();
pub(crate) const DELETE_IP: Operation =
    Operation::delete("/v3/domains/{domain}/ips/{ip}").idempotent();
pub(crate) const UNLINK_IP_POOL: Operation =
    Operation::delete("/v3/domains/{domain}/ips/ip_pool").idempotent();

/// The IPs that a domain sends from: its own, or those of a linked dedicated IP pool.
///
/// The domain's own IPs cannot be changed while a pool is linked.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::domains::IpReplacement;
///
/// mailgun.domains().ips("mg.example.com").unlink_pool(IpReplacement::Shared).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct DomainIps {
    client: Client,
    domain: String,
}

impl DomainIps {
    /// A handle to the credentials of the domain `domain`.
    pub fn new(client: &Client, domain: impl Into<String>) -> Self {
        Self { client: client.clone(), domain: domain.into() }
    }

    /// Removes an IP from the domain, and adds `replacement` if it is set.
    ///
    /// `DELETE /v3/domains/{domain}/pool/{ip}`. Mailgun keeps the last IP of a domain if the
    /// account cannot use shared IPs. It may add an IP if all remaining ones are warming up.
    ///
    /// # Errors
    ///
    /// Returns an API error if an IP pool is linked, or if the IP is the last one and must stay.
    ///
    /// ```no_run
    /// # async fn example(ips: mailgun::domains::DomainIps) -> Result<(), mailgun::Error> {
    /// use std::net::{IpAddr, Ipv4Addr};
    ///
    /// use mailgun::domains::IpReplacement;
    ///
    /// let [old, new] = [1, 2].map(|last| IpAddr::from(Ipv4Addr::new(192, 0, 2, last)));
    /// ips.remove(old, IpReplacement::Ip(new)).await?;
    /// ips.remove(new, None).await?;
    /// # Ok(()) }
    /// ```
    pub fn remove(
        &self,
        ip: IpAddr,
        replacement: impl Into<Option<IpReplacement>>,
    ) -> Call<Confirmation> {
        self.client.call(REMOVE, &[&self.domain, &ip.to_string()]).query(query(replacement.into()))
    }

    /// Removes all IPs from the domain, which can no longer send.
    ///
    /// `DELETE /v3/domains/{domain}/pool/all`. Mailgun treats sending from such a domain as if the
    /// domain did not exist. The call is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns an API error if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(ips: mailgun::domains::DomainIps) -> Result<(), mailgun::Error> {
    /// ips.remove_all().await?;
    /// # Ok(()) }
    /// ```
    pub fn remove_all(&self) -> Call<Confirmation> {
        self.client.call(REMOVE_ALL, &[&self.domain])
    }

    /// Unlinks the dedicated IP pool. The domain then sends from `replacement`.
    ///
    /// `DELETE /v3/domains/{domain}/pool/ip_pool`. The account needs dedicated IP pools.
    ///
    /// # Errors
    ///
    /// Returns an API error if no pool is linked, or the account cannot use the replacement.
    ///
    /// ```no_run
    /// # async fn example(ips: mailgun::domains::DomainIps) -> Result<(), mailgun::Error> {
    /// use mailgun::domains::IpReplacement;
    ///
    /// ips.unlink_pool(IpReplacement::Pool("60140bc1fee3e84dec5abeeb".to_owned())).await?;
    /// # Ok(()) }
    /// ```
    pub fn unlink_pool(&self, replacement: IpReplacement) -> Call<Confirmation> {
        self.client.call(UNLINK_POOL, &[&self.domain]).query(query(Some(replacement)))
    }

    /// Lists the IPs that the domain sends from.
    ///
    /// `GET /v3/domains/{domain}/ips`
    ///
    /// # Errors
    ///
    /// Returns an API error if the domain does not exist.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(ips: mailgun::domains::DomainIps) -> Result<(), mailgun::Error> {
    /// println!("{:?}", ips.list().await?.items);
    /// # Ok(()) }
    /// ```
    #[deprecated(
        since = "0.1.0",
        note = "no longer described by Mailgun; `Ips::domains` of `mailgun-ips` lists the domains of \
                an IP, with the IPs of each"
    )]
    pub fn list(&self) -> Call<IpList> {
        self.client.call(LIST, &[&self.domain])
    }

    /// Adds an IP of the account to the domain.
    ///
    /// `POST /v3/domains/{domain}/ips`
    ///
    /// # Errors
    ///
    /// Returns an API error if the IP does not belong to the account, or an IP pool is linked.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(ips: mailgun::domains::DomainIps) -> Result<(), mailgun::Error> {
    /// ips.assign(std::net::Ipv4Addr::new(192, 0, 2, 1).into()).await?;
    /// # Ok(()) }
    /// ```
    #[deprecated(
        since = "0.1.0",
        note = "no longer described by Mailgun; set the IPs with `CreateDomain::ips`, or link \
                the domain to an IP pool"
    )]
    pub fn assign(&self, ip: IpAddr) -> Call<Confirmation> {
        let mut form = Fields::new();
        form.set("ip", ip);
        self.client.call(ADD, &[&self.domain]).multipart(form)
    }

    /// Links a dedicated IP pool. The domain then sends from the IPs of the pool.
    ///
    /// `POST /v3/domains/{domain}/ips`
    ///
    /// # Errors
    ///
    /// Returns an API error if the pool does not exist.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(ips: mailgun::domains::DomainIps) -> Result<(), mailgun::Error> {
    /// ips.link_pool("60140bc1fee3e84dec5abeeb").await?;
    /// # Ok(()) }
    /// ```
    #[deprecated(
        since = "0.1.0",
        note = "no longer described by Mailgun; use `IpPools::update` of `mailgun-ips`, with \
                `UpdateIpPool::link_domain`"
    )]
    pub fn link_pool(&self, pool_id: &str) -> Call<Confirmation> {
        let mut form = Fields::new();
        form.set("pool_id", pool_id);
        self.client.call(ADD, &[&self.domain]).multipart(form)
    }

    /// Like [`remove`](Self::remove), but with the older path.
    ///
    /// `DELETE /v3/domains/{domain}/ips/{ip}`
    ///
    /// # Errors
    ///
    /// The errors of [`remove`](Self::remove).
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(ips: mailgun::domains::DomainIps) -> Result<(), mailgun::Error> {
    /// ips.delete_ip(std::net::Ipv4Addr::new(192, 0, 2, 1).into(), None).await?;
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "the same operation: `DomainIps::remove`")]
    pub fn delete_ip(
        &self,
        ip: IpAddr,
        replacement: impl Into<Option<IpReplacement>>,
    ) -> Call<Confirmation> {
        let call = self.client.call(DELETE_IP, &[&self.domain, &ip.to_string()]);
        call.query(query(replacement.into()))
    }

    /// Like [`unlink_pool`](Self::unlink_pool), but with the older path.
    ///
    /// `DELETE /v3/domains/{domain}/ips/ip_pool`
    ///
    /// # Errors
    ///
    /// The errors of [`unlink_pool`](Self::unlink_pool).
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(ips: mailgun::domains::DomainIps) -> Result<(), mailgun::Error> {
    /// ips.unlink_ip_pool(mailgun::domains::IpReplacement::Shared).await?;
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "the same operation: `DomainIps::unlink_pool`")]
    pub fn unlink_ip_pool(&self, replacement: IpReplacement) -> Call<Confirmation> {
        self.client.call(UNLINK_IP_POOL, &[&self.domain]).query(query(Some(replacement)))
    }
}

fn query(replacement: Option<IpReplacement>) -> Fields {
    replacement.map(Fields::from).unwrap_or_default()
}

/// The IPs of a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpList {
    /// The IPs.
    #[serde(deserialize_with = "de::readable")]
    pub items: Vec<IpAddr>,
    /// The number of IPs.
    #[serde(deserialize_with = "de::number_or_string")]
    pub total_count: Option<u64>,
}
