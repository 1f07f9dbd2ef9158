//! One pager for all of the API's ways of paging.

use std::{collections::VecDeque, fmt};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::stream::try_unfold;
use http::HeaderMap;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    Body, Call, Client, Delivery, Error, Fields, Kind, Reply, Route,
    call::{Draft, Options, Target},
    de,
};

/// A page of a listing.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items, at least one.
    pub items: Vec<T>,
    /// How many items the whole listing has, where the server tells it.
    pub total: Option<u64>,
    /// The first page, for [`Pager::resume`], where the server tells it.
    pub first: Option<ResumePoint>,
    /// The page before this one, for [`Pager::resume`], where the server tells it.
    pub previous: Option<ResumePoint>,
    /// The last page, for [`Pager::resume`], where the server tells it.
    pub last: Option<ResumePoint>,
    body: Bytes,
}

impl<T> Page<T> {
    /// The reply as received, for what it says beside the items.
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

/// Without the body and the links, which may hold addresses.
impl<T: fmt::Debug> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("items", &self.items)
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

/// A reply that is a page of a listing.
pub trait PageReply: DeserializeOwned + Send + 'static {
    /// What is listed.
    type Item: Send + 'static;

    /// The items, and where the next page is.
    fn into_parts(self) -> PageParts<Self::Item>;
}

/// What a [`PageReply`] holds.
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
/// It reads the `paging` of a reply in all its spellings.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "LinkSpellings")]
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

/// A field for each spelling, since an alias would refuse a reply with two of them.
#[derive(Default, Deserialize)]
#[serde(default)]
struct LinkSpellings {
    first: Option<String>,
    #[serde(rename = "First")]
    capital_first: Option<String>,
    previous: Option<String>,
    prev: Option<String>,
    #[serde(rename = "Previous")]
    capital_previous: Option<String>,
    next: Option<String>,
    #[serde(rename = "Next")]
    capital_next: Option<String>,
    last: Option<String>,
    #[serde(rename = "Last")]
    capital_last: Option<String>,
}

impl From<LinkSpellings> for PageLinks {
    fn from(links: LinkSpellings) -> Self {
        Self {
            first: links.first.or(links.capital_first),
            previous: links.previous.or(links.prev).or(links.capital_previous),
            next: links.next.or(links.capital_next),
            last: links.last.or(links.capital_last),
        }
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

/// The usual reply of listings with links: `{"items": [..], "paging": {"next": ".."}}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub struct LinkPage<T> {
    #[serde(default, deserialize_with = "de::items")]
    items: Vec<T>,
    #[serde(default, deserialize_with = "de::null_default")]
    paging: PageLinks,
    #[serde(default, deserialize_with = "de::number_or_string")]
    total: Option<u64>,
    #[serde(default, deserialize_with = "de::number_or_string")]
    total_count: Option<u64>,
    #[serde(default, deserialize_with = "de::number_or_string")]
    total_items: Option<u64>,
}

impl<T: DeserializeOwned + Send + 'static> PageReply for LinkPage<T> {
    type Item = T;

    fn into_parts(self) -> PageParts<T> {
        let total = self.total.or(self.total_count).or(self.total_items);
        PageParts { items: self.items, links: self.paging, total }
    }
}

/// Where a listing goes on: to be stored, and given to [`Pager::resume`] later.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResumePoint(Cursor);

#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Cursor {
    Link(String),
    Skip(u64),
    Token(String),
    /// After a page that said it was the last.
    End,
}

/// The kind alone: a link may hold an address.
impl fmt::Debug for ResumePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Cursor::Link(_) => "ResumePoint(link)",
            Cursor::Skip(_) => "ResumePoint(skip)",
            Cursor::Token(_) => "ResumePoint(token)",
            Cursor::End => "ResumePoint(end)",
        })
    }
}

/// How a listing is paged.
#[derive(Clone, Debug)]
enum Paging {
    /// The reply holds a link to the next page.
    Links,
    /// `skip` in the query.
    Skip,
    /// `pagination.skip` in the JSON body.
    JsonSkip(Value),
    /// `pagination.token` in the JSON body.
    JsonToken(Value),
}

