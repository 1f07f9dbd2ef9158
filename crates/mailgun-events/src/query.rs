//! Which events to list, and Mailgun's little language of filters.

use std::fmt;

use mailgun_core::{FieldValue, Timestamp, bytes::Bytes, yes_no};

use crate::Severity;

mailgun_core::params! {
    /// Which events to list.
    ///
    /// Each filter is a text or a [`Filter`]; an event must match all of them.
    pub struct EventQuery;
}

impl EventQuery {
    /// Where the time range begins, to the second. It is the later end of the range if the listing
    /// goes back in time.
    pub fn begin(self, begin: Timestamp) -> Self {
        self.set("begin", begin)
    }

    /// Where the time range ends, to the second.
    pub fn end(self, end: Timestamp) -> Self {
        self.set("end", end)
    }

    /// Whether the oldest events come first. Needed when `end` is not set.
    pub fn ascending(self, ascending: bool) -> Self {
        self.set("ascending", yes_no(ascending))
    }

    /// At most so many a page, up to 300.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// By what happened: `delivered`, `failed`.
    pub fn event(self, filter: impl Into<Filter>) -> Self {
        self.set("event", filter.into())
    }

    /// By the address of the mailing list that the message was sent to.
    pub fn list(self, filter: impl Into<Filter>) -> Self {
        self.set("list", filter.into())
    }

    /// By the name of a file of the message.
    pub fn attachment(self, filter: impl Into<Filter>) -> Self {
        self.set("attachment", filter.into())
    }

    /// By an address of the From header.
    pub fn from(self, filter: impl Into<Filter>) -> Self {
        self.set("from", filter.into())
    }

    /// By the id of the message, which events have without angle brackets.
    pub fn message_id(self, filter: impl Into<Filter>) -> Self {
        self.set("message-id", filter.into())
    }

    /// By the subject.
    pub fn subject(self, filter: impl Into<Filter>) -> Self {
        self.set("subject", filter.into())
    }

    /// By an address of the To header.
    pub fn to(self, filter: impl Into<Filter>) -> Self {
        self.set("to", filter.into())
    }

    /// By the bytes of the message; meant for ranges, as [`Filter::between`] makes them.
    pub fn size(self, filter: impl Into<Filter>) -> Self {
        self.set("size", filter.into())
    }

    /// By the recipient, of whom each event but `stored` has one.
    pub fn recipient(self, filter: impl Into<Filter>) -> Self {
        self.set("recipient", filter.into())
    }

    /// By a recipient of the message; `stored` events alone have all of them.
    pub fn recipients(self, filter: impl Into<Filter>) -> Self {
        self.set("recipients", filter.into())
    }

    /// By the tags.
    pub fn tags(self, filter: impl Into<Filter>) -> Self {
        self.set("tags", filter.into())
    }

    /// By whether a failed delivery is tried again.
    pub fn severity(self, severity: Severity) -> Self {
        self.set("severity", severity)
    }

    /// All from `begin` on, oldest first.
    pub(crate) fn following(mut self, begin: Timestamp) -> Self {
        self.0.remove("end");
        if self.0.get("limit").is_none() {
            self = self.limit(300);
        }
        self.begin(begin).ascending(true)
    }
}

/// An expression that a field of an event is to match.
///
/// Plain text is an expression as Mailgun reads it: the words `AND`, `OR` and `NOT`, quotation marks
/// and parentheses mean something in it. [`quoted`](Self::quoted) is for text that is to be taken
/// as it is.
///
/// ```
/// use mailgun_events::Filter;
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
    /// Whether it is to stand in parentheses within another.
    is_compound: bool,
}

impl Filter {
    /// What matches one of these.
    pub fn any_of<F: Into<Self>>(filters: impl IntoIterator<Item = F>) -> Self {
        Self::joined(filters, " OR ")
    }

    /// What matches all of these.
    pub fn all_of<F: Into<Self>>(filters: impl IntoIterator<Item = F>) -> Self {
        Self::joined(filters, " AND ")
    }

    /// What does not match this.
    #[allow(clippy::should_implement_trait, reason = "`Filter::not(\"a\")` is how it reads")]
    pub fn not(filter: impl Into<Self>) -> Self {
        Self::term(format!("NOT {}", filter.into().grouped()))
    }

    /// The text as it is. Quotation marks within it, which the language cannot write, become
    /// spaces.
    pub fn quoted(text: &str) -> Self {
        Self::term(format!("\"{}\"", text.replace('"', " ")))
    }

    /// A number above this one.
    pub fn greater_than(number: u64) -> Self {
        Self::term(format!(">{number}"))
    }

    /// A number below this one.
    pub fn less_than(number: u64) -> Self {
        Self::term(format!("<{number}"))
    }

    /// A number above the first and below the second.
    pub fn between(above: u64, below: u64) -> Self {
        Self { expression: format!(">{above} <{below}"), is_compound: true }
    }

    /// The expression as it is sent.
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

/// The text is an expression already; with spaces in it, it is put in parentheses within another.
impl From<String> for Filter {
    fn from(expression: String) -> Self {
        let is_compound = expression.trim().contains(char::is_whitespace);
        Self { expression, is_compound }
    }
}

/// The text is an expression already; with spaces in it, it is put in parentheses within another.
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

/// The size only: an expression may hold an address.
impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Filter({} bytes)", self.expression.len())
    }
}
