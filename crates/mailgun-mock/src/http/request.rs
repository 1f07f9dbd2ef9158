//! A request that was read to its end.

use std::pin::pin;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::{Bytes, BytesMut};
use http::{
    Method,
    header::{self, HeaderMap},
    request,
    uri::Authority,
};
use http_body::Body;
use http_body_util::BodyExt as _;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use super::{form::Form, response::Refusal};
use crate::address;

/// Mailgun refuses larger request bodies, whatever their content.
const MAX_BODY: usize = 52_428_800;

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) segments: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    /// The path as sent, percent-encoded.
    pub(crate) path: String,
    /// The host of an HTTP/2 request.
    authority: Option<String>,
    body: Bytes,
    form: Result<Form, String>,
}

impl Request {
    pub(crate) async fn new(head: request::Parts, body: Bytes) -> Self {
        let decode = |segment| percent_decode_str(segment).decode_utf8_lossy().into_owned();
        let segments = head.uri.path().split('/').skip(1).map(decode).collect();
        let query = head.uri.query().unwrap_or_default();
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let path = head.uri.path().to_owned();
        let authority = head.uri.authority().map(|host| host.as_str().to_owned());
        let form = Form::read(&head.headers, body.clone()).await;
        let request::Parts { method, headers, .. } = head;
        Self { method, segments, query, headers, path, authority, body, form }
    }

    /// A query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A query parameter or else a form field: most endpoints accept both.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let form = || self.form.as_ref().ok().and_then(|form| form.field(name));
        self.parameter(name).or_else(form)
    }

    /// The body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Refusal::bad_request(format!("invalid JSON: {error}")))
    }

    /// The form in the body. A body of another type is an empty form.
    pub(crate) fn form(&self) -> Result<&Form, Refusal> {
        self.form.as_ref().map_err(Refusal::bad_request)
    }

    /// The API key that the request was sent with.
    pub(crate) fn api_key(&self) -> Option<String> {
        api_key(&self.headers)
    }

    /// The recipients of a send, in lower case.
    pub(crate) fn recipients(&self) -> Vec<String> {
        let Ok(form) = &self.form else { return Vec::new() };
        let lists = ["to", "cc", "bcc"].into_iter().flat_map(|name| form.all(name));
        let mailboxes = lists.flat_map(address::split_list);
        mailboxes.filter_map(address::bare).map(str::to_lowercase).collect()
    }

    /// The URL that the client called: from the proxy's headers `X-Forwarded-Proto` and
    /// `X-Forwarded-Host`, or else from the host of the request.
    pub(crate) fn base_url(&self) -> Option<String> {
        let first = |name| Some(self.header(name)?.split(',').next().unwrap_or_default().trim());
        let host = first("x-forwarded-host").or_else(|| self.header(header::HOST.as_str()));
        let host: Authority = host.or(self.authority.as_deref())?.parse().ok()?;
        let scheme = first("x-forwarded-proto").filter(|scheme| *scheme == "https");
        Some(format!("{}://{host}", scheme.unwrap_or("http")))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The password of HTTP Basic for the user `api`.
pub(crate) fn api_key(headers: &HeaderMap) -> Option<String> {
    let authorization = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = authorization.split_once(' ')?;
    let decoded = BASE64_STANDARD.decode(credentials.trim()).ok()?;
    let key = String::from_utf8(decoded).ok()?.strip_prefix("api:")?.to_owned();
    scheme.eq_ignore_ascii_case("basic").then_some(key)
}

/// Reads a body to its end. Returns `Ok(None)` if it is larger than Mailgun accepts.
///
/// An oversized body is read to its end too: closing the connection with unread bytes would reset
/// it, and a client that is still writing would lose the response.
pub(crate) async fn read_body<B>(body: B) -> Result<Option<Bytes>, B::Error>
where
    B: Body<Data = Bytes>,
{
    let mut body = pin!(body);
    let mut read = Some(BytesMut::new());
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        match &mut read {
            Some(kept) if kept.len() + data.len() <= MAX_BODY => kept.extend_from_slice(&data),
            _ => read = None,
        }
    }
    Ok(read.map(BytesMut::freeze))
}
