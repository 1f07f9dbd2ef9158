use mailgun_core::{Call, Client, LinkPage, Operation, Pager, de};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Blocklist, BlocklistEvent, Domains, Ips, ListBlocklistEvents, ListSpamTraps, MonitoredDomain,
    SpamTrapDay, SpamTrapDimension, SpamTrapGroup, TimeRange, spam_traps::GroupPage,
};

pub(crate) const BLOCKLISTS: Operation = Operation::get("/v1/blocklist-monitoring/blocklists");
pub(crate) const BLOCKLIST_EVENTS: Operation = Operation::get("/v1/blocklist-monitoring/events");
pub(crate) const MONITORED_DOMAINS: Operation = Operation::get("/v1/monitoring/domains");
pub(crate) const DOMAIN_BLOCKLISTS: Operation = Operation::get("/v3/domains/{domain}/blocklists");
pub(crate) const SPAM_TRAPS: Operation = Operation::get("/v1/spamtraps");
pub(crate) const SPAM_TRAPS_V2: Operation = Operation::get("/v2/spamtraps");
pub(crate) const SNDS: Operation = Operation::get("/v1/reputationanalytics/snds");

/// Mailgun Optimize: blocklist monitoring and spam traps. Not part of every plan.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// for domain in mailgun.optimize().monitored_domains().await? {
///     println!("{}: {:?}", domain.domain, domain.state);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Optimize {
    client: Client,
}

impl Optimize {
    /// The monitoring of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// The monitored domains.
    pub fn domains(&self) -> Domains {
        Domains { client: self.client.clone() }
    }

    /// The monitored IPs.
    pub fn ips(&self) -> Ips {
        Ips { client: self.client.clone() }
    }

    /// Lists the blocklists that Mailgun checks.
    ///
    /// `GET /v1/blocklist-monitoring/blocklists`
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(optimize: mailgun::optimize::Optimize) -> Result<(), mailgun::Error> {
    /// for blocklist in optimize.blocklists().await? {
    ///     println!("{} is {}", blocklist.name, blocklist.blocklist);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn blocklists(&self) -> Call<Vec<Blocklist>> {
        self.client.call::<Blocklists>(BLOCKLISTS, &[]).map(|response| response.items)
    }

