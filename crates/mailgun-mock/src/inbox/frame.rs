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
    render::html::regex,
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
static CID: LazyLock<Regex> = LazyLock::new(|| regex(r#"(?i)(["'=(\s])cid:([^"'\s)>]+)"#));
/// Chromium connects to the hosts that these name before it looks at the policy.
static FRAME: LazyLock<Regex> = LazyLock::new(|| regex("(?i)<(i?frame|fencedframe|object|embed)"));
static LINK: LazyLock<Regex> = LazyLock::new(|| regex("(?i)<(link)"));
/// What loads from the network when the HTML is shown.
static REMOTE: LazyLock<Regex> = LazyLock::new(|| {
    let attribute = r#"(?:src|srcset|background|poster)\s*=\s*["']?\s*(?:https?:)?//"#;
    let style = r#"url\(\s*["']?\s*(?:https?:)?//|@import"#;
    regex(&format!("(?i){attribute}|{style}|<link"))
});
static DOCTYPE: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)^\s*<!doctype[^>]*>"));

/// The most bytes that images of the mail may add to the page, as base64. A mail can refer to one image many
/// times.
const INLINED: usize = 64 * 1024 * 1024;

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
    REMOTE.is_match(html)
}

fn page(html: &str, inline: &[SentFile], is_remote: bool) -> String {
    let mut left = INLINED;
    let image = |found: &Captures<'_>| {
        let id = percent_decode_str(&found[2]).decode_utf8_lossy();
        let file = inline.iter().find(|file| file.filename == id);
        match file.and_then(|file| Some((file, image_type(file)?))) {
            Some((file, kind)) if file.bytes.len().div_ceil(3) * 4 <= left => {
                left -= file.bytes.len().div_ceil(3) * 4;
                let content = BASE64_STANDARD.encode(&file.bytes);
                format!("{}data:{kind};base64,{content}", &found[1])
            }
            _ => found[0].to_owned(),
        }
    };
    let mut html = FRAME.replace_all(html, "<x-$1").into_owned();
    if !is_remote {
        html = LINK.replace_all(&html, "<x-$1").into_owned();
    }
    // After the doctype, which decides how everything is laid out.
    let start = DOCTYPE.find(&html).map_or(0, |doctype| doctype.end());
    let html = format!("{}<base target=\"_blank\">{}", &html[..start], &html[start..]);
    CID.replace_all(&html, image).into_owned()
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
    fn a_page_does_not_grow_beyond_its_budget() {
        let image = SentFile::new("a", "image/png", vec![0; 40 * 1024 * 1024]);
        let page = page(&"<img src=cid:a>".repeat(3), &[image], false);
        assert!(page.len() < 65 * 1024 * 1024, "{}", page.len());
        assert!(page.contains("src=data:image/png") && page.ends_with("<img src=cid:a>"));
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
