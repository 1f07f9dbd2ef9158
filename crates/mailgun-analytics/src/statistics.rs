//! The older statistics, which Mailgun has deprecated.
#![allow(deprecated, reason = "what is deprecated is deprecated together")]

use std::collections::BTreeMap;

use mailgun_core::{Call, Client, Fields, Operation, Timestamp, open_enum};
use mailgun_types::analytics::{Resolution, Stats, StatsQuery};
use serde::Deserialize;

pub(crate) const DOMAIN: Operation = Operation::get("/v3/{domain}/stats/total");
pub(crate) const ACCOUNT: Operation = Operation::get("/v3/stats/total");
pub(crate) const BY_DOMAIN: Operation = Operation::get("/v3/stats/total/domains");
pub(crate) const FILTERED: Operation = Operation::get("/v3/stats/filter");
pub(crate) const PROVIDERS: Operation = Operation::get("/v3/{domain}/aggregates/providers");
pub(crate) const DEVICES: Operation = Operation::get("/v3/{domain}/aggregates/devices");
pub(crate) const COUNTRIES: Operation = Operation::get("/v3/{domain}/aggregates/countries");

/// Counts of events. Mailgun has deprecated them; use
/// [`Analytics::metrics`](crate::Analytics::metrics).
///
/// ```no_run
/// # #![allow(deprecated)]
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::analytics::{StatsQuery, TimeSpan};
///
/// let query = StatsQuery::new().event("delivered").duration(TimeSpan::days(7));
/// let stats = mailgun.analytics().stats().domain("mg.example.com", query).await?;
/// for point in stats.stats {
///     println!("{:?}: {:?}", point.time, point.delivered);
/// }
/// # Ok(()) }
/// ```
#[deprecated(since = "0.1.0", note = "Mailgun has replaced them; use `Analytics::metrics`")]
#[derive(Clone, Debug)]
pub struct Statistics {
    client: Client,
}

impl Statistics {
    /// A handle to the statistics of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Counts the events of a domain.
    ///
    /// `GET /v3/{domain}/stats/total`
    ///
    /// # Errors
    ///
    /// Returns 400 if no event is set.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(stats: mailgun::analytics::Statistics)
    /// #     -> Result<(), mailgun::Error> {
    /// use mailgun::analytics::StatsQuery;
    ///
    /// let query = StatsQuery::new().event("delivered").event("failed");
    /// let week = stats.domain("mg.example.com", query).await?;
    /// println!("{:?} to {:?}: {} days", week.start, week.end, week.stats.len());
    /// # Ok(()) }
    /// ```
    pub fn domain(&self, domain: &str, query: StatsQuery) -> Call<Stats> {
        self.client.call(DOMAIN, &[domain]).query(query)
    }

