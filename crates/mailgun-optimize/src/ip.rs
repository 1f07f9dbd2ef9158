use std::net::IpAddr;

use mailgun_core::de;
use serde::{Deserialize, Serialize};

use crate::{Health, Listing};

/// A monitored IP.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Ip {
    /// The IP.
    pub ip: Option<IpAddr>,
    /// The IP pool, as you set it.
    #[serde(deserialize_with = "de::null_default")]
    pub ip_pool: String,
    /// The description.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// Whether any blocklist lists it.
    pub state: Option<Health>,
    /// The blocklists that list it.
    #[serde(deserialize_with = "de::items")]
    pub listed: Vec<Listing>,
}
