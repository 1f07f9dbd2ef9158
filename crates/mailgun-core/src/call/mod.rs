//! One call to the API: a description that is sent when it is awaited.

mod chunks;
mod poller;
mod send;

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header, uri::PathAndQuery};
use http_body::Body as _;
use serde::{Serialize, de::DeserializeOwned};

use self::send::send;
pub use self::{
    chunks::{Chunk, Chunks},
    poller::Poller,
};
use crate::{
    Body, Error, Fields, Form, Idempotency, Operation, Response, ResponseBody, ResponseStream,
    de::UnreadableItem,
    guard::{self, Recipients},
    handle::Handle,
    layers,
    operation::path_and_query,
    response::{Frames, RawResponse},
};

/// A call to the API. `.await` sends it.
///
/// Invalid arguments are reported by the `.await`, before anything is sent. Dropping the future
/// stops the call, but Mailgun may process what was already sent.
///
/// ```no_run
/// # async fn example(client: mailgun::Client) -> Result<(), mailgun::Error> {
/// use std::time::Duration;
/// use mailgun::{Operation, resource::Fields};
///
/// // An operation that this SDK has no method for, with the same retries, errors and tracing.
/// const NEW: Operation = Operation::get("/v9/things/{domain}/{thing}");
/// let mut query = Fields::new();
/// query.set("limit", 10_u32);
/// let things: serde_json::Value = client
///     .call(NEW, &["mg.example.com", "a/b"])
///     .query(query)
///     .deadline(Duration::from_secs(20))
///     .await?;
/// # let _ = things;
/// # Ok(()) }
/// ```
#[must_use = "a call is sent when it is awaited"]
pub struct Call<T> {
    pub(crate) handle: Arc<Handle>,
    pub(crate) operation: Operation,
    pub(crate) draft: Result<Draft, Error>,
    pub(crate) options: Options,
    decode: Decode<T>,
}

type Decode<T> = Box<dyn FnOnce(RawResponse) -> Result<Response<T>, Error> + Send>;

/// The parts of a request that is being described.
pub(crate) struct Draft {
    pub(crate) target: Target,
    pub(crate) query: Fields,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    /// Whether the client's guard has seen the recipients in the body.
    pub(crate) is_guarded: bool,
}

/// Where a request goes.
pub(crate) enum Target {
    /// A path on the base URL, including the base URL's prefix. For a paging link, with its query.
    Path(String),
    /// A URL from a response, on a host that is trusted with the key.
    Url(Uri),
}

impl Target {
    fn path_and_query(&self) -> &str {
        match self {
            Self::Path(path) => path,
            Self::Url(uri) => uri.path_and_query().map_or("", PathAndQuery::as_str),
        }
    }
}

/// The options of one call.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    deadline: Option<Duration>,
    idempotency: Option<Idempotency>,
    may_retry: bool,
    /// A redirect is a successful response, not an error.
    wants_redirect: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { deadline: None, idempotency: None, may_retry: true, wants_redirect: false }
    }
}

impl<T: DeserializeOwned + 'static> Call<T> {
    pub(crate) fn json_response(
        handle: Arc<Handle>,
        operation: Operation,
        target: Result<Target, Error>,
    ) -> Self {
        Self::new(handle, operation, target, Box::new(RawResponse::json::<T>))
    }
}

impl<T: DeserializeOwned + Default + 'static> Call<T> {
    pub(crate) fn field_response(
        handle: Arc<Handle>,
        operation: Operation,
        target: Result<Target, Error>,
        name: &'static str,
    ) -> Self {
        let decode = move |raw: RawResponse| raw.json_field(name);
        Self::new(handle, operation, target, Box::new(decode))
    }
}

impl Call<serde_json::Value> {
    pub(crate) fn from_draft(
        handle: Arc<Handle>,
        operation: Operation,
        draft: Draft,
        options: Options,
    ) -> Self {
        Self { handle, operation, draft: Ok(draft), options, decode: Box::new(RawResponse::json) }
    }

