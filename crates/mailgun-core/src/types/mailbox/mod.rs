//! An email address with an optional display name.

mod reader;

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Serialize, Serializer};

use self::reader::{Place, Reader};
use super::domain_name;
use crate::Error;

/// An email address with an optional display name, such as `Zoë <zoe@example.com>`.
///
/// A name is quoted where RFC 5322 requires it, for example if it contains a comma. Other names are
/// sent unquoted in UTF-8. White space around a name is removed. A blank name counts as no name.
/// Mailgun changes some names with both punctuation and non-ASCII letters; to preserve such a name
/// exactly, send the message as MIME.
///
/// The address may have up to 254 bytes (RFC 5321). The local part may be longer than the 64 bytes
/// of RFC 5321, because some providers assign longer ones. A quoted local part is allowed. A domain
/// literal such as `[192.0.2.1]` is not, nor is an invisible character, such as a zero-width space, nor
/// what some programs read as another address: an encoded word or full-width punctuation. Write an
/// international domain in its A-label form, `xn--…`. The same rules apply to senders, recipients,
/// Reply-To and the headers of MIME messages. Two mailboxes are equal if their text is equal.
///
/// Text from the header of a message is parsed according to RFC 5322:
///
/// * Folded lines are unfolded, a tab becomes a space, and a line break at the end is removed.
///   Other control characters are an error.
/// * A comment around the address is not part of it. It becomes the name if there is no other:
///   `root@example.com (Cron Daemon)` is the mailbox `Cron Daemon <root@example.com>`.
/// * The name may be the address itself: `bob@example.com <bob@example.com>`. Any other unquoted
///   name with an `@` is an error, because it is probably a second recipient.
///
/// `Display` writes name and address as they are sent. `Debug` shows neither.
///
/// ```
/// use mailgun::Mailbox;
///
/// let plain: Mailbox = "Excited User <mailgun@mg.example.com>".parse()?;
/// assert_eq!(plain.name(), Some("Excited User"));
/// assert_eq!(plain.address(), "mailgun@mg.example.com");
///
/// let comma = Mailbox::with_name("Doe, John", "john@example.com")?;
/// assert_eq!(comma.to_string(), r#""Doe, John" <john@example.com>"#);
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Mailbox {
    /// The text as it is sent.
    wire: Box<str>,
    /// The start of the address in the text.
    start: usize,
    /// The position of the `@` in the text.
    at: usize,
    /// The name without quotes. `None` if the text contains it unquoted.
    unquoted: Option<Box<str>>,
}

/// Why a text is invalid. It is static, so that no error can contain part of the text.
type Reason = &'static str;

const FORM: Reason = "must end with the address in one pair of `<` and `>`, or be only an address";

