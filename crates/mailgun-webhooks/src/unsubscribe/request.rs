//! Reading a one-click request.

use std::time::Duration;

use http_body::Body;
use mailgun_core::{
    BoxError,
    bytes::Bytes,
    http::{Method, Uri, header, request::Parts},
};
use tokio::time::timeout;

use super::{Unsubscribe, UnsubscribeError, UnsubscribeLinks};
use crate::receive::{Form, Limits, ReceiveError, read};

const MAX_BODY: usize = 16 * 1024;
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Reads the token in the query of a link.
pub(super) fn linked(links: &UnsubscribeLinks, uri: &Uri) -> Result<Unsubscribe, UnsubscribeError> {
    let pairs = uri.query().unwrap_or_default().split('&');
    // The base URL may have a `token` of its own, before ours.
    let token = pairs.rev().find_map(|pair| pair.strip_prefix("token="));
    links.read(token.ok_or(UnsubscribeError::BadToken)?)
}

/// Reads a request, which must be a one-click `POST`.
pub(super) async fn one_click<B>(
    links: &UnsubscribeLinks,
    head: &Parts,
    body: B,
) -> Result<Unsubscribe, UnsubscribeError>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    if head.method != Method::POST {
        return Err(UnsubscribeError::Method);
    }
    let unsubscribe = linked(links, &head.uri)?;
    let body = timeout(READ_TIMEOUT, read(body, MAX_BODY)).await;
    let body = body.map_err(|_| UnsubscribeError::Timeout)?.map_err(|error| match error {
        ReceiveError::Body(source) => UnsubscribeError::Body(source),
        _ => UnsubscribeError::TooLarge,
    })?;
    let content_type = head.headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !is_one_click(content_type, body) {
        return Err(UnsubscribeError::NotOneClick);
    }
    Ok(unsubscribe)
}

/// Whether a form is `List-Unsubscribe=One-Click` (RFC 8058, 3.2), or empty: some mail programs leave it
/// out.
fn is_one_click(content_type: &str, body: Bytes) -> bool {
    if body.trim_ascii().is_empty() {
        return true;
    }
    let limits = Limits::default();
    let is_multipart =
        content_type.get(..9).is_some_and(|essence| essence.eq_ignore_ascii_case("multipart"));
    let form = if is_multipart {
        Form::multipart(content_type, body, &limits)
    } else {
        Form::urlencoded(&body, &limits)
    };
    // Some clients end the body with a line break.
    form.is_ok_and(|form| form.fields.get("List-Unsubscribe").map(str::trim) == Some("One-Click"))
}
