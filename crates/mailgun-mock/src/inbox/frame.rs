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

use super::{Query, file::image_type, messages};
use crate::{
    groups::Answer,
    http::response::{Refusal, Response},
    sent::SentFile,
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
/// Chromium connects to the hosts that these name before it looks at the policy.
static FRAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new("(?i)<(i?frame|fencedframe|object|embed)").ok());
static LINK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("(?i)<(link)").ok());
/// What the network is asked for when the HTML is shown.
static REMOTE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let pattern = r#"(?i)(?:src|srcset|background|poster|data)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?\s*(?:https?:)?//|@import|<link"#;
    Regex::new(pattern).ok()
});
static DOCTYPE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)^\s*<!doctype[^>]*>").ok());

pub(super) fn html(state: &State, key: &str, query: &Query) -> Answer {
    let seen = messages::rendered(state, key, query)?;
    let html = seen.html.as_deref().ok_or_else(|| Refusal::not_found("The mail has no HTML"))?;
    let is_remote = query.get("remote").is_some_and(|remote| remote == "1");
    let policy = if is_remote { WITH_REMOTE } else { WITHOUT_REMOTE };
    let page = page(html, &seen.inline, is_remote);
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    Ok(Response::new(StatusCode::OK, kind, page)
        .with(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)))
}

/// Whether the HTML refers to something on the network, besides its links.
pub(super) fn has_remote(html: &str) -> bool {
    REMOTE.as_ref().is_some_and(|remote| remote.is_match(html))
}

fn page(html: &str, inline: &[SentFile], is_remote: bool) -> String {
    let image = |found: &Captures<'_>| {
        let id = percent_decode_str(&found[2]).decode_utf8_lossy();
        let file = inline.iter().find(|file| file.filename == id);
        let url = file.and_then(|file| {
            Some(format!(
                "data:{};base64,{}",
                image_type(file)?,
                BASE64_STANDARD.encode(&file.bytes)
            ))
        });
        url.map_or_else(|| found[0].to_owned(), |url| format!("{}{url}", &found[1]))
    };
    let html = CID.as_ref().map_or(html.into(), |cid| cid.replace_all(html, image));
    let mut html = html.into_owned();
    let link = LINK.as_ref().filter(|_| !is_remote);
    for elements in link.into_iter().chain(FRAME.as_ref()) {
        html = elements.replace_all(&html, "<x-$1").into_owned();
    }
    // Behind the doctype, which decides how everything is laid out.
    let start = DOCTYPE.as_ref().and_then(|doctype| doctype.find(&html)).map_or(0, |m| m.end());
    format!("{}<base target=\"_blank\">{}", &html[..start], &html[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logo(content_type: &str) -> SentFile {
        SentFile {
            filename: "logo 1.png".to_owned(),
            content_type: content_type.to_owned(),
            bytes: "x".into(),
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
    fn elements_that_connect_to_other_hosts_are_none() {
        let html = "<IFRAME src=http://192.0.2.1></IFRAME><frame><object><embed>";
        assert!(
            page(html, &[], true).contains("<x-IFRAME src=http://192.0.2.1></IFRAME><x-frame>")
        );
    }

    #[test]
    fn a_link_element_is_none_until_remote_content_is_asked_for() {
        let html = "<LINK rel=preconnect href=http://192.0.2.1>";
        assert!(!page(html, &[], false).to_lowercase().contains("<link"));
        assert!(page(html, &[], true).ends_with(html));
    }
}
