//! An e-mail address with an optional display name.

mod plain;

use std::{fmt, ops::Range, str::FromStr};

use serde::{Deserialize, Serialize, Serializer};

use super::domain_name;
use crate::Error;

/// An e-mail address with an optional display name, such as `Zoë <zoe@example.com>`.
///
/// A name is quoted where RFC 5322 asks for it, so that a comma in it does not cut the recipient
/// off; other names go out as they are, in UTF-8. Whitespace around a name is dropped, and a blank
/// name is no name. Mailgun is known to mangle some names that hold both punctuation and non-ASCII
/// letters; a mail that must carry such a name exactly is best sent as MIME.
///
/// The address may have up to 254 bytes, 64 of them before the `@` (RFC 5321). A quoted local
/// part is accepted, a domain literal such as `[192.0.2.1]` is not, and an international domain is
/// written in its A-label form, `xn--…`. Two mailboxes are equal when their texts are.
///
/// `Display` writes name and address, as they are sent. `Debug` shows neither.
///
/// ```
/// use mailgun_core::Mailbox;
///
/// let plain: Mailbox = "Excited User <mailgun@mg.example.com>".parse()?;
/// assert_eq!(plain.name(), Some("Excited User"));
/// assert_eq!(plain.address(), "mailgun@mg.example.com");
///
/// let comma = Mailbox::with_name("Doe, John", "john@example.com")?;
/// assert_eq!(comma.to_string(), r#""Doe, John" <john@example.com>"#);
/// # Ok::<(), mailgun_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Mailbox {
    /// The finished text, as it is sent.
    wire: Box<str>,
    /// Where the address starts in the text.
    start: usize,
    /// Where the `@` of the address is in the text.
    at: usize,
    /// The name without its quotes; nothing where it stands as it is in the text.
    unquoted: Option<Box<str>>,
}

/// Why a text is refused. It is static so that no error can hold a piece of the text.
type Reason = &'static str;

impl Mailbox {
    /// A mailbox without a name, from a bare address.
    ///
    /// Text that may also hold a name is parsed, by [`FromStr`] or [`TryFrom`].
    ///
    /// # Errors
    ///
    /// [`Kind::InvalidInput`](crate::Kind::InvalidInput), with the reason but never the address.
    pub fn new(address: impl AsRef<str>) -> Result<Self, Error> {
        Self::assemble("", address.as_ref()).map_err(invalid)
    }

    /// A mailbox from a name, which may hold any punctuation, and a bare address.
    ///
    /// # Errors
    ///
    /// [`Kind::InvalidInput`](crate::Kind::InvalidInput), with the reason but never the name or
    /// the address.
    pub fn with_name(name: impl AsRef<str>, address: impl AsRef<str>) -> Result<Self, Error> {
        Self::assemble(name.as_ref(), address.as_ref()).map_err(invalid)
    }

    /// The mailboxes of a list that is separated by commas; empty entries are skipped.
    ///
    /// ```
    /// use mailgun_core::Mailbox;
    ///
    /// let list = Mailbox::parse_list(r#"a@example.com, "B, C" <b@example.com>,"#)?;
    /// assert_eq!(list.len(), 2);
    /// assert_eq!(list[1].name(), Some("B, C"));
    /// # Ok::<(), mailgun_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Kind::InvalidInput`](crate::Kind::InvalidInput), with the number of the first entry that
    /// is wrong, from 1, and the reason.
    pub fn parse_list(list: &str) -> Result<Vec<Self>, Error> {
        if !list.contains(',') && !list.trim_matches(' ').is_empty() {
            return Ok(vec![list.parse()?]);
        }
        let mut commas = outside_quotes(list, |c| c == ',').map_err(invalid)?;
        commas.push(list.len());
        let mut mailboxes = Vec::with_capacity(commas.len());
        let mut start = 0;
        for (i, comma) in commas.into_iter().enumerate() {
            let entry = &list[start..comma];
            start = comma + 1;
            if !entry.trim_matches(' ').is_empty() {
                let mailbox = Self::parse(entry).map_err(|reason| {
                    Error::invalid(format_args!("mailbox #{}", i.saturating_add(1)), reason)
                })?;
                mailboxes.push(mailbox);
            }
        }
        Ok(mailboxes)
    }

