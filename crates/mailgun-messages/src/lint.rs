//! Problems of a mail that Mailgun accepts anyway.

use std::{collections::BTreeSet, fmt};

use mailgun_core::__private::is_control;
use serde_json::Value;

use crate::{content::Content, html::attributes};

/// Gmail hides what is beyond this size of an HTML body.
const CLIPPED: usize = 102 * 1024;

/// What a [`Lint`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LintCode {
    /// A recipient has no variable for a `%recipient.NAME%`.
    UnresolvedVariable,
    /// A `%recipient.NAME%` in the subject or a header has a line break, or another control character,
    /// for a recipient.
    ControlCharacter,
    /// The HTML body refers to a `cid:` that no inline file has.
    MissingInline,
    /// There is an HTML body, but no text.
    MissingText,
    /// Mail to many has no way to unsubscribe.
    MissingUnsubscribe,
    /// A link or an image is not https.
    InsecureLink,
    /// The HTML body is over 102 KiB, and Gmail clips it.
    Clipped,
}

impl LintCode {
    /// A stable name in snake case, to switch lints off or to count them.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnresolvedVariable => "unresolved_variable",
            Self::ControlCharacter => "control_character",
            Self::MissingInline => "missing_inline",
            Self::MissingText => "missing_text",
            Self::MissingUnsubscribe => "missing_unsubscribe",
            Self::InsecureLink => "insecure_link",
            Self::Clipped => "clipped",
        }
    }

    /// Why it matters, and what to do.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::UnresolvedVariable => {
                "recipients see the placeholder as it is: give each of them the variable"
            }
            Self::ControlCharacter => {
                "a header ends at a line break, and what follows may become another header: remove it \
                 from the variable"
            }
            Self::MissingInline => {
                "mail programs show a broken image: add the file with `inline` under that name"
            }
            Self::MissingText => {
                "some programs show text only, and spam filters expect it: add a text body"
            }
            Self::MissingUnsubscribe => {
                "Gmail and Yahoo require it of bulk mail: use `list_unsubscribe` and put a link into \
                 the body, unless Mailgun's unsubscribe tracking is on for the domain"
            }
            Self::InsecureLink => {
                "browsers warn, and others can read and change what is sent: use https"
            }
            Self::Clipped => {
                "Gmail hides the rest, often with the unsubscribe link: make the body shorter"
            }
        }
    }
}

impl fmt::Display for LintCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A problem of a mail that is not an error.
///
/// `Display` writes where it is, what it is and what to do. It shows nothing of the mail except
/// names of variables and content ids.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lint {
    /// What it is about.
    pub code: LintCode,
    /// The field: `subject`, `text`, `html`, `amp-html` or a header such as `h:X-Greeting`.
    pub field: String,
    /// The line of the field, from 1, if it is about one.
    pub line: Option<usize>,
    /// What was found.
    pub detail: String,
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, field, line, detail } = self;
        write!(f, "{field}")?;
        if let Some(line) = line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {detail}; {} [{code}]", code.explanation())
    }
}

/// What the recipients have of a variable.
#[derive(Default)]
pub(crate) struct Values {
    total: usize,
    missing: usize,
    with_control: usize,
}

impl Values {
    /// Adds what a recipient has.
    pub(crate) fn add(&mut self, value: Option<&Value>) {
        self.total += 1;
        match value {
            None => self.missing += 1,
            Some(Value::String(text)) if text.contains(is_control) => self.with_control += 1,
            Some(_) => {}
        }
    }
}

/// Checks a mail. `values` says what the recipients have of a variable.
pub(crate) fn lint(content: &Content, is_bulk: bool, values: impl Fn(&str) -> Values) -> Vec<Lint> {
    let mut lints = Vec::new();
    for (field, value) in content.fields.iter() {
        let is_body = matches!(field, "text" | "html" | "amp-html");
        if is_body || field == "subject" || field.starts_with("h:") {
            let text = String::from_utf8_lossy(value);
            variables(field, &text, &values, &mut lints);
            match field {
                "text" => plain_links(field, &text, &mut lints),
                "html" | "amp-html" => html(content, field, &text, &mut lints),
                _ => {}
            }
        }
    }
    let whole = |code, field: &str, detail: String| Lint {
        code,
        field: field.to_owned(),
        line: None,
        detail,
    };
    if content.has(&["html"]) && !content.has(&["text"]) {
        lints.push(whole(LintCode::MissingText, "html", "there is no text body".to_owned()));
    }
    let unsubscribes = |(name, value): (&str, &bytes::Bytes)| {
        name.eq_ignore_ascii_case("h:List-Unsubscribe")
            || str::from_utf8(value).is_ok_and(|text| text.contains("unsubscribe_url%"))
    };
    if is_bulk && !content.fields.iter().any(unsubscribes) {
        let detail = "recipients cannot unsubscribe".to_owned();
        lints.push(whole(LintCode::MissingUnsubscribe, "h:List-Unsubscribe", detail));
    }
    lints
}

fn variables(field: &str, text: &str, values: impl Fn(&str) -> Values, lints: &mut Vec<Lint>) {
    let is_header = field == "subject" || field.starts_with("h:");
    let mut seen = BTreeSet::new();
    for (start, marker) in text.match_indices("%recipient.") {
        let name = &text[start + marker.len()..];
        let Some(name) = name.split_once('%').map(|(name, _)| name) else { continue };
        if name.is_empty() || name.contains(char::is_whitespace) || !seen.insert(name) {
            continue;
        }
        let Values { total, missing, with_control } = values(name);
        if missing > 0 {
            let detail =
                format!("`%recipient.{name}%` has no value for {missing} of {total} recipients");
            lints.push(at(LintCode::UnresolvedVariable, field, text, start, detail));
        }
        if is_header && with_control > 0 {
            let detail = format!(
                "`%recipient.{name}%` has a control character for {with_control} of {total} recipients"
            );
            lints.push(at(LintCode::ControlCharacter, field, text, start, detail));
        }
    }
}

fn plain_links(field: &str, text: &str, lints: &mut Vec<Lint>) {
    for (start, _) in text.match_indices("http://") {
        let detail = "a link is not https".to_owned();
        lints.push(at(LintCode::InsecureLink, field, text, start, detail));
    }
}

fn html(content: &Content, field: &str, text: &str, lints: &mut Vec<Lint>) {
    for attribute in attributes(text) {
        let (start, value) = (attribute.value.start, text[attribute.value.clone()].trim());
        let name = attribute.name.to_ascii_lowercase();
        let is_link = matches!(&*name, "href" | "src" | "action" | "background" | "poster");
        let starts_with = |scheme: &str| {
            value.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        if is_link && starts_with("http://") {
            let detail = format!("`{name}` is not https");
            lints.push(at(LintCode::InsecureLink, field, text, start, detail));
        }
        if is_link && starts_with("cid:") && !content.has_inline(&value[4..]) {
            let detail = format!("there is no inline file `{}`", &value[4..]);
            lints.push(at(LintCode::MissingInline, field, text, start, detail));
        }
    }
    if text.len() > CLIPPED {
        let detail = format!("the body has {} KiB", text.len().div_ceil(1024));
        let lint = Lint { code: LintCode::Clipped, field: field.to_owned(), line: None, detail };
        lints.push(lint);
    }
}

/// A lint at a position of a field.
fn at(code: LintCode, field: &str, text: &str, position: usize, detail: String) -> Lint {
    let line = text[..position].matches('\n').count().saturating_add(1);
    Lint { code, field: field.to_owned(), line: Some(line), detail }
}
