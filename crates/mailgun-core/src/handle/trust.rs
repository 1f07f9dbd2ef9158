//! Which hosts are trusted with the API key.

use http::{Uri, uri::Scheme};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::base_url::BaseUrl;
use crate::{Error, ErrorKind, Outcome};

/// The parent domains of the hosts that serve stored messages and exports.
const MAILGUN: [&str; 2] = [".mailgun.net", ".mailgun.org"];

/// The hosts that are trusted with the API key.
#[derive(Clone, Debug)]
pub(crate) struct TrustedHosts {
    base: BaseUrl,
    /// Whether the base URL is Mailgun's. Mailgun's storage hosts are then trusted too.
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

    /// Whether a URL may be called without the key: it is https, and has no user information, which
    /// could disguise the host.
    pub(crate) fn is_public(uri: &Uri) -> bool {
        uri.scheme() == Some(&Scheme::HTTPS)
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
    }

    /// The path and query of a link on the page `page`, relative to the base URL.
    ///
    /// A link may be a URL, with or without its scheme, or relative to the page. A URL of another
    /// origin is an error, because following it would send the key there.
    pub(crate) fn rebase(&self, link: &str, page: &str) -> Result<String, Error> {
        let invalid =
            || Error::new(ErrorKind::Decode, Outcome::Rejected, "a paging link is invalid");
        let link = self.absolute(&cleaned(link), page).ok_or_else(invalid)?;
        let uri: Uri = link.parse().map_err(|_| invalid())?;
        if uri.authority().is_some() && !self.is_own_host(&uri) {
            return Err(untrusted("a paging link"));
        }
        let path = uri.path_and_query().ok_or_else(invalid)?.as_str();
        if !is_below(self.base.prefix(), path) {
            return Err(untrusted("a paging link"));
        }
        Ok(path.to_owned())
    }

    /// Whether a link points to the base URL or a trusted host. Some services write `http` for their
    /// own host, or the host of another region (with https), in links to themselves. Neither matters,
    /// because the path is called on the base URL.
    fn is_own_host(&self, uri: &Uri) -> bool {
        let matches = |host: &BaseUrl| host.is_origin_of(uri) || host.is_plain_form_of(uri);
        matches(&self.base)
            || self.extra.iter().any(matches)
            || (self.is_mailgun && is_mailgun_url(uri))
    }

    /// Resolves a link to a URL or to an absolute path.
    fn absolute(&self, link: &str, page: &str) -> Option<String> {
        if let Some((scheme, rest)) = link.split_once("://")
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            // `https:///v3/example.com` has no host, so it is a path.
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
        if with_scheme.parse().is_ok_and(|uri| self.is_own_host(&uri)) {
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
        // `v3/example.com/events` on a page below `/v3` is only missing its first slash.
        if page.strip_prefix('/')?.split('/').next() == Some(first) {
            return Some(format!("/{link}"));
        }
        let (folder, _) = page.rsplit_once('/')?;
        Some(format!("{folder}/{link}"))
    }
}

/// Cleans up a link: removes white space around it and line breaks in it, replaces `&amp;`, and
/// encodes characters that a URL must not contain.
fn cleaned(link: &str) -> String {
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
    let detail = format!("{what} points to a host that is not trusted with the API key");
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
    // URL parsers treat an encoded dot as a dot.
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
    fn mailguns_hosts_are_trusted_and_look_alikes_are_not() {
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
    fn a_client_of_another_host_does_not_trust_mailguns_hosts() {
        let mock = trust("http://127.0.0.1:8025");
        assert!(mock.check(&"http://127.0.0.1:8025/x".parse().unwrap()).is_ok());
        assert!(mock.check(&"http://127.0.0.1:8026/x".parse().unwrap()).is_err());
        assert!(mock.check(&"https://se.api.mailgun.net/x".parse().unwrap()).is_err());
        let extra = vec![BaseUrl::parse("http://localhost:9", false).unwrap()];
        let mock = TrustedHosts::new(BaseUrl::parse("http://127.0.0.1:1", false).unwrap(), extra);
        assert!(mock.check(&"http://localhost:9/x".parse().unwrap()).is_ok());
    }

    #[test]
    fn links_are_resolved_to_the_base_url_or_rejected() {
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
    fn a_link_to_another_host_of_mailgun_is_resolved_to_the_base_url() {
        let base = trust("https://api.eu.mailgun.net");
        for host in [
            "https://api.mailgun.net",
            "https://API.mailgun.net:443",
            "https://api.mailgun.org",
            "//api.mailgun.net",
            "api.mailgun.net",
        ] {
            let link = format!("{host}/v3/d/events/abc?x=1");
            let resolved = base.rebase(&link, "/v3/d/events").unwrap();
            assert_eq!(resolved, "/v3/d/events/abc?x=1", "{link}");
        }
        for host in [
            "https://api.mailgun.net.evil.test",
            "https://evil@api.mailgun.net",
            "https://api.mailgun.net:8443",
            "https://evil-mailgun.net",
        ] {
            let link = format!("{host}/v3/d/events/abc?x=1");
            let error = base.rebase(&link, "/v3/d/events").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UntrustedHost, "{link}");
        }
    }

    #[test]
    fn malformed_links_are_repaired_if_they_are_unambiguous() {
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
