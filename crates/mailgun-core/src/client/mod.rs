//! The client: a cheap handle to the stack of layers.

mod builder;

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{StatusCode, Uri};
use serde::de::DeserializeOwned;

pub use self::builder::ClientBuilder;
use crate::{
    Call, Credentials, Error, ErrorKind, IntoCredentials, Operation, Region,
    call::Target,
    handle::{BaseUrl, Handle, TrustedHosts},
    layers::subaccount_header,
    metrics::{Wait, WaitReason},
    operation::path_and_query,
};

/// A client of the Mailgun API.
///
/// Clones share connections, credentials and retry budget, and are cheap. Building a client needs
/// no runtime. Calls need a tokio runtime with I/O and time enabled.
///
/// ```no_run
/// use mailgun::{Client, Region};
///
/// let client = Client::builder("key-0123456789").region(Region::Eu).build()?;
/// # let _ = client;
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone)]
pub struct Client(Arc<Handle>);

impl Client {
    /// Starts with an API key: a string, an [`ApiKey`](crate::ApiKey), or [`Credentials`] if the key is to be
    /// replaced later.
    pub fn builder(credentials: impl IntoCredentials) -> ClientBuilder {
        ClientBuilder::new(credentials)
    }

    /// Starts with the settings in the environment; see [`from_env`](Self::from_env).
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Config`], which names the variable.
    pub fn builder_from_env() -> Result<ClientBuilder, Error> {
        ClientBuilder::from_env()
    }

    /// Builds a client from the environment: `MAILGUN_API_KEY`, and `MAILGUN_REGION` (`us` or `eu`)
    /// or `MAILGUN_BASE_URL` if they are set. [`ClientBuilder::from_env`] has all variables.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Config`], which names the variable or
    /// setting.
    #[cfg(feature = "transport")]
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    fn from_handle(handle: Handle) -> Self {
        Self(Arc::new(handle))
    }

    /// Returns a client that makes calls on behalf of the subaccount `id`.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`] if `id` is not a valid
    /// header value.
    pub fn for_subaccount(&self, id: impl AsRef<str>) -> Result<Self, Error> {
        let subaccount = Some(subaccount_header(id.as_ref())?);
        Ok(Self::from_handle(Handle { subaccount, ..Handle::clone(&self.0) }))
    }

    /// The base URL, without a slash at its end: `https://api.eu.mailgun.net` for the EU region.
    pub fn base_url(&self) -> String {
        self.0.base.to_string()
    }

    /// The credentials, for example to replace the key. `None` for a client made by
    /// [`from_service`](Self::from_service).
    pub fn credentials(&self) -> Option<&Credentials> {
        self.0.credentials.as_ref()
    }

    /// Describes a call with a JSON response. `segments` fill the placeholders of the operation.
    ///
    /// The resource crates are built on it. Use it for an operation that they do not have yet.
    pub fn call<T: DeserializeOwned + 'static>(
        &self,
        operation: Operation,
        segments: &[&str],
    ) -> Call<T> {
        Call::json_response(self.0.clone(), operation, self.path(operation, segments))
    }

    /// Describes a call whose response is an object that wraps the result: `{"route": {..}}`.
    ///
    /// A missing field and `null` become the default of the type.
    ///
    /// ```no_run
    /// # async fn example(client: mailgun::Client) -> Result<(), mailgun::Error> {
    /// use mailgun::Operation;
    ///
    /// const ROUTE: Operation = Operation::get("/v3/routes/{id}");
    /// let route: serde_json::Value =
    ///     client.call_field(ROUTE, &["4f3bad2335335426750048c6"], "route").await?;
    /// println!("{}", route["expression"]);
    /// # Ok(()) }
    /// ```
    pub fn call_field<T: DeserializeOwned + Default + 'static>(
        &self,
        operation: Operation,
        segments: &[&str],
        field: &'static str,
    ) -> Call<T> {
        Call::field_response(self.0.clone(), operation, self.path(operation, segments), field)
    }

    /// Describes a call whose response is an object that wraps a list: `{"items": [..]}`.
    ///
    /// Items that are `null` are left out. A missing field and `null` become an empty list.
    pub fn call_list<T: DeserializeOwned + 'static>(
        &self,
        operation: Operation,
        segments: &[&str],
        field: &'static str,
    ) -> Call<Vec<T>> {
        self.call_field::<Vec<Option<T>>>(operation, segments, field)
            .map(|items| items.into_iter().flatten().collect())
    }

    /// Describes a call that returns the response body as bytes.
    pub fn call_bytes(&self, operation: Operation, segments: &[&str]) -> Call<Bytes> {
        Call::bytes_response(self.0.clone(), operation, self.path(operation, segments))
    }

    /// Describes a call that returns the `Location` of a redirect, unchanged.
    ///
    /// The redirect is not followed, because its target must not see the key. All other calls treat
    /// a redirect as an error.
    ///
    /// ```no_run
    /// # async fn example(client: mailgun::Client) -> Result<(), mailgun::Error> {
    /// use mailgun::Operation;
    ///
    /// const LINK: Operation = Operation::get("/v9/files/{id}/download_url");
    /// let link: String = client.call_location(LINK, &["7"]).await?;
    /// # Ok(()) }
    /// ```
    pub fn call_location(&self, operation: Operation, segments: &[&str]) -> Call<String> {
        Call::location(self.0.clone(), operation, self.path(operation, segments))
    }

    /// Describes a call to a URL from a response or a webhook, with a JSON response.
    ///
    /// The host must be trusted with the key: the host of the base URL, any Mailgun host if the
    /// base URL is one of them, or a host named by [`ClientBuilder::trust_host`]. For any other
    /// host, the call returns [`ErrorKind::UntrustedHost`].
    pub fn call_url<T: DeserializeOwned + 'static>(
        &self,
        operation: Operation,
        url: &str,
    ) -> Call<T> {
        Call::json_response(self.0.clone(), operation, self.url(url))
    }

    /// Describes a call to another host, given by its base URL. `segments` fill the placeholders of
    /// the operation.
    ///
    /// The host must be trusted with the key, as for [`call_url`](Self::call_url).
    pub fn call_at<T: DeserializeOwned + 'static>(
        &self,
        operation: Operation,
        base_url: &str,
        segments: &[&str],
    ) -> Call<T> {
        // Anything after the host would become part of the path.
        let host = BaseUrl::parse(base_url, true).ok().filter(|base| base.prefix().is_empty());
        let host = host.ok_or_else(|| Error::invalid("host", "is not a host URL without a path"));
        let target = host.and_then(|base| {
            let uri = base.uri(path_and_query(operation.path(base.prefix(), segments)?, "")?)?;
            self.trusted_target(uri)
        });
        Call::json_response(self.0.clone(), operation, target)
    }

    /// Like [`call_url`](Self::call_url), but returns the response body as bytes.
    pub fn call_url_bytes(&self, operation: Operation, url: &str) -> Call<Bytes> {
        Call::bytes_response(self.0.clone(), operation, self.url(url))
    }

    /// Describes the download of a file from a URL in a response.
    ///
    /// The URL may point to a storage service, which needs no key. Only a host that is trusted with
    /// the key, as for [`call_url`](Self::call_url), receives it. For any other host, the URL must
    /// be https, and the call carries neither key nor subaccount and skips the application's
    /// layers, which may add other secrets. A client made by [`from_service`](Self::from_service)
    /// calls trusted hosts only.
    ///
    /// To read a large file in chunks, use [`Call::stream`].
    pub fn download(&self, operation: Operation, url: &str) -> Call<Bytes> {
        let target = self.url(url);
        match (&target, self.without_key()) {
            (Err(error), Some(keyless)) if error.kind() == ErrorKind::UntrustedHost => {
                let public = url.parse().ok().filter(TrustedHosts::is_public).map(Target::Url);
                Call::bytes_response(keyless, operation, public.map_or(target, Ok))
            }
            _ => Call::bytes_response(self.0.clone(), operation, target),
        }
    }

    /// Whether the account has `domain` in this client's region.
    ///
    /// `GET /v4/domains/{domain}`
    ///
    /// # Errors
    ///
    /// Returns the error of the call, unless the status is 404.
    pub async fn has_domain(&self, domain: &str) -> Result<bool, Error> {
        const DOMAIN: Operation = Operation::get("/v4/domains/{domain}");
        match self.call::<serde::de::IgnoredAny>(DOMAIN, &[domain]).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Finds the region that has `domain`. `None` if no region has it.
    ///
    /// The regions are asked in turn. `client` builds the client for a region.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), mailgun::Error> {
    /// use mailgun::Client;
    ///
    /// let client = |region| Client::builder("key-0123456789").region(region).build();
    /// match Client::detect_region("mg.example.com", client).await? {
    ///     Some(region) => println!("it is in {region:?}"),
    ///     None => println!("this account does not have it"),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of `client` and of [`has_domain`](Self::has_domain). A region responds
    /// with 401 to keys of another region, so a 401 is returned only if all regions respond with
    /// it.
    pub async fn detect_region(
        domain: &str,
        client: impl Fn(Region) -> Result<Self, Error>,
    ) -> Result<Option<Region>, Error> {
        let mut refusals = Vec::new();
        for &region in Region::ALL {
            match client(region)?.has_domain(domain).await {
                Ok(true) => return Ok(Some(region)),
                Ok(false) => {}
                Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) => {
                    refusals.push(error);
                }
                Err(error) => return Err(error),
            }
        }
        if refusals.len() < Region::ALL.len() {
            Ok(None)
        } else {
            refusals.pop().map_or(Ok(None), Err)
        }
    }

    /// Reports a wait for a rate limit that is not part of a call, such as that of a batch.
    #[doc(hidden)]
    pub fn record_wait(&self, operation: Operation, duration: Duration) {
        if let Some(recorder) = self.0.recorder.get() {
            let template = Some(operation.template());
            recorder.wait_began(&Wait { template, reason: WaitReason::RateLimit, duration });
        }
    }

    /// A handle without a key and without a subaccount.
    fn without_key(&self) -> Option<Arc<Handle>> {
        Some(Arc::new(Handle {
            stack: self.0.keyless.clone()?,
            keyless: None,
            credentials: None,
            subaccount: None,
            ..Handle::clone(&self.0)
        }))
    }

    fn path(&self, operation: Operation, segments: &[&str]) -> Result<Target, Error> {
        operation.path(self.0.base.prefix(), segments).map(Target::Path)
    }

    fn url(&self, url: &str) -> Result<Target, Error> {
        let uri: Uri = url.parse().map_err(|_| Error::invalid("url", "is not a URL"))?;
        self.trusted_target(uri)
    }

    /// Checks a URL from outside. It is the only way to a target that is not on the base URL and
    /// receives the key.
    fn trusted_target(&self, uri: Uri) -> Result<Target, Error> {
        self.0.trusted.check(&uri)?;
        Ok(Target::Url(uri))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.0.base)
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}
