//! The client: a cheap handle around the stack of layers.

mod builder;

use std::{fmt, sync::Arc};

use bytes::Bytes;
use http::{StatusCode, Uri};
use serde::de::DeserializeOwned;

pub use self::builder::ClientBuilder;
use crate::{
    Call, Credentials, Error, ErrorKind, IntoCredentials, Operation, Region,
    call::Target,
    handle::{BaseUrl, Handle, TrustedHosts},
    layers::subaccount_header,
    operation::path_and_query,
};

/// A client of the Mailgun API.
///
/// A clone shares connections, credentials and retry budget, and costs one atomic increment.
/// Building one needs no runtime; calls run on a tokio runtime with its I/O and time drivers on.
///
/// ```no_run
/// use mailgun_core::{Client, Region};
///
/// let client = Client::builder("key-0123456789").region(Region::Eu).build()?;
/// # let _ = client;
/// # Ok::<(), mailgun_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Client(Arc<Handle>);

impl Client {
    /// Starts with a key: text, an [`ApiKey`](crate::ApiKey), or [`Credentials`] that can be
    /// replaced later.
    pub fn builder(credentials: impl IntoCredentials) -> ClientBuilder {
        ClientBuilder::new(credentials)
    }

    /// Starts with the settings of the environment, as [`from_env`](Self::from_env) reads them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config), naming the variable.
    pub fn builder_from_env() -> Result<ClientBuilder, Error> {
        ClientBuilder::from_env()
    }

    /// From the environment: `MAILGUN_API_KEY`, and `MAILGUN_REGION` (`us` or `eu`) or
    /// `MAILGUN_BASE_URL` if they are set.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config), naming the variable or setting.
    #[cfg(feature = "transport")]
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    fn from_handle(handle: Handle) -> Self {
        Self(Arc::new(handle))
    }

    /// A handle that acts for the subaccount `id`; this one stays as it is.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if `id` cannot stand in a header.
    pub fn for_subaccount(&self, id: impl AsRef<str>) -> Result<Self, Error> {
        let subaccount = Some(subaccount_header(id.as_ref())?);
        Ok(Self::from_handle(Handle { subaccount, ..Handle::clone(&self.0) }))
    }

    /// The credentials, to replace the key; `None` for a client made from a foreign service.
    pub fn credentials(&self) -> Option<&Credentials> {
        self.0.credentials.as_ref()
    }

    /// Describes a call whose response is JSON, with `segments` in place of the operation's placeholders.
    ///
    /// This is what all resource crates are made of, and the way to an operation that they do not
    /// have yet.
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
    /// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
    /// use mailgun_core::Operation;
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

    /// Describes a call whose response is kept as bytes.
    pub fn call_bytes(&self, operation: Operation, segments: &[&str]) -> Call<Bytes> {
        Call::bytes_response(self.0.clone(), operation, self.path(operation, segments))
    }

    /// Describes a call that is answered with a redirect, and gives where it points to, as the
    /// server writes it.
    ///
    /// The redirect is not followed: the key must not go where it points to. Any other call takes
    /// one for an error.
    ///
    /// ```no_run
    /// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
    /// use mailgun_core::Operation;
    ///
    /// const LINK: Operation = Operation::get("/v9/files/{id}/download_url");
    /// let link: String = client.call_location(LINK, &["7"]).await?;
    /// # Ok(()) }
    /// ```
    pub fn call_location(&self, operation: Operation, segments: &[&str]) -> Call<String> {
        Call::location(self.0.clone(), operation, self.path(operation, segments))
    }

    /// Describes a call of a URL that a response or a webhook gave, whose response is JSON.
    ///
    /// The key goes to the base URL's host, to Mailgun's hosts if that is one of them, and to those
    /// named by [`ClientBuilder::trust_host`]; any other is refused.
    pub fn call_url<T: DeserializeOwned + 'static>(
        &self,
        operation: Operation,
        url: &str,
    ) -> Call<T> {
        Call::json_response(self.0.clone(), operation, self.url(url))
    }

    /// Describes a call of another host's base URL, with `segments` in place of the operation's
    /// placeholders; the host is checked as by [`call_url`](Self::call_url).
    pub fn call_at<T: DeserializeOwned + 'static>(
        &self,
        operation: Operation,
        base_url: &str,
        segments: &[&str],
    ) -> Call<T> {
        // Whatever stood behind the host would become part of the path.
        let host = BaseUrl::parse(base_url, true).ok().filter(|base| base.prefix().is_empty());
        let host = host.ok_or_else(|| Error::invalid("host", "is not the URL of a host alone"));
        let target = host.and_then(|base| {
            let uri = base.uri(path_and_query(operation.path(base.prefix(), segments)?, "")?)?;
            self.trusted_target(uri)
        });
        Call::json_response(self.0.clone(), operation, target)
    }

    /// As [`call_url`](Self::call_url), the response kept as bytes.
    pub fn call_url_bytes(&self, operation: Operation, url: &str) -> Call<Bytes> {
        Call::bytes_response(self.0.clone(), operation, self.url(url))
    }

    /// Describes a call of a link that a response gave to a file, whose response is kept as bytes.
    ///
    /// Such a link may point to a storage service, and then holds all that this asks for. A host
    /// that may see the key, as for [`call_url`](Self::call_url), gets it. To any other the call
    /// goes by https, without the key and the client's subaccount, and past the layers of the
    /// application, which may add secrets of their own. A client made by
    /// [`from_service`](Self::from_service) refuses all others.
    ///
    /// [`Call::stream`] reads a large file piece by piece.
    pub fn download(&self, operation: Operation, url: &str) -> Call<Bytes> {
        let target = self.url(url);
        match (&target, self.without_key()) {
            (Err(refusal), Some(stranger)) if refusal.kind() == ErrorKind::UntrustedHost => {
                let public = url.parse().ok().filter(TrustedHosts::is_public).map(Target::Url);
                Call::bytes_response(stranger, operation, public.map_or(target, Ok))
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
    /// Any error but the 404 that says that the domain is unknown here.
    pub async fn has_domain(&self, domain: &str) -> Result<bool, Error> {
        const DOMAIN: Operation = Operation::get("/v4/domains/{domain}");
        match self.call::<serde::de::IgnoredAny>(DOMAIN, &[domain]).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The region that has `domain`, asked one after the other; `None` if neither has it.
    ///
    /// `client` makes a client of a region.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), mailgun_core::Error> {
    /// use mailgun_core::Client;
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
    /// Those of `client` and of [`has_domain`](Self::has_domain); status 401 only if all regions
    /// answer with it, since a region also refuses the keys of the other so.
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

    /// A handle that knows no key and acts for nobody.
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

    /// The one place where a URL from outside becomes a target of the stack that has the key; all
    /// others are on the base.
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