    /// The bare address.
    pub fn address(&self) -> &str {
        &self.wire[self.start..self.end()]
    }

    /// The display name, without quotes.
    pub fn name(&self) -> Option<&str> {
        let written = self.wire[..self.start].strip_suffix(" <")?;
        Some(self.unquoted.as_deref().unwrap_or(written))
    }

    /// What is before the `@`, with its quotes if it has any.
    pub fn local_part(&self) -> &str {
        &self.wire[self.start..self.at]
    }

    /// What is after the `@`, in the case that it was given in.
    pub fn domain(&self) -> &str {
        &self.wire[self.at + 1..self.end()]
    }

    /// Whether the part before the `@` is ASCII; if not, the mailbox cannot be a sender.
    pub fn is_ascii_local(&self) -> bool {
        self.local_part().is_ascii()
    }

    /// Name and address as they are sent, the same text as by `Display`.
    pub fn as_str(&self) -> &str {
        &self.wire
    }

    pub(crate) fn into_wire(self) -> Box<str> {
        self.wire
    }

    fn end(&self) -> usize {
        self.wire.len() - usize::from(self.start > 0)
    }

    /// Where the address is in `text`, if that is a mailbox as it is sent, of letters that mean
    /// nothing else. Whatever is not that is for parsing.
    #[doc(hidden)]
    #[inline]
    pub fn address_in(text: &str) -> Option<Range<usize>> {
        plain::address_in(text)
    }

    fn parse(text: &str) -> Result<Self, Reason> {
        if let Some(address) = Self::address_in(text) {
            let start = address.start;
            let at = start + plain::position_of_at(&text[address]);
            return Ok(Self { wire: text.into(), start, at, unquoted: None });
        }
        refuse_control(text)?;
        let text = text.trim();
        match outside_quotes(text, |c| matches!(c, '<' | '>'))?[..] {
            [] => Self::assemble("", text),
            [open, close] if text[open..].starts_with('<') && text[close..] == *">" => {
                Self::assemble(&unquoted(text[..open].trim())?, text[open + 1..close].trim())
            }
            _ => Err("must end with the address in one pair of `<` and `>`, or be only an address"),
        }
    }

    fn assemble(name: &str, address: &str) -> Result<Self, Reason> {
        let at = position_of_at(address)?;
        refuse_control(name)?;
        let name = name.trim();
        if name.is_empty() {
            return Ok(Self { wire: address.into(), start: 0, at, unquoted: None });
        }
        let mut wire = String::with_capacity(name.len() + address.len() + 5);
        // Two spaces in a row would be read as one outside of quotes.
        let needs_quotes = name.contains(is_special) || name.contains("  ");
        if needs_quotes {
            wire.push('"');
            for character in name.chars() {
                if matches!(character, '"' | '\\') {
                    wire.push('\\');
                }
                wire.push(character);
            }
            wire.push('"');
        } else {
            wire.push_str(name);
        }
        wire.push_str(" <");
        let start = wire.len();
        wire.push_str(address);
        wire.push('>');
        let unquoted = needs_quotes.then(|| name.into());
        Ok(Self { wire: wire.into(), start, at: start + at, unquoted })
    }
}

fn invalid(reason: Reason) -> Error {
    Error::invalid("mailbox", reason)
}

/// The `specials` of RFC 5322: they separate things, unless they are in quotes.
const fn is_special(character: char) -> bool {
    matches!(
        character,
        '(' | ')' | '<' | '>' | '[' | ']' | ':' | ';' | '@' | '\\' | ',' | '.' | '"'
    )
}

fn refuse_control(text: &str) -> Result<(), Reason> {
    if text.contains(char::is_control) { Err("must not hold control characters") } else { Ok(()) }
}

