use std::{collections::BTreeMap, net::IpAddr};

use mailgun_core::{PageLinks, PageParts, PageResponse, Timestamp, de};
use serde::{Deserialize, Deserializer, Serialize};

/// A pool of dedicated IPs, which domains can be linked to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpPool {
    /// What names it in calls: 24 hexadecimal digits.
    #[serde(deserialize_with = "de::null_default")]
    pub pool_id: String,
    /// Its short name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// Free text.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// Its IPs.
    #[serde(deserialize_with = "de::readable")]
    pub ips: Vec<IpAddr>,
    /// Whether a domain is linked to it.
    #[serde(deserialize_with = "de::bool_like")]
    pub is_linked: Option<bool>,
    /// Whether the parent account has delegated it to this one; such a pool cannot be changed.
    #[serde(deserialize_with = "de::bool_like")]
    pub is_inherited: Option<bool>,
    /// The domains that are linked to it; a listing of pools leaves them out.
    #[serde(deserialize_with = "de::readable")]
    pub linked_domains: Vec<String>,
    /// What else Mailgun keeps of it.
    #[serde(deserialize_with = "de::null_default")]
    pub metadata: IpPoolMetadata,
}

/// What else Mailgun keeps of a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpPoolMetadata {
    /// When each IP was put into it.
    #[serde(deserialize_with = "assignments")]
    pub assignments: BTreeMap<IpAddr, Option<LinkedIp>>,
}

/// Keys that are not IPs are left out.
fn assignments<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<IpAddr, Option<LinkedIp>>, D::Error> {
    let all: BTreeMap<String, Option<LinkedIp>> = de::null_default(deserializer)?;
    Ok(all.into_iter().filter_map(|(ip, linked)| Some((ip.parse().ok()?, linked))).collect())
}

/// An IP of a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LinkedIp {
    /// When it was put into the pool.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub linked_at: Option<Timestamp>,
}

/// The pools of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpPoolList {
    /// Mailgun's words, `success` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// The pools, without their domains.
    #[serde(deserialize_with = "de::items")]
    pub ip_pools: Vec<IpPool>,
}

/// The reply to the request for a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpPoolResponse {
    /// Mailgun's words, `success` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// The pool.
    #[serde(deserialize_with = "de::null_default")]
    pub details: IpPool,
}

/// The reply to the creation of a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpPoolCreated {
    /// Mailgun's words.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// The id of the new pool.
    #[serde(deserialize_with = "de::null_default")]
    pub pool_id: String,
}

/// A domain that is linked to a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LinkedDomain {
    /// Its id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// Its name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
}

/// The pools that are delegated to subaccounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DelegatedPools {
    /// One for each subaccount.
    #[serde(deserialize_with = "de::items")]
    pub items: Vec<DelegatedPool>,
    /// How many there are.
    #[serde(deserialize_with = "de::number_or_string")]
    pub total_count: Option<u64>,
}

/// A subaccount, and the pool that is delegated to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DelegatedPool {
    /// The id of the pool.
    pub pool_id: Option<String>,
    /// The id of the subaccount.
    #[serde(deserialize_with = "de::null_default")]
    pub subaccount_id: String,
}

#[derive(Deserialize)]
pub(crate) struct LinkedDomains {
    #[serde(default, deserialize_with = "de::items")]
    domains: Vec<LinkedDomain>,
    #[serde(default, deserialize_with = "de::null_default")]
    paging: PageLinks,
}

impl PageResponse for LinkedDomains {
    type Item = LinkedDomain;

    fn into_parts(self) -> PageParts<LinkedDomain> {
        PageParts { items: self.domains, links: self.paging, total: None }
    }
}
