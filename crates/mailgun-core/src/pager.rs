//! One pager for all of the API's ways of paging.

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
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, value::RawValue};

use crate::{
    Body, Call, Error, ErrorKind, Fields, Operation, Outcome, Response,
    call::{Draft, Options, Target},
    de::{self, UnreadableItem},
    handle::Handle,
};

/// A page of a listing.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items; none only if all of them are unreadable.
    pub items: Vec<T>,
    /// The items that are not as expected, with the JSON that came. They are not in
    /// [`items`](Self::items).
    pub unreadable: Vec<UnreadableItem>,
    /// How many items the whole listing has, where the server tells it.
    pub total: Option<u64>,
    /// The first page, for [`Pager::resume`], where the server tells it.
    pub first: Option<Cursor>,
    /// The page before this one, for [`Pager::resume`], where the server tells it.
    pub previous: Option<Cursor>,
    /// The last page, for [`Pager::resume`], where the server tells it.
    pub last: Option<Cursor>,
    body: Bytes,
}

impl<T> Page<T> {
    /// The response as received, for what it says beside the items.
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

/// Without the body and the links, which may hold addresses.
impl<T: fmt::Debug> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("items", &self.items)
            .field("unreadable", &self.unreadable)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

/// A response that is a page of a listing.
pub trait PageResponse: DeserializeOwned + Send + 'static {
    /// What is listed.
    type Item: Send + 'static;

    /// The items, and where the next page is.
    fn into_parts(self) -> PageParts<Self::Item>;
}

/// What a [`PageResponse`] holds.
#[derive(Clone, Debug)]
pub struct PageParts<T> {
    /// The items of the page.
    pub items: Vec<T>,
    /// Where other pages are; none for listings by skip and limit.
    pub links: PageLinks,
    /// How many items the whole listing has.
    pub total: Option<u64>,
}

/// The links, or the tokens, of the pages around one.
///
/// It reads the `paging` of a response in all its spellings; of two spellings of one link, either is
/// taken.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct PageLinks {
    /// The first page.
    pub first: Option<String>,
    /// The page before.
    pub previous: Option<String>,
    /// The page after; the last page has one too, which leads to an empty page.
    pub next: Option<String>,
    /// The last page.
    pub last: Option<String>,
}

impl<'de> Deserialize<'de> for PageLinks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A listing must not end because its links have another shape: what is no text is kept as
        // a link that leads nowhere, which is an error when it is followed.
        let link = |value: &Value| match value {
            Value::Null | Value::Bool(_) => None,
            Value::String(link) => Some(link.clone()).filter(|link| !link.trim().is_empty()),
            other => Some(other.to_string()),
        };
        let paging: Map<String, Value> = match Value::deserialize(deserializer)? {
            Value::Object(paging) => paging,
            Value::Array(list) if list.is_empty() => Map::new(),
            next => return Ok(Self { next: link(&next), ..Self::default() }),
        };
        let named = |names: &[&str]| names.iter().find_map(|name| link(paging.get(*name)?));
        Ok(Self {
            first: named(&["first", "First"]),
            previous: named(&["previous", "prev", "Previous", "Prev"]),
            next: named(&["next", "Next"]),
            last: named(&["last", "Last"]),
        })
    }
}

/// Which there are: a link may hold an address.
impl fmt::Debug for PageLinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageLinks")
            .field("first", &self.first.is_some())
            .field("previous", &self.previous.is_some())
            .field("next", &self.next.is_some())
            .field("last", &self.last.is_some())
            .finish()
    }
}

/// The usual response of listings with links: `{"items": [..], "paging": {"next": ".."}}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub struct LinkPage<T> {
    #[serde(default, deserialize_with = "de::null_default")]
    items: Vec<T>,
    #[serde(default)]
    paging: PageLinks,
    #[serde(default, deserialize_with = "total")]
    total: Option<u64>,
    #[serde(default, deserialize_with = "total")]
    total_count: Option<u64>,
    #[serde(default, deserialize_with = "total")]
    total_items: Option<u64>,
}

/// A page is worth more than a count of the listing that cannot be read.
fn total<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let total = Value::deserialize(deserializer)?;
    Ok(de::number_or_string(total).unwrap_or_default())
}

impl<T: DeserializeOwned + Send + 'static> PageResponse for LinkPage<T> {
    type Item = T;

    fn into_parts(self) -> PageParts<T> {
        let total = self.total.or(self.total_count).or(self.total_items);
        PageParts { items: self.items, links: self.paging, total }
    }
}

/// Where a listing goes on: to be stored, and given to [`Pager::resume`] later.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(Position);

#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Position {
    Link(String),
    Skip(u64),
    Token(String),
    /// After a page that said it was the last.
    End,
}

/// The kind alone: a link may hold an address.
impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Position::Link(_) => "Cursor(link)",
            Position::Skip(_) => "Cursor(skip)",
            Position::Token(_) => "Cursor(token)",
            Position::End => "Cursor(end)",
        })
    }
}

