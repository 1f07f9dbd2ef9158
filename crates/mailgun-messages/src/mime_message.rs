use std::{collections::HashSet, hash::Hash};

use bytes::Bytes;
use mailgun_core::{Error, Form, Mailbox, Upload};
use serde::Serialize;

use crate::{addresses::Addresses, content::Content, option_setters};

/// A mail in the form of a MIME message.
///
/// Its recipients are those that you add. Mailgun does not read the To, Cc and Bcc headers of the
/// message. [`from_message`](Self::from_message) does, and adds their addresses.
///
/// ```
/// use mailgun::messages::MimeMessage;
///
/// let mime = "From: shop@mg.example.com\r\nTo: bob@example.com\r\nBcc: audit@example.com\r\n\
///             Subject: Hi\r\n\r\nHello\r\n";
/// let message = MimeMessage::from_message(mime)?.tag("receipts");
/// # let _ = message;
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct MimeMessage {
    pub(crate) content: Content,
    message: Upload,
}

option_setters!(MimeMessage);

impl MimeMessage {
    /// Takes a MIME message, which is sent as it is. Add recipients with [`to`](Self::to).
    ///
    /// The message is text, bytes, or a file or a stream as an [`Upload`].
    pub fn new(message: impl Into<MimeSource>) -> Self {
        let MimeSource(message) = message.into();
        Self { content: Content::default(), message }
    }

    /// Takes a MIME message, and adds the addresses in its To, Cc and Bcc headers as recipients.
    ///
    /// The Bcc and Resent-Bcc headers are removed, because the recipients must not see them. So is
    /// anything that files and mailboxes put before the first header: a byte order mark, the `From `
    /// line of an mbox, empty lines. Addresses are parsed like a [`Mailbox`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if an address is invalid, if
    /// there is no address, or if a line above the body is not a header field. The error gives the
    /// number of the line.
    pub fn from_message(message: impl AsRef<[u8]>) -> Result<Self, Error> {
        let (recipients, message) = envelope(message.as_ref())?;
        Ok(Self::new(message).to_all(recipients))
    }

    /// Adds recipients of the envelope. At most 1,000.
    pub fn to(mut self, addresses: impl Addresses) -> Self {
        self.content.recipients("to", addresses);
        self
    }

    /// Adds a recipient of the envelope for each item; see [`to`](Self::to).
    pub fn to_all<A: Addresses>(self, addresses: impl IntoIterator<Item = A>) -> Self {
        addresses.into_iter().fold(self, Self::to)
    }

    /// Sets variables for each recipient (`recipient-variables`): an object of objects by bare
    /// address.
    ///
    /// They replace `%recipient.NAME%` in the message.
    pub fn recipient_variables(mut self, variables: impl Serialize) -> Self {
        self.content.recipient_variables(&variables);
        self
    }

    /// Limits the bytes of the message. Default: 25 MiB, which is Mailgun's limit.
    ///
    /// A larger message is an error before it is sent.
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.content.set_max_size(bytes);
        self
    }

    /// Copies the message; `None` if it comes from a stream, which can be read only once.
    pub fn try_clone(&self) -> Option<Self> {
        let content = self.content.try_clone().ok()?;
        Some(Self { content, message: self.message.try_clone()? })
    }

    pub(crate) fn into_form(self) -> Form {
        let Self { mut content, message } = self;
        let has_recipient = content.has(&["to"]);
        let is_empty = message.size() == Some(0);
        content.file("message", message);
        let checked = content.check_sizes();
        let mut form = content.into_form();
        if !has_recipient {
            form.record_error(Error::invalid(
                "to",
                "is missing: the headers of the message do not name its recipients",
            ));
        }
        if is_empty {
            form.record_error(Error::invalid("message", "is empty"));
        }
        if let Err(error) = checked {
            form.record_error(error);
        }
        form
    }
}

/// The source of a MIME message: text, bytes, or an [`Upload`].
#[derive(Debug)]
pub struct MimeSource(Upload);

impl From<Upload> for MimeSource {
    fn from(upload: Upload) -> Self {
        // Mailgun treats a part without a filename as text.
        let upload = match upload.filename() {
            "" => upload.with_filename("message.mime"),
            _ => upload,
        };
        Self(match "message/rfc822".parse() {
            Ok(content_type) => upload.with_content_type(content_type),
            Err(_) => upload,
        })
    }
}

macro_rules! bytes_as_mime {
    ($($type:ty),*) => {$(
        impl From<$type> for MimeSource {
            fn from(message: $type) -> Self {
                Upload::from_bytes("message.mime", message).into()
            }
        }
    )*};
}
bytes_as_mime!(Bytes, Vec<u8>, String, &'static str, &'static [u8]);

