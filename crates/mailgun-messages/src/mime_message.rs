use bytes::Bytes;
use mailgun_core::{Error, Form, Mailbox, Upload};
use serde::Serialize;

use crate::{
    content::{Addresses, Content},
    options::option_setters,
};

/// A mail that is a finished MIME message.
///
/// The recipients of the envelope are given here; the To, Cc and Bcc headers of the message are
/// not recipients. [`from_message`](Self::from_message) takes them from the headers.
///
/// ```
/// use mailgun_messages::MimeMessage;
///
/// let mime = "From: shop@mg.example.com\r\nTo: bob@example.com\r\nBcc: audit@example.com\r\n\
///             Subject: Hi\r\n\r\nHello\r\n";
/// let message = MimeMessage::from_message(mime)?.tag("receipts");
/// # let _ = message;
/// # Ok::<(), mailgun_core::Error>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct MimeMessage {
    content: Content,
    message: Upload,
}

option_setters!(MimeMessage);

impl MimeMessage {
    /// A MIME message, sent as it is; recipients are added with [`to`](Self::to).
    ///
    /// The message may be bytes, or come from a file or a stream as an [`Upload`].
    pub fn new(message: impl Into<MimeSource>) -> Self {
        let MimeSource(message) = message.into();
        Self { content: Content::default(), message }
    }

    /// A MIME message for all recipients of its To, Cc and Bcc headers, without its Bcc header.
    ///
    /// # Errors
    ///
    /// If an address cannot be read, or there is none.
    pub fn from_message(message: impl AsRef<[u8]>) -> Result<Self, Error> {
        let (recipients, message) = envelope(message.as_ref())?;
        Ok(Self::new(message).to_all(recipients))
    }

    /// Adds recipients of the envelope; may be called many times.
    pub fn to(mut self, addresses: impl Addresses) -> Self {
        self.content.recipients("to", addresses);
        self
    }

    /// Adds a recipient of the envelope for each item.
    pub fn to_all<A: Addresses>(self, addresses: impl IntoIterator<Item = A>) -> Self {
        addresses.into_iter().fold(self, Self::to)
    }

    /// Variables for each recipient (`recipient-variables`), an object of objects by bare address.
    ///
    /// They take the place of `%recipient.NAME%` in the message.
    pub fn recipient_variables(mut self, variables: &(impl Serialize + ?Sized)) -> Self {
        self.content.object("recipient-variables", variables);
        self
    }

    /// Refuses a message that is larger; default 25 MiB.
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.content.set_max_size(bytes);
        self
    }

    pub(crate) fn into_form(self) -> Form {
        let Self { mut content, message } = self;
        let has_recipient = content.has(&["to"]);
        let is_empty = message.size() == Some(0);
        content.file("message", message);
        let checked = content.check_sizes();
        let mut form = content.into_form();
        if !has_recipient {
            form.fail(Error::invalid(
                "to",
                "is missing: the headers of the message are no envelope",
            ));
        }
        if is_empty {
            form.fail(Error::invalid("message", "is empty"));
        }
        if let Err(error) = checked {
            form.fail(error);
        }
        form
    }
}

/// What a MIME message can be made from.
#[derive(Debug)]
pub struct MimeSource(Upload);

impl From<Upload> for MimeSource {
    fn from(upload: Upload) -> Self {
        // The service tells a file part by its filename.
        Self(if upload.filename().is_empty() {
            upload.with_filename("message.mime")
        } else {
            upload
        })
    }
}

macro_rules! bytes_as_mime {
    ($($type:ty),*) => {$(
        impl From<$type> for MimeSource {
            fn from(message: $type) -> Self {
                Self(Upload::from_bytes("message.mime", message))
            }
        }
    )*};
}
bytes_as_mime!(Bytes, Vec<u8>, String, &'static str, &'static [u8]);

/// The recipients that a message names, and the message without its Bcc header.
fn envelope(message: &[u8]) -> Result<(Vec<Mailbox>, Bytes), Error> {
    let mut recipients: Vec<Mailbox> = Vec::new();
    let mut kept = Vec::with_capacity(message.len());
    let mut rest = message;
    while let Some((field, after)) = next_field(rest) {
        let colon = field.iter().position(|byte| *byte == b':').unwrap_or(field.len());
        let (name, value) = field.split_at(colon);
        let name = name.trim_ascii();
        let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
        if let Some(header) = ["To", "Cc", "Bcc"].into_iter().find(|header| is(header)) {
            let value = unfolded(value.strip_prefix(b":").unwrap_or_default());
            let list = Mailbox::parse_list(&without_groups(&value));
            for mailbox in list.map_err(|error| error.in_parameter(header))? {
                if recipients.iter().all(|other| other.address() != mailbox.address()) {
                    recipients.push(mailbox);
                }
            }
        }
        if !is("Bcc") {
            kept.extend_from_slice(field);
        }
        rest = after;
    }
    kept.extend_from_slice(rest);
    if recipients.is_empty() {
        return Err(Error::invalid("message", "names no recipient in To, Cc or Bcc"));
    }
    Ok((recipients, kept.into()))
}

/// The next header field with its folded lines; `None` at the empty line or the end.
fn next_field(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut end = 0;
    loop {
        let line = message[end..].iter().position(|byte| *byte == b'\n');
        let line = line.map_or(message.len(), |at| end + at + 1);
        if end == 0 && message[..line].trim_ascii().is_empty() {
            return None;
        }
        end = line;
        if !matches!(message.get(end), Some(b' ' | b'\t')) {
            return Some(message.split_at(end));
        }
    }
}

fn unfolded(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    text.split(['\r', '\n', '\t']).map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// `friends: a@x, b@y;` names a group; its members are the recipients.
fn without_groups(list: &str) -> String {
    let mut text = String::with_capacity(list.len());
    let mut is_quoted = false;
    let mut is_escaped = false;
    let mut entry = 0;
    for character in list.chars() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ':' if !is_quoted => {
                text.truncate(entry);
                continue;
            }
            ';' | ',' if !is_quoted => {
                text.push(',');
                entry = text.len();
                continue;
            }
            _ => {}
        }
        text.push(character);
    }
    text
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
    fn groups_bare_line_ends_and_repeated_addresses_are_read() {
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
    fn a_message_that_names_nobody_or_nonsense_is_refused() {
        for (message, reason) in [
            ("Subject: hi\r\n\r\nTo: a@x.test", "names no recipient"),
            ("", "names no recipient"),
            ("To: not an address\n\n", "`To`"),
        ] {
            let error = envelope(message.as_bytes()).unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
        }
    }
}
