//! The little of HTML that tracking and text parts need.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

static ANCHOR: LazyLock<Regex> = LazyLock::new(|| regex(r#"(?i)<a\s(?:"[^"]*"|'[^']*'|[^'">])*>"#));
static HREF: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"(?i)(\shref\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)"#));
static URL: LazyLock<Regex> = LazyLock::new(|| regex(r#"https?://[^\s<>"']*[^\s<>"'.,;:!?)]"#));
static HIDDEN: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?is)<!--.*?-->|<(?:script|style|head)\b.*?</(?:script|style|head)\s*>")
});
static BREAK: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)<br\b[^>]*>|</(?:p|div|tr|li|h[1-6]|table|ul|ol)\s*>"));
static TAG: LazyLock<Regex> = LazyLock::new(|| regex(r"<[a-zA-Z/!][^>]*>"));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| unreachable!("a constant pattern: {error}"))
}

/// Changes the target of each link for which `change` returns another, except in tags with
/// `disable-tracking=true`.
pub(super) fn map_links(html: &str, change: impl Fn(&str) -> Option<String>) -> String {
    let of_tag = |tag: &Captures<'_>| {
        let tag = &tag[0];
        let lower = tag.to_ascii_lowercase().replace(['"', '\''], "");
        if lower.contains("disable-tracking=true") {
            return tag.to_owned();
        }
        let of_href = |href: &Captures<'_>| match change(&unquoted(&href[2])) {
            Some(target) => format!("{}\"{}\"", &href[1], escaped(&target)),
            None => href[0].to_owned(),
        };
        HREF.replace(tag, of_href).into_owned()
    };
    ANCHOR.replace_all(html, of_tag).into_owned()
}

/// The targets of all links.
pub(super) fn links(html: &str) -> Vec<String> {
    let hrefs = ANCHOR.find_iter(html).filter_map(|tag| HREF.captures(tag.as_str()));
    hrefs.map(|href| unquoted(&href[2])).collect()
}

/// The URLs in a plain text.
pub(super) fn urls(text: &str) -> Vec<String> {
    URL.find_iter(text).map(|url| url.as_str().to_owned()).collect()
}

/// Changes the URLs in a plain text for which `change` returns another.
pub(super) fn map_urls(text: &str, change: impl Fn(&str) -> Option<String>) -> String {
    let replaced = URL.replace_all(text, |url: &Captures<'_>| {
        change(&url[0]).unwrap_or_else(|| url[0].to_owned())
    });
    replaced.into_owned()
}

/// Inserts HTML at the beginning or at the end of the body.
pub(super) fn insert(html: &str, part: &str, at_the_top: bool) -> String {
    let lower = html.to_ascii_lowercase();
    let at = match at_the_top {
        true => lower.find("<body").and_then(|tag| Some(tag + lower[tag..].find('>')? + 1)),
        false => lower.rfind("</body"),
    };
    let at = at.unwrap_or(if at_the_top { 0 } else { html.len() });
    let (before, after) = html.split_at(at);
    format!("{before}{part}{after}")
}

/// A plain text of HTML: without tags, with line breaks where blocks end.
pub(super) fn to_text(html: &str) -> String {
    let visible = HIDDEN.replace_all(html, "");
    let broken = BREAK.replace_all(&visible, "\n");
    let text = unescaped(&TAG.replace_all(&broken, ""));
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    lines.join("\n").trim().to_owned()
}

fn unquoted(value: &str) -> String {
    unescaped(value.trim_matches(['"', '\'']).trim())
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ");
    let text = text.replace("&quot;", "\"").replace("&#39;", "'").replace("&apos;", "'");
    text.replace("&amp;", "&")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_targets_of_anchors_change() {
        let html = r#"<link href="http://a"><A class='x>y' HREF = 'http://b?c=1&amp;d'>b</A>
            <a href=http://e>e</a><a href="mailto:f@g">f</a>
            <a disable-tracking="true" href="http://h">h</a>"#;
        let changed = map_links(html, |url| url.starts_with("http").then(|| format!("[{url}]")));
        assert_eq!(
            changed,
            r#"<link href="http://a"><A class='x>y' HREF = "[http://b?c=1&amp;d]">b</A>
            <a href="[http://e]">e</a><a href="mailto:f@g">f</a>
            <a disable-tracking="true" href="http://h">h</a>"#
        );
        assert_eq!(links(html), ["http://b?c=1&d", "http://e", "mailto:f@g", "http://h"]);
    }

    #[test]
    fn a_url_in_a_text_ends_before_its_punctuation() {
        let text = "See <https://a.example/x>, (http://b.example/?q=1). Not ftp://c.";
        assert_eq!(urls(text), ["https://a.example/x", "http://b.example/?q=1"]);
        assert_eq!(map_urls("go http://b.example!", |_| Some("X".to_owned())), "go X!");
    }

    #[test]
    fn html_is_inserted_inside_the_body() {
        assert_eq!(insert("<BODY id=a>x</BODY>", "+", false), "<BODY id=a>x+</BODY>");
        assert_eq!(insert("<body id=a>x</body>", "+", true), "<body id=a>+x</body>");
        assert_eq!(insert("x", "+", false), "x+");
        assert_eq!(insert("x", "+", true), "+x");
    }

    #[test]
    fn a_text_part_has_no_tags_and_no_scripts() {
        let html = "<head><title>T</title></head><p>Hi&nbsp;<b>A &amp; B</b></p>\
                    <script>alert(1)</script>1 < 2<br/>end";
        assert_eq!(to_text(html), "Hi A & B\n1 < 2\nend");
    }
}
