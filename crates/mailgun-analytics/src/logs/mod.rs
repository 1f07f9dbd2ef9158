//! The search of events.

mod names;

use mailgun_core::{
    Call, Client, Operation, PageLinks, PageParts, PageResponse, Pager, Timestamp, de,
};
use mailgun_events::Event;
use mailgun_types::analytics::Metrics;
use serde::{Deserialize, Serialize};

pub use self::names::{LogAttribute, LogEvent, LogMetricEvent};
use crate::query::{common_setters, duration_setter};

pub(crate) const LIST: Operation = Operation::post("/v1/analytics/logs").idempotent();

/// The searchable events of an account.
///
/// Mailgun keeps events for one to thirty days, depending on the plan.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::analytics::{Filter, LogAttribute, LogEvent, LogQuery, TimeSpan};
///
/// let query = LogQuery::new()
///     .duration(TimeSpan::days(2))
///     .events([LogEvent::Failed])
///     .filter(&Filter::new().equal(LogAttribute::Recipient, ["bob@example.com"]));
/// let mut pager = mailgun.analytics().logs().query(query);
/// while let Some(page) = pager.next_page().await? {
///     for event in page {
///         println!("{} {:?}", event.name(), event.timestamp);
///     }
/// }
/// # Ok(()) }
/// ```
#[doc(alias = "events")]
#[derive(Clone, Debug)]
pub struct Logs {
    client: Client,
}

impl Logs {
    /// A handle to the events of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Searches events.
    ///
    /// `POST /v1/analytics/logs`, which only reads. Mailgun indexes events with a delay, so the
    /// newest may be missing.
    ///
    /// # Errors
    ///
    /// Returns 400 if the period, filter or token is invalid.
    ///
    /// ```no_run
    /// # async fn example(logs: mailgun::analytics::Logs) -> Result<(), mailgun::Error> {
    /// use mailgun::analytics::{Filter, LogAttribute, LogQuery};
    ///
    /// let filter = Filter::new()
    ///     .equal(LogAttribute::Domain, ["mg.example.com"])
    ///     .contains(LogAttribute::Subject, ["invoice"]);
    /// let query = LogQuery::new()
    ///     .start("2026-11-01".parse()?)
    ///     .end("2026-11-02".parse()?)
    ///     .filter(&filter)
    ///     .sort("timestamp:asc")
    ///     .limit(100);
    /// let mut pager = logs.query(query);
    /// while let Some(page) = pager.next_page().await? {
    ///     for event in page {
    ///         println!("{} {}", event.name(), event.message_id());
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn query(&self, query: LogQuery) -> Pager<Event> {
        Pager::json_token(self.client.call::<LogResponse>(LIST, &[]), &query)
    }

    /// Gets one page of [`query`](Self::query) with its period, the tokens of other pages and the
    /// totals.
    ///
    /// `POST /v1/analytics/logs`, which only reads.
    ///
    /// # Errors
    ///
    /// Returns 400 if the period, filter or token is invalid.
    ///
    /// ```no_run
    /// # async fn example(logs: mailgun::analytics::Logs) -> Result<(), mailgun::Error> {
    /// use mailgun::analytics::LogQuery;
    ///
    /// let response = logs.page(LogQuery::new().include_totals(true).limit(1)).await?;
    /// println!("{:?} events since {:?}", response.pagination.total, response.start);
    /// # Ok(()) }
    /// ```
    pub fn page(&self, query: LogQuery) -> Call<LogResponse> {
        self.client.call(LIST, &[]).json(&query)
    }
}

mailgun_core::json_params! {
    /// A query of events.
    pub struct LogQuery;
}

common_setters!(LogQuery, start: "a day ago", sort: "timestamp:asc");
duration_setter!(LogQuery);

impl LogQuery {
    /// Finds only events of these kinds.
    pub fn events<E: Into<LogEvent>>(self, events: impl IntoIterator<Item = E>) -> Self {
        let events = events.into_iter().map(Into::into).collect::<Vec<_>>();
        self.set(&["events"], &events)
    }

    /// Finds only events that count toward these metrics.
    pub fn metric_events<E: Into<LogMetricEvent>>(
        self,
        events: impl IntoIterator<Item = E>,
    ) -> Self {
        let events = events.into_iter().map(Into::into).collect::<Vec<_>>();
        self.set(&["metric_events"], &events)
    }

    /// Includes the total number of events; default false.
    pub fn include_totals(self, include: bool) -> Self {
        self.set(&["include_totals"], &include)
    }

    /// The token of the page to get, from [`LogPagination`].
    pub fn token(self, token: &str) -> Self {
        self.set(&["pagination", "token"], token)
    }

    /// Page size, 1 to 100.
    pub fn limit(self, limit: u32) -> Self {
        self.set(&["pagination", "limit"], &limit)
    }
}

/// A page of logs, and the rest of the response.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LogResponse {
    /// The start of the period.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub start: Option<Timestamp>,
    /// The end of the period.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub end: Option<Timestamp>,
    /// The events.
    #[serde(deserialize_with = "de::items")]
    pub items: Vec<Event>,
    /// The tokens of other pages.
    #[serde(deserialize_with = "de::null_default")]
    pub pagination: LogPagination,
    /// The totals, if requested.
    #[serde(deserialize_with = "de::null_default")]
    pub aggregates: LogAggregates,
}

/// Tokens of other pages, for [`LogQuery::token`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LogPagination {
    /// The previous page.
    pub previous: Option<String>,
    /// The next page. The last page has one too; it leads to an empty page.
    pub next: Option<String>,
    /// The first page.
    pub first: Option<String>,
    /// The last page.
    pub last: Option<String>,
    /// The total number of events, if requested.
    #[serde(deserialize_with = "de::number_or_string")]
    pub total: Option<u64>,
}

/// Totals of logs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LogAggregates {
    /// The total number of events.
    #[serde(deserialize_with = "de::number_or_string")]
    pub all: Option<u64>,
    /// The number of events by kind.
    #[serde(deserialize_with = "de::null_default")]
    pub metrics: Metrics,
}

impl PageResponse for LogResponse {
    type Item = Event;

    fn into_parts(self) -> PageParts<Event> {
        let LogPagination { previous, next, first, last, total } = self.pagination;
        let links = PageLinks { first, previous, next, last };
        PageParts { items: self.items, links, total }
    }
}
