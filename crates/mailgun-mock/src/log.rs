//! The log of requests.

use std::{fmt, time::SystemTime};

use bytes::Bytes;
use http::{
    Method,
    header::{self, HeaderMap},
    request,
};

/// A request that reached the server, as it was sent.
///
/// `Debug` shows neither the value of the authorization header nor the body.
#[derive(Clone)]
pub struct LoggedRequest {
    method: Method,
    path: String,
    query: Option<String>,
    headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) status: Option<u16>,
    pub(crate) arrived_at: SystemTime,
}

impl LoggedRequest {
    pub(crate) fn new(head: &request::Parts) -> Self {
        let mut headers = head.headers.clone();
        if let Some(authorization) = headers.get_mut(header::AUTHORIZATION) {
            authorization.set_sensitive(true);
        }
        Self {
            method: head.method.clone(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().map(str::to_owned),
            headers,
            body: Bytes::new(),
            status: None,
            arrived_at: SystemTime::now(),
        }
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path as sent, still percent-encoded.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query as sent, without its question mark.
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The value of a header, if it is present and ASCII text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body. Empty if it was not read because of [`Fault::reset_before_read`], or if it was
    /// refused with 413.
    ///
    /// [`Fault::reset_before_read`]: crate::Fault::reset_before_read
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The status of the response; `None` if there was no response, or none yet.
    pub fn status(&self) -> Option<u16> {
        self.status
    }
}

impl fmt::Debug for LoggedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoggedRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("headers", &self.headers)
            .field("body_bytes", &self.body.len())
            .field("status", &self.status)
            .finish()
    }
}