/// Returns the recipients that a message names, and the message without its preamble and Bcc headers.
fn envelope(message: &[u8]) -> Result<(Vec<Mailbox>, Bytes), Error> {
    let mut recipients: Vec<Mailbox> = Vec::new();
    let mut kept = Vec::with_capacity(message.len());
    let mut rest = without_preamble(message);
    while let Some((field, after)) = next_field(rest) {
        let Some((name, value)) = name_and_value(field) else {
            let before = &message[..message.len() - rest.len()];
            let line = before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
            let reason =
                format_args!("has neither a header field nor an empty line in line {line}");
            return Err(Error::invalid("message", reason));
        };
        let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
        if let Some(header) = ["To", "Cc", "Bcc"].into_iter().find(|header| is(header)) {
            let list = Mailbox::parse_list(&String::from_utf8_lossy(value));
            recipients.extend(list.map_err(|error| error.in_parameter(header))?);
        }
        if !is("Bcc") && !is("Resent-Bcc") {
            kept.extend_from_slice(field);
        }
        rest = after;
    }
    kept.extend_from_slice(rest);
    if recipients.is_empty() {
        return Err(Error::invalid("message", "names no recipient in To, Cc or Bcc"));
    }
    Ok((first_of_each(recipients, |mailbox| mailbox.address().to_owned()), kept.into()))
}

/// Removes the items whose key occurs before.
fn first_of_each<T, K: Hash + Eq>(mut items: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut seen = HashSet::with_capacity(items.len());
    items.retain(|item| seen.insert(key(item)));
    items
}

/// Skips what is not part of a message: a byte order mark, the line that starts a message in an mbox,
/// empty lines.
fn without_preamble(message: &[u8]) -> &[u8] {
    let mut rest = message.strip_prefix("\u{feff}".as_bytes()).unwrap_or(message);
    loop {
        let (line, after) = rest.split_at(line_end(rest));
        let is_empty = !line.is_empty() && line.trim_ascii().is_empty();
        // `From : ` is a header.
        let is_of_mbox = line.starts_with(b"From ") && name_and_value(line).is_none();
        if !is_empty && !is_of_mbox {
            return rest;
        }
        rest = after;
    }
}

/// The length of the first line with its line end.
fn line_end(text: &[u8]) -> usize {
    text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| at + 1)
}

/// Splits the next header field off, with its folded lines; `None` at an empty line or the end.
fn next_field(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut end = line_end(message);
    if matches!(&message[..end], b"" | b"\n" | b"\r\n") {
        return None;
    }
    while matches!(message.get(end), Some(b' ' | b'\t')) {
        end += line_end(&message[end..]);
    }
    Some(message.split_at(end))
}

