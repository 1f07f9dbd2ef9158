//! Which requests of browsers are refused.
//!
//! A page of another site must neither read the mails nor press the buttons. Programs such as curl
//! send none of the headers that browsers send, and pass.

use http::{
    HeaderMap, Method, StatusCode,
    header::{self, HeaderName},
    request,
    uri::Authority,
};

use crate::http::response::Refusal;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses host names that are not ours, and changes that pages of other sites ask for.
pub(crate) fn check(head: &request::Parts, hosts: &[String]) -> Result<(), Refusal> {
    let authority = match header(&head.headers, header::HOST) {
        Some(host) => host.parse().ok(),
        // HTTP/2 has the host in the URI.
        None => head.uri.authority().cloned(),
    };
    let Some(authority) = authority.filter(|authority| is_ours(authority.host(), hosts)) else {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "The mock is not served under this host name. Allow the name with --allow-host, or \
             use an IP address",
        ));
    };
    check_site(head, &authority)
}

/// Refuses changes that pages of other sites ask for.
fn check_site(head: &request::Parts, authority: &Authority) -> Result<(), Refusal> {
    let is_same_site = match header(&head.headers, SEC_FETCH_SITE) {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => header(&head.headers, header::ORIGIN).is_none_or(|origin| {
            let origin = origin.split_once("://").map(|(_, authority)| authority);
            origin.is_some_and(|origin| origin.eq_ignore_ascii_case(authority.as_str()))
        }),
    };
    if is_same_site || matches!(head.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    Err(Refusal::new(StatusCode::FORBIDDEN, "Pages of other sites may not change the mock"))
}

/// A hostile page can point a name of its own at this machine (DNS rebinding), but not an IP
/// address, and no name that resolvers keep for this machine.
fn is_ours(host: &str, hosts: &[String]) -> bool {
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    host.parse::<std::net::IpAddr>().is_ok()
        || host == "localhost"
        || host.ends_with(".localhost")
        || hosts.iter().any(|own| own.eq_ignore_ascii_case(&host))
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed(method: Method, headers: &[(&str, &str)]) -> bool {
        let mut request = http::Request::builder().method(method).uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        check(&head, &["mailgun".to_owned()]).is_ok()
    }

    #[test]
    fn only_names_that_cannot_be_rebound_are_served() {
        for (host, allowed) in [
            ("localhost:8025", true),
            ("LOCALHOST", true),
            ("mock.localhost:8025", true),
            ("127.0.0.1:8025", true),
            ("[::1]:8025", true),
            ("192.168.1.7:8025", true),
            ("mailgun:8025", true),
            ("attacker.example:8025", false),
            ("localhost.attacker.example", false),
            ("127.0.0.1.attacker.example", false),
            ("mailgun.attacker.example", false),
            ("", false),
        ] {
            assert_eq!(is_allowed(Method::GET, &[("Host", host)]), allowed, "{host}");
        }
        assert!(!is_allowed(Method::GET, &[]));
    }

    #[test]
    fn pages_of_other_sites_change_nothing() {
        let host = ("Host", "localhost:8025");
        for (header, allowed) in [
            (("Sec-Fetch-Site", "same-origin"), true),
            (("Sec-Fetch-Site", "none"), true),
            (("Sec-Fetch-Site", "same-site"), false),
            (("Sec-Fetch-Site", "cross-site"), false),
            (("Origin", "http://localhost:8025"), true),
            (("Origin", "http://localhost:3000"), false),
            (("Origin", "https://attacker.example"), false),
            (("Origin", "null"), false),
            (("Accept", "*/*"), true),
        ] {
            assert_eq!(is_allowed(Method::POST, &[host, header]), allowed, "{header:?}");
            assert_eq!(is_allowed(Method::DELETE, &[host, header]), allowed, "{header:?}");
            assert!(is_allowed(Method::GET, &[host, header]), "{header:?}");
        }
    }
}
