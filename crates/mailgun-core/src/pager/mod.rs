//! One pager for all paging styles of the API.

mod page;

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    fmt,
    hash::{DefaultHasher, Hash, Hasher as _},
    sync::Arc,
};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::{TryStreamExt as _, stream::try_unfold};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

pub use self::page::{LinkPage, Page, PageLinks, PageParts, PageResponse};
use crate::{
    Body, Call, Error, ErrorKind, Fields, Operation, Outcome, Response,
    call::{Draft, Options, Target},
    de::{self, UnreadableItem},
    handle::Handle,
};

/// A position in a listing, which can be stored and passed to [`Pager::resume`] later.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(Position);

#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Position {
    Link(String),
    Skip(u64),
    Token(String),
    Number(u64),
    /// After the last page.
    End,
}

/// Shows only the kind. A link may contain an address.
impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Position::Link(_) => "Cursor(link)",
            Position::Skip(_) => "Cursor(skip)",
            Position::Token(_) => "Cursor(token)",
            Position::Number(_) => "Cursor(page number)",
            Position::End => "Cursor(end)",
        })
    }
}

/// How a listing is paged.
#[derive(Clone, Debug)]
enum Paging {
    /// A link to the next page in the response.
    Links,
    /// `skip` in the query.
    Skip,
    /// `page` in the query, counted from 1.
    PageNumber,
    /// `pagination.skip` in the JSON body.
    JsonSkip(Value),
    /// `pagination.token` in the JSON body.
    JsonToken(Value),
}

impl Paging {
    /// How many pages of a listing may have the same items.
    fn equal_pages(&self) -> usize {
        match self {
            // An equal page means that the server ignores the position.
            Self::Skip | Self::PageNumber | Self::JsonSkip(_) => 1,
            // Each page has its own link, and small pages may be equal.
            Self::Links | Self::JsonToken(_) => 2,
        }
    }
}

/// A listing, page by page.
///
/// The listing ends with the first empty page, as in Mailgun's API. A page that is shorter than
/// requested does not end it. A page that was already read is an error, so that no listing loops
/// forever.
///
/// An item that cannot be decoded does not affect the other items. It is in [`Page::unreadable`].
///
/// ```no_run
/// # async fn example(client: mailgun::Client) -> Result<(), mailgun::Error> {
/// use mailgun::{Operation, Pager, resource::LinkPage};
///
/// const LIST: Operation = Operation::get("/v3/{domain}/bounces");
/// let call = client.call::<LinkPage<serde_json::Value>>(LIST, &["mg.example.com"]);
/// let mut pager = Pager::links(call);
/// while let Some(page) = pager.next_page().await? {
///     for bounce in &page.items {
///         println!("{bounce}");
///     }
///     // Store the cursor to let another process continue with the next page.
///     let _cursor = pager.cursor();
/// }
/// # Ok(()) }
/// ```
#[must_use = "a pager does nothing until a page is requested"]
pub struct Pager<T> {
    handle: Arc<Handle>,
    operation: Operation,
    options: Options,
    /// The call that is repeated for each page, or its error until that is returned.
    template: Result<Template, Option<Error>>,
    paging: Paging,
    cursor: Option<Cursor>,
    /// Hashes of the positions of the pages read so far.
    positions: HashSet<u64>,
    /// How many pages with the same items were read, by the hash of the items.
    contents: HashMap<u64, usize>,
    state: State,
    read: ReadPage<T>,
}

type ReadPage<T> = fn(Call<Value>) -> ReadFuture<T>;
type ReadFuture<T> = std::pin::Pin<
    Box<dyn Future<Output = Result<(PageParts<T>, Vec<UnreadableItem>, Bytes), Error>> + Send>,
>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    HasMore,
    /// The next link leads to a page that was already read.
    Repeats,
    Done,
}

struct Template {
    path: String,
    query: Fields,
    headers: HeaderMap,
}

impl Template {
    /// The position of the first page.
    fn start(&self) -> Position {
        let query = self.query.to_query();
        let separator = if query.is_empty() { "" } else { "?" };
        Position::Link(format!("{}{separator}{query}", self.path))
    }

