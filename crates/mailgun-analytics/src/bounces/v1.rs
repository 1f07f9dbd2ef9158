//! The first version of the bounce classification, which Mailgun has deprecated.
#![allow(deprecated, reason = "what is deprecated is deprecated together")]

use std::collections::BTreeMap;

use mailgun_core::{
    Call, Client, Fields, Operation, PageLinks, PageParts, PageResponse, Pager, de, true_false,
};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::metrics::items;

pub(crate) const STATS: Operation = Operation::get("/v1/bounce-classification/stats");
pub(crate) const DOMAINS: Operation = Operation::get("/v1/bounce-classification/domains");
pub(crate) const ENTITIES: Operation =
    Operation::get("/v1/bounce-classification/domains/{domain}/entities");
pub(crate) const RULES: Operation =
    Operation::get("/v1/bounce-classification/domains/{domain}/entities/{entity_id}/rules");
pub(crate) const EVENTS: Operation =
    Operation::get("/v1/bounce-classification/domains/{domain}/events");
pub(crate) const KNOWN_ENTITIES: Operation =
    Operation::get("/v1/bounce-classification/config/entities");
pub(crate) const KNOWN_RULES: Operation = Operation::get("/v1/bounce-classification/config/rules");

/// The first version of the bounce classification; deprecated by Mailgun, use
/// [`BounceClassification`](crate::BounceClassification).
///
/// ```no_run
/// # #![allow(deprecated)]
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_analytics::BounceClassificationV1;
///
/// let bounces = BounceClassificationV1::new(&client);
/// for entity in bounces.entities("mg.example.com", false).await? {
///     println!("{:?} {}", entity.entity_name, entity.bounced);
/// }
/// # Ok(()) }
/// ```
#[deprecated(since = "0.1.0", note = "Mailgun has replaced it; use `BounceClassification`")]
#[derive(Clone, Debug)]
pub struct BounceClassificationV1 {
    client: Client,
}

