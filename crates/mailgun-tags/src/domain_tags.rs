//! The tags of one domain, deprecated by Mailgun.
#![allow(deprecated, reason = "what is deprecated is deprecated together")]

use std::collections::BTreeMap;

use mailgun_core::{Call, Client, Confirmation, Fields, LinkPage, Operation, Pager, Timestamp, de};
use mailgun_types::{
    PageDirection,
    analytics::{Stats, StatsQuery},
};
use serde::{Deserialize, Deserializer, Serialize};

pub(crate) const LIST: Operation = Operation::get("/v3/{domain}/tags");
pub(crate) const GET: Operation = Operation::get("/v3/{domain}/tags/{tag}");
pub(crate) const UPDATE: Operation = Operation::put("/v3/{domain}/tags/{tag}").idempotent();
pub(crate) const DELETE: Operation = Operation::delete("/v3/{domain}/tags/{tag}").idempotent();
pub(crate) const STATS: Operation = Operation::get("/v3/{domain}/tags/{tag}/stats");
pub(crate) const COUNTRIES: Operation =
    Operation::get("/v3/{domain}/tags/{tag}/stats/aggregates/countries");
pub(crate) const PROVIDERS: Operation =
    Operation::get("/v3/{domain}/tags/{tag}/stats/aggregates/providers");
pub(crate) const DEVICES: Operation =
    Operation::get("/v3/{domain}/tags/{tag}/stats/aggregates/devices");
pub(crate) const GET_BY_QUERY: Operation = Operation::get("/v3/{domain}/tag");
pub(crate) const UPDATE_BY_QUERY: Operation = Operation::put("/v3/{domain}/tag").idempotent();
pub(crate) const DELETE_BY_QUERY: Operation = Operation::delete("/v3/{domain}/tag").idempotent();
pub(crate) const STATS_BY_QUERY: Operation = Operation::get("/v3/{domain}/tag/stats");
pub(crate) const AGGREGATES_BY_QUERY: Operation =
    Operation::get("/v3/{domain}/tag/stats/aggregates");
pub(crate) const LIMITS: Operation = Operation::get("/v3/domains/{domain}/limits/tag");
pub(crate) const KNOWN_DEVICES: Operation = Operation::get("/v3/domains/{domain}/tag/devices");
pub(crate) const KNOWN_PROVIDERS: Operation = Operation::get("/v3/domains/{domain}/tag/providers");
pub(crate) const KNOWN_COUNTRIES: Operation = Operation::get("/v3/domains/{domain}/tag/countries");

/// The tags of one domain. Mailgun has deprecated them; use [`Tags`](crate::Tags).
///
/// Each operation on a single tag exists twice: with the tag in the path, and (`…_by_query`) with
/// the tag in the query.
///
/// ```no_run
/// # #![allow(deprecated)]
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::tags::ListDomainTags;
///
/// let mut pager = mailgun.domain_tags("mg.example.com").list(ListDomainTags::new());
/// while let Some(page) = pager.next_page().await? {
///     for tag in page {
///         println!("{}: {}", tag.tag, tag.description);
///     }
/// }
/// # Ok(()) }
/// ```
#[deprecated(since = "0.1.0", note = "Mailgun has replaced the tags of domains; use `Tags`")]
#[derive(Clone, Debug)]
pub struct DomainTags {
    client: Client,
    domain: String,
}

impl DomainTags {
    /// A handle to the tags of `domain`.
    pub fn new(client: &Client, domain: impl Into<String>) -> Self {
        Self { client: client.clone(), domain: domain.into() }
    }

