use mailgun_core::{Client, LinkPage, Operation, Pager};

use crate::{Checkpoint, Event, EventQuery, Tail};

const LIST: Operation = Operation::get("/v3/{domain}/events");
const LIST_PAGE: Operation = Operation::get("/v3/{domain}/events/{page_token}");

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[LIST, LIST_PAGE];

/// The events of a domain.
///
/// Mailgun keeps events for 1 to 30 days, depending on the plan.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::Timestamp;
///
/// let mut tail = mailgun.events("mg.example.com").tail(Timestamp::now());
/// let event = tail.next_event().await?;
/// println!("{} {:?}", event.name(), event.timestamp);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Events {
    client: Client,
    domain: String,
}

impl Events {
    /// Creates a handle for the sending domain `domain`.
    pub fn new(client: &Client, domain: impl Into<String>) -> Self {
        Self { client: client.clone(), domain: domain.into() }
    }

    /// Lists the events that match.
    ///
    /// `GET /v3/{domain}/events`. Mailgun indexes events late and out of order, so the last half hour
    /// may be incomplete. An item that is not an event is read as one of the kind
    /// [`Other`](crate::EventKind::Other), and keeps its JSON.
    ///
    /// # Errors
    ///
    /// Status 400 if a date or a filter is invalid; 404 if the account does not have the domain.
    ///
    /// ```no_run
    /// # async fn example(events: mailgun::events::Events) -> Result<(), mailgun::Error> {
    /// use mailgun::events::{EventQuery, Filter, Severity};
    ///
    /// # #[allow(deprecated)]
    /// let mut pager = events.list(
    ///     EventQuery::new()
    ///         .begin("2026-11-01".parse()?)
    ///         .end("2026-11-02".parse()?)
    ///         .event(Filter::any_of(["failed", "rejected"]))
    ///         .severity(Severity::Permanent),
    /// );
    /// while let Some(page) = pager.next_page().await? {
    ///     for event in page {
    ///         println!("{} {}", event.name(), event.message_id());
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    #[deprecated(
        since = "0.1.0",
        note = "Mailgun has deprecated it: search with `mailgun_analytics::Logs`, follow with `Events::tail`"
    )]
    pub fn list(&self, query: EventQuery) -> Pager<Event> {
        self.search(query)
    }

    /// Continues a listing from the page of this token.
    ///
    /// `GET /v3/{domain}/events/{page_token}`. The token is the last path segment of a link to the page,
    /// and contains the filters of the listing. For a listing of this SDK, [`Pager::resume`] does the
    /// same.
    ///
    /// # Errors
    ///
    /// Status 400 if the token is invalid; 404 if the account does not have the domain.
    ///
    /// ```no_run
    /// # async fn example(events: mailgun::events::Events) -> Result<(), mailgun::Error> {
    /// # #[allow(deprecated)]
    /// let mut pager = events.list_page("W3siYiI6ICIyMDE3LTA1LTEwVDIwOjA2OjU0");
    /// while let Some(page) = pager.next_page().await? {
    ///     println!("{}", page.items.len());
    /// }
    /// # Ok(()) }
    /// ```
    #[deprecated(
        since = "0.1.0",
        note = "Mailgun has deprecated it: search with `mailgun_analytics::Logs`, follow with `Events::tail`"
    )]
    pub fn list_page(&self, page_token: &str) -> Pager<Event> {
        Pager::links(self.client.call::<LinkPage<Event>>(LIST_PAGE, &[&self.domain, page_token]))
    }

    pub(crate) fn search(&self, query: EventQuery) -> Pager<Event> {
        Pager::links(self.client.call::<LinkPage<Event>>(LIST, &[&self.domain]).query(query))
    }

    /// Follows the events from a time on, or from the checkpoint of an earlier tail.
    ///
    /// [`Tail`] says what it guarantees.
    ///
    /// ```no_run
    /// # async fn example(events: mailgun::events::Events) -> Result<(), Box<dyn std::error::Error>> {
    /// use mailgun::Timestamp;
    /// use mailgun::events::{Checkpoint, EventQuery, Filter};
    ///
    /// # let (load, store) = (|| None::<String>, |_: String| {});
    /// let checkpoint = match load() {
    ///     // A checkpoint that cannot be read is an error: a new start would miss events.
    ///     Some(json) => serde_json::from_str(&json)?,
    ///     None => Checkpoint::from(Timestamp::now()),
    /// };
    /// let mut tail = events
    ///     .tail(checkpoint)
    ///     .matching(EventQuery::new().event(Filter::any_of(["failed", "complained"])));
    /// loop {
    ///     match tail.next_event().await {
    ///         Ok(event) => println!("{event:?}"),
    ///         Err(error) if error.status().is_some_and(|status| status == 401) => return Err(error.into()),
    ///         Err(error) => eprintln!("trying again in 15 seconds: {error}"),
    ///     }
    ///     store(serde_json::to_string(tail.checkpoint())?);
    /// }
    /// # }
    /// ```
    #[doc(alias = "poll")]
    #[doc(alias = "follow")]
    pub fn tail(&self, from: impl Into<Checkpoint>) -> Tail {
        Tail::new(self.clone(), from.into())
    }
}