impl BounceClassificationV1 {
    /// That of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Counts bounces in groups, the largest first.
    ///
    /// `GET /v1/bounce-classification/stats`
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(bounces: mailgun_analytics::BounceClassificationV1)
    /// #     -> Result<(), mailgun_core::Error> {
    /// use mailgun_analytics::ListBounceStats;
    ///
    /// for group in bounces.stats(ListBounceStats::new().limit(20)).await?.items {
    ///     println!("{:?} {}", group.short_explanation, group.bounced);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn stats(&self, params: ListBounceStats) -> Call<BounceStatsResponse> {
        self.client.call(STATS, &[]).query(params)
    }

    /// Counts bounces by domain.
    ///
    /// `GET /v1/bounce-classification/domains`
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(bounces: mailgun_analytics::BounceClassificationV1)
    /// #     -> Result<(), mailgun_core::Error> {
    /// use mailgun_analytics::ListBounceDomains;
    ///
    /// let mut pager = bounces.domains(ListBounceDomains::new().include_subaccounts(true));
    /// while let Some(page) = pager.next_page().await? {
    ///     for domain in page {
    ///         println!("{:?} {}", domain.domain_name, domain.bounced);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn domains(&self, params: ListBounceDomains) -> Pager<BounceStat> {
        Pager::skip(self.client.call::<DomainPage>(DOMAINS, &[]).query(params))
    }

    /// Counts bounces of a domain by provider, spam filter and blocklist; those of subaccounts too
    /// if that is said.
    ///
    /// `GET /v1/bounce-classification/domains/{domain}/entities`
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(bounces: mailgun_analytics::BounceClassificationV1)
    /// #     -> Result<(), mailgun_core::Error> {
    /// for entity in bounces.entities("mg.example.com", None).await? {
    ///     println!("{:?} {}", entity.entity_name, entity.bounced);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn entities(
        &self,
        domain: &str,
        include_subaccounts: impl Into<Option<bool>>,
    ) -> Call<Vec<BounceStat>> {
        self.client
            .call::<Items>(ENTITIES, &[domain])
            .query(subaccounts(include_subaccounts.into()))
            .map(|response| response.items)
    }

    /// Counts bounces of a domain at a provider, spam filter or blocklist by rule; those of
    /// subaccounts too if that is said.
    ///
    /// `GET /v1/bounce-classification/domains/{domain}/entities/{entity_id}/rules`
    ///
    /// # Errors
    ///
    /// Status 403 for a domain of another account.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(bounces: mailgun_analytics::BounceClassificationV1)
    /// #     -> Result<(), mailgun_core::Error> {
    /// for rule in bounces.rules("mg.example.com", "gmail", true).await? {
    ///     println!("{:?}: {:?}", rule.category, rule.sample_text);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn rules(
        &self,
        domain: &str,
        entity_id: &str,
        include_subaccounts: impl Into<Option<bool>>,
    ) -> Call<Vec<BounceStat>> {
        self.client
            .call::<Items>(RULES, &[domain, entity_id])
            .query(subaccounts(include_subaccounts.into()))
            .map(|response| response.items)
    }

    /// Lists bounces of a domain; use [`Logs`](crate::Logs).
    ///
    /// `GET /v1/bounce-classification/domains/{domain}/events`, whose response is not documented: it
    /// is given as it comes.
    ///
    /// # Errors
    ///
    /// Status 403 for a domain of another account, 410 where it is no longer there.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(bounces: mailgun_analytics::BounceClassificationV1)
    /// #     -> Result<(), mailgun_core::Error> {
    /// use mailgun_analytics::BounceEventQuery;
    ///
    /// let query = BounceEventQuery::new().entity_id("gmail").limit(10);
    /// println!("{:#}", bounces.events("mg.example.com", query).await?);
    /// # Ok(()) }
    /// ```
    pub fn events(&self, domain: &str, params: BounceEventQuery) -> Call<Value> {
        self.client.call(EVENTS, &[domain]).query(params)
    }

    /// The providers, spam filters and blocklists that are told apart, by their ids.
    ///
    /// `GET /v1/bounce-classification/config/entities`
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(bounces: mailgun_analytics::BounceClassificationV1)
    /// #     -> Result<(), mailgun_core::Error> {
    /// for (id, entity) in bounces.known_entities().await? {
    ///     println!("{id}: {}", entity.name);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn known_entities(&self) -> Call<BTreeMap<String, BounceEntity>> {
        self.known(KNOWN_ENTITIES)
    }

    /// The rules by which failures are told apart, by their ids.
    ///
    /// `GET /v1/bounce-classification/config/rules`
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(bounces: mailgun_analytics::BounceClassificationV1)
    /// #     -> Result<(), mailgun_core::Error> {
    /// for (id, rule) in bounces.known_rules().await? {
    ///     println!("{id}: {:?}", rule.explanation);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn known_rules(&self) -> Call<BTreeMap<String, BounceRule>> {
        self.known(KNOWN_RULES)
    }

    fn known<T>(&self, route: Operation) -> Call<BTreeMap<String, T>>
    where
        T: DeserializeOwned + Default + 'static,
    {
        self.client
            .call::<BTreeMap<String, Option<T>>>(route, &[])
            .map(|known| known.into_iter().map(|(id, one)| (id, one.unwrap_or_default())).collect())
    }
}

fn subaccounts(include: Option<bool>) -> Fields {
    let mut query = Fields::new();
    if let Some(include) = include {
        query.set("include_subaccounts", true_false(include));
    }
    query
}

mailgun_core::params! {
    /// How to count bounces.
    pub struct ListBounceStats;
}

impl ListBounceStats {
    /// By what to group: `subaccount.id`, `domain.name`, `entity-id` or `rule-id`.
    pub fn group(self, group: impl Into<String>) -> Self {
        self.set("group", group.into())
    }

    /// At most so many.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Those of all subaccounts too; not when not set.
    pub fn include_subaccounts(self, include: bool) -> Self {
        self.set("include_subaccounts", true_false(include))
    }
}

mailgun_core::params! {
    /// Of which domains to count bounces.
    pub struct ListBounceDomains;
}

