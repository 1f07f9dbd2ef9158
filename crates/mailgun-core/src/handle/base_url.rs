//! Regions and base URLs of the API.

use std::{fmt, str::FromStr};

use http::{
    Uri,
    uri::{Authority, PathAndQuery, Scheme},
};
use serde::Deserialize;

use crate::Error;

/// The region that stores a domain's data.
///
/// The regions are separate: one responds with 401 or 404 for domains of the other.
///
/// The text form is `us` or `eu`; parsing ignores case.
///
/// ```
/// use mailgun::Region;
///
/// let region: Region = "EU".parse()?;
/// assert_eq!(region.to_string(), "eu");
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
#[non_exhaustive]
pub enum Region {
    /// `https://api.mailgun.net`
    #[default]
    Us,
    /// `https://api.eu.mailgun.net`
    Eu,
}

impl Region {
    /// All regions. Later versions may add more.
    pub const ALL: &[Self] = &[Self::Us, Self::Eu];

    /// The base URL of the region's API.
    pub const fn base_url(self) -> &'static str {
        match self {
            Self::Us => "https://api.mailgun.net",
            Self::Eu => "https://api.eu.mailgun.net",
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Us => "us",
            Self::Eu => "eu",
        })
    }
}

impl TryFrom<String> for Region {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl FromStr for Region {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.trim().to_ascii_lowercase().as_str() {
            "us" => Ok(Self::Us),
            "eu" => Ok(Self::Eu),
            _ => Err(Error::config("region", "is neither `us` nor `eu`")),
        }
    }
}

/// Scheme, host and path prefix of the API.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    /// Without a slash at the end; empty for Mailgun itself.
    prefix: Box<str>,
}

