//! Which events to list, and Mailgun's filter expressions.

use std::fmt;

use mailgun_core::{FieldValue, Timestamp, bytes::Bytes, yes_no};

use crate::Severity;

mailgun_core::params! {
    /// Which events to list.
    ///
    /// A filter is text or a [`Filter`]. An event must match all filters.
    #[doc(alias = "ListEvents")]
    pub struct EventQuery;
}

impl EventQuery {
    /// Sets the beginning of the time range, to the second. If the listing is in descending order, it is
    /// the later end of the range.
    pub fn begin(self, begin: Timestamp) -> Self {
        self.set("begin", begin)
    }

    /// Sets the end of the time range, to the second.
    pub fn end(self, end: Timestamp) -> Self {
        self.set("end", end)
    }

    /// Whether the oldest events come first. Required if `end` is not set.
    pub fn ascending(self, ascending: bool) -> Self {
        self.set("ascending", yes_no(ascending))
    }

    /// Sets the page size, up to 300.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Filters by kind, such as `delivered` or `failed`.
    pub fn event(self, filter: impl Into<Filter>) -> Self {
        self.set("event", filter.into())
    }

    /// Filters by the address of the mailing list that the message was sent to.
    pub fn list(self, filter: impl Into<Filter>) -> Self {
        self.set("list", filter.into())
    }

    /// Filters by the name of an attachment.
    pub fn attachment(self, filter: impl Into<Filter>) -> Self {
        self.set("attachment", filter.into())
    }

    /// Filters by an address in the From header.
    pub fn from(self, filter: impl Into<Filter>) -> Self {
        self.set("from", filter.into())
    }

    /// Filters by the id of the message, without angle brackets.
    pub fn message_id(self, filter: impl Into<Filter>) -> Self {
        self.set("message-id", filter.into())
    }

    /// Filters by the subject.
    pub fn subject(self, filter: impl Into<Filter>) -> Self {
        self.set("subject", filter.into())
    }

    /// Filters by an address in the To header.
    pub fn to(self, filter: impl Into<Filter>) -> Self {
        self.set("to", filter.into())
    }

    /// Filters by the size of the message in bytes; see [`Filter::between`].
    pub fn size(self, filter: impl Into<Filter>) -> Self {
        self.set("size", filter.into())
    }

    /// Filters by the recipient. Each event has one, except `stored`.
    pub fn recipient(self, filter: impl Into<Filter>) -> Self {
        self.set("recipient", filter.into())
    }

    /// Filters by any recipient of the message. Only `stored` events have all of them.
    pub fn recipients(self, filter: impl Into<Filter>) -> Self {
        self.set("recipients", filter.into())
    }

    /// Filters by the tags of the message.
    pub fn tags(self, filter: impl Into<Filter>) -> Self {
        self.set("tags", filter.into())
    }

    /// Filters by whether Mailgun tries a failed delivery again.
    pub fn severity(self, severity: Severity) -> Self {
        self.set("severity", severity)
    }

    /// The query of a tail: everything from `begin` on, oldest first.
    pub(crate) fn following(mut self, begin: Timestamp) -> Self {
        self.0.remove("end");
        if self.0.get("limit").is_none() {
            self = self.limit(300);
        }
        self.begin(begin).ascending(true)
    }
}

/// A filter expression for a field of an event.
///
/// Text is an expression in Mailgun's syntax: `AND`, `OR`, `NOT`, quotation marks and parentheses have a
/// meaning. To match text as it is, use [`quoted`](Self::quoted).
///
/// ```
/// use mailgun::events::Filter;
///
/// let kinds = Filter::any_of(["failed", "rejected"]);
/// assert_eq!(kinds.as_str(), "failed OR rejected");
/// let tags = Filter::all_of([Filter::any_of(["spring", "summer"]), Filter::not("test")]);
/// assert_eq!(tags.as_str(), "(spring OR summer) AND NOT test");
/// assert_eq!(Filter::quoted("a and b").as_str(), r#""a and b""#);
/// assert_eq!(Filter::between(10_000, 20_000).as_str(), ">10000 <20000");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Filter {
    expression: String,
    /// Whether it needs parentheses within another expression.
    is_compound: bool,
}

impl Filter {
    /// Matches if any of these filters matches.
    pub fn any_of<F: Into<Self>>(filters: impl IntoIterator<Item = F>) -> Self {
        Self::joined(filters, " OR ")
    }

    /// Matches if all of these filters match.
    pub fn all_of<F: Into<Self>>(filters: impl IntoIterator<Item = F>) -> Self {
        Self::joined(filters, " AND ")
    }

    /// Matches if this filter does not match.
    #[allow(clippy::should_implement_trait, reason = "`Filter::not(\"a\")` is how it reads")]
    pub fn not(filter: impl Into<Self>) -> Self {
        Self::term(format!("NOT {}", filter.into().grouped()))
    }

    /// Matches this text as it is. Quotation marks in it become spaces, because the syntax has no way
    /// to write them.
    pub fn quoted(text: &str) -> Self {
        Self::term(format!("\"{}\"", text.replace('"', " ")))
    }

    /// Matches a larger number.
    pub fn greater_than(number: u64) -> Self {
        Self::term(format!(">{number}"))
    }

    /// Matches a smaller number.
    pub fn less_than(number: u64) -> Self {
        Self::term(format!("<{number}"))
    }

    /// Matches a number that is larger than the first and smaller than the second.
    pub fn between(above: u64, below: u64) -> Self {
        Self { expression: format!(">{above} <{below}"), is_compound: true }
    }

    /// Returns the expression as it is sent.
    pub fn as_str(&self) -> &str {
        &self.expression
    }

    fn term(expression: String) -> Self {
        Self { expression, is_compound: false }
    }

    fn joined<F: Into<Self>>(filters: impl IntoIterator<Item = F>, word: &str) -> Self {
        let mut filters: Vec<_> = filters.into_iter().map(Into::into).collect();
        if filters.len() == 1 {
            return filters.remove(0);
        }
        let terms: Vec<_> = filters.into_iter().map(Self::grouped).collect();
        Self { expression: terms.join(word), is_compound: true }
    }

    fn grouped(self) -> String {
        if self.is_compound { format!("({})", self.expression) } else { self.expression }
    }
}

/// Takes an expression. If it has spaces, it gets parentheses within another expression.
impl From<String> for Filter {
    fn from(expression: String) -> Self {
        let is_compound = expression.trim().contains(char::is_whitespace);
        Self { expression, is_compound }
    }
}

/// Takes an expression. If it has spaces, it gets parentheses within another expression.
impl From<&str> for Filter {
    fn from(expression: &str) -> Self {
        expression.to_owned().into()
    }
}

impl FieldValue for Filter {
    fn into_value(self) -> Bytes {
        self.expression.into_value()
    }
}

/// Shows the size only, because an expression may contain an address.
impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Filter({} bytes)", self.expression.len())
    }
}