/// Splits a header field (RFC 5322, 2.2) into name and value; `None` if it is not a field.
fn name_and_value(field: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, value) = field.split_at(field.iter().position(|byte| *byte == b':')?);
    let name = name.trim_ascii_end();
    // Some readers treat a carriage return as a line end, and the text after it as a header.
    let has_lone_return =
        value.windows(2).any(|pair| matches!(pair, [b'\r', next] if *next != b'\n'));
    let is_field = !name.is_empty() && name.iter().all(u8::is_ascii_graphic) && !has_lone_return;
    is_field.then(|| (name, value.get(1..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(message: &str) -> Vec<String> {
        let (recipients, _) = envelope(message.as_bytes()).unwrap();
        recipients.iter().map(|mailbox| mailbox.address().to_owned()).collect()
    }

    #[test]
    fn to_cc_and_bcc_are_recipients_and_bcc_is_removed() {
        let message = "From: s@x.test\r\nTo: \"Doe, J\" <a@x.test>,\r\n b@x.test\r\ncc: c@x.test\r\n\
                       BCC: d@x.test,\r\n\te@x.test\r\nSubject: Bcc: f@x.test\r\n\r\nBcc: g@x.test\r\n";
        let (_, kept) = envelope(message.as_bytes()).unwrap();
        let expected = ["a@x.test", "b@x.test", "c@x.test", "d@x.test", "e@x.test"];
        assert_eq!(addresses(message), expected);
        let expected = "From: s@x.test\r\nTo: \"Doe, J\" <a@x.test>,\r\n b@x.test\r\ncc: c@x.test\r\n\
                        Subject: Bcc: f@x.test\r\n\r\nBcc: g@x.test\r\n";
        assert_eq!(kept, expected);
    }

    #[test]
    fn groups_line_feeds_and_repeated_addresses_are_read() {
        assert_eq!(
            addresses("To: friends: a@x.test, b@x.test;, c@x.test\n\nhi"),
            ["a@x.test", "b@x.test", "c@x.test"]
        );
        assert_eq!(addresses("To: undisclosed-recipients:;\nBcc: a@x.test\n\n"), ["a@x.test"]);
        assert_eq!(addresses("To: a@x.test\nCc: a@x.test\n\n"), ["a@x.test"]);
        assert_eq!(addresses("To: =?UTF-8?B?WsO8?= <a@x.test>"), ["a@x.test"]);
        assert_eq!(addresses("To : \"a: b\" <a@x.test>\n\n"), ["a@x.test"]);
    }

    #[test]
    fn a_message_without_recipients_or_with_a_broken_header_is_an_error() {
        for (message, reason) in [
            ("Subject: hi\r\n\r\nTo: a@x.test", "names no recipient"),
            ("", "names no recipient"),
            ("To: not an address\n\n", "`To`"),
            ("To: a@x.test\nnot a field\nBcc: b@x.test\n\n", "line 2"),
            ("To: a@x.test\n>From me\n\n", "line 2"),
            ("To: a@x.test\nFrom me Fri Jul  8 12:08:34 2011\n\n", "line 2"),
            ("To: a@x.test\r\nTwo words: x\r\n\r\n", "line 2"),
            ("To: a@x.test\r\n \r\nHello\r\n", "line 3"),
            ("\n\nTo: a@x.test\n: x\n\n", "line 4"),
            ("Sübject: x\nTo: a@x.test\n\n", "line 1"),
            ("To: a@x.test\nSubject: x\rBcc: b@x.test\n\n", "line 2"),
            ("  To: a@x.test\n\n", "line 1"),
            ("HTTP/1.1 200 OK\r\nTo: a@x.test\r\n\r\n", "line 1"),
            ("\u{feff}\u{feff}To: a@x.test\n\n", "line 1"),
        ] {
            let error = envelope(message.as_bytes()).unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
        }
    }

    #[test]
    fn a_byte_order_mark_an_mbox_line_and_empty_lines_before_the_headers_are_removed() {
        let message = "To: a@x.test\r\nFrom : s@x.test\r\n\r\n\u{feff}From me\r\n";
        for before in [
            "",
            "\u{feff}",
            "\n",
            "\r\n \t\r\n\n",
            "From MAILER-DAEMON Fri Jul  8 12:08:34 2011\n",
            "From s@x.test Fri Jul  8 12:08:34 2011 +0000\r\n",
            "\u{feff}\r\nFrom s@x.test Fri Jul  8 12:08:34 2011\n\n",
        ] {
            let (recipients, kept) = envelope(format!("{before}{message}").as_bytes()).unwrap();
            assert_eq!(recipients.len(), 1, "{before:?}");
            assert_eq!(kept, message, "{before:?}");
        }
        assert_eq!(addresses("From : s@x.test\nTo: a@x.test\n\n"), ["a@x.test"]);
    }

    #[test]
    fn bcc_and_resent_bcc_are_removed() {
        let message = "Resent-Bcc: c@x.test,\r\n d@x.test\r\nBcc : b@x.test\r\nTo: a@x.test\r\n\
                       Resent-To: e@x.test\r\nRESENT-BCC: f@x.test\r\n\r\nhi";
        let (recipients, kept) = envelope(message.as_bytes()).unwrap();
        let recipients: Vec<_> = recipients.iter().map(Mailbox::address).collect();
        assert_eq!(recipients, ["b@x.test", "a@x.test"]);
        assert_eq!(kept, "To: a@x.test\r\nResent-To: e@x.test\r\n\r\nhi");
    }

    #[test]
    fn comments_groups_and_folded_names_are_read() {
        assert_eq!(
            addresses(
                "To: root@x.test (Cron Daemon), bob@x.test <bob@x.test>,\r\n\
                 \t\"Doe,\r\n J\" <j@x.test>, team (a, b: c;): d@x.test;\r\n\r\n"
            ),
            ["root@x.test", "bob@x.test", "j@x.test", "d@x.test"]
        );
    }

    #[test]
    fn removing_repeated_addresses_takes_linear_time() {
        use std::cell::Cell;

        thread_local! {
            static COMPARED: Cell<usize> = const { Cell::new(0) };
        }
        struct Key(usize);
        impl Hash for Key {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.0.hash(state);
            }
        }
        impl PartialEq for Key {
            fn eq(&self, other: &Self) -> bool {
                COMPARED.set(COMPARED.get() + 1);
                self.0 == other.0
            }
        }
        impl Eq for Key {}

        for count in [1_000, 20_000] {
            COMPARED.set(0);
            let items = (0..count).chain(0..count).collect();
            assert_eq!(first_of_each(items, |item| Key(*item)).len(), count);
            // Once for each that is there again; a map may compare a few more.
            assert!((count..count * 2).contains(&COMPARED.get()), "{}", COMPARED.get());
        }
    }

    #[test]
    fn many_recipients_are_read() {
        let list: Vec<_> = (0..20_000).map(|n| format!("Recipient <r{n}@x.test>")).collect();
        let message = format!("To: {}\r\n\r\n", list.join(",\r\n "));
        assert_eq!(addresses(&message).len(), list.len());
    }
}
