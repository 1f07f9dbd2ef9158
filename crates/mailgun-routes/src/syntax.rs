//! The filter and action syntax of Mailgun's routes.

use std::fmt;

use mailgun_core::{FieldValue, bytes::Bytes};
use serde::{Deserialize, Serialize};

/// A filter that selects incoming messages, up to 4 KB.
///
/// Patterns are regular expressions in Python's dialect. They match the whole address or header.
/// Actions can refer to groups as `\1` or `\g<name>`.
///
/// ```
/// use mailgun::routes::Expression;
///
/// let expression = Expression::match_recipient(r"(?P<user>.*)@mg\.example\.com")
///     .and(Expression::match_header("subject", ".*urgent.*"));
/// assert_eq!(
///     expression.as_str(),
///     r#"match_recipient("(?P<user>.*)@mg\.example\.com") and match_header("subject", ".*urgent.*")"#
/// );
/// assert_eq!(Expression::from("catch_all()"), Expression::catch_all());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Expression(String);

impl Expression {
    /// Matches messages to a recipient that matches `pattern`.
    pub fn match_recipient(pattern: impl AsRef<str>) -> Self {
        Self(format!("match_recipient({})", quoted(pattern.as_ref())))
    }

    /// Matches messages with a header `name` whose value matches `pattern`.
    pub fn match_header(name: impl AsRef<str>, pattern: impl AsRef<str>) -> Self {
        Self(format!("match_header({}, {})", quoted(name.as_ref()), quoted(pattern.as_ref())))
    }

    /// Matches messages that no route of a smaller priority number matched.
    pub fn catch_all() -> Self {
        Self("catch_all()".to_owned())
    }

    /// Matches messages that match both expressions. For alternatives, use `|` in a pattern or
    /// create a route for each.
    #[must_use]
    pub fn and(self, other: impl Into<Self>) -> Self {
        Self(format!("{self} and {}", other.into()))
    }
}

/// What a route does with a message, up to 4 KB.
///
/// ```
/// use mailgun::routes::Action;
///
/// let notify = Action::store_and_notify("https://example.com/inbound");
/// assert_eq!(notify.as_str(), r#"store(notify="https://example.com/inbound")"#);
/// assert_eq!(Action::forward("bob@example.com"), Action::from(r#"forward("bob@example.com")"#));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Action(String);

impl Action {
    /// Forwards the message to an email address, or posts it to a URL as parsed fields. If the path
    /// of the URL ends with `mime`, Mailgun posts the message as MIME text.
    pub fn forward(destination: impl AsRef<str>) -> Self {
        Self(format!("forward({})", quoted(destination.as_ref())))
    }

    /// Like [`forward`](Self::forward), but to several addresses or URLs.
    pub fn forward_to(destinations: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let list: Vec<_> =
            destinations.into_iter().map(|one| one.as_ref().trim().to_owned()).collect();
        Self::forward(list.join(", "))
    }

    /// Stores the message for three days. Its event has the URL to fetch it from.
    pub fn store() -> Self {
        Self("store()".to_owned())
    }

    /// Stores the message for three days and posts its fields and storage URL to `url`, never as MIME.
    pub fn store_and_notify(url: impl AsRef<str>) -> Self {
        Self(format!("store(notify={})", quoted(url.as_ref())))
    }

    /// Stops here: Mailgun evaluates no route of a greater priority number.
    pub fn stop() -> Self {
        Self("stop()".to_owned())
    }
}

/// A backslash keeps its meaning in a pattern, where `\"` stands for a quote.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    let mut is_escaped = false;
    for character in text.chars() {
        if character == '"' && !is_escaped {
            quoted.push('\\');
        }
        is_escaped = character == '\\' && !is_escaped;
        quoted.push(character);
    }
    if is_escaped {
        quoted.push('\\');
    }
    quoted.push('"');
    quoted
}

macro_rules! text {
    ($($name:ident),*) => {$(
        impl $name {
            /// The text as Mailgun writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FieldValue for $name {
            fn into_value(self) -> Bytes {
                self.0.into()
            }
        }
    )*};
}
text!(Expression, Action);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_and_actions_follow_mailguns_syntax() {
        for (ours, theirs) in [
            (Expression::match_recipient(".*@a.b"), r#"match_recipient(".*@a.b")"#),
            (Expression::match_header("X-A", "^b$"), r#"match_header("X-A", "^b$")"#),
            (Expression::catch_all(), "catch_all()"),
            (Expression::match_recipient(r#"a"b"#), r#"match_recipient("a\"b")"#),
            (Expression::match_recipient(r#"a\"b"#), r#"match_recipient("a\"b")"#),
            (Expression::match_recipient(r#"a\\"b"#), r#"match_recipient("a\\\"b")"#),
            (Expression::match_recipient(r"a\"), r#"match_recipient("a\\")"#),
            (Expression::catch_all().and("catch_all()"), "catch_all() and catch_all()"),
        ] {
            assert_eq!(ours.to_string(), theirs);
        }
        for (ours, theirs) in [
            (Action::forward("http://my.host/x"), r#"forward("http://my.host/x")"#),
            (Action::forward_to(["a@b.c ", "http://d"]), r#"forward("a@b.c, http://d")"#),
            (Action::store(), "store()"),
            (Action::store_and_notify("http://d"), r#"store(notify="http://d")"#),
            (Action::stop(), "stop()"),
        ] {
            assert_eq!(ours.to_string(), theirs);
        }
    }
}
