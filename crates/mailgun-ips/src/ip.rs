use std::net::IpAddr;

use mailgun_core::de;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;

/// An IP of the account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Ip {
    /// The IP.
    pub ip: Option<IpAddr>,
    /// Whether only this account sends from the IP.
    #[serde(deserialize_with = "de::bool_like")]
    pub dedicated: Option<bool>,
    /// The hostname of the IP in the DNS.
    #[serde(deserialize_with = "de::null_default")]
    pub rdns: String,
}

/// The IPs of the account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Spellings")]
#[non_exhaustive]
pub struct IpList {
    /// The IPs.
    pub items: Vec<IpAddr>,
    /// The number of `items`.
    pub total_count: Option<u64>,
    /// Details of the IPs.
    pub details: Vec<ListedIp>,
    /// The IPs that can be added to dedicated IP pools; `None` if the account has no such pools.
    pub assignable_to_pools: Option<Vec<IpAddr>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Spellings {
    #[serde(deserialize_with = "de::readable")]
    items: Vec<IpAddr>,
    #[serde(deserialize_with = "de::number_or_string")]
    total_count: Option<u64>,
    #[serde(deserialize_with = "de::items")]
    details: Vec<ListedIp>,
    #[serde(deserialize_with = "addresses")]
    assignable_to_pools: Option<Vec<IpAddr>>,
    #[serde(deserialize_with = "addresses")]
    assignable_to_pool: Option<Vec<IpAddr>>,
}

impl From<Spellings> for IpList {
    fn from(response: Spellings) -> Self {
        let Spellings { items, total_count, details, assignable_to_pools, assignable_to_pool } =
            response;
        let assignable_to_pools = assignable_to_pools.or(assignable_to_pool);
        Self { items, total_count, details, assignable_to_pools }
    }
}

/// The details of an IP in a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ListedIp {
    /// The IP.
    pub ip: Option<IpAddr>,
    /// Whether the IP is warming up.
    #[serde(deserialize_with = "de::bool_like")]
    pub is_on_warmup: Option<bool>,
}

/// A domain that sends from an IP.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpDomain {
    /// The domain.
    #[serde(deserialize_with = "de::null_default")]
    pub domain: String,
    /// All IPs that the domain sends from.
    #[serde(deserialize_with = "de::readable")]
    pub ips: Vec<IpAddr>,
}

/// The number of IPs that the plan still allows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AvailableIps {
    /// Dedicated IPs.
    #[serde(deserialize_with = "de::number_or_string")]
    pub dedicated: Option<u64>,
    /// Shared IPs. Mailgun advises against using this number.
    #[serde(deserialize_with = "de::number_or_string")]
    pub shared: Option<u64>,
}

/// The reference client declares a boolean, the API description a list.
fn addresses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<IpAddr>>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null | Value::Bool(_) => Ok(None),
        list => de::readable(list).map(Some).map_err(D::Error::custom),
    }
}
