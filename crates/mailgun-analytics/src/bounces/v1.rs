//! The first version of the bounce classification, deprecated by Mailgun.
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

/// The first version of the bounce classification. Mailgun has deprecated it; use
/// [`BounceClassification`](crate::BounceClassification).
///
/// ```no_run
/// # #![allow(deprecated)]
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::analytics::BounceClassificationV1;
///
/// let bounces = BounceClassificationV1::new(mailgun.client());
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
    /// A handle to the bounce classification of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Counts bounces by group, largest first.
    ///
    /// `GET /v1/bounce-classification/stats`
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(bounces: mailgun::analytics::BounceClassificationV1)
    /// #     -> Result<(), mailgun::Error> {
    /// use mailgun::analytics::ListBounceStats;
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
    /// # async fn example(bounces: mailgun::analytics::BounceClassificationV1)
    /// #     -> Result<(), mailgun::Error> {
    /// use mailgun::analytics::ListBounceDomains;
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

    /// Counts bounces of a domain by mail provider, spam filter and blocklist. Subaccounts are
    /// included on request.
    ///
    /// `GET /v1/bounce-classification/domains/{domain}/entities`
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(bounces: mailgun::analytics::BounceClassificationV1)
    /// #     -> Result<(), mailgun::Error> {
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
        let query = subaccounts(include_subaccounts.into());
        self.client.call_list(ENTITIES, &[domain], "items").query(query)
    }

    /// Counts bounces of a domain at a mail provider, spam filter or blocklist by rule. Subaccounts
    /// are included on request.
    ///
    /// `GET /v1/bounce-classification/domains/{domain}/entities/{entity_id}/rules`
    ///
    /// # Errors
    ///
    /// Returns 403 if the domain belongs to another account.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(bounces: mailgun::analytics::BounceClassificationV1)
    /// #     -> Result<(), mailgun::Error> {
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
        let query = subaccounts(include_subaccounts.into());
        self.client.call_list(RULES, &[domain, entity_id], "items").query(query)
    }

    /// Lists bounces of a domain. Use [`Logs`](crate::Logs) instead.
    ///
    /// `GET /v1/bounce-classification/domains/{domain}/events`. The response is not documented and
    /// returned as received.
    ///
    /// # Errors
    ///
    /// Returns 403 if the domain belongs to another account, and 410 if Mailgun has removed the
    /// endpoint.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(bounces: mailgun::analytics::BounceClassificationV1)
    /// #     -> Result<(), mailgun::Error> {
    /// use mailgun::analytics::BounceEventQuery;
    ///
    /// let query = BounceEventQuery::new().entity_id("gmail").limit(10);
    /// println!("{:#}", bounces.events("mg.example.com", query).await?);
    /// # Ok(()) }
    /// ```
    pub fn events(&self, domain: &str, params: BounceEventQuery) -> Call<Value> {
        self.client.call(EVENTS, &[domain]).query(params)
    }

    /// Gets the known mail providers, spam filters and blocklists, by id.
    ///
    /// `GET /v1/bounce-classification/config/entities`
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(bounces: mailgun::analytics::BounceClassificationV1)
    /// #     -> Result<(), mailgun::Error> {
    /// for (id, entity) in bounces.known_entities().await? {
    ///     println!("{id}: {}", entity.name);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn known_entities(&self) -> Call<BTreeMap<String, BounceEntity>> {
        self.known(KNOWN_ENTITIES)
    }

    /// Gets the rules of the classification, by id.
    ///
    /// `GET /v1/bounce-classification/config/rules`
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(bounces: mailgun::analytics::BounceClassificationV1)
    /// #     -> Result<(), mailgun::Error> {
    /// for (id, rule) in bounces.known_rules().await? {
    ///     println!("{id}: {:?}", rule.explanation);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn known_rules(&self) -> Call<BTreeMap<String, BounceRule>> {
        self.known(KNOWN_RULES)
    }

    fn known<T>(&self, operation: Operation) -> Call<BTreeMap<String, T>>
    where
        T: DeserializeOwned + Default + 'static,
    {
        self.client
            .call::<BTreeMap<String, Option<T>>>(operation, &[])
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
    /// Options for counting bounces.
    pub struct ListBounceStats;
}