impl Mailbox {
    /// Creates a mailbox without a name from a bare address.
    ///
    /// To parse text that may contain a name, use [`FromStr`] or [`TryFrom`].
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) with the reason. The
    /// error does not contain the address.
    pub fn new(address: impl AsRef<str>) -> Result<Self, Error> {
        clean(address.as_ref()).and_then(|address| Self::assemble("", &address)).map_err(invalid)
    }

    /// Creates a mailbox from a name, with any punctuation, and a bare address.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) with the reason. The
    /// error contains neither name nor address.
    pub fn with_name(name: impl AsRef<str>, address: impl AsRef<str>) -> Result<Self, Error> {
        let name = clean(name.as_ref()).map_err(invalid)?;
        let address = clean(address.as_ref()).map_err(invalid)?;
        Self::assemble(&name, &address).map_err(invalid)
    }

    /// Parses a comma-separated list. Empty entries are skipped.
    ///
    /// The members of a group, `friends: a@example.com, b@example.com;`, count as separate entries.
    ///
    /// ```
    /// use mailgun::Mailbox;
    ///
    /// let list = Mailbox::parse_list(r#"a@example.com, "B, C" <b@example.com>,"#)?;
    /// assert_eq!(list.len(), 2);
    /// assert_eq!(list[1].name(), Some("B, C"));
    /// # Ok::<(), mailgun::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) with the number of the
    /// first invalid entry, starting at 1, and the reason.
    pub fn parse_list(list: &str) -> Result<Vec<Self>, Error> {
        let list = unfold(list);
        let mut mailboxes = Vec::new();
        let mut reader = Reader::default();
        let (mut start, mut number) = (0, 1_usize);
        let (mut is_group, mut is_mailbox) = (false, false);
        for (position, byte) in list.bytes().enumerate() {
            match (reader.read(byte), byte) {
                (Place::Bare, b'@' | b'<' | b'>') => {
                    is_mailbox = true;
                    continue;
                }
                (Place::Bare, b',') => {
                    Self::add(&mut mailboxes, &list[start..position], number)?;
                    number = number.saturating_add(1);
                }
                (Place::Bare, b';') if is_group => {
                    Self::add(&mut mailboxes, &list[start..position], number)?;
                    is_group = false;
                }
                // The text before it is the name of a group.
                (Place::Bare, b':') if !is_group && !is_mailbox => is_group = true,
                _ => continue,
            }
            start = position + 1;
            is_mailbox = false;
        }
        reader.finish().map_err(invalid)?;
        Self::add(&mut mailboxes, &list[start..], number)?;
        Ok(mailboxes)
    }

    /// Adds an entry of a list, which may be empty.
    fn add(mailboxes: &mut Vec<Self>, entry: &str, number: usize) -> Result<(), Error> {
        if !entry.trim_matches(' ').is_empty() {
            let parameter = format_args!("mailbox #{number}");
            mailboxes.push(Self::parse(entry).map_err(|reason| Error::invalid(parameter, reason))?);
        }
        Ok(())
    }

    /// The bare address.
    pub fn address(&self) -> &str {
        &self.wire[self.start..self.end()]
    }

    /// The display name without quotes.
    pub fn name(&self) -> Option<&str> {
        let written = self.wire[..self.start].strip_suffix(" <")?;
        Some(self.unquoted.as_deref().unwrap_or(written))
    }

    /// The local part: the part before the `@`, with its quotes if any.
    pub fn local_part(&self) -> &str {
        &self.wire[self.start..self.at]
    }

    /// The domain: the part after the `@`, in its original case.
    pub fn domain(&self) -> &str {
        &self.wire[self.at + 1..self.end()]
    }

    /// Whether the local part is ASCII. A sender's must be.
    pub fn is_ascii_local(&self) -> bool {
        self.local_part().is_ascii()
    }

    /// Name and address as they are sent. The same as `Display`.
    pub fn as_str(&self) -> &str {
        &self.wire
    }

    pub(crate) fn into_wire(self) -> Box<str> {
        self.wire
    }

    fn end(&self) -> usize {
        self.wire.len() - usize::from(self.start > 0)
    }

    fn parse(text: &str) -> Result<Self, Reason> {
        let text = clean(text)?;
        // Most texts are a bare address.
        Self::assemble("", text.trim()).or_else(|_| Self::parse_named(&text))
    }

    fn parse_named(text: &str) -> Result<Self, Reason> {
        let (name, address, after) = match angle_brackets(text)? {
            None => ("", text, ""),
            Some((open, close)) => (&text[..open], &text[open + 1..close], &text[close + 1..]),
        };
        let (address, inner_comment) = without_comments(address)?;
        let (after, outer_comment) = without_comments(after)?;
        if !after.is_empty() {
            return Err(FORM);
        }
        let name = display_name(name.trim(), address)?;
        let names = [&*name, &inner_comment, &outer_comment];
        let name = names.into_iter().map(str::trim).find(|name| !name.is_empty());
        Self::assemble(name.unwrap_or_default(), address)
    }

    fn assemble(name: &str, address: &str) -> Result<Self, Reason> {
        let at = position_of_at(address)?;
        let name = name.trim();
        if name.is_empty() {
            return Ok(Self { wire: address.into(), start: 0, at, unquoted: None });
        }
        // Outside quotes, two spaces in a row are read as one.
        let needs_quotes = name.bytes().any(is_special) || name.contains("  ");
        let written = if needs_quotes { quoted(name).into() } else { Cow::Borrowed(name) };
        let start = written.len() + " <".len();
        let wire = [&written, " <", address, ">"].concat();
        let unquoted = needs_quotes.then(|| name.into());
        Ok(Self { wire: wire.into(), start, at: start + at, unquoted })
    }
}