    /// Counts the events of the account.
    ///
    /// `GET /v3/stats/total`
    ///
    /// # Errors
    ///
    /// Returns 400 if no event is set.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(stats: mailgun::analytics::Statistics)
    /// #     -> Result<(), mailgun::Error> {
    /// use mailgun::analytics::{Resolution, StatsQuery, TimeSpan};
    ///
    /// let query = StatsQuery::new()
    ///     .event("accepted")
    ///     .resolution(Resolution::Month)
    ///     .duration(TimeSpan::months(6));
    /// for month in stats.account(query).await?.stats {
    ///     println!("{:?}: {:?}", month.time, month.accepted);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn account(&self, query: StatsQuery) -> Call<Stats> {
        self.client.call(ACCOUNT, &[]).query(query)
    }

    /// Counts the events of the account's domains in the hour, day or month that contains
    /// `timestamp`.
    ///
    /// `GET /v3/stats/total/domains`
    ///
    /// # Errors
    ///
    /// Returns 400 if no event is set.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(stats: mailgun::analytics::Statistics)
    /// #     -> Result<(), mailgun::Error> {
    /// use mailgun::analytics::{ListDomainTotals, Resolution};
    ///
    /// let params = ListDomainTotals::new().event("delivered").resolution(Resolution::Day);
    /// let day = stats.by_domain("2026-11-01".parse()?, params).await?;
    /// println!("{:?}", day.stats);
    /// # Ok(()) }
    /// ```
    pub fn by_domain(&self, timestamp: Timestamp, params: ListDomainTotals) -> Call<Stats> {
        let mut query = Fields::from(params);
        query.set("timestamp", timestamp);
        self.client.call(BY_DOMAIN, &[]).query(query)
    }

    /// Counts the account's events that match a filter, in groups.
    ///
    /// `GET /v3/stats/filter`
    ///
    /// # Errors
    ///
    /// Returns 400 if no event is set.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(stats: mailgun::analytics::Statistics)
    /// #     -> Result<(), mailgun::Error> {
    /// use mailgun::analytics::{StatsFilter, StatsGroup, StatsQuery};
    ///
    /// let filter = StatsFilter::new().filter("domain:mg.example.com").group(StatsGroup::Tag);
    /// let found = stats.filtered(StatsQuery::new().event("opened"), filter).await?;
    /// println!("{:?}", found.stats);
    /// # Ok(()) }
    /// ```
    pub fn filtered(&self, query: StatsQuery, filter: StatsFilter) -> Call<Stats> {
        self.client.call(FILTERED, &[]).query(query).query(filter)
    }

    /// Counts the events of a domain by mail provider.
    ///
    /// `GET /v3/{domain}/aggregates/providers`
    ///
    /// # Errors
    ///
    /// Returns 400 if the account has no such domain.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(stats: mailgun::analytics::Statistics)
    /// #     -> Result<(), mailgun::Error> {
    /// for (provider, counts) in stats.providers("mg.example.com").await? {
    ///     println!("{provider}: {:?} accepted", counts.get("accepted"));
    /// }
    /// # Ok(()) }
    /// ```
    pub fn providers(&self, domain: &str) -> Call<EventAggregates> {
        self.aggregates(PROVIDERS, domain)
    }

    /// Counts the events of a domain by type of device.
    ///
    /// `GET /v3/{domain}/aggregates/devices`
    ///
    /// # Errors
    ///
    /// Returns 400 if the account has no such domain.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(stats: mailgun::analytics::Statistics)
    /// #     -> Result<(), mailgun::Error> {
    /// for (device, counts) in stats.devices("mg.example.com").await? {
    ///     println!("{device}: {:?} opened", counts.get("opened"));
    /// }
    /// # Ok(()) }
    /// ```
    pub fn devices(&self, domain: &str) -> Call<EventAggregates> {
        self.aggregates(DEVICES, domain)
    }

    /// Counts the events of a domain by country.
    ///
    /// `GET /v3/{domain}/aggregates/countries`
    ///
    /// # Errors
    ///
    /// Returns 400 if the account has no such domain.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(stats: mailgun::analytics::Statistics)
    /// #     -> Result<(), mailgun::Error> {
    /// for (country, counts) in stats.countries("mg.example.com").await? {
    ///     println!("{country}: {:?} clicked", counts.get("clicked"));
    /// }
    /// # Ok(()) }
    /// ```
    pub fn countries(&self, domain: &str) -> Call<EventAggregates> {
        self.aggregates(COUNTRIES, domain)
    }

    fn aggregates(&self, operation: Operation, domain: &str) -> Call<EventAggregates> {
        type Counts = BTreeMap<String, Option<u64>>;
        #[derive(Deserialize)]
        struct Response {
            providers: Option<BTreeMap<String, Option<Counts>>>,
            devices: Option<BTreeMap<String, Option<Counts>>>,
            countries: Option<BTreeMap<String, Option<Counts>>>,
        }
        let known = |counts: Option<Counts>| {
            let counts = counts.unwrap_or_default().into_iter();
            counts.filter_map(|(event, count)| Some((event, count?))).collect()
        };
        self.client.call::<Response>(operation, &[domain]).map(move |response| {
            let counts = response.providers.or(response.devices).or(response.countries);
            let counts = counts.unwrap_or_default().into_iter();
            counts.map(|(key, counts)| (key, known(counts))).collect()
        })
    }
}

/// Counts by mail provider, type of device or country, and then by event, such as `unique_clicked`.
pub type EventAggregates = BTreeMap<String, BTreeMap<String, u64>>;

mailgun_core::params! {
    /// Options for counting the events of domains.
    pub struct ListDomainTotals;
}

impl ListDomainTotals {
    /// Adds an event to count: `accepted`, `delivered`, `failed`, `opened`, `clicked`,
    /// `unsubscribed`, `complained` or `stored`. At least one is required.
    pub fn event(self, event: impl Into<String>) -> Self {
        self.append("event", event.into())
    }

    /// The length of the period; default day.
    pub fn resolution(self, resolution: Resolution) -> Self {
        self.set("resolution", resolution)
    }

    /// Number of domains to skip, as the API description says.
    pub fn limit(self, limit: u64) -> Self {
        self.set("limit", limit)
    }
}

mailgun_core::params! {
    /// Options for counting the events of an account in groups.
    pub struct StatsFilter;
}

impl StatsFilter {
    /// The filter, such as `domain:mg.example.com`.
    pub fn filter(self, filter: impl Into<String>) -> Self {
        self.set("filter", filter.into())
    }

    /// The field to group by.
    pub fn group(self, group: StatsGroup) -> Self {
        self.set("group", group)
    }
}

open_enum! {
    /// The grouping of the statistics of an account.
    pub enum StatsGroup {
        /// No grouping.
        Total = "total",
        /// By time.
        Time = "time",
        /// By day.
        Day = "day",
        /// By month.
        Month = "month",
        /// By domain.
        Domain = "domain",
        /// By IP address.
        Ip = "ip",
        /// By mail provider.
        Provider = "provider",
        /// By tag.
        Tag = "tag",
        /// By country.
        Country = "country",
    }
}
