use mailgun_core::{
    Call, Client, Confirmation, Operation, PageLinks, PageParts, PageResponse, Pager, Timestamp, de,
};
use mailgun_types::analytics::Metrics;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain_tags;

const LIST: Operation = Operation::post("/v1/analytics/tags").idempotent();
const LIMITS: Operation = Operation::get("/v1/analytics/tags/limits");
const UPDATE: Operation = Operation::put("/v1/analytics/tags").idempotent();
const DELETE: Operation = Operation::delete("/v1/analytics/tags").idempotent();

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[
    LIST,
    LIMITS,
    UPDATE,
    DELETE,
    domain_tags::LIST,
    domain_tags::GET,
    domain_tags::UPDATE,
    domain_tags::DELETE,
    domain_tags::STATS,
    domain_tags::COUNTRIES,
    domain_tags::PROVIDERS,
    domain_tags::DEVICES,
    domain_tags::GET_BY_QUERY,
    domain_tags::UPDATE_BY_QUERY,
    domain_tags::DELETE_BY_QUERY,
    domain_tags::STATS_BY_QUERY,
    domain_tags::AGGREGATES_BY_QUERY,
    domain_tags::LIMITS,
    domain_tags::KNOWN_DEVICES,
    domain_tags::KNOWN_PROVIDERS,
    domain_tags::KNOWN_COUNTRIES,
];

/// The tags of an account.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// let limits = mailgun.tags().limits().await?;
/// println!("{} of {} tags", limits.count, limits.limit);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Tags {
    client: Client,
}

impl Tags {
    /// A handle to the tags of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists tags.
    ///
    /// `POST /v1/analytics/tags`, which only reads.
    ///
    /// # Errors
    ///
    /// Returns 400 if the limit is over 1000, or over 20 with metrics.
    ///
    /// ```no_run
    /// # async fn example(tags: mailgun::tags::Tags) -> Result<(), mailgun::Error> {
    /// use mailgun::tags::ListTags;
    ///
    /// let mut pager = tags.list(ListTags::new().sort("lastseen:desc").limit(100));
    /// while let Some(page) = pager.next_page().await? {
    ///     for tag in page {
    ///         println!("{} was last used {:?}", tag.tag, tag.last_seen);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListTags) -> Pager<Tag> {
        Pager::json_skip(self.client.call::<TagPage>(LIST, &[]), &params)
    }

    /// Gets the number of tags and the limit.
    ///
    /// `GET /v1/analytics/tags/limits`
    ///
    /// # Errors
    ///
    /// Returns 400 if the request is invalid.
    ///
    /// ```no_run
    /// # async fn example(tags: mailgun::tags::Tags) -> Result<(), mailgun::Error> {
    /// if tags.limits().await?.limit_reached {
    ///     println!("a new tag would be dropped");
    /// }
    /// # Ok(()) }
    /// ```
    pub fn limits(&self) -> Call<TagLimits> {
        self.client.call(LIMITS, &[])
    }

    /// Sets the description of a tag.
    ///
    /// `PUT /v1/analytics/tags`
    ///
    /// # Errors
    ///
    /// Returns 400 if the tag does not exist.
    ///
    /// ```no_run
    /// # async fn example(tags: mailgun::tags::Tags) -> Result<(), mailgun::Error> {
    /// tags.update("newsletter", "Goes out on Mondays").await?;
    /// # Ok(()) }
    /// ```
    pub fn update(&self, tag: &str, description: &str) -> Call<Confirmation> {
        let change = json!({ "tag": tag, "description": description });
        self.client.call(UPDATE, &[]).json(&change)
    }

    /// Deletes a tag.
    ///
    /// `DELETE /v1/analytics/tags`, with the tag in a JSON body.
    ///
    /// # Errors
    ///
    /// Returns 400 if the tag does not exist.
    ///
    /// ```no_run
    /// # async fn example(tags: mailgun::tags::Tags) -> Result<(), mailgun::Error> {
    /// tags.delete("newsletter").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, tag: &str) -> Call<Confirmation> {
        self.client.call(DELETE, &[]).json(&json!({ "tag": tag }))
    }
}

mailgun_core::json_params! {
    /// Options for listing tags.
    pub struct ListTags;
}

impl ListTags {
    /// Lists only tags that start with `prefix`.
    pub fn tag(self, prefix: &str) -> Self {
        self.set(&["tag"], prefix)
    }

    /// Includes all subaccounts; default false.
    pub fn include_subaccounts(self, include: bool) -> Self {
        self.set(&["include_subaccounts"], &include)
    }

    /// Includes the metrics of each tag; default false. The page size is then at most 20.
    pub fn include_metrics(self, include: bool) -> Self {
        self.set(&["include_metrics"], &include)
    }

    /// The sort column and direction, such as `lastseen:desc`.
    pub fn sort(self, sort: &str) -> Self {
        self.set(&["pagination", "sort"], sort)
    }

    /// Page size, 1 to 1000; default 10.
    pub fn limit(self, limit: u32) -> Self {
        self.set(&["pagination", "limit"], &limit)
    }

    /// Number of items to skip; default 0.
    pub fn skip(self, skip: u64) -> Self {
        self.set(&["pagination", "skip"], &skip)
    }

    /// Includes the number of all tags, as [`Page::total`](mailgun_core::Page::total); default
    /// false.
    pub fn include_total(self, include: bool) -> Self {
        self.set(&["pagination", "include_total"], &include)
    }
}

/// A tag of an account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Tag {
    /// The tag.
    #[serde(deserialize_with = "de::null_default")]
    pub tag: String,
    /// A description, in any words.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// When the tag was first used.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub first_seen: Option<Timestamp>,
    /// When the tag was last used.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub last_seen: Option<Timestamp>,
    /// The metrics of the tag, if requested.
    #[serde(deserialize_with = "de::null_default")]
    pub metrics: Metrics,
    /// The id of the account that uses the tag.
    #[serde(deserialize_with = "de::null_default")]
    pub account_id: String,
    /// The id of the parent account.
    pub parent_account_id: Option<String>,
    /// The name of the account.
    pub account_name: Option<String>,
}

/// The number of tags of an account, and the limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TagLimits {
    /// The maximum number of tags.
    #[serde(deserialize_with = "de::null_default")]
    pub limit: u64,
    /// The number of tags.
    #[serde(deserialize_with = "de::null_default")]
    pub count: u64,
    /// Whether the limit is reached.
    #[serde(deserialize_with = "de::null_default")]
    pub limit_reached: bool,
}

#[derive(Deserialize)]
struct TagPage {
    #[serde(default, deserialize_with = "de::null_default")]
    items: Vec<Tag>,
    #[serde(default, deserialize_with = "de::null_default")]
    pagination: Pagination,
}

#[derive(Default, Deserialize)]
struct Pagination {
    total: Option<u64>,
}

impl PageResponse for TagPage {
    type Item = Tag;

    fn into_parts(self) -> PageParts<Tag> {
        let links = PageLinks::default();
        PageParts { items: self.items, links, total: self.pagination.total }
    }
}