fn invalid(reason: Reason) -> Error {
    Error::invalid("mailbox", reason)
}

/// The `specials` of RFC 5322, which are separators outside quotes.
const fn is_special(byte: u8) -> bool {
    matches!(
        byte,
        b'(' | b')' | b'<' | b'>' | b'[' | b']' | b':' | b';' | b'@' | b'\\' | b',' | b'.' | b'"'
    )
}

/// Puts a name in quotes.
fn quoted(name: &str) -> String {
    let escaped = name.replace('\\', r"\\").replace('"', r#"\""#);
    format!("\"{escaped}\"")
}

/// Unfolds the text. Control characters are an error.
fn clean(text: &str) -> Result<Cow<'_, str>, Reason> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(text.into());
    }
    let text = unfold(text);
    if text.contains(is_control) {
        return Err("must not contain control characters or line separators");
    }
    Ok(text)
}

/// Whether a character must not be in a header: a control character, or one of the separators that
/// some programs take for line ends.
pub fn is_control(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Unfolds a header value (RFC 5322 2.2.3): removes line breaks before a space or tab and at the
/// end. A tab becomes a space.
///
/// Other line breaks are kept, and rejected later. Borrowed if there is nothing to unfold.
pub fn unfold(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | b'\t')) {
        return text.into();
    }
    let text = text.trim_end_matches(['\r', '\n']);
    let mut unfolded = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let is_continued = line.starts_with([' ', '\t']);
        if is_continued && let Some(before) = unfolded.strip_suffix('\n') {
            let end = before.strip_suffix('\r').unwrap_or(before).len();
            unfolded.truncate(end);
        }
        unfolded.extend(line.chars().map(|c| if c == '\t' { ' ' } else { c }));
    }
    unfolded.into()
}

/// The positions of the `<` and the `>` outside quotes and comments. `None` if there are none.
fn angle_brackets(text: &str) -> Result<Option<(usize, usize)>, Reason> {
    let mut reader = Reader::default();
    let (mut open, mut close) = (None, None);
    for (position, byte) in text.bytes().enumerate() {
        match (reader.read(byte), byte) {
            (Place::Bare, b'<') if open.is_none() => open = Some(position),
            (Place::Bare, b'>') if open.is_some() && close.is_none() => close = Some(position),
            (Place::Bare, b'<' | b'>') => return Err(FORM),
            _ => {}
        }
    }
    reader.finish()?;
    match open {
        Some(open) => close.map(|close| Some((open, close))).ok_or(FORM),
        None => Ok(None),
    }
}

/// Splits a text from the comments around it.
///
/// Comments in the middle are kept in the text.
fn without_comments(text: &str) -> Result<(&str, String), Reason> {
    if !text.bytes().any(|byte| byte == b'(') {
        return Ok((text.trim(), String::new()));
    }
    let mut reader = Reader::default();
    let mut comment = String::new();
    let (mut start, mut end) = (None, 0);
    for (position, character) in text.char_indices() {
        match reader.read(character) {
            Place::Comment => comment.push(character),
            Place::CommentStart if !comment.is_empty() => comment.push(' '),
            Place::CommentStart | Place::CommentEnd => {}
            Place::Bare if character.is_whitespace() => {}
            _ if reader.is_in_comment() => {}
            _ => {
                start.get_or_insert(position);
                end = position + character.len_utf8();
            }
        }
    }
    reader.finish()?;
    Ok((&text[start.unwrap_or(end)..end], comment))
}

/// Removes the quotes of a name. A comment in the middle is kept as part of the name.
fn display_name<'a>(text: &'a str, address: &str) -> Result<Cow<'a, str>, Reason> {
    let is_address = text.trim_matches('\'').eq_ignore_ascii_case(address);
    let mut reader = Reader::default();
    let mut name = String::new();
    let mut copied = 0;
    for (position, byte) in text.bytes().enumerate() {
        match (reader.read(byte), byte) {
            (Place::Mark, _) => {
                name.push_str(&text[copied..position]);
                copied = position + 1;
            }
            (Place::Bare, b'@') if is_address => {}
            // Probably several mailboxes, of which one would be lost.
            (Place::Bare, b',' | b';' | b':' | b'@') => {
                return Err("has `,`, `;`, `:` or `@` in a name without quotes");
            }
            _ => {}
        }
    }
    if copied == 0 {
        return Ok(text.into());
    }
    name.push_str(&text[copied..]);
    Ok(name.into())
}

