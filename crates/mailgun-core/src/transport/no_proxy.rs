//! Destinations that are connected to directly (`NO_PROXY`).

use std::net::IpAddr;

use ipnet::IpNet;

/// A list as in `NO_PROXY`.
#[derive(Clone, Debug, Default)]
pub(super) struct NoProxy(Vec<Entry>);

#[derive(Clone, Debug)]
struct Entry {
    hosts: Hosts,
    /// `None` for all ports.
    port: Option<u16>,
}

#[derive(Clone, Debug)]
enum Hosts {
    All,
    Network(IpNet),
    /// The domain and its subdomains, in lower case.
    Domain(String),
}

impl NoProxy {
    /// Parses entries that are separated by commas or white space.
    pub(super) fn parse(list: &str) -> Self {
        let entries = list.split(|c: char| c == ',' || c.is_whitespace());
        Self(entries.filter_map(Entry::parse).collect())
    }

    /// Whether the list contains a host, as written in a URL.
    pub(super) fn covers(&self, host: &str, port: u16) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let address = host.parse::<IpAddr>().ok().map(|address| address.to_canonical());
        let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        self.0.iter().any(|entry| {
            let is_listed = match (&entry.hosts, address) {
                (Hosts::All, _) => true,
                (Hosts::Network(network), Some(address)) => network.contains(&address),
                (Hosts::Domain(domain), None) => name
                    .strip_suffix(domain.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.')),
                _ => false,
            };
            is_listed && entry.port.is_none_or(|listed| listed == port)
        })
    }
}

impl Entry {
    fn parse(text: &str) -> Option<Self> {
        if let Some(network) = network(text) {
            return Some(Self { hosts: Hosts::Network(network), port: None });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (text, None),
        };
        let hosts = match network(host) {
            Some(network) => Hosts::Network(network),
            None if host == "*" => Hosts::All,
            None => {
                let domain = host.strip_prefix('*').unwrap_or(host);
                let domain = domain.strip_prefix('.').unwrap_or(domain);
                let domain = domain.strip_suffix('.').unwrap_or(domain);
                (!domain.is_empty()).then(|| Hosts::Domain(domain.to_ascii_lowercase()))?
            }
        };
        Some(Self { hosts, port })
    }
}

/// `10.0.0.0/8`, `10.0.0.1`, `::1` or `[::1]`.
fn network(text: &str) -> Option<IpNet> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = || bare.parse::<IpAddr>().ok().map(|address| address.to_canonical().into());
    bare.parse().ok().or_else(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_match_as_in_curl_and_go() {
        for (list, host, expected) in [
            ("*", "api.test", true),
            ("*", "10.1.2.3", true),
            ("*", "[2001:db8::1]", true),
            ("a.test, *", "10.1.2.3", true),
            ("example.com", "example.com", true),
            ("example.com", "www.example.com", true),
            ("example.com", "notexample.com", false),
            ("example.com", "example.com.evil.test", false),
            (".example.com", "example.com", true),
            (".example.com", "www.example.com", true),
            ("*.example.com", "www.example.com", true),
            ("*.example.com", "notexample.com", false),
            ("example.com.", "www.example.com", true),
            ("example.com", "www.example.com.", true),
            ("EXAMPLE.com", "Example.COM", true),
            ("a.test b.test", "b.test", true),
            (" a.test ,\tb.test ", "b.test", true),
            ("a.test,,b.test", "b.test", true),
            ("example.com:443", "example.com", true),
            ("example.com:8443", "example.com", false),
            ("10.0.0.1:443", "10.0.0.1", true),
            ("10.0.0.1:80", "10.0.0.1", false),
            ("[::1]:443", "[::1]", true),
            ("[::1]:80", "[::1]", false),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.9.9.9/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("2001:db8::/32", "[2001:db8::1]", true),
            ("::1", "[::1]", true),
            ("[::1]", "[::1]", true),
            ("10.0.0.1", "[::ffff:10.0.0.1]", true),
            ("0.0.1", "10.0.0.1", false),
            ("10.0.0.0/8", "10.0.0.0.test", false),
            ("10.0.0.0/99", "10.1.2.3", false),
            ("example.com:x", "example.com", false),
            (".", "example.com", false),
            ("", "example.com", false),
        ] {
            assert_eq!(NoProxy::parse(list).covers(host, 443), expected, "{list:?} and {host}");
        }
    }
}