    /// Reads the response as a page.
    pub(crate) fn page<P: DeserializeOwned + 'static>(self) -> Call<(P, Vec<UnreadableItem>)> {
        let Self { handle, operation, draft, options, .. } = self;
        Call { handle, operation, draft, options, decode: Box::new(RawResponse::json_page::<P>) }
    }
}

impl Call<Bytes> {
    pub(crate) fn bytes_response(
        handle: Arc<Handle>,
        operation: Operation,
        target: Result<Target, Error>,
    ) -> Self {
        let decode = |raw: RawResponse| Ok(Response { value: raw.body.clone(), raw });
        Self::new(handle, operation, target, Box::new(decode))
    }
}

impl Call<String> {
    pub(crate) fn location(
        handle: Arc<Handle>,
        operation: Operation,
        target: Result<Target, Error>,
    ) -> Self {
        let mut call = Self::new(handle, operation, target, Box::new(RawResponse::location));
        call.options.wants_redirect = true;
        call
    }
}

impl<T> Call<T> {
    fn new(
        handle: Arc<Handle>,
        operation: Operation,
        target: Result<Target, Error>,
        decode: Decode<T>,
    ) -> Self {
        let draft = target.map(|target| Draft {
            target,
            query: Fields::new(),
            // Leaves room for the headers that the layers add.
            headers: HeaderMap::with_capacity(6),
            body: Body::empty(),
            is_guarded: false,
        });
        Self { handle, operation, draft, options: Options::default(), decode }
    }

    fn edit(mut self, edit: impl FnOnce(&mut Draft) -> Result<(), Error>) -> Self {
        if let Ok(draft) = &mut self.draft
            && let Err(error) = edit(draft)
        {
            self.draft = Err(error);
        }
        self
    }

    fn with_body(self, make: impl FnOnce() -> Result<(HeaderValue, Body), Error>) -> Self {
        self.edit(|draft| {
            let (content_type, body) = make()?;
            draft.headers.insert(header::CONTENT_TYPE, content_type);
            draft.body = body;
            draft.is_guarded = false;
            Ok(())
        })
    }

    /// Sets a body that is made of a form, after the client's guard has seen it.
    fn with_form(
        self,
        form: impl FnOnce() -> Form,
        finish: impl FnOnce(Form) -> Result<(HeaderValue, Body), Error>,
    ) -> Self {
        let guard = self.handle.guard.clone();
        let Some((guard, recipients)) = guard.and_then(|guard| Some((guard, self.recipients()?)))
        else {
            return self.with_body(|| finish(form()));
        };
        let call = self.with_body(|| {
            let mut form = form();
            if let Some(error) = form.take_error() {
                return Err(error);
            }
            guard.apply(&mut form, recipients)?;
            finish(form)
        });
        call.edit(|draft| {
            draft.is_guarded = true;
            Ok(())
        })
    }

    /// How the call names the recipients of mail; `None` if it sends none.
    fn recipients(&self) -> Option<Recipients> {
        let draft = self.draft.as_ref().ok()?;
        Recipients::of(&self.operation.method(), draft.target.path_and_query())
    }

    /// Adds parameters to the query.
    pub fn query(self, params: impl Into<Fields>) -> Self {
        self.edit(|draft| {
            draft.query.extend(params.into());
            draft.query.take_error().map_or(Ok(()), Err)
        })
    }

    /// Sends parameters as `application/x-www-form-urlencoded`.
    pub fn form(self, params: impl Into<Fields>) -> Self {
        self.with_form(
            || params.into().into(),
            |form| {
                let mut fields = form.into_texts();
                if let Some(error) = fields.take_error() {
                    return Err(error);
                }
                const TYPE: HeaderValue =
                    HeaderValue::from_static("application/x-www-form-urlencoded");
                Ok((TYPE, fields.to_query().into()))
            },
        )
    }

    /// Sends a `multipart/form-data` body.
    pub fn multipart(self, form: impl Into<Form>) -> Self {
        self.with_form(|| form.into(), Form::finish)
    }