/// Checks a bare address and returns the position of its `@`.
fn position_of_at(address: &str) -> Result<usize, Reason> {
    const WHITESPACE: Reason = "has whitespace in its address: with a name, parse `Name <address>`";
    const QUOTES: Reason =
        "has quotes in its address that are not around the whole part before the `@`";
    const BRACKET: Reason = "has a `<` in its address: with a name, parse `Name <address>`";
    if address.is_empty() {
        return Err("has an empty address");
    }
    if address.len() > 254 {
        return Err("has an address longer than 254 bytes");
    }
    if !address.is_ascii() && address.contains(is_invisible) {
        return Err("has an invisible character in its address: it was probably pasted");
    }
    if !address.is_ascii() && address.contains(is_wide_punctuation) {
        return Err("has full-width punctuation in its address");
    }
    let quoted = quoted_string(address)?;
    let rest = &address[quoted..];
    let local = &rest[..rest.bytes().position(|byte| byte == b'@').unwrap_or(rest.len())];
    for byte in local.bytes() {
        match byte {
            b' ' => return Err(WHITESPACE),
            b'<' => return Err(BRACKET),
            b'"' => return Err(QUOTES),
            b'.' => {}
            _ if is_special(byte) => {
                return Err("has punctuation before the `@` that is not allowed without quotes");
            }
            _ => {}
        }
    }
    if !local.is_ascii() && local.contains(char::is_whitespace) {
        return Err(WHITESPACE);
    }
    let domain = rest.get(local.len() + 1..).ok_or("has no `@`")?;
    let at = quoted + local.len();
    if at == 0 {
        return Err("has nothing before the `@`");
    }
    // RFC 2047, 5: not in an address. A program that decodes it nevertheless finds another address.
    if address[..at].split_once("=?").is_some_and(|(_, rest)| rest.contains("?=")) {
        return Err("has an encoded word in its address");
    }
    // Empty quotes, or text after them.
    if quoted > 0 && (quoted == "\"\"".len() || !local.is_empty()) {
        return Err(QUOTES);
    }
    if domain_name::problem(domain).is_none() {
        return Ok(at);
    }
    Err(match domain {
        "" => "has nothing after the `@`",
        _ if domain.contains(char::is_whitespace) => WHITESPACE,
        _ if domain.contains('@') => "has more than one `@` in its address",
        _ if domain.contains('<') => BRACKET,
        _ if domain.contains('"') => QUOTES,
        _ if domain.starts_with('[') => "has an IP literal after the `@` instead of a domain name",
        _ if !domain.is_ascii() => "has a non-ASCII domain: write it in its A-label form (`xn--…`)",
        _ => "has a domain that is not a valid domain name",
    })
}

/// Format characters that come with an address from a web page or a document. Mail to such an address
/// is lost. The two joiners are not among them: some scripts need them.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
    )
}

/// Wide and small forms of ASCII punctuation. Where Unicode text is normalized (NFKC), they become the
/// separators of another address.
const fn is_wide_punctuation(character: char) -> bool {
    matches!(
        character,
        '\u{fe50}'..='\u{fe6b}'
            | '\u{ff01}'..='\u{ff0f}'
            | '\u{ff1a}'..='\u{ff20}'
            | '\u{ff3b}'..='\u{ff40}'
            | '\u{ff5b}'..='\u{ff5e}'
    )
}

/// The length of the quoted string at the start of a text. 0 if there is none.
fn quoted_string(text: &str) -> Result<usize, Reason> {
    if !text.starts_with('"') {
        return Ok(0);
    }
    let mut reader = Reader::default();
    for (position, byte) in text.bytes().enumerate() {
        if reader.read(byte) == Place::Mark && byte == b'"' && position > 0 {
            return Ok(position + 1);
        }
    }
    reader.finish().map(|()| 0)
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

/// From name and address, in this order.
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
