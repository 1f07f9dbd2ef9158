use std::net::IpAddr;

use mailgun_core::{Fields, Timestamp, true_false};

use crate::DynamicPoolName;

mailgun_core::params! {
    /// The IPs of all dynamic pools. Each pool needs at least one IP that is not warming up.
    pub struct SetDynamicPools;
}

impl SetDynamicPools {
    /// Adds IPs for domains with a good reputation.
    pub fn good_reputation(self, ips: impl IntoIterator<Item = IpAddr>) -> Self {
        self.ips("good_reputation", ips)
    }

    /// Adds IPs for domains with a poor reputation.
    pub fn poor_reputation(self, ips: impl IntoIterator<Item = IpAddr>) -> Self {
        self.ips("poor_reputation", ips)
    }

    /// Adds IPs for domains that have not sent enough mail for a reputation.
    pub fn new_senders(self, ips: impl IntoIterator<Item = IpAddr>) -> Self {
        self.ips("new_senders", ips)
    }

    fn ips(self, name: &'static str, ips: impl IntoIterator<Item = IpAddr>) -> Self {
        ips.into_iter().fold(self, |params, ip| params.append(name, ip))
    }
}

mailgun_core::params! {
    /// Changes of a dynamic pool.
    pub struct UpdateDynamicPool;
}

impl UpdateDynamicPool {
    /// Adds an IP, which must not be in another dynamic pool. Call it once for each IP.
    pub fn add_ip(self, ip: IpAddr) -> Self {
        self.append("add_ip", ip)
    }

    /// Removes an IP. Call it once for each IP.
    pub fn remove_ip(self, ip: IpAddr) -> Self {
        self.append("remove_ip", ip)
    }
}

mailgun_core::params! {
    /// Options for enrolling a domain.
    pub struct EnrollDomain;
}

impl EnrollDomain {
    /// The IP of the account that replaces the domain's own IPs.
    pub fn replacement_ip(self, ip: IpAddr) -> Self {
        self.set("replacement_ip", ip)
    }

    /// Replaces the domain's own IPs with shared ones.
    pub fn shared_replacement(self) -> Self {
        self.set("replacement_ip", "shared")
    }
}

/// What a domain sends from after it is unenrolled.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UnenrollReplacement {
    /// These IPs. They must not be in a dedicated or dynamic pool; several must be dedicated.
    Ips(Vec<IpAddr>),
    /// A shared IP that Mailgun chooses. The account must be allowed to use shared IPs.
    Shared,
    /// The dedicated IP pool with this id.
    Pool(String),
}

impl From<UnenrollReplacement> for Fields {
    fn from(replacement: UnenrollReplacement) -> Self {
        let mut fields = Self::new();
        match replacement {
            UnenrollReplacement::Ips(ips) => {
                ips.into_iter().fold(&mut fields, |fields, ip| fields.append("replacement_ip", ip))
            }
            UnenrollReplacement::Shared => fields.set("replacement_ip", "shared"),
            UnenrollReplacement::Pool(id) => fields.set("replacement_pool_id", id),
        };
        fields
    }
}

mailgun_core::params! {
    /// Options for listing domains that can be enrolled.
    pub struct ListAssignableDomains;
}

impl ListAssignableDomains {
    /// Lists only domains of this subaccount.
    pub fn subaccount_id(self, id: impl Into<String>) -> Self {
        self.set("subaccount_id", id.into())
    }

    /// Lists only domains whose name matches this regular expression.
    pub fn domain(self, pattern: impl Into<String>) -> Self {
        self.set("domain", pattern.into())
    }
}

mailgun_core::params! {
    /// The domains to enroll.
    pub struct EnrollAllDomains;
}

impl EnrollAllDomains {
    /// Includes domains of subaccounts; default false.
    pub fn include_subaccounts(self, include_subaccounts: bool) -> Self {
        self.set("include_subaccounts", true_false(include_subaccounts))
    }
}

mailgun_core::open_enum! {
    /// The sort key of a listing of enrolled domains.
    pub enum DynamicPoolSort {
        /// The bounce rate.
        BounceRate = "bounce_rate",
        /// The complaint rate.
        ComplaintRate = "complaint_rate",
        /// The name of the domain.
        Name = "name",
    }
}

mailgun_core::open_enum! {
    /// The sort direction.
    pub enum SortOrder {
        /// Smallest first.
        Ascending = "ascending",
        /// Largest first.
        Descending = "descending",
    }
}

mailgun_core::params! {
    /// Options for listing enrolled domains.
    pub struct ListDynamicPoolDomains;
}

impl ListDynamicPoolDomains {
    /// Page size, 1 to 100.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Lists only domains of this account. Call it once for each account.
    pub fn account(self, account_id: impl Into<String>) -> Self {
        self.append("account", account_id.into())
    }

    /// Lists only domains in this pool. Call it once for each pool.
    pub fn pool(self, pool: impl Into<DynamicPoolName>) -> Self {
        self.append("pool", pool.into())
    }

    /// The sort key; default the name.
    pub fn sort_by(self, sort: impl Into<DynamicPoolSort>) -> Self {
        self.set("sort_by", sort.into())
    }

    /// The sort direction; default ascending.
    pub fn sort_order(self, order: impl Into<SortOrder>) -> Self {
        self.set("sort_order", order.into())
    }
}

mailgun_core::params! {
    /// Options for listing the moves of domains.
    pub struct ListDynamicPoolHistory;
}

impl ListDynamicPoolHistory {
    /// Page size, 1 to 100.
    pub fn limit(self, limit: u32) -> Self {
        self.set("Limit", limit)
    }

    /// Includes the domains of subaccounts.
    pub fn include_subaccounts(self, include_subaccounts: bool) -> Self {
        self.set("include_subaccounts", true_false(include_subaccounts))
    }

    /// Lists only moves of this domain.
    pub fn domain(self, domain: impl Into<String>) -> Self {
        self.set("domain", domain.into())
    }

    /// Lists only moves before this time.
    pub fn before(self, before: Timestamp) -> Self {
        self.set("before", before)
    }

    /// Lists only moves after this time.
    pub fn after(self, after: Timestamp) -> Self {
        self.set("after", after)
    }

    /// Lists only moves to this pool.
    pub fn moved_to(self, pool: impl Into<DynamicPoolName>) -> Self {
        self.set("moved_to", pool.into())
    }

    /// Lists only moves from this pool.
    pub fn moved_from(self, pool: impl Into<DynamicPoolName>) -> Self {
        self.set("moved_from", pool.into())
    }
}