    /// The link to the page with a bare token.
    fn at(&self, token: &str) -> String {
        let mut query = self.query.clone();
        query.set("page", token);
        format!("{}?{}", self.path, query.to_query())
    }
}

/// Whether a link is only the value of its `page` parameter, as some services write it.
fn is_bare(link: &str) -> bool {
    !link.contains(['/', '?', ':'])
}

impl<T: Send + 'static> Pager<T> {
    /// A listing whose responses contain a link to the next page, or only its `page` parameter.
    pub fn links<P: PageResponse<Item = T>>(call: Call<P>) -> Self {
        Self::new(call, Paging::Links)
    }

    /// A listing paged by `skip` and `limit` in the query.
    pub fn skip<P: PageResponse<Item = T>>(call: Call<P>) -> Self {
        Self::new(call, Paging::Skip)
    }

    /// A listing paged by `page` in the query, counted from 1.
    pub fn page_number<P: PageResponse<Item = T>>(call: Call<P>) -> Self {
        Self::new(call, Paging::PageNumber)
    }

    /// A listing paged by `pagination.skip` in the JSON body `query`.
    pub fn json_skip<P: PageResponse<Item = T>>(call: Call<P>, query: &impl Serialize) -> Self {
        Self::with_json(call, query, Paging::JsonSkip)
    }

    /// A listing paged by `pagination.token` in the JSON body `query`.
    pub fn json_token<P: PageResponse<Item = T>>(call: Call<P>, query: &impl Serialize) -> Self {
        Self::with_json(call, query, Paging::JsonToken)
    }

    fn with_json<P: PageResponse<Item = T>>(
        call: Call<P>,
        query: &impl Serialize,
        paging: fn(Value) -> Paging,
    ) -> Self {
        match serde_json::to_value(query) {
            Ok(query) => Self::new(call, paging(query)),
            Err(error) => {
                let error =
                    Error::invalid("query", "cannot be serialized as JSON").with_source(error);
                Self::new(call.with_error(error), paging(Value::Null))
            }
        }
    }

    fn new<P: PageResponse<Item = T>>(call: Call<P>, paging: Paging) -> Self {
        let Call { handle, operation, draft, options, .. } = call;
        let template = draft.map_err(Some).and_then(|draft| match draft.target {
            Target::Path(_) if !http_body::Body::is_end_stream(&draft.body) => {
                let reason =
                    "of a listing must be passed to the pager, which sends it for each page";
                Err(Some(Error::invalid("body", reason)))
            }
            Target::Path(path) => Ok(Template { path, query: draft.query, headers: draft.headers }),
            Target::Url(_) => Err(Some(Error::invalid("url", "cannot start a listing"))),
        });
        Self {
            handle,
            operation,
            options,
            template,
            paging,
            cursor: None,
            positions: HashSet::new(),
            contents: HashMap::new(),
            state: State::HasMore,
            read: |call| {
                Box::pin(async move {
                    let Response { value: (page, unreadable), raw } =
                        call.page::<P>().response().await?;
                    Ok((page.into_parts(), unreadable, raw.body))
                })
            },
        }
    }

    /// Continues at the cursor of another pager of the same listing.
    pub fn resume(mut self, cursor: Cursor) -> Self {
        self.state = if cursor.0 == Position::End { State::Done } else { State::HasMore };
        self.cursor = Some(cursor);
        self.positions.clear();
        self.contents.clear();
        self
    }

    /// The position after the pages returned so far. `None` before the first page.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// Requests the next page. `None` after the last.
    ///
    /// # Errors
    ///
    /// Returns the error of the call. Calling again requests the same page.
    ///
    /// Returns [`ErrorKind::Decode`] if the page has the same items as an earlier one (as two
    /// earlier ones, for listings by links or tokens): the server ignores the requested position.
    /// Calling again requests the same page.
    ///
    /// Returns [`ErrorKind::UntrustedHost`] or [`ErrorKind::Decode`] if the link to the page cannot
    /// be followed or leads to a page that was already read. Calling again returns the same error.
    pub async fn next_page(&mut self) -> Result<Option<Page<T>>, Error> {
        match self.state {
            State::HasMore => {}
            State::Repeats => return Err(self.repeats()),
            State::Done => return Ok(None),
        }
        let call = self.call()?;
        let (PageParts { items, links, total }, unreadable, body) = (self.read)(call).await?;
        let count = items.len() + unreadable.len();
        if count == 0 {
            self.state = State::Done;
            return Ok(None);
        }
        let times = self.contents.entry(content(&body)).or_default();
        if *times >= self.paging.equal_pages() {
            return Err(self.repeats());
        }
        *times += 1;
        self.positions.extend(match &self.cursor {
            Some(Cursor(cursor)) => Some(hash(cursor)),
            None => self.template.as_ref().ok().map(|template| hash(&template.start())),
        });
        let PageLinks { first, previous, next, last } = links;
        let [first, previous, last] = [first, previous, last].map(|link| self.linked(link));
        match self.after(count, next) {
            None => {
                self.state = State::Done;
                self.cursor = Some(Cursor(Position::End));
            }
            Some(next) if self.positions.contains(&hash(&next.0)) => self.state = State::Repeats,
            next => self.cursor = next,
        }
        Ok(Some(Page { items, unreadable, total, first, previous, last, body }))
    }

    fn repeats(&self) -> Error {
        let detail = "the listing returned the same page again";
        Error::new(ErrorKind::Decode, Outcome::Rejected, detail).in_operation(self.operation)
    }

    /// The operation.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// Builds the request for the next page without sending it.
    ///
    /// # Errors
    ///
    /// Returns the error of the first invalid argument.
    pub fn into_request(mut self) -> Result<http::Request<Body>, Error> {
        self.call()?.into_request()
    }

    /// All pages as a stream. It ends after the first error.
    pub fn into_pages(self) -> impl Stream<Item = Result<Page<T>, Error>> + Send {
        try_unfold(self, |mut pager| async move {
            Ok(pager.next_page().await?.map(|page| (page, pager)))
        })
    }

    /// All items as a stream. It ends after the first error.
    ///
    /// Items that cannot be decoded are skipped. Each is logged as a `tracing` event at level WARN
    /// with the operation and the field. To get them with their JSON, use
    /// [`into_pages`](Self::into_pages).
    ///
    /// ```no_run
    /// # async fn example(pager: mailgun::Pager<String>) -> Result<(), mailgun::Error> {
    /// use std::pin::pin;
    ///
    /// use futures_util::TryStreamExt as _;
    ///
    /// let mut items = pin!(pager.into_items());
    /// while let Some(item) = items.try_next().await? {
    ///     println!("{item}");
    /// }
    /// # Ok(()) }
    /// ```
    pub fn into_items(self) -> impl Stream<Item = Result<T, Error>> + Send {
        try_unfold((self, VecDeque::new()), |(mut pager, mut items)| async move {
            loop {
                if let Some(item) = items.pop_front() {
                    return Ok(Some((item, (pager, items))));
                }
                let Some(page) = pager.next_page().await? else { return Ok(None) };
                for item in &page.unreadable {
                    let operation = tracing::field::display(pager.operation);
                    tracing::warn!(operation, reason = %item, "skipped an item that cannot be decoded");
                }
                items = page.items.into();
            }
        })
    }

    /// All items of all pages, in memory. Items that cannot be decoded are skipped, as in
    /// [`into_items`](Self::into_items).
    ///
    /// Read long listings with [`next_page`](Self::next_page) or [`into_items`](Self::into_items).
    ///
    /// # Errors
    ///
    /// The errors of [`next_page`](Self::next_page). The items read so far are lost.
    pub async fn collect(self) -> Result<Vec<T>, Error> {
        self.into_items().try_collect().await
    }

    fn call(&mut self) -> Result<Call<Value>, Error> {
        let template = match &mut self.template {
            Ok(template) => template,
            Err(error) => {
                let again = || Error::invalid("listing", "has already failed");
                return Err(error.take().unwrap_or_else(again).in_operation(self.operation));
            }
        };
        let mut query = template.query.clone();
        let mut path = template.path.clone();
        let mut body = None;
        match (&self.paging, self.cursor.as_ref().map(|cursor| &cursor.0)) {
            (Paging::Links, Some(Position::Link(link))) => {
                let link = self.handle.trusted.rebase(link, &template.path);
                path = link.map_err(|error| error.in_operation(self.operation))?;
                query = Fields::new();
            }
            (Paging::Skip, Some(Position::Skip(skip))) => {
                query.set("skip", *skip);
            }
            (Paging::PageNumber, Some(Position::Number(page))) => {
                query.set("page", *page);
            }
            (Paging::JsonSkip(json), cursor) => {
                let skip = match cursor {
                    Some(Position::Skip(skip)) => Some(("skip", Value::from(*skip))),
                    _ => None,
                };
                body = Some(with_pagination(json, skip));
            }
            (Paging::JsonToken(json), cursor) => {
                let token = match cursor {
                    Some(Position::Token(token)) => Some(("token", Value::from(&**token))),
                    _ => None,
                };
                body = Some(with_pagination(json, token));
            }
            _ => {}
        }
        let headers = template.headers.clone();
        let target = Target::Path(path);
        let draft = Draft { target, query, headers, body: Body::empty(), is_guarded: false };
        let call =
            Call::from_draft(self.handle.clone(), self.operation, draft, self.options.clone());
        Ok(match body {
            Some(json) => call.json(&json),
            None => call,
        })
    }

    /// The position that a link or token points to.
    fn linked(&self, link: Option<String>) -> Option<Cursor> {
        let link = link.filter(|link| !link.is_empty())?;
        Some(Cursor(match (&self.paging, &self.template) {
            (Paging::Links, Ok(template)) if is_bare(&link) => Position::Link(template.at(&link)),
            (Paging::Links, Ok(template)) => {
                let page = match &self.cursor {
                    Some(Cursor(Position::Link(page))) => page,
                    _ => &template.path,
                };
                // An invalid link is kept unchanged and becomes an error when it is followed, so
                // that the page with the link is still returned.
                Position::Link(self.handle.trusted.rebase(&link, page).unwrap_or(link))
            }
            _ => Position::Token(link),
        }))
    }

    /// The position after a page of `count` items.
    fn after(&self, count: usize, next: Option<String>) -> Option<Cursor> {
        let skipped = |first: u64| {
            let skip = match &self.cursor {
                Some(Cursor(Position::Skip(skip))) => *skip,
                _ => first,
            };
            Some(Cursor(Position::Skip(skip.saturating_add(count as u64))))
        };
        let in_query = |name| {
            let query = self.template.as_ref().ok().and_then(|template| template.query.get(name));
            query.and_then(|number| number.parse().ok())
        };
        match &self.paging {
            Paging::Links | Paging::JsonToken(_) => self.linked(next),
            Paging::Skip => skipped(in_query("skip").unwrap_or(0)),
            Paging::PageNumber => {
                let page = match &self.cursor {
                    Some(Cursor(Position::Number(page))) => *page,
                    _ => in_query("page").unwrap_or(1),
                };
                Some(Cursor(Position::Number(page.saturating_add(1))))
            }
            Paging::JsonSkip(json) => skipped(json["pagination"]["skip"].as_u64().unwrap_or(0)),
        }
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A hash of the items of a page. It excludes links and counts, which may differ on each request.
fn content(body: &[u8]) -> u64 {
    let body = de::repaired(body);
    let Ok(fields) = serde_json::from_slice::<BTreeMap<String, &RawValue>>(&body) else {
        return hash(&body);
    };
    let is_content = |name: &str, json: &str| {
        !matches!(name, "paging" | "pagination") && json.starts_with(['[', '{'])
    };
    let fields = fields.iter().map(|(name, json)| (&**name, json.get()));
    hash(&fields.filter(|(name, json)| is_content(name, json)).collect::<Vec<_>>())
}

fn with_pagination(json: &Value, entry: Option<(&str, Value)>) -> Value {
    let mut json = json.clone();
    if let (Some((key, value)), Some(object)) = (entry, json.as_object_mut()) {
        let pagination =
            object.entry("pagination").or_insert_with(|| Value::Object(Default::default()));
        if let Some(pagination) = pagination.as_object_mut() {
            pagination.insert(key.to_owned(), value);
        }
    }
    json
}

impl<T> fmt::Debug for Pager<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pager")
            .field("operation", &self.operation)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