impl ListBounceDomains {
    /// At most so many a page.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Leaves out so many at the beginning.
    pub fn skip(self, skip: u64) -> Self {
        self.set("skip", skip)
    }

    /// What to look for, `domain.name:example.com` for example.
    pub fn query(self, query: impl Into<String>) -> Self {
        self.set("query", query.into())
    }

    /// Those of all subaccounts too; not when not set.
    pub fn include_subaccounts(self, include: bool) -> Self {
        self.set("include_subaccounts", true_false(include))
    }
}

mailgun_core::params! {
    /// Which bounces of a domain to list.
    pub struct BounceEventQuery;
}

impl BounceEventQuery {
    /// Those by a rule; required for the first page.
    pub fn rule_id(self, id: impl Into<String>) -> Self {
        self.set("rule-id", id.into())
    }

    /// Those at a provider, spam filter or blocklist.
    pub fn entity_id(self, id: impl Into<String>) -> Self {
        self.set("entity-id", id.into())
    }

    /// The column to sort by and the direction; `@timestamp:asc` when not set.
    pub fn sort(self, sort: impl Into<String>) -> Self {
        self.set("sort", sort.into())
    }

    /// Which page, as the links of a response have it.
    pub fn page(self, page: impl Into<String>) -> Self {
        self.set("page", page.into())
    }

    /// At most so many a page.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }
}

/// How many bounces there were of something; each listing fills what it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct BounceStat {
    /// The id of the subaccount.
    #[serde(rename = "subaccount", deserialize_with = "inner")]
    pub subaccount_id: Option<String>,
    /// The domain that sent the mail.
    #[serde(rename = "domain", deserialize_with = "inner")]
    pub domain_name: Option<String>,
    /// The id of the provider, spam filter or blocklist.
    pub entity_id: Option<String>,
    /// Its name.
    pub entity_name: Option<String>,
    /// The id of the rule by which the failures are told apart.
    pub rule_id: Option<String>,
    /// The kind of failure, `ESPBLOCK` for example.
    pub category: Option<String>,
    /// `PERMANENT` or `TEMPORARY`.
    pub severity: Option<String>,
    /// What a server said.
    pub sample_text: Option<String>,
    /// What it means.
    pub explanation: Option<String>,
    /// The same in short.
    pub short_explanation: Option<String>,
    /// How many bounces there were.
    #[serde(deserialize_with = "inner")]
    pub bounced: u64,
}

/// Counts of bounces in groups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct BounceStatsResponse {
    /// The counts.
    #[serde(deserialize_with = "items")]
    pub items: Vec<BounceStat>,
    /// How long Mailgun took for it.
    #[serde(rename = "_duration")]
    pub duration: Option<String>,
}

/// A provider, spam filter or blocklist.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct BounceEntity {
    /// Its name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
}

/// A rule by which failures are told apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct BounceRule {
    /// The id of the provider, spam filter or blocklist.
    #[serde(rename = "entity_id")]
    pub entity_id: Option<String>,
    /// The kind of failure.
    pub class: Option<String>,
    /// What a server says.
    pub sample_text: Option<String>,
    /// What it means.
    pub explanation: Option<String>,
    /// The same in short.
    pub short_explanation: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Items {
    #[serde(deserialize_with = "items")]
    items: Vec<BounceStat>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DomainPage {
    #[serde(deserialize_with = "items")]
    items: Vec<BounceStat>,
    total: Option<u64>,
}

impl PageResponse for DomainPage {
    type Item = BounceStat;

    fn into_parts(self) -> PageParts<BounceStat> {
        PageParts { items: self.items, links: PageLinks::default(), total: self.total }
    }
}

/// The only field of an object, `{"total": 4}` for example.
fn inner<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    #[derive(Deserialize)]
    struct Inner<T> {
        id: Option<T>,
        name: Option<T>,
        total: Option<T>,
    }
    let inner: Option<Inner<T>> = Option::deserialize(deserializer)?;
    Ok(inner.and_then(|it| it.id.or(it.name).or(it.total)).unwrap_or_default())
}
