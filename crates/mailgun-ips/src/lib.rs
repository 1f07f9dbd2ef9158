//! Mailgun IPs: dedicated IP pools, dynamic pools and warm-ups.
//!
//! For the IPs of a single domain and the pool that is linked to it, see `DomainIps` in the crate
//! `mailgun-domains`.
//!
//! Mailgun changes domains and subaccounts in the background: such calls return [`Started`] before
//! the work is done.
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::ips::{CreateIpPool, ListIps, UpdateIpPool};
//!
//! let ips = mailgun.ips();
//! let dedicated = ips.list(ListIps::new().dedicated(true)).await?;
//! let members = CreateIpPool::new().ips(dedicated.items);
//! let pool = ips.pools().create("newsletters", "Bulk mail", members).await?;
//! let domain = UpdateIpPool::new().link_domain("64a5880eeae4eb7e1d85bc69");
//! ips.pools().update(&pool.pool_id, domain).await?;
//! # Ok(()) }
//! ```

mod dynamic_params;
mod dynamic_pool;
mod dynamic_pools;
mod ip;
mod ips;
mod pool;
mod pools;
mod started;
mod warmups;

pub use mailgun_types::IpReplacement;

pub use self::{
    dynamic_params::{
        DynamicPoolSort, EnrollAllDomains, EnrollDomain, ListAssignableDomains,
        ListDynamicPoolDomains, ListDynamicPoolHistory, SetDynamicPools, SortOrder,
        UnenrollReplacement, UpdateDynamicPool,
    },
    dynamic_pool::{
        AssignableDomain, DynamicPool, DynamicPoolDomain, DynamicPoolList, DynamicPoolMove,
        DynamicPoolName, DynamicPoolPreview, PreviewedMetric,
    },
    dynamic_pools::DynamicPools,
    ip::{AvailableIps, Ip, IpDomain, IpList, ListedIp},
    ips::{Ips, ListIpDomains, ListIps, OPERATIONS},
    pool::{
        DelegatedPool, DelegatedPools, IpPool, IpPoolCreated, IpPoolList, IpPoolMetadata,
        IpPoolResponse, LinkedDomain, LinkedIp,
    },
    pools::{CreateIpPool, IpPools, ListPoolDomains, UpdateIpPool},
    started::Started,
    warmups::{ListWarmups, Warmup, WarmupDetails, WarmupStage, Warmups},
};