/// A listing, page by page.
///
/// It ends with the first empty page, as Mailgun's listings do; a last page that still has a link,
/// or a page that is shorter than asked for, does not end it.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_core::{LinkPage, Pager, Route};
///
/// const LIST: Route = Route::get("/v3/{domain}/bounces");
/// let call = client.call::<LinkPage<serde_json::Value>>(LIST, &["mg.example.com"]);
/// let mut pager = Pager::links(call);
/// while let Some(page) = pager.next_page().await? {
///     for bounce in &page.items {
///         println!("{bounce}");
///     }
///     // Stored, it lets another process go on with the next page.
///     let _resume_point = pager.resume_point();
/// }
/// # Ok(()) }
/// ```
#[must_use = "a pager asks for nothing until its pages are asked for"]
pub struct Pager<T> {
    client: Client,
    route: Route,
    options: Options,
    /// The call that each page repeats, or its fault until that was reported.
    template: Result<Template, Option<Error>>,
    paging: Paging,
    cursor: Option<ResumePoint>,
    state: State,
    read: ReadPage<T>,
}

type ReadPage<T> = fn(Call<Value>) -> ReadFuture<T>;
type ReadFuture<T> =
    std::pin::Pin<Box<dyn Future<Output = Result<(PageParts<T>, Bytes), Error>> + Send>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    HasMore,
    /// The last page's link points to that page itself.
    Repeats,
    Done,
}

struct Template {
    path: String,
    query: Fields,
    headers: HeaderMap,
}

impl Template {
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
    /// A listing whose replies hold a link to the next page, or the bare value of its `page`.
    pub fn links<P: PageReply<Item = T>>(call: Call<P>) -> Self {
        Self::new(call, Paging::Links)
    }

    /// A listing paged by `skip` and `limit` in the query.
    pub fn skip<P: PageReply<Item = T>>(call: Call<P>) -> Self {
        Self::new(call, Paging::Skip)
    }

    /// A listing paged by `pagination.skip` in the JSON body `query`.
    pub fn json_skip<P: PageReply<Item = T>>(call: Call<P>, query: &impl Serialize) -> Self {
        Self::with_json(call, query, Paging::JsonSkip)
    }

    /// A listing paged by `pagination.token` in the JSON body `query`.
    pub fn json_token<P: PageReply<Item = T>>(call: Call<P>, query: &impl Serialize) -> Self {
        Self::with_json(call, query, Paging::JsonToken)
    }

    fn with_json<P: PageReply<Item = T>>(
        call: Call<P>,
        query: &impl Serialize,
        paging: fn(Value) -> Paging,
    ) -> Self {
        match serde_json::to_value(query) {
            Ok(query) => Self::new(call, paging(query)),
            Err(error) => {
                let fault = Error::invalid("query", "cannot be written as JSON").with_source(error);
                Self::new(call.fail(fault), paging(Value::Null))
            }
        }
    }

    fn new<P: PageReply<Item = T>>(call: Call<P>, paging: Paging) -> Self {
        let Call { client, route, draft, options, .. } = call;
        let template = draft.map_err(Some).and_then(|draft| match draft.target {
            Target::Path(_) if !http_body::Body::is_end_stream(&draft.body) => {
                let reason = "of a listing is given to the pager, which repeats it for each page";
                Err(Some(Error::invalid("body", reason)))
            }
            Target::Path(path) => Ok(Template { path, query: draft.query, headers: draft.headers }),
            Target::Url(_) => Err(Some(Error::invalid("url", "cannot be the start of a listing"))),
        });
        Self {
            client,
            route,
            options,
            template,
            paging,
            cursor: None,
            state: State::HasMore,
            read: |call| {
                Box::pin(async move {
                    let Reply { value, raw } = call.retype::<P>().reply().await?;
                    Ok((value.into_parts(), raw.body))
                })
            },
        }
    }

    /// Goes on where another pager of the same listing had come to.
    pub fn resume(mut self, point: ResumePoint) -> Self {
        self.state = if point.0 == Cursor::End { State::Done } else { State::HasMore };
        self.cursor = Some(point);
        self
    }

    /// Where to go on after the pages returned so far; `None` before the first.
    pub fn resume_point(&self) -> Option<&ResumePoint> {
        self.cursor.as_ref()
    }

