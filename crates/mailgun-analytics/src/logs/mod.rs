//! Single events, and the search over them.

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

/// The events of an account, to be searched.
///
/// How long Mailgun keeps them depends on the plan: from one day to thirty.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_analytics::{Filter, LogAttribute, LogEvent, LogQuery, Logs, TimeSpan};
///
/// let query = LogQuery::new()
///     .duration(TimeSpan::days(2))
///     .events([LogEvent::Failed])
///     .filter(&Filter::new().equal(LogAttribute::Recipient, ["bob@example.com"]));
/// let mut pager = Logs::new(&client).query(query);
/// while let Some(page) = pager.next_page().await? {
///     for event in page {
///         println!("{} {:?}", event.name(), event.timestamp);
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Logs {
    client: Client,
}

impl Logs {
    /// The events of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Searches events.
    ///
    /// `POST /v1/analytics/logs`, which reads only. Events are indexed late: the newest may not be
    /// there yet.
    ///
    /// # Errors
    ///
    /// Status 400 for a time, a filter or a token that Mailgun does not understand.
    ///
    /// ```no_run
    /// # async fn example(logs: mailgun_analytics::Logs) -> Result<(), mailgun_core::Error> {
    /// use mailgun_analytics::{Filter, LogAttribute, LogQuery};
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

    /// One page of [`query`](Self::query) as a whole, with the time that it is about, the tokens of
    /// the pages around it and the totals.
    ///
    /// `POST /v1/analytics/logs`, which reads only.
    ///
    /// # Errors
    ///
    /// Status 400 for a time, a filter or a token that Mailgun does not understand.
    ///
    /// ```no_run
    /// # async fn example(logs: mailgun_analytics::Logs) -> Result<(), mailgun_core::Error> {
    /// use mailgun_analytics::LogQuery;
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
    /// Which events to search for.
    pub struct LogQuery;
}

common_setters!(LogQuery, start: "a day ago", sort: "timestamp:asc");
duration_setter!(LogQuery);

impl LogQuery {
    /// Events of these kinds alone.
    pub fn events<E: Into<LogEvent>>(self, events: impl IntoIterator<Item = E>) -> Self {
        let events = events.into_iter().map(Into::into).collect::<Vec<_>>();
        self.set(&["events"], &events)
    }

    /// Those events alone that these metrics count.
    pub fn metric_events<E: Into<LogMetricEvent>>(
        self,
        events: impl IntoIterator<Item = E>,
    ) -> Self {
        let events = events.into_iter().map(Into::into).collect::<Vec<_>>();
        self.set(&["metric_events"], &events)
    }

    /// With how many events there are in all; not when not set.
    pub fn include_totals(self, include: bool) -> Self {
        self.set(&["include_totals"], &include)
    }

    /// The page that a token of [`LogPagination`] leads to.
    pub fn token(self, token: &str) -> Self {
        self.set(&["pagination", "token"], token)
    }

    /// At most so many a page: 1 to 100.
    pub fn limit(self, limit: u32) -> Self {
        self.set(&["pagination", "limit"], &limit)
    }
}

/// A page of logs, and what stands beside it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LogResponse {
    /// Where the time begins.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub start: Option<Timestamp>,
    /// Where it ends.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub end: Option<Timestamp>,
    /// The events.
    #[serde(deserialize_with = "de::items")]
    pub items: Vec<Event>,
    /// Where other pages are.
    #[serde(deserialize_with = "de::null_default")]
    pub pagination: LogPagination,
    /// The totals, if they were asked for.
    #[serde(deserialize_with = "de::null_default")]
    pub aggregates: LogAggregates,
}

/// Tokens of the pages around one, for [`LogQuery::token`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LogPagination {
    /// The page before.
    pub previous: Option<String>,
    /// The page after; the last page has one too, which leads to an empty page.
    pub next: Option<String>,
    /// The first page.
    pub first: Option<String>,
    /// The last page.
    pub last: Option<String>,
    /// How many events there are in all, if that was asked for.
    #[serde(deserialize_with = "de::number_or_string")]
    pub total: Option<u64>,
}

/// Totals of logs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LogAggregates {
    /// How many events there are in all.
    #[serde(deserialize_with = "de::number_or_string")]
    pub all: Option<u64>,
    /// How many there are of each kind.
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