/// How a listing is paged.
#[derive(Clone, Debug)]
enum Paging {
    /// The response holds a link to the next page.
    Links,
    /// `skip` in the query.
    Skip,
    /// `pagination.skip` in the JSON body.
    JsonSkip(Value),
    /// `pagination.token` in the JSON body.
    JsonToken(Value),
}

impl Paging {
    /// How many pages of a listing may hold the same items.
    fn equal_pages(&self) -> usize {
        match self {
            // The server ignores `skip`.
            Self::Skip | Self::JsonSkip(_) => 1,
            // The server leads to another page each time, and small pages may be equal.
            Self::Links | Self::JsonToken(_) => 2,
        }
    }
}

/// A listing, page by page.
///
/// It ends with the first empty page, as Mailgun's listings do; a last page that still has a link,
/// or a page that is shorter than asked for, does not end it. A page that was read before ends it
/// with an error, so that no listing goes round in a circle.
///
/// An item that is not as expected costs no other item: it is in [`Page::unreadable`].
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_core::{LinkPage, Pager, Operation};
///
/// const LIST: Operation = Operation::get("/v3/{domain}/bounces");
/// let call = client.call::<LinkPage<serde_json::Value>>(LIST, &["mg.example.com"]);
/// let mut pager = Pager::links(call);
/// while let Some(page) = pager.next_page().await? {
///     for bounce in &page.items {
///         println!("{bounce}");
///     }
///     // Stored, it lets another process go on with the next page.
///     let _cursor = pager.cursor();
/// }
/// # Ok(()) }
/// ```
#[must_use = "a pager asks for nothing until its pages are asked for"]
pub struct Pager<T> {
    handle: Arc<Handle>,
    operation: Operation,
    options: Options,
    /// The call that each page repeats, or its fault until that was reported.
    template: Result<Template, Option<Error>>,
    paging: Paging,
    cursor: Option<Cursor>,
    /// Where the pages read so far were, as hashes.
    places: HashSet<u64>,
    /// How often a page of these items was read, by its hash.
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
    /// The last page's link points to a page that was read before.
    Repeats,
    Done,
}

struct Template {
    path: String,
    query: Fields,
    headers: HeaderMap,
}

impl Template {
    /// The first page.
    fn start(&self) -> Position {
        let query = self.query.to_query();
        let separator = if query.is_empty() { "" } else { "?" };
        Position::Link(format!("{}{separator}{query}", self.path))
    }

    /// The link to the page that a bare token stands for.
    fn at(&self, token: &str) -> String {
        let mut query = self.query.clone();
        query.set("page", token);
        format!("{}?{}", self.path, query.to_query())
    }
}

/// Whether it is no link at all: some services write the value of `page` alone.
fn is_bare(link: &str) -> bool {
    !link.contains(['/', '?', ':'])
}

