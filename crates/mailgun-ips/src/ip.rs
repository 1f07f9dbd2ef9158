use std::net::IpAddr;

use mailgun_core::de::{self, Lenient};
use serde::{Deserialize, Deserializer};

/// An IP of the account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Ip {
    /// The IP.
    pub ip: Option<IpAddr>,
    /// Whether no other account sends from it.
    #[serde(deserialize_with = "de::bool_like")]
    pub dedicated: Option<bool>,
    /// The name that the DNS has for it.
    #[serde(deserialize_with = "de::null_default")]
    pub rdns: String,
}

/// The IPs of the account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpList {
    /// The IPs.
    #[serde(deserialize_with = "de::null_default")]
    pub items: Vec<IpAddr>,
    /// How many there are in `items`.
    #[serde(deserialize_with = "de::number_or_string")]
    pub total_count: Option<u64>,
    /// What else is known of them.
    #[serde(deserialize_with = "de::null_default")]
    pub details: Vec<ListedIp>,
    /// Those that can be put into dedicated IP pools; `None` if the account has no such pools.
    #[serde(alias = "assignable_to_pool", deserialize_with = "addresses")]
    pub assignable_to_pools: Option<Vec<IpAddr>>,
}

/// What a listing says of an IP.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ListedIp {
    /// The IP.
    pub ip: Option<IpAddr>,
    /// Whether it is being warmed up.
    #[serde(deserialize_with = "de::bool_like")]
    pub is_on_warmup: Option<bool>,
}

/// A domain that sends from an IP.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpDomain {
    /// The domain.
    #[serde(deserialize_with = "de::null_default")]
    pub domain: String,
    /// All IPs that it sends from.
    #[serde(deserialize_with = "de::null_default")]
    pub ips: Vec<IpAddr>,
}

/// How many more IPs the account may have by its plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AvailableIps {
    /// Dedicated ones.
    #[serde(deserialize_with = "de::number_or_string")]
    pub dedicated: Option<u64>,
    /// Shared ones; Mailgun advises against using this number.
    #[serde(deserialize_with = "de::number_or_string")]
    pub shared: Option<u64>,
}

/// The reference client says that it is a boolean, the API description that it is a list.
fn addresses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<IpAddr>>, D::Error> {
    let value = Lenient::<Option<Vec<IpAddr>>>::deserialize(deserializer)?;
    Ok(value.into_result().unwrap_or_default())
}
