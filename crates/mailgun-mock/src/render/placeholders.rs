//! Placeholders such as `%recipient.name%` and `%unsubscribe_url%`.

use std::{borrow::Cow, sync::LazyLock};

use regex_lite::{Captures, Regex};
use serde_json::{Map, Value};

use super::tracking::{Links, Scope};
use crate::{address, sent::SentMessage};

/// `%name%` and `{{name}}`. A name begins with three lower-case letters, because `%c3%a4` in a URL
/// is not a placeholder.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"%([a-z]{3}[A-Za-z0-9_.-]*)%|\{\{[^{}\n]{1,80}\}\}";
    Regex::new(pattern).unwrap_or_else(|error| unreachable!("a constant pattern: {error}"))
});

/// What placeholders stand for in the mail of one recipient.
pub(super) struct Values<'a> {
    /// The recipient as in `to`, with the display name.
    pub(super) mailbox: &'a str,
    address: &'a str,
    domain: &'a str,
    /// The recipient's own variables.
    variables: Option<&'a Map<String, Value>>,
    links: &'a Links<'a>,
    is_to_a_list: bool,
}

impl<'a> Values<'a> {
    pub(super) fn new(message: &'a SentMessage, address: &'a str, links: &'a Links<'a>) -> Self {
        let is_own = |mailbox: &&str| {
            address::bare(mailbox).is_some_and(|bare| bare.eq_ignore_ascii_case(address))
        };
        let lists = [message.to(), message.cc(), message.bcc()];
        let mailbox = lists.into_iter().flatten().map(String::as_str).find(is_own);
        let mailbox = mailbox.unwrap_or(address);
        let variables = message.recipient_variables().and_then(|all| {
            let ignoring_case = || all.iter().find(|(key, _)| key.eq_ignore_ascii_case(address));
            all.get(address).or_else(|| ignoring_case().map(|(_, of_one)| of_one))?.as_object()
        });
        let is_to_a_list = message.mail.layout.list.is_some();
        Self { mailbox, address, domain: message.domain(), variables, links, is_to_a_list }
    }

    /// Replaces the placeholders of a text. Those without a value stay and are added to
    /// `unreplaced`, as are Handlebars expressions that no template rendered.
    pub(super) fn replace(&self, text: &str, unreplaced: &mut Vec<String>) -> String {
        let replaced = PLACEHOLDER.replace_all(text, |found: &Captures<'_>| {
            let name = found.get(1).map(|name| name.as_str());
            if let Some(value) = name.and_then(|name| self.value(name)) {
                return value.into_owned();
            }
            // Words between percent signs are text unless they look like a name.
            let is_name = name.is_none_or(|name| {
                name.contains(['.', '_']) || matches!(name, "recipient" | "unsubscribe")
            });
            if is_name && !unreplaced.iter().any(|known| *known == found[0]) {
                unreplaced.push(found[0].to_owned());
            }
            found[0].to_owned()
        });
        replaced.into_owned()
    }

    fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        let display_name = address::display_name(self.mailbox);
        let unsubscribe = |scope| Some(Cow::Owned(self.links.unsubscribe(scope)));
        match name {
            "recipient" => Some(Cow::Borrowed(self.mailbox)),
            "recipient_email" => Some(Cow::Borrowed(self.address)),
            "recipient_name" => Some(Cow::Owned(display_name)),
            "recipient_fname" => Some(Cow::Owned(words(&display_name).0.to_owned())),
            "recipient_lname" => Some(Cow::Owned(words(&display_name).1.to_owned())),
            "unsubscribe_url" => unsubscribe(Scope::All),
            "tag_unsubscribe_url" => unsubscribe(Scope::Tags),
            "mailing_list_unsubscribe_url" if self.is_to_a_list => unsubscribe(Scope::List),
            "unsubscribe_email" => {
                Some(Cow::Owned(format!("u+{}@{}", self.links.token(""), self.domain)))
            }
            _ => self.variable(name.strip_prefix("recipient.")?),
        }
    }

    /// A variable of the recipient, or a field of one: `order.id`.
    fn variable(&self, path: &str) -> Option<Cow<'_, str>> {
        let variables = self.variables?;
        let nested = || {
            let mut names = path.split('.');
            let first = variables.get(names.next()?)?;
            names.try_fold(first, |value, name| match value {
                Value::Array(items) => items.get(name.parse::<usize>().ok()?),
                other => other.get(name),
            })
        };
        Some(match variables.get(path).or_else(nested)? {
            Value::String(text) => Cow::Borrowed(text.as_str()),
            other => Cow::Owned(other.to_string()),
        })
    }
}

/// The first word of a name, and the rest.
fn words(name: &str) -> (&str, &str) {
    name.split_once(' ').map_or((name, ""), |(first, rest)| (first, rest.trim()))
}