    /// The next page; `None` at the end.
    ///
    /// # Errors
    ///
    /// That of the call. Calling again asks for the same page.
    ///
    /// [`Kind::UntrustedHost`] or [`Kind::Decode`] if the link of the page before cannot be
    /// followed, or leads to that page once more; calling again gives the same error.
    pub async fn next_page(&mut self) -> Result<Option<Page<T>>, Error> {
        match self.state {
            State::HasMore => {}
            State::Repeats => {
                let detail = "the listing's next page is the same page once more";
                let error = Error::new(Kind::Decode, Delivery::Rejected, detail);
                return Err(error.in_operation(self.route));
            }
            State::Done => return Ok(None),
        }
        let call = self.call()?;
        let (PageParts { items, links, total }, body) = (self.read)(call).await?;
        if items.is_empty() {
            self.state = State::Done;
            return Ok(None);
        }
        let PageLinks { first, previous, next, last } = links;
        let [first, previous, last] = [first, previous, last].map(|link| self.linked(link));
        match self.after(items.len(), next) {
            None => {
                self.state = State::Done;
                self.cursor = Some(ResumePoint(Cursor::End));
            }
            Some(next) if self.is_at(&next) => self.state = State::Repeats,
            next => self.cursor = next,
        }
        Ok(Some(Page { items, total, first, previous, last, body }))
    }

    /// The operation.
    pub fn route(&self) -> Route {
        self.route
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
    pub fn into_items(self) -> impl Stream<Item = Result<T, Error>> + Send {
        try_unfold((self, VecDeque::new()), |(mut pager, mut items)| async move {
            if items.is_empty() {
                match pager.next_page().await? {
                    Some(page) => items = page.items.into(),
                    None => return Ok(None),
                }
            }
            Ok(items.pop_front().map(|item| (item, (pager, items))))
        })
    }

    fn call(&mut self) -> Result<Call<Value>, Error> {
        let template = match &mut self.template {
            Ok(template) => template,
            Err(fault) => {
                let again = || Error::invalid("listing", "has failed already");
                return Err(fault.take().unwrap_or_else(again).in_operation(self.route));
            }
        };
        let mut query = template.query.clone();
        let mut path = template.path.clone();
        let mut body = None;
        match (&self.paging, self.cursor.as_ref().map(|point| &point.0)) {
            (Paging::Links, Some(Cursor::Link(link))) => {
                let link = self.client.trusted().rebase(link);
                path = link.map_err(|error| error.in_operation(self.route))?;
                query = Fields::new();
            }
            (Paging::Skip, Some(Cursor::Skip(skip))) => {
                query.set("skip", *skip);
            }
            (Paging::JsonSkip(json), cursor) => {
                let skip = match cursor {
                    Some(Cursor::Skip(skip)) => Some(("skip", Value::from(*skip))),
                    _ => None,
                };
                body = Some(with_pagination(json, skip));
            }
            (Paging::JsonToken(json), cursor) => {
                let token = match cursor {
                    Some(Cursor::Token(token)) => Some(("token", Value::from(&**token))),
                    _ => None,
                };
                body = Some(with_pagination(json, token));
            }
            _ => {}
        }
        let headers = template.headers.clone();
        let draft = Draft { target: Target::Path(path), query, headers, body: Body::empty() };
        let call = Call::from_draft(self.client.clone(), self.route, draft, self.options.clone());
        Ok(match body {
            Some(json) => call.json(&json),
            None => call,
        })
    }

    /// Whether `next` is the page that was just read.
    fn is_at(&self, next: &ResumePoint) -> bool {
        match (&self.cursor, &next.0, &self.template) {
            (Some(cursor), _, _) => cursor == next,
            (None, Cursor::Link(link), Ok(template)) => {
                let query = template.query.to_query();
                let (path, link_query) = link.split_once('?').unwrap_or((link, ""));
                path == template.path && link_query == query
            }
            _ => false,
        }
    }

    /// The page that a link or token of a reply stands for.
    fn linked(&self, link: Option<String>) -> Option<ResumePoint> {
        let link = link.filter(|link| !link.is_empty())?;
        Some(ResumePoint(match (&self.paging, &self.template) {
            (Paging::Links, Ok(template)) if is_bare(&link) => Cursor::Link(template.at(&link)),
            // A link that is refused must not take away the page that held it: it is kept as it
            // is, and refused when it would be followed.
            (Paging::Links, _) => Cursor::Link(self.client.trusted().rebase(&link).unwrap_or(link)),
            _ => Cursor::Token(link),
        }))
    }

    /// Where the page after one of `count` items is.
    fn after(&self, count: usize, next: Option<String>) -> Option<ResumePoint> {
        let skipped = |first: u64| {
            let skip = match &self.cursor {
                Some(ResumePoint(Cursor::Skip(skip))) => *skip,
                _ => first,
            };
            Some(ResumePoint(Cursor::Skip(skip.saturating_add(count as u64))))
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
            .field("route", &self.route)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