impl<T: Send + 'static> Pager<T> {
    /// A listing whose responses hold a link to the next page, or the bare value of its `page`.
    pub fn links<P: PageResponse<Item = T>>(call: Call<P>) -> Self {
        Self::new(call, Paging::Links)
    }

    /// A listing paged by `skip` and `limit` in the query.
    pub fn skip<P: PageResponse<Item = T>>(call: Call<P>) -> Self {
        Self::new(call, Paging::Skip)
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
                let error = Error::invalid("query", "cannot be written as JSON").with_source(error);
                Self::new(call.with_error(error), paging(Value::Null))
            }
        }
    }

    fn new<P: PageResponse<Item = T>>(call: Call<P>, paging: Paging) -> Self {
        let Call { handle, operation, draft, options, .. } = call;
        let template = draft.map_err(Some).and_then(|draft| match draft.target {
            Target::Path(_) if !http_body::Body::is_end_stream(&draft.body) => {
                let reason = "of a listing is given to the pager, which repeats it for each page";
                Err(Some(Error::invalid("body", reason)))
            }
            Target::Path(path) => Ok(Template { path, query: draft.query, headers: draft.headers }),
            Target::Url(_) => Err(Some(Error::invalid("url", "cannot be the start of a listing"))),
        });
        Self {
            handle,
            operation,
            options,
            template,
            paging,
            cursor: None,
            places: HashSet::new(),
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

    /// Goes on where another pager of the same listing had come to.
    pub fn resume(mut self, point: Cursor) -> Self {
        self.state = if point.0 == Position::End { State::Done } else { State::HasMore };
        self.cursor = Some(point);
        self.places.clear();
        self.contents.clear();
        self
    }

    /// Where to go on after the pages returned so far; `None` before the first.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// The next page; `None` at the end.
    ///
    /// # Errors
    ///
    /// That of the call. Calling again asks for the same page.
    ///
    /// [`ErrorKind::Decode`] if the page has the items of one that was read before (of two, in listings
    /// by links or tokens): the server ignores which page it is asked for. Calling again asks for
    /// the same page.
    ///
    /// [`ErrorKind::UntrustedHost`] or [`ErrorKind::Decode`] if the link of the page before cannot be
    /// followed, or leads to a page that was read before; calling again gives the same error.
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
        self.places.extend(match &self.cursor {
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
            Some(next) if self.places.contains(&hash(&next.0)) => self.state = State::Repeats,
            next => self.cursor = next,
        }
        Ok(Some(Page { items, unreadable, total, first, previous, last, body }))
    }

    fn repeats(&self) -> Error {
        let detail = "the listing comes to the same page once more";
        Error::new(ErrorKind::Decode, Outcome::Rejected, detail).in_operation(self.operation)
    }

    /// The operation.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// The request of the next page as it would be sent, without sending it.
    ///
    /// # Errors
    ///
    /// The first fault of the listing's arguments.
    pub fn into_request(mut self) -> Result<http::Request<Body>, Error> {
        self.call()?.into_request()
    }

    /// All pages as a stream, which ends after the first error.
    pub fn into_pages(self) -> impl Stream<Item = Result<Page<T>, Error>> + Send {
        try_unfold(self, |mut pager| async move {
            Ok(pager.next_page().await?.map(|page| (page, pager)))
        })
    }

    /// All items as a stream, which ends after the first error.
    ///
    /// Items that are not as expected are not in it: each is an event of `tracing` at WARN, which
    /// names the operation and the field. [`into_pages`](Self::into_pages) gives them with their
    /// JSON.
    pub fn into_items(self) -> impl Stream<Item = Result<T, Error>> + Send {
        try_unfold((self, VecDeque::new()), |(mut pager, mut items)| async move {
            loop {
                if let Some(item) = items.pop_front() {
                    return Ok(Some((item, (pager, items))));
                }
                let Some(page) = pager.next_page().await? else { return Ok(None) };
                for item in &page.unreadable {
                    let operation = tracing::field::display(pager.operation);
                    tracing::warn!(operation, reason = %item, "an item of a listing is left out");
                }
                items = page.items.into();
            }
        })
    }

    /// All items of all pages, held in memory; items that are not as expected are left out as by
    /// [`into_items`](Self::into_items).
    ///
    /// Read long listings with [`next_page`](Self::next_page) or [`into_items`](Self::into_items).
    ///
    /// # Errors
    ///
    /// That of [`next_page`](Self::next_page); the items read so far are lost.
    pub async fn collect(self) -> Result<Vec<T>, Error> {
        self.into_items().try_collect().await
    }

    fn call(&mut self) -> Result<Call<Value>, Error> {
        let template = match &mut self.template {
            Ok(template) => template,
            Err(error) => {
                let again = || Error::invalid("listing", "has failed already");
                return Err(error.take().unwrap_or_else(again).in_operation(self.operation));
            }
        };
        let mut query = template.query.clone();
        let mut path = template.path.clone();
        let mut body = None;
        match (&self.paging, self.cursor.as_ref().map(|point| &point.0)) {
            (Paging::Links, Some(Position::Link(link))) => {
                let link = self.handle.trusted.rebase(link, &template.path);
                path = link.map_err(|error| error.in_operation(self.operation))?;
                query = Fields::new();
            }
            (Paging::Skip, Some(Position::Skip(skip))) => {
                query.set("skip", *skip);
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
        let draft = Draft { target: Target::Path(path), query, headers, body: Body::empty() };
        let call =
            Call::from_draft(self.handle.clone(), self.operation, draft, self.options.clone());
        Ok(match body {
            Some(json) => call.json(&json),
            None => call,
        })
    }

    /// The page that a link or token of a response stands for.
    fn linked(&self, link: Option<String>) -> Option<Cursor> {
        let link = link.filter(|link| !link.is_empty())?;
        Some(Cursor(match (&self.paging, &self.template) {
            (Paging::Links, Ok(template)) if is_bare(&link) => Position::Link(template.at(&link)),
            (Paging::Links, Ok(template)) => {
                let page = match &self.cursor {
                    Some(Cursor(Position::Link(page))) => page,
                    _ => &template.path,
                };
                // A link that is refused must not take away the page that held it: it is kept as
                // it is, and refused when it would be followed.
                Position::Link(self.handle.trusted.rebase(&link, page).unwrap_or(link))
            }
            _ => Position::Token(link),
        }))
    }

    /// Where the page after one of `count` items is.
    fn after(&self, count: usize, next: Option<String>) -> Option<Cursor> {
        let skipped = |first: u64| {
            let skip = match &self.cursor {
                Some(Cursor(Position::Skip(skip))) => *skip,
                _ => first,
            };
            Some(Cursor(Position::Skip(skip.saturating_add(count as u64))))
        };
        match &self.paging {
            Paging::Links | Paging::JsonToken(_) => self.linked(next),
            Paging::Skip => {
                let query = self.template.as_ref().ok().and_then(|t| t.query.get("skip"));
                skipped(query.and_then(|skip| skip.parse().ok()).unwrap_or(0))
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

/// A hash of the items of a page, whatever its links and counts are: some servers make new ones
/// for each response.
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
