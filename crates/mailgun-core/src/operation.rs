//! What identifies an operation of the API: method, path template, idempotency.

use std::fmt;

use http::{Method, uri::PathAndQuery};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{DomainName, Error};

/// Whether an operation may be repeated when nobody knows if the first attempt took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Idempotency {
    /// Repeating does no harm: reads, and writes that set the same state again.
    Idempotent,
    /// Repeating may do it twice: sending a mail, creating an object.
    NonIdempotent,
}

/// One operation of the API: its method, its path template, and whether it may be repeated.
///
/// The template names the operation in errors and in tracing, where the path itself (which may
/// hold an address) never appears.
///
/// ```
/// use mailgun_core::Operation;
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

    /// A read; harmless to repeat.
    pub const fn get(template: &'static str) -> Self {
        Self::new(Verb::Get, template, Idempotency::Idempotent)
    }

    /// A `POST`; harmful to repeat unless declared [`idempotent`](Self::harmless).
    pub const fn post(template: &'static str) -> Self {
        Self::new(Verb::Post, template, Idempotency::NonIdempotent)
    }

    /// A `PUT`; harmful to repeat unless declared [`idempotent`](Self::harmless).
    pub const fn put(template: &'static str) -> Self {
        Self::new(Verb::Put, template, Idempotency::NonIdempotent)
    }

    /// A `PATCH`; harmful to repeat unless declared [`idempotent`](Self::harmless).
    pub const fn patch(template: &'static str) -> Self {
        Self::new(Verb::Patch, template, Idempotency::NonIdempotent)
    }

    /// A `DELETE`; harmful to repeat unless declared [`idempotent`](Self::harmless).
    pub const fn delete(template: &'static str) -> Self {
        Self::new(Verb::Delete, template, Idempotency::NonIdempotent)
    }

    /// Declares that repeating the operation does no harm.
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

    /// Whether the operation may be repeated when its outcome is unknown.
    pub const fn idempotency(&self) -> Idempotency {
        self.idempotency
    }

    /// The path with `segments` in place of the placeholders, each percent-encoded, below `prefix`.
    pub(crate) fn path(&self, prefix: &str, segments: &[&str]) -> Result<String, Error> {
        let length =
            prefix.len() + self.template.len() + segments.iter().map(|s| s.len()).sum::<usize>();
        let mut path = String::with_capacity(length);
        path.push_str(prefix);
        let mut segments = segments.iter();
        let mut rest = self.template;
        // A search by bytes is the faster one in a text of this length.
        let find = |text: &str, wanted| text.bytes().position(|byte| byte == wanted);
        while let Some(open) = find(rest, b'{') {
            path.push_str(&rest[..open]);
            let close = find(&rest[open..], b'}').map_or(rest.len(), |i| open + i);
            let name = &rest[open + 1..close];
            let segment = segments
                .next()
                .ok_or_else(|| Error::invalid(name, "no value was given for this path segment"))?;
            if name == "domain" {
                // A domain with a slash, a scheme or an escape reaches another path, which the
                // service may answer with success.
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
            return Err(Error::invalid(
                "path",
                "more values than placeholders in the path template",
            ));
        }
        path.push_str(rest);
        Ok(path)
    }
}

/// All but RFC 3986's unreserved characters, so that a segment means the same to servers that
/// decode it as a path and to those that decode it as a form (`+` would become a space there).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn push_segment(path: &mut String, name: &'static str, segment: &str) -> Result<(), Error> {
    let reason = match segment {
        "" => "must not be empty",
        // A URL parser removes dot segments, which would aim the call at another resource.
        "." | ".." => "must not be `.` or `..`",
        _ if segment.chars().any(char::is_control) => "must not hold control characters",
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
        .map_err(|_| Error::invalid("path", "is too long or not a valid URL path"))
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

    const ROUTE: Operation = Operation::get("/v3/{domain}/tags/{tag}");

    #[test]
    fn segments_are_encoded_so_that_path_and_form_decoders_agree() {
        let path = ROUTE.path("/base", &["mg.example.com", "a+b/c%d é?#@x"]).unwrap();
        assert_eq!(path, "/base/v3/mg.example.com/tags/a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x");
    }

    #[test]
    fn what_would_reach_another_path_is_refused_by_name() {
        for tag in ["", ".", "..", "a\nb"] {
            let error = ROUTE.path("", &["mg.example.com", tag]).unwrap_err();
            assert!(error.to_string().starts_with("`tag` "), "{error}");
        }
        for domain in ["", "a/b", "https://a.b", "a%2fb", "a.b/../c", "v3/a.b", "a b"] {
            let error = ROUTE.path("", &[domain, "t"]).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidInput, "{domain}");
        }
        assert!(ROUTE.path("", &["a.b"]).is_err());
        assert!(ROUTE.path("", &["a.b", "c", "d"]).is_err());
    }

    #[test]
    fn a_path_that_is_no_url_is_refused() {
        assert!(path_and_query("/x".repeat(40_000), "").is_err());
        assert_eq!(path_and_query("/x".into(), "a=b").unwrap(), "/x?a=b");
    }
}