impl ListBounceStats {
    /// The field to group by: `subaccount.id`, `domain.name`, `entity-id` or `rule-id`.
    pub fn group(self, group: impl Into<String>) -> Self {
        self.set("group", group.into())
    }

    /// Maximum number of items.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Includes all subaccounts; default false.
    pub fn include_subaccounts(self, include: bool) -> Self {
        self.set("include_subaccounts", true_false(include))
    }
}

mailgun_core::params! {
    /// Options for counting bounces by domain.
    pub struct ListBounceDomains;
}

impl ListBounceDomains {
    /// Page size.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Number of items to skip.
    pub fn skip(self, skip: u64) -> Self {
        self.set("skip", skip)
    }

    /// A search expression, such as `domain.name:example.com`.
    pub fn query(self, query: impl Into<String>) -> Self {
        self.set("query", query.into())
    }

    /// Includes all subaccounts; default false.
    pub fn include_subaccounts(self, include: bool) -> Self {
        self.set("include_subaccounts", true_false(include))
    }
}

mailgun_core::params! {
    /// Options for listing the bounces of a domain.
    pub struct BounceEventQuery;
}

impl BounceEventQuery {
    /// Lists only bounces of this rule. Required for the first page.
    pub fn rule_id(self, id: impl Into<String>) -> Self {
        self.set("rule-id", id.into())
    }

    /// Lists only bounces at this mail provider, spam filter or blocklist.
    pub fn entity_id(self, id: impl Into<String>) -> Self {
        self.set("entity-id", id.into())
    }

    /// The sort column and direction; default `@timestamp:asc`.
    pub fn sort(self, sort: impl Into<String>) -> Self {
        self.set("sort", sort.into())
    }

    /// The page to get, from a link of a response.
    pub fn page(self, page: impl Into<String>) -> Self {
        self.set("page", page.into())
    }

    /// Page size.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }
}

/// A count of bounces. Which fields are set depends on the listing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct BounceStat {
    /// The id of the subaccount.
    #[serde(rename = "subaccount", deserialize_with = "inner")]
    pub subaccount_id: Option<String>,
    /// The sending domain.
    #[serde(rename = "domain", deserialize_with = "inner")]
    pub domain_name: Option<String>,
    /// The id of the mail provider, spam filter or blocklist.
    pub entity_id: Option<String>,
    /// The name.
    pub entity_name: Option<String>,
    /// The id of the rule of the classification.
    pub rule_id: Option<String>,
    /// The category of the failure, such as `ESPBLOCK`.
    pub category: Option<String>,
    /// `PERMANENT` or `TEMPORARY`.
    pub severity: Option<String>,
    /// The response of a server.
    pub sample_text: Option<String>,
    /// The explanation.
    pub explanation: Option<String>,
    /// The short name of the rule.
    pub short_explanation: Option<String>,
    /// The number of bounces.
    #[serde(deserialize_with = "inner")]
    pub bounced: u64,
}

/// Counts of bounces by group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct BounceStatsResponse {
    /// The counts.
    #[serde(deserialize_with = "items")]
    pub items: Vec<BounceStat>,
    /// How long the query took.
    #[serde(rename = "_duration")]
    pub duration: Option<String>,
}

/// A mail provider, spam filter or blocklist.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct BounceEntity {
    /// The name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
}

/// A rule of the classification.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct BounceRule {
    /// The id of the mail provider, spam filter or blocklist.
    #[serde(rename = "entity_id")]
    pub entity_id: Option<String>,
    /// The category of the failure.
    pub class: Option<String>,
    /// The response of a server.
    pub sample_text: Option<String>,
    /// The explanation.
    pub explanation: Option<String>,
    /// The short name of the rule.
    pub short_explanation: Option<String>,
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

/// Reads the only field of an object, such as `{"total": 4}`.
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
