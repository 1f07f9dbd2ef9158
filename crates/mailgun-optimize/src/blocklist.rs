use std::net::IpAddr;

use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};

use crate::TimeRange;

mailgun_core::open_enum! {
    /// Whether any blocklist lists an IP or a domain.
    pub enum Health {
        /// No blocklist lists it.
        Healthy = "healthy",
        /// At least one blocklist lists it.
        Listed = "listed",
    }
}

mailgun_core::open_enum! {
    /// What happened to an IP.
    pub enum BlocklistEventType {
        /// It was added to a blocklist.
        IpListed = "ip_listed",
        /// It was removed from a blocklist.
        IpDelisted = "ip_delisted",
    }
}

/// A blocklist that Mailgun checks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Blocklist {
    /// The zone that identifies it, such as `b.barracudacentral.org`.
    #[serde(deserialize_with = "de::null_default")]
    pub blocklist: String,
    /// The name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
}

/// A blocklist that lists an IP or a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Listing {
    /// The zone of the blocklist, such as `dbl.spamhaus.org`.
    #[serde(deserialize_with = "de::null_default")]
    pub list: String,
    /// The name of the blocklist.
    pub name: Option<String>,
    /// When Mailgun first found it there.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub first_seen: Option<Timestamp>,
    /// When Mailgun last found it there.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub last_seen: Option<Timestamp>,
    /// When its removal was requested. `None` if it was not.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub delist_requested_at: Option<Timestamp>,
    /// What the blocklist says, often a URL.
    #[serde(deserialize_with = "de::readable")]
    pub comments: Vec<String>,
}

/// A domain that is checked against blocklists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MonitoredDomain {
    /// The name.
    #[serde(deserialize_with = "de::null_default")]
    pub domain: String,
    /// When it was last checked.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// Whether any blocklist lists it.
    pub state: Option<Health>,
    /// The blocklists that list it.
    #[serde(deserialize_with = "de::items")]
    pub listed: Vec<Listing>,
}

/// An IP was added to a blocklist or removed from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct BlocklistEvent {
    /// The IP.
    pub ip: Option<IpAddr>,
    /// The IP pool, as you set it.
    #[serde(deserialize_with = "de::null_default")]
    pub ip_pool: String,
    /// When it happened.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub timestamp: Option<Timestamp>,
    /// What happened.
    pub event: Option<BlocklistEventType>,
    /// The zone of the blocklist.
    #[serde(deserialize_with = "de::null_default")]
    pub blocklist: String,
    /// The id of the account.
    #[serde(deserialize_with = "de::null_default")]
    pub account_id: String,
}

mailgun_core::params! {
    /// Options of a listing of blocklist events.
    pub struct ListBlocklistEvents;
}

impl ListBlocklistEvents {
    /// Only events of this IP.
    pub fn ip(self, ip: IpAddr) -> Self {
        self.set("ip", ip.to_string())
    }

    /// Only events of the blocklist with this zone, such as `pbl.spamhaus.org`.
    pub fn blocklist(self, blocklist: impl Into<String>) -> Self {
        self.set("blocklist", blocklist.into())
    }

    /// Only events of this type.
    pub fn event(self, event: impl Into<BlocklistEventType>) -> Self {
        self.set("event", event.into().to_string())
    }

    /// The page size, 10 to 50.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    pub(crate) fn range(self, range: TimeRange) -> Self {
        self.set("timerangeStart", range.start().to_rfc3339())
            .set("timerangeEnd", range.end().to_rfc3339())
    }
}