impl BaseUrl {
    pub(crate) fn parse(text: &str, plain_http: bool) -> Result<Self, Error> {
        let invalid = |reason: &str| Error::config("base_url", reason);
        let text = text.trim();
        let with_scheme;
        let text = if text.contains("://") {
            text
        } else {
            with_scheme = format!("https://{text}");
            &with_scheme
        };
        let uri: Uri = text.parse().map_err(|_| invalid("is not a URL"))?;
        if uri.query().is_some() || text.contains('#') {
            return Err(invalid("must not have a query or a fragment"));
        }
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(invalid("has no host"));
        };
        if authority.as_str().contains('@') {
            return Err(invalid(
                "must not contain user information: the key is a separate setting",
            ));
        }
        if authority.host().is_empty() {
            return Err(invalid("has no host"));
        }
        // `https:/host` and `https//host` would send the key to a host named `https`.
        let has_port = authority.as_str().len() > authority.host().len();
        if (has_port && authority.port_u16().is_none_or(|port| port == 0))
            || ["http", "https"].iter().any(|name| authority.host().eq_ignore_ascii_case(name))
        {
            return Err(invalid("must have a host, and a port from 1 to 65535 if any"));
        }
        if scheme == Scheme::HTTP && !plain_http && !is_loopback(authority.host()) {
            return Err(invalid(
                "is plain http, which exposes the key to the network; \
                 use https, or opt in with `allow_plain_http`",
            ));
        }
        if scheme != Scheme::HTTP && scheme != Scheme::HTTPS {
            return Err(invalid("is neither https nor http"));
        }
        let path = parts.path_and_query.as_ref().map_or("", PathAndQuery::path);
        Ok(Self { scheme, authority, prefix: without_version(path).into() })
    }

    pub(crate) fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    pub(crate) fn host(&self) -> &str {
        self.authority.host()
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    pub(crate) fn uri(&self, path: PathAndQuery) -> Result<Uri, Error> {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path);
        Uri::from_parts(parts).map_err(|_| Error::invalid("path", "is not a valid URL path"))
    }

    /// Whether `uri` has this scheme, host and port.
    pub(crate) fn is_origin_of(&self, uri: &Uri) -> bool {
        uri.scheme() == Some(&self.scheme)
            && uri.authority().is_some_and(|other| {
                other == &self.authority
                    || (!other.as_str().contains('@')
                        && other.host().eq_ignore_ascii_case(self.host())
                        && port(other, &self.scheme) == port(&self.authority, &self.scheme))
            })
    }

    /// Whether `uri` names this host, without a port, by `http`.
    pub(crate) fn is_plain_form_of(&self, uri: &Uri) -> bool {
        uri.scheme() == Some(&Scheme::HTTP)
            && uri.authority().is_some_and(|other| other.as_str().eq_ignore_ascii_case(self.host()))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn port(authority: &Authority, scheme: &Scheme) -> u16 {
    authority.port_u16().unwrap_or(if *scheme == Scheme::HTTPS { 443 } else { 80 })
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Removes a version from the end of the path. Other SDKs put it there; here it belongs to the
/// operation.
fn without_version(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    match path.rsplit_once('/') {
        Some((rest, last)) if is_version(last) => rest.trim_end_matches('/'),
        _ => path,
    }
}

fn is_version(segment: &str) -> bool {
    let digits = segment.strip_prefix(['v', 'V']).unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(base: &str) -> String {
        let base = BaseUrl::parse(base, false).unwrap();
        let path = format!("{}/v3/x", base.prefix());
        base.uri(path.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn every_spelling_gives_the_same_url() {
        for base in [
            "https://api.mailgun.net",
            "https://api.mailgun.net/",
            "https://api.mailgun.net/v3",
            "https://api.mailgun.net/v3/",
            "https://api.mailgun.net/v4",
            "https://api.mailgun.net//v3//",
            "api.mailgun.net",
            "api.mailgun.net/v3",
            " https://api.mailgun.net/v3 \n",
        ] {
            assert_eq!(url(base), "https://api.mailgun.net/v3/x", "{base}");
        }
        assert_eq!(url("https://gw.test/mailgun/v3/"), "https://gw.test/mailgun/v3/x");
        assert_eq!(url("https://gw.test:8443/v3mail"), "https://gw.test:8443/v3mail/v3/x");
    }

    #[test]
    fn errors_of_bad_base_urls_name_the_setting_and_hide_secrets() {
        for base in [
            "",
            "https://",
            "ftp://api.mailgun.net",
            "https://api:key-canary@api.mailgun.net",
            "https://api.mailgun.net/?key=key-canary",
            "https://api.mailgun.net/#key-canary",
            "http://api.mailgun.net",
            "http://localhost.evil.test",
            "https://a b",
            "https:/api.mailgun.net",
            "https:api.mailgun.net",
            "https//api.mailgun.net",
            "https://https://api.mailgun.net",
            "https://http//api.mailgun.net",
            "https://api.mailgun.net:99999",
            "https://api.mailgun.net:0",
            "https://api.mailgun.net:",
            "\"https://api.mailgun.net\"",
        ] {
            let error = BaseUrl::parse(base, false).unwrap_err();
            assert!(error.to_string().starts_with("setting `base_url` "), "{base}: {error}");
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
    }

    #[test]
    fn regions_are_parsed_and_displayed() {
        for &region in Region::ALL {
            let text = region.to_string();
            assert_eq!(text.parse::<Region>().unwrap(), region);
            let json = format!("\"{}\"", text.to_uppercase());
            assert_eq!(serde_json::from_str::<Region>(&json).unwrap(), region);
        }
        let error = serde_json::from_str::<Region>(r#""mars""#).unwrap_err();
        assert!(error.to_string().contains("neither `us` nor `eu`"), "{error}");
    }

    #[test]
    fn plain_http_is_allowed_for_loopback_or_by_opt_in() {
        for base in ["http://127.0.0.1:8025", "http://[::1]:1", "http://LOCALHOST"] {
            BaseUrl::parse(base, false).unwrap();
        }
        BaseUrl::parse("http://gateway.internal", true).unwrap();
    }

    #[test]
    fn an_origin_is_scheme_host_and_effective_port() {
        let base = BaseUrl::parse("https://api.mailgun.net", false).unwrap();
        for (uri, same) in [
            ("https://api.mailgun.net/x", true),
            ("https://api.mailgun.net:443/x", true),
            ("https://API.mailgun.net/x", true),
            ("http://api.mailgun.net/x", false),
            ("https://api.mailgun.net:444/x", false),
            ("https://api.mailgun.net.evil.test/x", false),
            ("https://api.mailgun.net@evil.test/x", false),
            ("https://user@api.mailgun.net/x", false),
            ("/x", false),
        ] {
            assert_eq!(base.is_origin_of(&uri.parse().unwrap()), same, "{uri}");
        }
    }
}
