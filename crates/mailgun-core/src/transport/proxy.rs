//! Selects the proxy for a destination.

use std::{
    env,
    ffi::OsString,
    fmt,
    net::{IpAddr, Ipv6Addr},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{Uri, uri::Scheme};
use percent_encoding::percent_decode_str;

use super::no_proxy::NoProxy;
use crate::Error;

/// A proxy for all connections of a client.
///
/// Every request goes through a tunnel: `CONNECT` for `http://` and `https://` proxies, SOCKS5 for
/// `socks5://`, `socks5h://` and `socks://`. With `https://`, the connection to the proxy is
/// encrypted too. The proxy resolves host names. For an https destination, it sees nothing but host
/// and port.
///
/// ```
/// use mailgun::Proxy;
///
/// let proxy = Proxy::new("http://user:pa%40ss@proxy.example.com:3128")?
///     .no_proxy("localhost,.internal");
/// assert!(!format!("{proxy:?}").contains("pa%40ss"));
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone)]
pub struct Proxy {
    /// Scheme, host and port.
    uri: Uri,
    login: Option<Login>,
    no_proxy: NoProxy,
}

/// The user name and password for a proxy, not encoded.
#[derive(Clone)]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

impl Proxy {
    /// Parses the URL of a proxy: `http://user:password@proxy.example.com:3128`.
    ///
    /// The same rules apply to the environment variables. The default scheme is `http`. The default
    /// port is 80 for `http`, 443 for `https`, and 1080 for `socks5`. White space and quotes around
    /// the URL are removed. User name and password end at the last `@` and are percent-decoded. In
    /// them, encode `/`, `?`, `#` and `%`, and also `:` in the user name.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Config`](crate::ErrorKind::Config) if the URL is invalid or its scheme
    /// is not supported. The error does not contain the URL, which may contain a password.
    pub fn new(url: &str) -> Result<Self, Error> {
        Self::parse(url).map_err(|reason| Error::config("proxy", reason))
    }

    /// Sets the user name and password for the proxy, without percent-encoding.
    ///
    /// They replace those in the URL.
    #[must_use]
    pub fn basic_auth(mut self, user: &str, password: &str) -> Self {
        self.login = Some(Login { user: user.to_owned(), password: password.to_owned() });
        self
    }

    /// Sets the destinations that are connected to directly: a list as in `NO_PROXY`, separated by
    /// commas or white space.
    ///
    /// A domain includes its subdomains: `example.com`, `.example.com` and `*.example.com` mean the
    /// same. An entry may also be an IP address or a network (`10.0.0.0/8`). A port restricts an
    /// entry to that port (`example.com:8443`). `*` matches all destinations.
    #[must_use]
    pub fn no_proxy(mut self, hosts: &str) -> Self {
        self.no_proxy = NoProxy::parse(unquoted(hosts));
        self
    }

    fn parse(text: &str) -> Result<Self, &'static str> {
        let text = unquoted(text);
        if text.chars().any(char::is_control) {
            return Err("contains control characters");
        }
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
            _ => ("http".to_owned(), text),
        };
        // GNOME sets variables that do not tell the version.
        let scheme = if scheme == "socks" { "socks5".to_owned() } else { scheme };
        if !is_supported(&scheme) {
            return Err("must be a URL with the scheme http, https, socks5 or socks5h");
        }
        if rest.split_once(':').is_some_and(|(start, _)| is_supported(start)) {
            return Err("must have one scheme, followed by `://`");
        }
        let (userinfo, host) = match rest.rsplit_once('@') {
            Some((userinfo, host)) => (userinfo, host),
            None => ("", rest),
        };
        if userinfo.contains(['/', '?', '#']) {
            return Err("must percent-encode `/`, `?` and `#` in user name and password");
        }
        let default_port = scheme.starts_with("socks").then_some(1080);
        let authority = authority(host.strip_suffix('/').unwrap_or(host), default_port)
            .ok_or("must be a URL with a host, a port from 1 to 65535 if any, and no path")?;
        let uri = Uri::builder().scheme(&*scheme).authority(authority).path_and_query("/").build();
        let uri = uri.map_err(|_| "must be a URL with a host")?;
        Ok(Self { uri, login: Login::decode(userinfo)?, no_proxy: NoProxy::default() })
    }

    /// Checks that the protocol of the proxy can transmit the login.
    fn check(&self) -> Result<(), &'static str> {
        match &self.login {
            // SOCKS5 encodes each length in one byte.
            Some(login) if self.is_socks() && login.user.len().max(login.password.len()) > 255 => {
                Err("has a user name or password over 255 bytes")
            }
            Some(login) if !self.is_socks() && login.user.contains(':') => {
                Err("has a `:` in its user name, which cannot be sent")
            }
            _ => Ok(()),
        }
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    pub(super) fn login(&self) -> Option<&Login> {
        self.login.as_ref()
    }

    pub(super) fn is_socks(&self) -> bool {
        self.uri.scheme_str().is_some_and(|scheme| scheme.starts_with("socks"))
    }
}

