//! The HTML of a mail, for a frame in which nothing of it runs.
//!
//! The policy forbids scripts, forms, frames and everything from the network. Links open a new tab.

use std::sync::LazyLock;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{
    StatusCode,
    header::{self, HeaderValue},
};
use percent_encoding::percent_decode_str;
use regex_lite::{Captures, Regex};

use super::{
    Query,
    content::{Content, File},
    messages::find,
};
use crate::{
    groups::Answer,
    http::response::{Refusal, Response},
    server::State,
};

const WITHOUT_REMOTE: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; \
    default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
const WITH_REMOTE: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; \
    default-src 'none'; style-src 'unsafe-inline' http: https:; img-src data: http: https:; \
    font-src data: http: https:; media-src data: http: https:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// An attribute or a CSS function that refers to a file of the mail.
static CID: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)(["'=(\s])cid:([^"'\s)>]+)"#).ok());
/// Chromium connects to hosts that `<link>` names before any policy of the page applies.
static LINK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("(?i)<link").ok());
static DOCTYPE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)^\s*<!doctype[^>]*>").ok());

pub(super) fn html(state: &State, key: &str, query: &Query) -> Answer {
    let content = Content::of(find(state, key)?);
    let html = content.html.as_deref().ok_or_else(|| Refusal::not_found("No HTML"))?;
    let is_remote = query.get("remote").is_some_and(|remote| remote == "1");
    let policy = if is_remote { WITH_REMOTE } else { WITHOUT_REMOTE };
    let page = page(html, &content.files, is_remote);
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    Ok(Response::new(StatusCode::OK, kind, page)
        .with(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)))
}

fn page(html: &str, files: &[File], is_remote: bool) -> String {
    let image = |found: &Captures<'_>| {
        let id = percent_decode_str(&found[2]).decode_utf8_lossy();
        let file = files.iter().find(|file| file.content_id.as_deref() == Some(&*id));
        let url = file.and_then(|file| {
            Some(format!(
                "data:{};base64,{}",
                file.image_type()?,
                BASE64_STANDARD.encode(&file.bytes)
            ))
        });
        url.map_or_else(|| found[0].to_owned(), |url| format!("{}{url}", &found[1]))
    };
    let html = CID.as_ref().map_or(html.into(), |cid| cid.replace_all(html, image));
    let html = match &*LINK {
        Some(link) if !is_remote => link.replace_all(&html, "<x-link").into_owned(),
        _ => html.into_owned(),
    };
    // Behind the doctype, which decides how everything is laid out.
    let start = DOCTYPE.as_ref().and_then(|doctype| doctype.find(&html)).map_or(0, |m| m.end());
    format!("{}<base target=\"_blank\">{}", &html[..start], &html[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logo(content_type: &str) -> File {
        File {
            name: "logo.png".to_owned(),
            content_type: content_type.to_owned(),
            bytes: "x".into(),
            content_id: Some("logo 1.png".to_owned()),
        }
    }

    #[test]
    fn images_of_the_mail_are_part_of_the_page() {
        let shown = |html, kind| page(html, &[logo(kind)], false);
        assert_eq!(
            shown("<!DOCTYPE html><img src='cid:logo%201.png'>", "image/png"),
            "<!DOCTYPE html><base target=\"_blank\"><img src='data:image/png;base64,eA=='>",
        );
        for html in ["<img src='cid:other'>", "Write acid:logo%201.png"] {
            assert!(shown(html, "image/png").ends_with(html));
        }
        assert!(shown("<img src=cid:logo%201.png>", "image/svg+xml").contains("=cid:"));
    }

    #[test]
    fn a_link_element_is_none_until_remote_content_is_asked_for() {
        let html = "<LINK rel=preconnect href=http://192.0.2.1>";
        assert!(!page(html, &[], false).to_lowercase().contains("<link"));
        assert!(page(html, &[], true).ends_with(html));
    }
}
