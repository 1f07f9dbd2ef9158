//! Which hosts may see the API key.

use http::{Uri, uri::Scheme};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::base_url::BaseUrl;
use crate::{Error, ErrorKind, Outcome};

/// The hosts below which stored messages and exports live.
const MAILGUN: [&str; 2] = [".mailgun.net", ".mailgun.org"];

/// The rule for every request, whether its URL is ours or was taken from a response.
#[derive(Clone, Debug)]
pub(crate) struct TrustedHosts {
    base: BaseUrl,
    /// Whether the client talks to Mailgun itself, and so may talk to its storage hosts.
    is_mailgun: bool,
    extra: Vec<BaseUrl>,
}

impl TrustedHosts {
    pub(crate) fn new(base: BaseUrl, extra: Vec<BaseUrl>) -> Self {
        let is_mailgun = base.is_https() && is_below_mailgun(base.host());
        Self { base, is_mailgun, extra }
    }

    pub(crate) fn check(&self, uri: &Uri) -> Result<(), Error> {
        let trusted = self.base.is_origin_of(uri)
            || (self.is_mailgun && is_mailgun_url(uri))
            || self.extra.iter().any(|host| host.is_origin_of(uri));
        if trusted { Ok(()) } else { Err(untrusted("the URL")) }
    }

    /// Whether a URL can be called without the key: by https, and with nothing before the host that
    /// makes it look like another.
    pub(crate) fn is_public(uri: &Uri) -> bool {
        uri.scheme() == Some(&Scheme::HTTPS)
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
    }

    /// The path and query of a link of a response, rebuilt on our own base. `page` is the path of the
    /// page that the link is on.
    ///
    /// A link may be a URL, also one without its scheme, or relative to the page. A URL of another
    /// origin would take the key there.
    pub(crate) fn rebase(&self, link: &str, page: &str) -> Result<String, Error> {
        let unreadable =
            || Error::new(ErrorKind::Decode, Outcome::Rejected, "a paging link cannot be read");
        let link = self.absolute(&tidied(link), page).ok_or_else(unreadable)?;
        let uri: Uri = link.parse().map_err(|_| unreadable())?;
        if uri.authority().is_some() && !self.names_us(&uri) {
            return Err(untrusted("a paging link"));
        }
        let path = uri.path_and_query().ok_or_else(unreadable)?.as_str();
        if !is_below(self.base.prefix(), path) {
            return Err(untrusted("a paging link"));
        }
        Ok(path.to_owned())
    }

    /// Some services write `http` where they mean themselves; the call goes to the base anyway.
    fn names_us(&self, uri: &Uri) -> bool {
        let is_ours = |host: &BaseUrl| host.is_origin_of(uri) || host.is_plain_form_of(uri);
        is_ours(&self.base) || self.extra.iter().any(is_ours)
    }

    /// A link as a URL or as a path of the host.
    fn absolute(&self, link: &str, page: &str) -> Option<String> {
        if let Some((scheme, rest)) = link.split_once("://")
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            // `https:///v3/example.com` names no host: it is a path.
            let is_path = rest.starts_with('/');
            let url = || format!("{}://{rest}", scheme.to_ascii_lowercase());
            return Some(if is_path { rest.to_owned() } else { url() });
        }
        let scheme = if self.base.is_https() { "https:" } else { "http:" };
        if link.starts_with("//") {
            return Some(format!("{scheme}{link}"));
        }
        if link.starts_with('/') {
            return Some(link.to_owned());
        }
        if link.is_empty() {
            return None;
        }
        let with_scheme = format!("{scheme}//{link}");
        if with_scheme.parse().is_ok_and(|uri| self.names_us(&uri)) {
            return Some(with_scheme);
        }
        let page = page.split('?').next().unwrap_or_default();
        if link.starts_with('?') {
            return Some(format!("{page}{link}"));
        }
        let (first, _) = link.split_once(['/', '?']).unwrap_or((link, ""));
        if first.contains(':') {
            return None;
        }
        // `v3/example.com/events` lacks a slash only, if pages are below `/v3`.
        if page.strip_prefix('/')?.split('/').next() == Some(first) {
            return Some(format!("/{link}"));
        }
        let (folder, _) = page.rsplit_once('/')?;
        Some(format!("{folder}/{link}"))
    }
}

/// A link without what text formats do to it: blanks around it, line breaks in it, `&amp;` for `&`,
/// characters that a URL has encoded only.
fn tidied(link: &str) -> String {
    const NOT_IN_URLS: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'<')
        .add(b'>')
        .add(b'\\')
        .add(b'^')
        .add(b'`')
        .add(b'{')
        .add(b'|')
        .add(b'}');
    let link = link.trim().replace(['\r', '\n', '\t'], "").replace("&amp;", "&");
    utf8_percent_encode(&link, NOT_IN_URLS).to_string()
}

fn untrusted(what: &str) -> Error {
    let detail = format!("{what} points to a host that must not see the API key");
    Error::new(ErrorKind::UntrustedHost, Outcome::NotSent, detail)
}

fn is_mailgun_url(uri: &Uri) -> bool {
    uri.scheme() == Some(&Scheme::HTTPS)
        && uri.authority().is_some_and(|authority| {
            !authority.as_str().contains('@')
                && authority.port_u16().is_none_or(|port| port == 443)
                && is_below_mailgun(authority.host())
        })
}

fn is_below_mailgun(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    MAILGUN.iter().any(|suffix| host.ends_with(suffix))
}

