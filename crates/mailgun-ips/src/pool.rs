use std::{collections::BTreeMap, net::IpAddr};

use mailgun_core::{PageLinks, PageParts, PageResponse, Timestamp, de};
use serde::{Deserialize, Deserializer, Serialize};

/// A pool of dedicated IPs that domains can be linked to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpPool {
    /// The id: 24 hexadecimal digits.
    #[serde(deserialize_with = "de::null_default")]
    pub pool_id: String,
    /// The short name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// A description, in any words.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// The IPs of the pool.
    #[serde(deserialize_with = "de::readable")]
    pub ips: Vec<IpAddr>,
    /// Whether a domain is linked to the pool.
    #[serde(deserialize_with = "de::bool_like")]
    pub is_linked: Option<bool>,
    /// Whether the parent account delegated the pool to this account. Such a pool cannot be
    /// changed.
    #[serde(deserialize_with = "de::bool_like")]
    pub is_inherited: Option<bool>,
    /// The linked domains. Listings of pools have none.
    #[serde(deserialize_with = "de::readable")]
    pub linked_domains: Vec<String>,
    /// Further details of the pool.
    #[serde(deserialize_with = "de::null_default")]
    pub metadata: IpPoolMetadata,
}

/// Further details of a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpPoolMetadata {
    /// When each IP was added to the pool.
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
    /// When the IP was added to the pool.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub linked_at: Option<Timestamp>,
}

/// The pools of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpPoolList {
    /// The message from Mailgun, such as `success`.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// The pools, without their domains.
    #[serde(deserialize_with = "de::items")]
    pub ip_pools: Vec<IpPool>,
}

/// The response to getting a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpPoolResponse {
    /// The message from Mailgun, such as `success`.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// The pool.
    #[serde(deserialize_with = "de::null_default")]
    pub details: IpPool,
}

/// The response to creating a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpPoolCreated {
    /// The message from Mailgun.
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
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
}

/// The pools that are delegated to subaccounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DelegatedPools {
    /// An entry for each subaccount.
    #[serde(deserialize_with = "de::items")]
    pub items: Vec<DelegatedPool>,
    /// The number of entries.
    #[serde(deserialize_with = "de::number_or_string")]
    pub total_count: Option<u64>,
}

/// A subaccount and the pool that is delegated to it.
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
    #[serde(default, deserialize_with = "de::null_default")]
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
