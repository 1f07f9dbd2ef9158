//! Operations of the API: method, path template and idempotency.

use std::fmt;

use http::{Method, uri::PathAndQuery};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{DomainName, Error};

/// Whether an operation is safe to retry when the outcome of the first attempt is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Idempotency {
    /// Repeating has no further effect: reads, and writes that set the same state again.
    Idempotent,
    /// Repeating may take effect twice: sending a message, creating an object.
    NonIdempotent,
}

/// An operation of the API: its method, its path template and its idempotency.
///
/// Errors and traces name the operation by its template. The path itself never appears there,
/// because it may contain an address.
///
/// ```
/// use mailgun::Operation;
///
/// const SEND: Operation = Operation::post("/v3/{domain}/messages");
/// const METRICS: Operation = Operation::post("/v1/analytics/metrics").idempotent();
/// assert_eq!(SEND.to_string(), "POST /v3/{domain}/messages");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operation {
    verb: Verb,
    template: &'static str,
    idempotency: Idempotency,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Operation {
    const fn new(verb: Verb, template: &'static str, idempotency: Idempotency) -> Self {
        Self { verb, template, idempotency }
    }

    /// A `GET`. Idempotent.
    pub const fn get(template: &'static str) -> Self {
        Self::new(Verb::Get, template, Idempotency::Idempotent)
    }

    /// A `POST`. Not idempotent unless declared [`idempotent`](Self::idempotent).
    pub const fn post(template: &'static str) -> Self {
        Self::new(Verb::Post, template, Idempotency::NonIdempotent)
    }

    /// A `PUT`. Not idempotent unless declared [`idempotent`](Self::idempotent).
    pub const fn put(template: &'static str) -> Self {
        Self::new(Verb::Put, template, Idempotency::NonIdempotent)
    }

    /// A `PATCH`. Not idempotent unless declared [`idempotent`](Self::idempotent).
    pub const fn patch(template: &'static str) -> Self {
        Self::new(Verb::Patch, template, Idempotency::NonIdempotent)
    }

    /// A `DELETE`. Not idempotent unless declared [`idempotent`](Self::idempotent).
    pub const fn delete(template: &'static str) -> Self {
        Self::new(Verb::Delete, template, Idempotency::NonIdempotent)
    }

    /// Declares the operation idempotent, so that it is retried after an unknown outcome.
    pub const fn idempotent(mut self) -> Self {
        self.idempotency = Idempotency::Idempotent;
        self
    }

    /// The HTTP method.
    pub const fn method(&self) -> Method {
        match self.verb {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
            Verb::Put => Method::PUT,
            Verb::Patch => Method::PATCH,
            Verb::Delete => Method::DELETE,
        }
    }

    /// The path with its placeholders, for example `/v3/{domain}/messages`.
    pub const fn template(&self) -> &'static str {
        self.template
    }

    /// Whether the operation is safe to retry when its outcome is unknown.
    pub const fn idempotency(&self) -> Idempotency {
        self.idempotency
    }

    /// Fills the placeholders with `segments`, percent-encoded, and prepends `prefix`.
    pub(crate) fn path(&self, prefix: &str, segments: &[&str]) -> Result<String, Error> {
        let length =
            prefix.len() + self.template.len() + segments.iter().map(|s| s.len()).sum::<usize>();
        let mut path = String::with_capacity(length);
        path.push_str(prefix);
        let mut segments = segments.iter();
        let mut rest = self.template;
        while let Some(open) = rest.find('{') {
            path.push_str(&rest[..open]);
            let close = rest[open..].find('}').map_or(rest.len(), |i| open + i);
            let name = &rest[open + 1..close];
            let segment = segments
                .next()
                .ok_or_else(|| Error::invalid(name, "has no value for this path segment"))?;
            if name == "domain" {
                // A domain with a slash, a scheme or an escape would address another path, for
                // which Mailgun may report success.
                DomainName::check(segment)?;
                let start = path.len();
                path.push_str(segment);
                path[start..].make_ascii_lowercase();
            } else {
                push_segment(&mut path, name, segment)?;
            }
            rest = rest.get(close + 1..).unwrap_or_default();
        }
        if segments.next().is_some() {
            return Err(Error::invalid("path", "has fewer placeholders than values were given"));
        }
        path.push_str(rest);
        Ok(path)
    }
}

/// Everything except the unreserved characters of RFC 3986. Some servers decode segments as form
/// data, where a bare `+` means a space.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn push_segment(path: &mut String, name: &'static str, segment: &str) -> Result<(), Error> {
    let reason = match segment {
        "" => "must not be empty",
        // URL parsers remove dot segments, so the call would address another resource.
        "." | ".." => "must not be `.` or `..`",
        _ if segment.chars().any(char::is_control) => "must not contain control characters",
        _ => {
            path.extend(utf8_percent_encode(segment, SEGMENT));
            return Ok(());
        }
    };
    Err(Error::invalid(name, reason))
}

pub(crate) fn path_and_query(path: String, query: &str) -> Result<PathAndQuery, Error> {
    let mut path = path;
    if !query.is_empty() {
        path.reserve(query.len() + 1);
        path.push('?');
        path.push_str(query);
    }
    PathAndQuery::from_maybe_shared(bytes::Bytes::from(path))
        .map_err(|_| Error::invalid("path", "is too long or is not a valid URL path"))
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method(), self.template)
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Operation({self}, {:?})", self.idempotency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: Operation = Operation::get("/v3/{domain}/tags/{tag}");

    #[test]
    fn segments_decode_the_same_as_a_path_and_as_form_data() {
        let path = TAG.path("/base", &["mg.example.com", "a+b/c%d é?#@x"]).unwrap();
        assert_eq!(path, "/base/v3/mg.example.com/tags/a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x");
    }

    #[test]
    fn a_segment_that_would_change_the_path_is_rejected() {
        for tag in ["", ".", "..", "a\nb"] {
            let error = TAG.path("", &["mg.example.com", tag]).unwrap_err();
            assert!(error.to_string().starts_with("`tag` "), "{error}");
        }
        for domain in ["", "a/b", "https://a.b", "a%2fb", "a.b/../c", "v3/a.b", "a b"] {
            let error = TAG.path("", &[domain, "t"]).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidInput, "{domain}");
        }
        assert!(TAG.path("", &["a.b"]).is_err());
        assert!(TAG.path("", &["a.b", "c", "d"]).is_err());
    }

    #[test]
    fn a_path_that_is_too_long_is_rejected() {
        assert!(path_and_query("/x".repeat(40_000), "").is_err());
        assert_eq!(path_and_query("/x".into(), "a=b").unwrap(), "/x?a=b");
    }
}