    /// Lists tags.
    ///
    /// `GET /v3/{domain}/tags`
    ///
    /// # Errors
    ///
    /// Returns 400 if a parameter is invalid.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(tags: mailgun::tags::DomainTags) -> Result<(), mailgun::Error> {
    /// use mailgun::tags::ListDomainTags;
    ///
    /// let mut pager = tags.list(ListDomainTags::new().prefix("news").limit(50));
    /// while let Some(page) = pager.next_page().await? {
    ///     for tag in page {
    ///         println!("{}: {:?}", tag.tag, tag.last_seen);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListDomainTags) -> Pager<DomainTag> {
        Pager::links(self.client.call::<LinkPage<DomainTag>>(LIST, &[&self.domain]).query(params))
    }

    /// One tag.
    ///
    /// `GET /v3/{domain}/tags/{tag}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(tags: mailgun::tags::DomainTags) -> Result<(), mailgun::Error> {
    /// println!("{}", tags.get("newsletter").await?.description);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, tag: &str) -> Call<DomainTag> {
        self.client.call(GET, &[&self.domain, tag])
    }

    /// Sets the description of a tag.
    ///
    /// `PUT /v3/{domain}/tags/{tag}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(tags: mailgun::tags::DomainTags) -> Result<(), mailgun::Error> {
    /// tags.update("newsletter", "Each Monday").await?;
    /// # Ok(()) }
    /// ```
    pub fn update(&self, tag: &str, description: &str) -> Call<Confirmation> {
        let mut form = Fields::new();
        form.set("description", description);
        self.client.call(UPDATE, &[&self.domain, tag]).form(form)
    }

    /// Deletes a tag.
    ///
    /// `DELETE /v3/{domain}/tags/{tag}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(tags: mailgun::tags::DomainTags) -> Result<(), mailgun::Error> {
    /// tags.delete("newsletter").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, tag: &str) -> Call<Confirmation> {
        self.client.call(DELETE, &[&self.domain, tag])
    }

    /// Counts the events of messages with a tag.
    ///
    /// `GET /v3/{domain}/tags/{tag}/stats`
    ///
    /// # Errors
    ///
    /// Returns 400 if no event is set, and 404 if the tag does not exist.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(tags: mailgun::tags::DomainTags) -> Result<(), mailgun::Error> {
    /// use mailgun::tags::StatsQuery;
    ///
    /// let stats = tags.stats("newsletter", StatsQuery::new().event("opened")).await?;
    /// for point in stats.stats {
    ///     println!("{:?}: {:?}", point.time, point.opened);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn stats(&self, tag: &str, query: StatsQuery) -> Call<Stats> {
        self.client.call(STATS, &[&self.domain, tag]).query(query)
    }

    /// Counts the events of messages with a tag by country.
    ///
    /// `GET /v3/{domain}/tags/{tag}/stats/aggregates/countries`
    ///
    /// # Errors
    ///
    /// Returns 404 if the tag does not exist.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(tags: mailgun::tags::DomainTags) -> Result<(), mailgun::Error> {
    /// println!("{:?}", tags.countries("newsletter").await?.country);
    /// # Ok(()) }
    /// ```
    pub fn countries(&self, tag: &str) -> Call<TagAggregates> {
        self.client.call(COUNTRIES, &[&self.domain, tag])
    }

    /// Counts the events of messages with a tag by mail provider.
    ///
    /// `GET /v3/{domain}/tags/{tag}/stats/aggregates/providers`
    ///
    /// # Errors
    ///
    /// Returns 404 if the tag does not exist.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(tags: mailgun::tags::DomainTags) -> Result<(), mailgun::Error> {
    /// println!("{:?}", tags.providers("newsletter").await?.provider);
    /// # Ok(()) }
    /// ```
    pub fn providers(&self, tag: &str) -> Call<TagAggregates> {
        self.client.call(PROVIDERS, &[&self.domain, tag])
    }

    /// Counts the events of messages with a tag by type of device.
    ///
    /// `GET /v3/{domain}/tags/{tag}/stats/aggregates/devices`
    ///
    /// # Errors
    ///
    /// Returns 404 if the tag does not exist.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(tags: mailgun::tags::DomainTags) -> Result<(), mailgun::Error> {
    /// println!("{:?}", tags.devices("newsletter").await?.device);
    /// # Ok(()) }
    /// ```
    pub fn devices(&self, tag: &str) -> Call<TagAggregates> {
        self.client.call(DEVICES, &[&self.domain, tag])
    }

    /// Gets a tag, as [`get`](Self::get).
    ///
    /// `GET /v3/{domain}/tag`
    ///
    /// # Errors
    ///
    /// Returns 400 or 404 if the tag does not exist.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(tags: mailgun::tags::DomainTags) -> Result<(), mailgun::Error> {
    /// println!("{}", tags.get_by_query("spring sale/1").await?.description);
    /// # Ok(()) }
    /// ```
    pub fn get_by_query(&self, tag: &str) -> Call<DomainTag> {
        self.client.call(GET_BY_QUERY, &[&self.domain]).query(query(tag))
    }

    /// Sets the description of a tag, as [`update`](Self::update).
    ///
    /// `PUT /v3/{domain}/tag`
    ///
    /// # Errors
    ///
    /// Returns 400 or 404 if the tag does not exist.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(tags: mailgun::tags::DomainTags) -> Result<(), mailgun::Error> {
    /// tags.update_by_query("spring sale/1", "Until May").await?;
    /// # Ok(()) }
    /// ```
    pub fn update_by_query(&self, tag: &str, description: &str) -> Call<Confirmation> {
        let mut query = query(tag);
        query.set("description", description);
        self.client.call(UPDATE_BY_QUERY, &[&self.domain]).query(query)
    }

    /// Deletes a tag, as [`delete`](Self::delete).
    ///
    /// `DELETE /v3/{domain}/tag`
    ///
    /// # Errors
    ///
    /// Returns 400 or 404 if the tag does not exist.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(tags: mailgun::tags::DomainTags) -> Result<(), mailgun::Error> {
    /// tags.delete_by_query("spring sale/1").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete_by_query(&self, tag: &str) -> Call<Confirmation> {
        self.client.call(DELETE_BY_QUERY, &[&self.domain]).query(query(tag))
    }

    /// Counts the events of messages with a tag, as [`stats`](Self::stats).
    ///
    /// `GET /v3/{domain}/tag/stats`
    ///
    /// # Errors
    ///
    /// Returns 400 if no event is set.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(tags: mailgun::tags::DomainTags) -> Result<(), mailgun::Error> {
    /// use mailgun::tags::StatsQuery;
    ///
    /// let query = StatsQuery::new().event("clicked");
    /// println!("{:?}", tags.stats_by_query("spring sale/1", query).await?.stats);
    /// # Ok(()) }
    /// ```
    pub fn stats_by_query(&self, tag: &str, stats: StatsQuery) -> Call<Stats> {
        self.client.call(STATS_BY_QUERY, &[&self.domain]).query(query(tag)).query(stats)
    }

    /// Counts the events of messages with a tag by `country`, `provider` or `device`.
    ///
    /// `GET /v3/{domain}/tag/stats/aggregates`
    ///
    /// # Errors
    ///
    /// Returns 400 if the kind is none of these.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(tags: mailgun::tags::DomainTags) -> Result<(), mailgun::Error> {
    /// let counts = tags.aggregates_by_query("spring sale/1", "country").await?;
    /// println!("{:?}", counts.country);
    /// # Ok(()) }
    /// ```
    pub fn aggregates_by_query(&self, tag: &str, kind: &str) -> Call<TagAggregates> {
        let mut query = query(tag);
        query.set("type", kind);
        self.client.call(AGGREGATES_BY_QUERY, &[&self.domain]).query(query)
    }

    /// Gets the number of tags of the domain, and the limit.
    ///
    /// `GET /v3/domains/{domain}/limits/tag`
    ///
    /// # Errors
    ///
    /// Returns 400 if the account has no such domain.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(tags: mailgun::tags::DomainTags) -> Result<(), mailgun::Error> {
    /// let tags = tags.limits().await?;
    /// println!("{} of {} tags", tags.count, tags.limit);
    /// # Ok(()) }
    /// ```
    pub fn limits(&self) -> Call<TagCount> {
        self.client.call(LIMITS, &[&self.domain])
    }

    /// Lists the types of devices.
    ///
    /// `GET /v3/domains/{domain}/tag/devices`
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(tags: mailgun::tags::DomainTags) -> Result<(), mailgun::Error> {
    /// println!("{:?}", tags.known_devices().await?);
    /// # Ok(()) }
    /// ```
    pub fn known_devices(&self) -> Call<Vec<String>> {
        self.known(KNOWN_DEVICES)
    }

    /// Lists the mail providers.
    ///
    /// `GET /v3/domains/{domain}/tag/providers`
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(tags: mailgun::tags::DomainTags) -> Result<(), mailgun::Error> {
    /// println!("{:?}", tags.known_providers().await?);
    /// # Ok(()) }
    /// ```
    pub fn known_providers(&self) -> Call<Vec<String>> {
        self.known(KNOWN_PROVIDERS)
    }

    /// Lists the country codes.
    ///
    /// `GET /v3/domains/{domain}/tag/countries`
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(tags: mailgun::tags::DomainTags) -> Result<(), mailgun::Error> {
    /// println!("{:?}", tags.known_countries().await?);
    /// # Ok(()) }
    /// ```
    pub fn known_countries(&self) -> Call<Vec<String>> {
        self.known(KNOWN_COUNTRIES)
    }

    fn known(&self, operation: Operation) -> Call<Vec<String>> {
        #[derive(Deserialize)]
        struct Known {
            #[serde(default, deserialize_with = "de::readable")]
            items: Vec<String>,
        }
        self.client.call::<Known>(operation, &[&self.domain]).map(|known| known.items)
    }
}

fn query(tag: &str) -> Fields {
    let mut query = Fields::new();
    query.set("tag", tag);
    query
}

mailgun_core::params! {
    /// Options for listing the tags of a domain.
    pub struct ListDomainTags;
}

impl ListDomainTags {
    /// Page size.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Lists only tags that start with `prefix`.
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        self.set("prefix", prefix.into())
    }

    /// The tag that [`page`](Self::page) is relative to.
    pub fn tag(self, tag: impl Into<String>) -> Self {
        self.set("tag", tag.into())
    }

    /// The page to start with, relative to [`tag`](Self::tag); default the first.
    pub fn page(self, page: PageDirection) -> Self {
        self.set("page", page.abbreviated())
    }
}

/// A tag of a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DomainTag {
    /// The tag.
    #[serde(deserialize_with = "de::null_default")]
    pub tag: String,
    /// A description, in any words.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// When the tag was first used.
    #[serde(rename = "first-seen", deserialize_with = "de::optional_timestamp")]
    pub first_seen: Option<Timestamp>,
    /// When the tag was last used.
    #[serde(rename = "last-seen", deserialize_with = "de::optional_timestamp")]
    pub last_seen: Option<Timestamp>,
}

/// Counts of events by country, mail provider or device, and then by event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TagAggregates {
    /// The tag.
    #[serde(deserialize_with = "de::null_default")]
    pub tag: String,
    /// By country.
    #[serde(deserialize_with = "aggregates")]
    pub country: Aggregates,
    /// By mail provider.
    #[serde(deserialize_with = "aggregates")]
    pub provider: Aggregates,
    /// Counts by type of device.
    #[serde(deserialize_with = "aggregates")]
    pub device: Aggregates,
}

type Aggregates = BTreeMap<String, BTreeMap<String, Option<u64>>>;

/// `null` stands for no counts.
fn aggregates<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Aggregates, D::Error> {
    let all: BTreeMap<String, Option<_>> = de::null_default(deserializer)?;
    Ok(all.into_iter().map(|(name, counts)| (name, counts.unwrap_or_default())).collect())
}

/// The number of tags of a domain, and the limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TagCount {
    /// The kind of the limit.
    pub id: Option<String>,
    /// The maximum number of tags.
    #[serde(deserialize_with = "de::null_default")]
    pub limit: u64,
    /// The number of tags.
    #[serde(deserialize_with = "de::null_default")]
    pub count: u64,
}
