use std::net::IpAddr;

use mailgun_core::{Fields, Timestamp, true_false};

use crate::DynamicPoolName;

mailgun_core::params! {
    /// The IPs of all dynamic pools, each of which wants one that is not being warmed up.
    pub struct SetDynamicPools;
}

impl SetDynamicPools {
    /// Adds IPs for domains of good reputation.
    pub fn good_reputation(self, ips: impl IntoIterator<Item = IpAddr>) -> Self {
        self.ips("good_reputation", ips)
    }

    /// Adds IPs for domains of poor reputation.
    pub fn poor_reputation(self, ips: impl IntoIterator<Item = IpAddr>) -> Self {
        self.ips("poor_reputation", ips)
    }

    /// Adds IPs for domains that have not sent enough to be judged.
    pub fn new_senders(self, ips: impl IntoIterator<Item = IpAddr>) -> Self {
        self.ips("new_senders", ips)
    }

    fn ips(self, name: &'static str, ips: impl IntoIterator<Item = IpAddr>) -> Self {
        ips.into_iter().fold(self, |params, ip| params.append(name, ip))
    }
}

mailgun_core::params! {
    /// What to change of a dynamic pool.
    pub struct UpdateDynamicPool;
}

impl UpdateDynamicPool {
    /// Adds an IP, which must be in no other dynamic pool; may be called for each of many.
    pub fn add_ip(self, ip: IpAddr) -> Self {
        self.append("add_ip", ip)
    }

    /// Removes an IP; may be called for each of many.
    pub fn remove_ip(self, ip: IpAddr) -> Self {
        self.append("remove_ip", ip)
    }
}

mailgun_core::params! {
    /// How to enroll a domain.
    pub struct EnrollDomain;
}

impl EnrollDomain {
    /// The IP of the account that stands in for the domain's own.
    pub fn replacement_ip(self, ip: IpAddr) -> Self {
        self.set("replacement_ip", ip)
    }

    /// Lets shared IPs stand in for the domain's own.
    pub fn shared_replacement(self) -> Self {
        self.set("replacement_ip", "shared")
    }
}

/// What a domain sends from when it is no longer enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UnenrollReplacement {
    /// These IPs, which must be in no dedicated and no dynamic pool, and dedicated if there are
    /// several.
    Ips(Vec<IpAddr>),
    /// A shared IP that Mailgun chooses; the account must be allowed to use them.
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
    /// Which domains that are not enrolled to list.
    pub struct ListAssignableDomains;
}

impl ListAssignableDomains {
    /// Those of this subaccount.
    pub fn subaccount_id(self, id: impl Into<String>) -> Self {
        self.set("subaccount_id", id.into())
    }

    /// Only those whose name this regular expression matches.
    pub fn domain(self, pattern: impl Into<String>) -> Self {
        self.set("domain", pattern.into())
    }
}

mailgun_core::params! {
    /// Which domains to enroll.
    pub struct EnrollAllDomains;
}

impl EnrollAllDomains {
    /// Those of subaccounts too; false when not set.
    pub fn include_subaccounts(self, include_subaccounts: bool) -> Self {
        self.set("include_subaccounts", true_false(include_subaccounts))
    }
}

mailgun_core::open_enum! {
    /// What a listing of enrolled domains is sorted by.
    pub enum DynamicPoolSort {
        /// By the share of mail that bounced.
        BounceRate = "bounce_rate",
        /// By the share of mail that was complained about.
        ComplaintRate = "complaint_rate",
        /// By the domain's name.
        Name = "name",
    }
}

mailgun_core::open_enum! {
    /// The direction of an order.
    pub enum SortOrder {
        /// The smallest first.
        Ascending = "ascending",
        /// The largest first.
        Descending = "descending",
    }
}

mailgun_core::params! {
    /// Which enrolled domains to list.
    pub struct ListDynamicPoolDomains;
}

impl ListDynamicPoolDomains {
    /// At most so many a page: 1 to 100.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Only those of this account; may be called for each of many.
    pub fn account(self, account_id: impl Into<String>) -> Self {
        self.append("account", account_id.into())
    }

    /// Only those in this pool; may be called for each of many.
    pub fn pool(self, pool: impl Into<DynamicPoolName>) -> Self {
        self.append("pool", pool.into())
    }

    /// What they are sorted by; the name when not set.
    pub fn sort_by(self, sort: impl Into<DynamicPoolSort>) -> Self {
        self.set("sort_by", sort.into())
    }

    /// The direction of the order; ascending when not set.
    pub fn sort_order(self, order: impl Into<SortOrder>) -> Self {
        self.set("sort_order", order.into())
    }
}

mailgun_core::params! {
    /// Which moves of domains to list.
    pub struct ListDynamicPoolHistory;
}

impl ListDynamicPoolHistory {
    /// At most so many a page: 1 to 100.
    pub fn limit(self, limit: u32) -> Self {
        self.set("Limit", limit)
    }

    /// Those of domains of subaccounts too.
    pub fn include_subaccounts(self, include_subaccounts: bool) -> Self {
        self.set("include_subaccounts", true_false(include_subaccounts))
    }

    /// Only those of this domain.
    pub fn domain(self, domain: impl Into<String>) -> Self {
        self.set("domain", domain.into())
    }

    /// Only those before this time.
    pub fn before(self, before: Timestamp) -> Self {
        self.set("before", before)
    }

    /// Only those after this time.
    pub fn after(self, after: Timestamp) -> Self {
        self.set("after", after)
    }

    /// Only those to this pool.
    pub fn moved_to(self, pool: impl Into<DynamicPoolName>) -> Self {
        self.set("moved_to", pool.into())
    }

    /// Only those from this pool.
    pub fn moved_from(self, pool: impl Into<DynamicPoolName>) -> Self {
        self.set("moved_from", pool.into())
    }
}
