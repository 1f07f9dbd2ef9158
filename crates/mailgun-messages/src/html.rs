//! Finding attributes in HTML, as far as mail needs it.

use std::ops::Range;

/// An attribute of a tag.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Attribute<'a> {
    /// The name as it is written.
    pub(crate) name: &'a str,
    /// Where the value is, without its quotes.
    pub(crate) value: Range<usize>,
}

/// Finds all attributes with a value, in order. Comments and closing tags have none.
pub(crate) fn attributes(html: &str) -> Vec<Attribute<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = html[at..].find('<') {
        at += open + 1;
        let rest = &html[at..];
        if rest.starts_with("!--") {
            at += rest.find("-->").unwrap_or(rest.len());
        } else if rest.starts_with(|first: char| first.is_ascii_alphabetic()) {
            at = tag(html, at, &mut found);
        }
    }
    found
}

/// Reads a tag from its name on, and returns where it ends.
fn tag<'a>(html: &'a str, start: usize, found: &mut Vec<Attribute<'a>>) -> usize {
    let is_name = |c: char| !c.is_ascii_whitespace() && !matches!(c, '=' | '>' | '/' | '"' | '\'');
    let end_of = |from: usize, is_part: &dyn Fn(char) -> bool| {
        html[from..].find(|c| !is_part(c)).map_or(html.len(), |length| from + length)
    };
    let is_space = |c: char| c.is_ascii_whitespace();
    let mut at = end_of(start, &is_name);
    while let Some(next) = html[at..].chars().next() {
        if next == '>' {
            break;
        }
        let name = at..end_of(at, &is_name);
        if name.is_empty() {
            // Space, a slash, or a stray quote.
            at += next.len_utf8();
            continue;
        }
        at = name.end;
        let equals = end_of(at, &is_space);
        if !html[equals..].starts_with('=') {
            continue;
        }
        let first = end_of(equals + 1, &is_space);
        let quote = html[first..].chars().next().filter(|c| matches!(c, '"' | '\''));
        let value = match quote {
            Some(quote) => first + 1..end_of(first + 1, &|c| c != quote),
            None => first..end_of(first, &|c| !c.is_ascii_whitespace() && c != '>'),
        };
        // After the closing quote, if there is one.
        at = value.end
            + html[value.end..]
                .chars()
                .next()
                .filter(|c| Some(*c) == quote)
                .map_or(0, char::len_utf8);
        found.push(Attribute { name: &html[name], value });
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_as_browsers_find_them() {
        let html = "<!DOCTYPE html><p class=a>1 < 2 <IMG SRC = 'cid:a b' alt=\"x>y\"/><br>\
                    <!-- <img src='no'> --></p ><a\nhref=https://x.test/a?b=c&d title>é</a><b x='";
        let found: Vec<_> =
            attributes(html).into_iter().map(|it| (it.name, &html[it.value])).collect();
        let expected = [
            ("class", "a"),
            ("SRC", "cid:a b"),
            ("alt", "x>y"),
            ("href", "https://x.test/a?b=c&d"),
            ("x", ""),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn odd_html_ends() {
        for html in [
            "",
            "<",
            "<a",
            "<a ",
            "<a =",
            "<a b",
            "<a b=",
            "<a b=\"",
            "<!--",
            "<a 'é'=é",
            "<é",
            "<a\"\">",
        ] {
            let _ = attributes(html);
        }
    }
}
