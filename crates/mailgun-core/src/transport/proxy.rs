//! Which destination goes through which proxy.

use std::{fmt, net::IpAddr, str::FromStr};

use http::{HeaderValue, Uri, uri::Authority};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::Error;

/// A proxy through which all connections are made.
///
/// Every request is tunnelled: with `CONNECT` for `http://` and `https://` (where the connection
/// to the proxy itself is encrypted too), with SOCKS version 5 for `socks5://` and `socks5h://`.
/// Host names are always resolved by the proxy. The proxy sees the host and port of the
/// destination and, for an https destination, nothing else.
///
/// ```
/// use mailgun_core::Proxy;
///
/// let proxy = Proxy::new("http://user:pa%40ss@proxy.example.com:3128")?
///     .no_proxy("localhost,.internal");
/// assert!(!format!("{proxy:?}").contains("pa%40ss"));
/// # Ok::<(), mailgun_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Proxy {
    scheme: &'static str,
    /// Host and port, without user information.
    authority: Authority,
    /// User and password as they stand in a URL, percent-encoded.
    userinfo: Option<String>,
    no_proxy: String,
}

impl Proxy {
    /// A proxy by its URL; user name and password in it are percent-decoded.
    ///
    /// Without a port, 80, 443 and 1080 are taken for `http`, `https` and `socks5`.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if this is no URL of a host, or has another scheme. The
    /// error does not repeat the URL, which may hold a password.
    pub fn new(url: &str) -> Result<Self, Error> {
        let refuse = |reason| Err(Error::config("proxy", reason));
        let Ok(uri) = Uri::from_str(url.trim()) else {
            return refuse("is not a valid URL");
        };
        let scheme = match uri.scheme_str() {
            // `proxy.example.com:3128`, as the environment variables allow it.
            None | Some("http") => "http",
            Some("https") => "https",
            Some("socks5") => "socks5",
            Some("socks5h") => "socks5h",
            Some(_) => return refuse("must be a URL with http, https, socks5 or socks5h"),
        };
        let Some(authority) = uri.authority() else {
            return refuse("must be a URL with a host");
        };
        let (userinfo, host) = match authority.as_str().rsplit_once('@') {
            Some((userinfo, _)) if userinfo.contains('@') => {
                return refuse(
                    "has an `@` in its user name or password that is not written as `%40`",
                );
            }
            Some((userinfo, host)) => (Some(userinfo.to_owned()), host),
            None => (None, authority.as_str()),
        };
        match Authority::from_str(host) {
            Ok(authority) if !authority.host().is_empty() => {
                Ok(Self { scheme, authority, userinfo, no_proxy: String::new() })
            }
            _ => refuse("must be a URL with a host"),
        }
    }

    /// User name and password for the proxy, as they are: nothing needs to be percent-encoded.
    ///
    /// They replace those of the URL.
    #[must_use]
    pub fn basic_auth(mut self, user: &str, password: &str) -> Self {
        let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        self.userinfo = Some(format!("{}:{}", encoded(user), encoded(password)));
        self
    }

    /// Destinations that are connected directly: a comma-separated list as in `NO_PROXY`.
    ///
    /// A domain stands for itself and its subdomains, with or without a leading dot; addresses
    /// and networks (`10.0.0.0/8`) are understood, `*` stands for all.
    #[must_use]
    pub fn no_proxy(mut self, hosts: &str) -> Self {
        hosts.clone_into(&mut self.no_proxy);
        self
    }

    fn matcher(&self) -> Matcher {
        let userinfo = self.userinfo.as_ref().map(|text| format!("{text}@")).unwrap_or_default();
        Matcher::builder()
            .all(format!("{}://{userinfo}{}", self.scheme, self.authority))
            .no(self.no_proxy.as_str())
            .build()
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("url", &format_args!("{}://{}", self.scheme, self.authority))
            .field("no_proxy", &self.no_proxy)
            .finish_non_exhaustive()
    }
}

/// Where proxies come from.
#[derive(Clone, Debug, Default)]
pub(crate) enum ProxyConfig {
    /// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capitals or small letters.
    #[default]
    FromEnv,
    None,
    Explicit(Proxy),
}

/// Decides, for each new connection, whether a proxy is used.
pub(super) struct ProxyRules {
    matcher: Option<Matcher>,
    /// The environment's proxy is never meant for a server on this machine, and tests against
    /// one must not fail where the variables are set; an explicit proxy is taken at its word.
    spares_loopback: bool,
}

/// A proxy to go through.
pub(super) enum Hop {
    Tunnel { proxy: Uri, auth: Option<HeaderValue> },
    Socks { proxy: Uri, auth: Option<(String, String)> },
}

impl ProxyRules {
    pub(super) fn new(config: &ProxyConfig) -> Self {
        match config {
            ProxyConfig::FromEnv => Self::environment(Matcher::from_env()),
            ProxyConfig::None => Self { matcher: None, spares_loopback: false },
            ProxyConfig::Explicit(proxy) => {
                Self { matcher: Some(proxy.matcher()), spares_loopback: false }
            }
        }
    }

    pub(super) fn environment(matcher: Matcher) -> Self {
        Self { matcher: Some(matcher), spares_loopback: true }
    }

    /// The proxy for a destination, or none for a direct connection.
    pub(super) fn hop(&self, dst: &Uri) -> Result<Option<Hop>, Error> {
        if self.spares_loopback && dst.host().is_some_and(is_loopback) {
            return Ok(None);
        }
        self.matcher.as_ref().and_then(|matcher| matcher.intercept(dst)).map(Hop::new).transpose()
    }
}

impl Hop {
    fn new(proxy: Intercept) -> Result<Self, Error> {
        match proxy.uri().scheme_str() {
            Some("http" | "https") => {
                Ok(Self::Tunnel { proxy: proxy.uri().clone(), auth: proxy.basic_auth().cloned() })
            }
            Some("socks5" | "socks5h") => {
                let auth =
                    proxy.raw_auth().map(|(user, password)| (user.to_owned(), password.to_owned()));
                // One byte holds each length.
                if auth
                    .as_ref()
                    .is_some_and(|(user, password)| user.len().max(password.len()) > 255)
                {
                    return Err(Error::config(
                        "proxy",
                        "has a user name or password over 255 bytes",
                    ));
                }
                Ok(Self::Socks { proxy: with_port(proxy.uri(), 1080)?, auth })
            }
            _ => Err(Error::config(
                "proxy",
                "comes from the environment with a scheme other than http, https, socks5 or socks5h",
            )),
        }
    }
}

/// The same URL with the port written out, where it has none.
pub(super) fn with_port(uri: &Uri, default: u16) -> Result<Uri, Error> {
    let (Some(scheme), Some(host), None) = (uri.scheme(), uri.host(), uri.port()) else {
        return Ok(uri.clone());
    };
    Uri::builder()
        .scheme(scheme.clone())
        .authority(format!("{host}:{default}"))
        .path_and_query("/")
        .build()
        .map_err(|error| Error::config("base url", "has an unusable host").with_source(error))
}

fn is_loopback(host: &str) -> bool {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = host.parse::<IpAddr>() {
        return address.to_canonical().is_loopback();
    }
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}