    /// Sends `value` as JSON.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        self.with_body(|| {
            let json = serde_json::to_vec(value).map_err(|error| {
                Error::invalid("body", "cannot be serialized as JSON").with_source(error)
            })?;
            Ok((HeaderValue::from_static("application/json"), json.into()))
        })
    }

    /// Sets a header of the request.
    pub fn header(self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.edit(|draft| {
            let (name, value) = (name.as_ref(), value.as_ref());
            let parsed: HeaderName = name
                .parse()
                .map_err(|_| Error::invalid("header", "has a name that is not valid in HTTP"))?;
            let is_reserved = matches!(
                parsed,
                header::AUTHORIZATION
                    | header::HOST
                    | header::CONTENT_LENGTH
                    | header::TRANSFER_ENCODING
            );
            if is_reserved {
                return Err(Error::invalid(parsed, "is set by the client"));
            }
            let value = value
                .parse()
                .map_err(|_| Error::invalid(&parsed, "is not a valid header value"))?;
            draft.headers.insert(parsed, value);
            Ok(())
        })
    }

    /// Makes this call on behalf of the subaccount `id` (`X-Mailgun-On-Behalf-Of`).
    pub fn subaccount(self, id: impl AsRef<str>) -> Self {
        self.edit(|draft| {
            let value = layers::subaccount_header(id.as_ref())?;
            draft.headers.insert(layers::ON_BEHALF_OF, value);
            Ok(())
        })
    }

    /// Limits the time of this call: all attempts, the waits between them, and reading the
    /// response. Default: [`ClientBuilder::total_timeout`](crate::ClientBuilder::total_timeout).
    #[doc(alias = "timeout")]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = Some(deadline);
        self
    }

    /// Overrides the operation's idempotency for this call.
    ///
    /// A send declared [`Idempotency::Idempotent`] is retried after an unknown outcome, so the
    /// message may be delivered twice.
    pub fn idempotency(mut self, idempotency: Idempotency) -> Self {
        self.options.idempotency = Some(idempotency);
        self
    }

    /// Makes a single attempt, without retries.
    pub fn no_retry(mut self) -> Self {
        self.options.may_retry = false;
        self
    }

    /// Converts the result of the call.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U + Send + 'static) -> Call<U>
    where
        T: 'static,
    {
        let Self { handle, operation, draft, options, decode } = self;
        let decode = move |raw: RawResponse| {
            decode(raw).map(|Response { value, raw }| Response { value: convert(value), raw })
        };
        Call { handle, operation, draft, options, decode: Box::new(decode) }
    }

    /// Makes the call fail with `error` instead of being sent.
    #[doc(hidden)]
    pub fn with_error(self, error: Error) -> Self {
        self.edit(|_| Err(error))
    }

    /// The operation.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// Builds the request without sending it, for tests, benches and dry runs.
    ///
    /// The API key and the user agent are missing, because layers add them when the call is sent.
    ///
    /// # Errors
    ///
    /// Returns the error of the first invalid argument.
    pub fn into_request(self) -> Result<Request<Body>, Error> {
        let operation = self.operation;
        build(&self.handle, operation, self.draft).map_err(|error| error.in_operation(operation))
    }

    /// Sends the call and returns the typed response with its status, headers and body.
    ///
    /// # Errors
    ///
    /// The same as awaiting the call.
    pub async fn response(self) -> Result<Response<T>, Error> {
        let Self { handle, operation, draft, options, decode } = self;
        let request =
            build(&handle, operation, draft).map_err(|error| error.in_operation(operation))?;
        let finish = |response: http::Response<ResponseBody>, attempts| {
            let (parts, body) = response.into_parts();
            let body = body.into_bytes();
            decode(RawResponse { status: parts.status, headers: parts.headers, body, attempts })
        };
        send(&handle, request, operation, &options, false, finish).await
    }

    /// Sends the call and returns `None` if the server responds with 404.
    ///
    /// Mailgun also responds with 404 if the account does not have the domain, or has it in the
    /// other region.
    ///
    /// ```no_run
    /// # async fn example(client: mailgun::Client) -> Result<(), mailgun::Error> {
    /// use mailgun::Operation;
    ///
    /// const BOUNCE: Operation = Operation::get("/v3/{domain}/bounces/{address}");
    /// let bounce = client.call::<serde_json::Value>(BOUNCE, &["mg.example.com", "bob@example.com"]);
    /// if bounce.optional().await?.is_none() {
    ///     println!("no mail to this address has bounced");
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// The same as awaiting the call, except for status 404.
    pub async fn optional(self) -> Result<Option<T>, Error> {
        match self.response().await {
            Ok(response) => Ok(Some(response.value)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sends the call and returns the response body as a stream.
    ///
    /// # Errors
    ///
    /// The same as awaiting the call, up to the head of the response. Later errors are items of the
    /// stream.
    pub async fn stream(self) -> Result<ResponseStream, Error> {
        let Self { handle, operation, draft, options, .. } = self;
        let request =
            build(&handle, operation, draft).map_err(|error| error.in_operation(operation))?;
        let idle = handle.limits.idle;
        let finish = |response: http::Response<ResponseBody>, _| {
            let (parts, body) = response.into_parts();
            Ok(ResponseStream::new(parts, Frames::new(body, idle)))
        };
        send(&handle, request, operation, &options, true, finish).await
    }
}

fn build(
    handle: &Handle,
    operation: Operation,
    draft: Result<Draft, Error>,
) -> Result<Request<Body>, Error> {
    let Draft { target, query, mut headers, body, is_guarded } = draft?;
    if handle.guard.is_some() {
        let path = target.path_and_query();
        // The service may take recipients from the query.
        let is_seen = is_guarded && query.is_empty() && !path.contains('?');
        if Recipients::of(&operation.method(), path).is_some() && !is_seen {
            return Err(guard::unseen());
        }
    }
    let query = query.to_query();
    let uri = match target {
        Target::Path(path) => handle.base.uri(path_and_query(path, &query)?)?,
        Target::Url(uri) => with_query(uri, &query)?,
    };
    if let Some(id) = &handle.subaccount {
        headers.entry(layers::ON_BEHALF_OF).or_insert_with(|| id.clone());
    }
    // hyper sends no length for an empty body, which some gateways refuse with status 411.
    if body.is_end_stream()
        && matches!(operation.method(), Method::POST | Method::PUT | Method::PATCH)
    {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    let mut request = Request::new(body);
    *request.method_mut() = operation.method();
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    Ok(request)
}

/// Appends `query` to the query of a URL from a response.
fn with_query(uri: Uri, query: &str) -> Result<Uri, Error> {
    if query.is_empty() {
        return Ok(uri);
    }
    let query = match uri.query() {
        Some(own) if !own.is_empty() => format!("{own}&{query}"),
        _ => query.to_owned(),
    };
    let path = path_and_query(uri.path().to_owned(), &query)?;
    let mut parts = uri.into_parts();
    parts.path_and_query = Some(path);
    Uri::from_parts(parts).map_err(|_| Error::invalid("url", "is not a valid URL"))
}

/// The future of a [`Call`].
#[must_use = "a call is sent when it is awaited"]
pub struct CallFuture<T>(Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>);

impl<T> Future for CallFuture<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl<T> fmt::Debug for CallFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFuture").finish_non_exhaustive()
    }
}

impl<T: 'static> IntoFuture for Call<T> {
    type Output = Result<T, Error>;
    type IntoFuture = CallFuture<T>;

    fn into_future(self) -> CallFuture<T> {
        CallFuture(Box::pin(async move { self.response().await.map(|response| response.value) }))
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation)
            .field(
                "body",
                &self.draft.as_ref().map(|draft| &draft.body).map_err(|error| error.kind()),
            )
            .finish_non_exhaustive()
    }
}