fn is_scheme(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn is_supported(scheme: &str) -> bool {
    ["http", "https", "socks5", "socks5h"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// Checks a host with an optional port, and adds the default port.
///
/// It is much stricter than the grammar of URLs, so that part of a password is not mistaken for a
/// host.
fn authority(text: &str, default_port: Option<u16>) -> Option<String> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            host.bytes().any(|byte| byte.is_ascii_alphanumeric()) && host.bytes().all(allowed)
        }
    };
    let port = match port {
        Some(port) => Some(port.parse::<u16>().ok().filter(|&port| port > 0)?),
        None => default_port,
    };
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    is_host.then(|| format!("{host}{port}"))
}

/// Removes white space and quotes around a text.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let quoted =
        ['"', '\''].iter().find_map(|&quote| text.strip_prefix(quote)?.strip_suffix(quote));
    quoted.unwrap_or(text).trim()
}

impl Login {
    fn decode(userinfo: &str) -> Result<Option<Self>, &'static str> {
        let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        if user.is_empty() && password.is_empty() {
            return Ok(None);
        }
        let decode = |text| match percent_decode_str(text).decode_utf8() {
            Ok(text) => Ok(text.into_owned()),
            Err(_) => Err("has a user name or password that is not UTF-8"),
        };
        Ok(Some(Self { user: decode(user)?, password: decode(password)? }))
    }

    /// The value of the header `Proxy-Authorization`.
    pub(super) fn basic(&self) -> String {
        format!("Basic {}", STANDARD.encode(format!("{}:{}", self.user, self.password)))
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("url", &self.uri)
            .field("no_proxy", &self.no_proxy)
            .finish_non_exhaustive()
    }
}

/// The source of the proxy settings.
#[derive(Clone, Debug, Default)]
pub(crate) enum ProxyConfig {
    /// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in upper or lower case.
    #[default]
    FromEnv,
    None,
    Explicit(Proxy),
}

/// Selects the proxy for each new connection.
#[derive(Debug, Default)]
pub(super) struct ProxyRules {
    http: Option<Proxy>,
    https: Option<Proxy>,
    /// Proxies from the environment are not used for servers on this machine, so that tests against
    /// local servers do not depend on the variables. An explicit proxy is used for all.
    skips_loopback: bool,
}

impl ProxyRules {
    pub(super) fn new(config: &ProxyConfig) -> Result<Self, Error> {
        match config {
            ProxyConfig::FromEnv => Self::from_variables(|name| env::var_os(name)),
            ProxyConfig::None => Ok(Self::default()),
            ProxyConfig::Explicit(proxy) => {
                proxy.check().map_err(|reason| Error::config("proxy", reason))?;
                let proxy = Some(proxy.clone());
                Ok(Self { http: proxy.clone(), https: proxy, skips_loopback: false })
            }
        }
    }

    pub(super) fn from_variables(get: impl Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        let no_proxy = variable(&get, ["NO_PROXY", "no_proxy"])?;
        let no_proxy = no_proxy.map(|(_, list)| NoProxy::parse(unquoted(&list)));
        let no_proxy = no_proxy.unwrap_or_default();
        let proxy = |names| match variable(&get, names)? {
            Some((name, url)) => {
                let proxy = Proxy::parse(&url).and_then(|proxy| proxy.check().map(|()| proxy));
                let proxy = proxy.map_err(|reason| Error::config(name, reason))?;
                Ok(Some(Proxy { no_proxy: no_proxy.clone(), ..proxy }))
            }
            None => Ok(None),
        };
        // CGI servers set `HTTP_PROXY` from the `Proxy` header of a request, so it is not trusted.
        let is_cgi = get("REQUEST_METHOD").is_some();
        let for_scheme = |names| match if is_cgi && names == HTTP { None } else { proxy(names)? } {
            Some(proxy) => Ok::<_, Error>(Some(proxy)),
            None => proxy(["ALL_PROXY", "all_proxy"]),
        };
        Ok(Self { http: for_scheme(HTTP)?, https: for_scheme(HTTPS)?, skips_loopback: true })
    }

    /// The proxy for a destination. `None` for a direct connection.
    pub(super) fn proxy(&self, dst: &Uri) -> Option<&Proxy> {
        let host = dst.host()?;
        if self.skips_loopback && is_loopback(host) {
            return None;
        }
        let (proxy, default) = match dst.scheme() == Some(&Scheme::HTTPS) {
            true => (&self.https, 443),
            false => (&self.http, 80),
        };
        let port = dst.port_u16().unwrap_or(default);
        proxy.as_ref().filter(|proxy| !proxy.no_proxy.covers(host, port))
    }
}

const HTTP: [&str; 2] = ["HTTP_PROXY", "http_proxy"];
const HTTPS: [&str; 2] = ["HTTPS_PROXY", "https_proxy"];

/// The first of the variables that is set and not blank.
fn variable(
    get: impl Fn(&str) -> Option<OsString>,
    names: [&'static str; 2],
) -> Result<Option<(&'static str, String)>, Error> {
    for name in names {
        let Some(value) = get(name) else { continue };
        let value = value.into_string().map_err(|_| Error::config(name, "is not valid UTF-8"))?;
        if !unquoted(&value).is_empty() {
            return Ok(Some((name, value)));
        }
    }
    Ok(None)
}

fn is_loopback(host: &str) -> bool {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = host.parse::<IpAddr>() {
        return address.to_canonical().is_loopback();
    }
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}