fn is_below(prefix: &str, path: &str) -> bool {
    let (segments, _) = path.split_once('?').unwrap_or((path, ""));
    // URL parsers take an encoded dot for a dot.
    let has_dot_segment = segments
        .split('/')
        .any(|segment| matches!(&*segment.to_ascii_lowercase().replace("%2e", "."), "." | ".."));
    path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/')) && !has_dot_segment
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "/mailgun/v3/d/events?limit=2";

    fn trust(base: &str) -> TrustedHosts {
        TrustedHosts::new(BaseUrl::parse(base, false).unwrap(), Vec::new())
    }

    #[test]
    fn the_key_goes_to_mailgun_and_to_no_look_alike() {
        let mailgun = trust("https://api.eu.mailgun.net");
        for (uri, allowed) in [
            ("https://api.eu.mailgun.net/v3/x", true),
            ("https://storage-europe-west1.api.mailgun.net/v3/x", true),
            ("https://SE.api.Mailgun.net/v3/x", true),
            ("https://api.mailgun.org/v3/x", true),
            ("http://storage-us-east4.api.mailgun.net/v3/x", false),
            ("https://attacker-mailgun.net/x", false),
            ("https://mailgun.net.evil.test/x", false),
            ("https://api.mailgun.net@evil.test/x", false),
            ("https://evil@api.mailgun.net/x", false),
            ("https://api.mailgun.net:8443/x", false),
            ("/v3/x", false),
        ] {
            assert_eq!(mailgun.check(&uri.parse().unwrap()).is_ok(), allowed, "{uri}");
        }
    }

    #[test]
    fn a_client_of_another_host_does_not_trust_mailguns() {
        let mock = trust("http://127.0.0.1:8025");
        assert!(mock.check(&"http://127.0.0.1:8025/x".parse().unwrap()).is_ok());
        assert!(mock.check(&"http://127.0.0.1:8026/x".parse().unwrap()).is_err());
        assert!(mock.check(&"https://se.api.mailgun.net/x".parse().unwrap()).is_err());
        let extra = vec![BaseUrl::parse("http://localhost:9", false).unwrap()];
        let mock = TrustedHosts::new(BaseUrl::parse("http://127.0.0.1:1", false).unwrap(), extra);
        assert!(mock.check(&"http://localhost:9/x".parse().unwrap()).is_ok());
    }

    #[test]
    fn links_are_rebuilt_on_the_base_or_refused() {
        let base = trust("https://gw.test/mailgun");
        for link in [
            "https://gw.test/mailgun/v3/d/events/abc?x=1",
            "http://gw.test/mailgun/v3/d/events/abc?x=1",
            "/mailgun/v3/d/events/abc?x=1",
        ] {
            assert_eq!(base.rebase(link, PAGE).unwrap(), "/mailgun/v3/d/events/abc?x=1");
        }
        for link in [
            "https://evil.test/mailgun/v3/d/events/abc",
            "https://gw.test@evil.test/mailgun/v3/x",
            "http://evil.test/mailgun/v3/x",
            "http://gw.test:8080/mailgun/v3/x",
            "ftp://gw.test/mailgun/v3/x",
            "https://gw.test/other/v3/x",
            "https://gw.test/mailgun/../v3/x",
            "https://gw.test/mailgun/.%2E/v3/x",
            "https://gw.test/mailgunother/v3/x",
        ] {
            let error = base.rebase(link, PAGE).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UntrustedHost, "{link}");
        }
    }

    #[test]
    fn links_that_are_not_quite_urls_are_understood() {
        let base = trust("https://gw.test/mailgun");
        let events = "/mailgun/v3/d/events";
        for (link, expected) in [
            (" https://gw.test/mailgun/v3/d/events/abc\r\n", "/abc"),
            ("https://gw.test/mailgun/v3/d/events/\n  abc".trim(), "/%20%20abc"),
            ("https://gw.test/mailgun/v3/d/events?a=1&amp;b=2", "?a=1&b=2"),
            ("https://gw.test/mailgun/v3/d/events?term=a b", "?term=a%20b"),
            ("https://gw.test/mailgun/v3/d/events?a={\"é\"}", "?a=%7B%22%C3%A9%22%7D"),
            ("HTTPS://GW.test/mailgun/v3/d/events?a=1", "?a=1"),
            ("https://gw.test:443/mailgun/v3/d/events?a=1", "?a=1"),
            ("https:///mailgun/v3/d/events?a=1", "?a=1"),
            ("//gw.test/mailgun/v3/d/events?a=1", "?a=1"),
            ("gw.test/mailgun/v3/d/events?a=1", "?a=1"),
            ("gw.test:443/mailgun/v3/d/events?a=1", "?a=1"),
            ("mailgun/v3/d/events?a=1", "?a=1"),
            ("events?a=1", "?a=1"),
            ("?a=1", "?a=1"),
            ("?url=https://x.test/", "?url=https://x.test/"),
            ("events/abc%3D?a=%zz", "/abc%3D?a=%zz"),
        ] {
            assert_eq!(base.rebase(link, PAGE).unwrap(), format!("{events}{expected}"), "{link}");
        }
        for link in [
            "//evil.test/mailgun/v3/x",
            " https://evil.test/mailgun/v3/x",
            "https://gw.test\t.evil.test/mailgun/v3/x",
            "https://gw.test\\@evil.test/mailgun/v3/x",
            "../../admin",
        ] {
            assert!(base.rebase(link, PAGE).is_err(), "{link}");
        }
        for link in ["evil.test:80/mailgun/v3/x", "mailto:bob", "https:/gw.test/x", "https://", ""]
        {
            assert_eq!(base.rebase(link, PAGE).unwrap_err().kind(), ErrorKind::Decode, "{link}");
        }
    }
}