    /// Lists when monitored IPs were added to blocklists and removed from them.
    ///
    /// `GET /v1/blocklist-monitoring/events`
    ///
    /// # Errors
    ///
    /// Returns 400 if the range or an option is invalid.
    ///
    /// ```no_run
    /// # async fn example(optimize: mailgun::optimize::Optimize) -> Result<(), mailgun::Error> {
    /// use std::time::Duration;
    ///
    /// use mailgun::optimize::{BlocklistEventType, ListBlocklistEvents, TimeRange};
    ///
    /// let week = TimeRange::last(Duration::from_secs(7 * 24 * 3600));
    /// let params = ListBlocklistEvents::new().event(BlocklistEventType::IpListed);
    /// let mut pager = optimize.blocklist_events(week, params);
    /// while let Some(page) = pager.next_page().await? {
    ///     for event in page {
    ///         println!("{:?} was added to {}", event.ip, event.blocklist);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn blocklist_events(
        &self,
        range: TimeRange,
        params: ListBlocklistEvents,
    ) -> Pager<BlocklistEvent> {
        let call = self.client.call::<LinkPage<BlocklistEvent>>(BLOCKLIST_EVENTS, &[]);
        Pager::links(call.query(params.range(range)))
    }

    /// Lists the domains that are checked against blocklists, with the blocklists that list them.
    ///
    /// `GET /v1/monitoring/domains`. Add and remove domains with [`domains`](Self::domains).
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(optimize: mailgun::optimize::Optimize) -> Result<(), mailgun::Error> {
    /// for domain in optimize.monitored_domains().await? {
    ///     for listing in domain.listed {
    ///         println!("{} is on {}", domain.domain, listing.list);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn monitored_domains(&self) -> Call<Vec<MonitoredDomain>> {
        self.client
            .call::<MonitoredDomains>(MONITORED_DOMAINS, &[])
            .map(|response| response.domains)
    }

    /// Gets the blocklists of a domain.
    ///
    /// `GET /v3/domains/{domain}/blocklists`. Mailgun does not document it: only the route is known,
    /// so the response is untyped.
    ///
    /// # Errors
    ///
    /// Returns 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(optimize: mailgun::optimize::Optimize) -> Result<(), mailgun::Error> {
    /// println!("{:#}", optimize.domain_blocklists("mg.example.com").await?);
    /// # Ok(()) }
    /// ```
    pub fn domain_blocklists(&self, domain: &str) -> Call<Value> {
        self.client.call(DOMAIN_BLOCKLISTS, &[domain])
    }

    /// Counts the messages that reached spam traps, by day.
    ///
    /// `GET /v1/spamtraps`. The range counts as whole days in UTC. Days without such messages are
    /// left out at both ends.
    ///
    /// # Errors
    ///
    /// Returns 400 if the range or an option is invalid.
    ///
    /// ```no_run
    /// # async fn example(optimize: mailgun::optimize::Optimize) -> Result<(), mailgun::Error> {
    /// use std::time::Duration;
    ///
    /// use mailgun::optimize::{ListSpamTraps, TimeRange};
    ///
    /// let month = TimeRange::last(Duration::from_secs(30 * 24 * 3600));
    /// let params = ListSpamTraps::new().domain("mg.example.com");
    /// let mut pager = optimize.spam_traps(month, params);
    /// while let Some(page) = pager.next_page().await? {
    ///     for day in page {
    ///         println!("{:?}: {}", day.date, day.total);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn spam_traps(&self, range: TimeRange, params: ListSpamTraps) -> Pager<SpamTrapDay> {
        let call = self.client.call::<LinkPage<SpamTrapDay>>(SPAM_TRAPS, &[]);
        Pager::links(call.query(params.days(range)))
    }

    /// Counts the messages that reached spam traps, by day and by a dimension.
    ///
    /// `GET /v1/spamtraps`, as [`spam_traps`](Self::spam_traps).
    ///
    /// # Errors
    ///
    /// Returns 400 if the range or an option is invalid.
    ///
    /// ```no_run
    /// # async fn example(optimize: mailgun::optimize::Optimize) -> Result<(), mailgun::Error> {
    /// use std::time::Duration;
    ///
    /// use mailgun::optimize::{ListSpamTraps, SpamTrapDimension, TimeRange};
    ///
    /// let month = TimeRange::last(Duration::from_secs(30 * 24 * 3600));
    /// let params = ListSpamTraps::new();
    /// let mut pager = optimize.spam_traps_by(SpamTrapDimension::Ip, month, params);
    /// while let Some(page) = pager.next_page().await? {
    ///     for group in page {
    ///         println!("{}: {}", group.value, group.days.iter().map(|day| day.total).sum::<u64>());
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn spam_traps_by(
        &self,
        dimension: impl Into<SpamTrapDimension>,
        range: TimeRange,
        params: ListSpamTraps,
    ) -> Pager<SpamTrapGroup> {
        let params = params.days(range).group_by(&dimension.into());
        Pager::links(self.client.call::<GroupPage>(SPAM_TRAPS, &[]).query(params))
    }

    /// Counts the messages that reached spam traps, by version 2 of the API.
    ///
    /// `GET /v2/spamtraps`. Mailgun does not document it: only the route is known, so the response is
    /// untyped, and the parameters are those of version 1.
    ///
    /// # Errors
    ///
    /// Returns 400 if the range or an option is invalid.
    ///
    /// ```no_run
    /// # async fn example(optimize: mailgun::optimize::Optimize) -> Result<(), mailgun::Error> {
    /// use std::time::Duration;
    ///
    /// use mailgun::optimize::{ListSpamTraps, TimeRange};
    ///
    /// let month = TimeRange::last(Duration::from_secs(30 * 24 * 3600));
    /// println!("{:#}", optimize.spam_traps_v2(month, ListSpamTraps::new()).await?);
    /// # Ok(()) }
    /// ```
    pub fn spam_traps_v2(&self, range: TimeRange, params: ListSpamTraps) -> Call<Value> {
        self.client.call(SPAM_TRAPS_V2, &[]).query(params.days(range))
    }

    /// Gets the data of Microsoft's SNDS about the account's IPs.
    ///
    /// `GET /v1/reputationanalytics/snds`. Mailgun does not document it: only the route is known, so
    /// the response is untyped.
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(optimize: mailgun::optimize::Optimize) -> Result<(), mailgun::Error> {
    /// println!("{:#}", optimize.snds().await?);
    /// # Ok(()) }
    /// ```
    pub fn snds(&self) -> Call<Value> {
        self.client.call(SNDS, &[])
    }
}

#[derive(Deserialize)]
struct Blocklists {
    #[serde(default, deserialize_with = "de::items")]
    items: Vec<Blocklist>,
}

#[derive(Deserialize)]
struct MonitoredDomains {
    #[serde(default, deserialize_with = "de::items")]
    domains: Vec<MonitoredDomain>,
}
