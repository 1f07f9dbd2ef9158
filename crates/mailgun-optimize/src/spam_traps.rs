use std::{collections::BTreeMap, net::IpAddr};

use mailgun_core::{LinkPage, PageParts, PageResponse, Timestamp, de};
use serde::{Deserialize, Serialize};

use crate::TimeRange;

mailgun_core::open_enum! {
    /// What the counts are grouped by.
    pub enum SpamTrapDimension {
        /// The sending domain.
        Domain = "domain",
        /// The subject.
        Subject = "subject",
        /// The sending IP.
        Ip = "ip",
        /// The address of the sender.
        From = "from",
    }
}

mailgun_core::open_enum! {
    /// What the counts are sorted by.
    pub enum SpamTrapSort {
        /// The date.
        Date = "date",
        /// The total.
        Totals = "totals",
        /// The sending domain.
        Domain = "domain",
        /// The subject.
        Subject = "subject",
        /// The sending IP.
        Ip = "ip",
        /// The address of the sender.
        From = "from",
    }
}

/// The messages of a day that reached spam traps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SpamTrapDay {
    /// The day in UTC, as its first moment.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub date: Option<Timestamp>,
    /// Traps that never belonged to a person.
    #[serde(deserialize_with = "de::null_default")]
    pub pristine: u64,
    /// Traps that are abandoned addresses.
    #[serde(deserialize_with = "de::null_default")]
    pub recycled: u64,
    /// Traps at misspelled domains.
    #[serde(deserialize_with = "de::null_default")]
    pub typo: u64,
    /// All traps.
    #[serde(deserialize_with = "de::null_default")]
    pub total: u64,
}

/// The counts of one value of a dimension.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SpamTrapGroup {
    /// The value of the dimension, such as an IP.
    pub value: String,
    /// The days.
    pub days: Vec<SpamTrapDay>,
}

/// Each item is an object that has the days below the value of the dimension.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct GroupPage(LinkPage<BTreeMap<String, Days>>);

#[derive(Deserialize)]
struct Days(#[serde(deserialize_with = "de::items")] Vec<SpamTrapDay>);

impl PageResponse for GroupPage {
    type Item = SpamTrapGroup;

    fn into_parts(self) -> PageParts<SpamTrapGroup> {
        let PageParts { items, links, total } = self.0.into_parts();
        let groups = items.into_iter().flatten();
        let groups = groups.map(|(value, Days(days))| SpamTrapGroup { value, days });
        PageParts { items: groups.collect(), links, total }
    }
}

mailgun_core::params! {
    /// Options of counts of spam traps. Each filter may be set several times; any of its values
    /// matches.
    pub struct ListSpamTraps;
}

impl ListSpamTraps {
    /// What to sort by. Default: the date.
    pub fn sort_by(self, sort: impl Into<SpamTrapSort>) -> Self {
        self.set("sortby", sort.into().to_string())
    }

    /// Only messages from this IP. Adds to the IPs set before.
    pub fn ip(self, ip: IpAddr) -> Self {
        self.append("ip", ip.to_string())
    }

    /// Only messages of this sending domain. Adds to the domains set before.
    pub fn domain(self, domain: impl Into<String>) -> Self {
        self.append("domain", domain.into())
    }

    /// Only messages with this subject. Adds to the subjects set before.
    pub fn subject(self, subject: impl Into<String>) -> Self {
        self.append("subject", subject.into())
    }

    /// Only messages from this address. Adds to the addresses set before.
    pub fn from(self, address: impl Into<String>) -> Self {
        self.append("from", address.into())
    }

    pub(crate) fn days(self, range: TimeRange) -> Self {
        let [start, end] = range.days();
        self.set("start", start).set("end", end)
    }

    pub(crate) fn group_by(self, dimension: &SpamTrapDimension) -> Self {
        self.set("groupby", dimension.to_string())
    }
}