/// Byte positions of the wanted characters that are not in a quoted string.
fn outside_quotes(text: &str, wanted: impl Fn(char) -> bool) -> Result<Vec<usize>, Reason> {
    let mut found = Vec::new();
    let (mut quoted, mut escaped) = (false, false);
    for (position, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if !quoted && wanted(character) => found.push(position),
            _ => {}
        }
    }
    if quoted { Err("has a quote that is not closed") } else { Ok(found) }
}

/// A name as it is meant, from a text in which all quotes are closed.
fn unquoted(text: &str) -> Result<String, Reason> {
    let mut name = String::with_capacity(text.len());
    let mut quoted = false;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => quoted = !quoted,
            '\\' if quoted => name.extend(characters.next()),
            // Likely several mailboxes: better refused than one of them lost.
            ',' | ';' | ':' | '@' if !quoted => {
                return Err("has `,`, `;`, `:` or `@` in a name without quotes");
            }
            _ => name.push(character),
        }
    }
    Ok(name)
}

/// Checks a bare address, and says where its `@` is.
fn position_of_at(address: &str) -> Result<usize, Reason> {
    if plain::is_address(address) {
        return Ok(plain::position_of_at(address));
    }
    if address.is_empty() {
        return Err("has an empty address");
    }
    refuse_control(address)?;
    if address.len() > 254 {
        return Err("has an address longer than 254 bytes");
    }
    if !outside_quotes(address, |c| matches!(c, '<' | '>'))?.is_empty() {
        return Err("has `<` or `>` in its address: parse the text if it holds a name as well");
    }
    if !outside_quotes(address, char::is_whitespace)?.is_empty() {
        return Err("has whitespace in its address");
    }
    let at = match outside_quotes(address, |c| c == '@')?[..] {
        [] => return Err("has no `@`"),
        [at] => at,
        _ => return Err("has more than one `@` in its address"),
    };
    let (local, domain) = (&address[..at], &address[at + 1..]);
    if local.is_empty() {
        return Err("has nothing before the `@`");
    }
    if local.len() > 64 {
        return Err("has more than 64 bytes before the `@`");
    }
    let bare = outside_quotes(local, |_| true)?;
    let one_quoted_string = bare.is_empty() && local.len() > 2;
    if local.contains('"') && !one_quoted_string {
        return Err("has quotes in its address that are not around the whole part before the `@`");
    }
    if !outside_quotes(local, |c| c != '.' && is_special(c))?.is_empty() {
        return Err("has punctuation before the `@` that is not allowed without quotes");
    }
    if domain.is_empty() {
        return Err("has nothing after the `@`");
    }
    if domain.starts_with('[') {
        return Err("has an IP literal after the `@`, where a domain name is needed");
    }
    if !domain.is_ascii() {
        return Err("has a non-ASCII domain: write it in its A-label form (`xn--…`)");
    }
    match domain_name::fault(domain) {
        Some(_) => Err("has a domain that is not a valid domain name"),
        None => Ok(at),
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.wire)
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailbox(..)")
    }
}

impl FromStr for Mailbox {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text).map_err(invalid)
    }
}

impl TryFrom<&str> for Mailbox {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self, Error> {
        text.parse()
    }
}

impl TryFrom<&String> for Mailbox {
    type Error = Error;

    fn try_from(text: &String) -> Result<Self, Error> {
        text.parse()
    }
}

impl TryFrom<String> for Mailbox {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

/// Name and address, in this order.
impl<N: AsRef<str>, A: AsRef<str>> TryFrom<(N, A)> for Mailbox {
    type Error = Error;

    fn try_from((name, address): (N, A)) -> Result<Self, Error> {
        Self::with_name(name, address)
    }
}

impl From<&Self> for Mailbox {
    fn from(mailbox: &Self) -> Self {
        mailbox.clone()
    }
}

impl Serialize for Mailbox {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.wire)
    }
}

#[cfg(test)]
mod tests;
