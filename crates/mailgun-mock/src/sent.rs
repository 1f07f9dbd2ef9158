//! Accepted messages.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::SystemTime,
};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{mime, render::Layout, state};

/// An accepted message with everything that the client sent.
///
/// ```
/// use mailgun_mock::SentMessage;
///
/// fn is_welcome(message: &SentMessage) -> bool {
///     message.recipients() == ["ada@example.com"]
///         && message.tags() == ["welcome"]
///         && message.field("h:Reply-To") == Some("help@example.com")
///         && message.attachments().iter().any(|file| file.filename == "terms.pdf")
/// }
/// ```
#[derive(Clone)]
pub struct SentMessage {
    pub(crate) id: String,
    pub(crate) domain: String,
    pub(crate) storage_key: String,
    pub(crate) subaccount: Option<String>,
    pub(crate) accepted_at: SystemTime,
    /// Shared by the copies that tests get and by the events of the message.
    pub(crate) mail: Arc<Mail>,
}

/// The part of a message that its form provides.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) cc: Vec<String>,
    pub(crate) bcc: Vec<String>,
    pub(crate) recipients: Vec<String>,
    pub(crate) subject: Option<String>,
    pub(crate) fields: Vec<(String, String)>,
    /// Parsed on demand: as a tree it takes ten times the memory of its text.
    #[serde(skip)]
    pub(crate) recipient_variables: OnceLock<Option<Map<String, Value>>>,
    #[serde(with = "state::files")]
    pub(crate) attachments: Vec<SentFile>,
    #[serde(with = "state::files")]
    pub(crate) inline: Vec<SentFile>,
    #[serde(with = "state::optional_bytes")]
    pub(crate) mime: Option<Bytes>,
    pub(crate) scheduled_for: Option<SystemTime>,
    pub(crate) layout: Layout,
}

/// A file that was sent with a message.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SentFile {
    /// The filename as sent; also the Content-ID of an inline file.
    pub filename: String,
    /// The content type; `application/octet-stream` if the part had none.
    pub content_type: String,
    /// The content.
    pub bytes: Bytes,
}

impl SentFile {
    pub(crate) fn new(
        filename: impl Into<String>,
        content_type: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> Self {
        let (filename, content_type) = (filename.into(), content_type.into());
        Self { filename, content_type, bytes: bytes.into() }
    }
}

impl SentMessage {
    /// The message id as in the response, in angle brackets.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The sending domain.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The key for fetching and resending the stored message.
    pub fn storage_key(&self) -> &str {
        &self.storage_key
    }

    /// The subaccount that the message was sent for (`X-Mailgun-On-Behalf-Of`).
    pub fn subaccount(&self) -> Option<&str> {
        self.subaccount.as_deref()
    }

    /// The sender as sent. Empty if a template provides it, and for MIME messages, which have it in
    /// a header.
    pub fn from(&self) -> &str {
        &self.mail.from
    }

    /// The recipients in `to` as sent, one mailbox each.
    pub fn to(&self) -> &[String] {
        &self.mail.to
    }

    /// The recipients in `cc` as sent, one mailbox each.
    pub fn cc(&self) -> &[String] {
        &self.mail.cc
    }

    /// The recipients in `bcc` as sent, one mailbox each.
    pub fn bcc(&self) -> &[String] {
        &self.mail.bcc
    }

    /// The bare addresses of `to`, `cc` and `bcc` without duplicates.
    pub fn recipients(&self) -> &[String] {
        &self.mail.recipients
    }

    /// The subject; `None` for MIME messages, which have it in a header.
    pub fn subject(&self) -> Option<&str> {
        self.mail.subject.as_deref()
    }

    /// The plain text.
    pub fn text(&self) -> Option<&str> {
        self.field("text")
    }

    /// The HTML text.
    pub fn html(&self) -> Option<&str> {
        self.field("html")
    }

    /// The first field with this name.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.mail.field(name)
    }

    /// All fields with this name, in the order sent.
    pub fn fields(&self, name: &str) -> Vec<&str> {
        let named = self.mail.fields.iter().filter(|(key, _)| key == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// All fields except files, in the order sent.
    pub fn all_fields(&self) -> &[(String, String)] {
        &self.mail.fields
    }

    /// The tags (`o:tag`).
    pub fn tags(&self) -> Vec<&str> {
        self.fields("o:tag")
    }

    /// The user variables (`v:`), without the prefix.
    pub fn variables(&self) -> Vec<(&str, &str)> {
        self.prefixed("v:")
    }

    /// The custom headers (`h:`), without the prefix.
    pub fn headers(&self) -> Vec<(&str, &str)> {
        self.prefixed("h:")
    }

    fn prefixed(&self, prefix: &str) -> Vec<(&str, &str)> {
        let fields = self.mail.fields.iter();
        fields
            .filter_map(|(key, value)| Some((key.strip_prefix(prefix)?, value.as_str())))
            .collect()
    }

    /// The recipient variables of a batch, by address.
    pub fn recipient_variables(&self) -> Option<&Map<String, Value>> {
        let read = || serde_json::from_str(self.field("recipient-variables")?).ok();
        self.mail.recipient_variables.get_or_init(read).as_ref()
    }

    /// The attached files.
    pub fn attachments(&self) -> &[SentFile] {
        &self.mail.attachments
    }

    /// The inline files.
    pub fn inline(&self) -> &[SentFile] {
        &self.mail.inline
    }

    /// The MIME text of a message that was sent to `messages.mime`.
    pub fn mime(&self) -> Option<&Bytes> {
        self.mail.mime.as_ref()
    }

    /// Whether the message was sent in test mode (`o:testmode`).
    pub fn is_test_mode(&self) -> bool {
        matches!(self.field("o:testmode"), Some("yes" | "true"))
    }

    /// The delivery time (`o:deliverytime`) as sent.
    pub fn delivery_time(&self) -> Option<&str> {
        self.field("o:deliverytime")
    }

    /// What the body of a message sent as a form is made of.
    pub(crate) fn parts<'a>(&'a self, boundary: &'a str) -> mime::Parts<'a> {
        let (text, html) = (self.text(), self.html());
        let (attachments, inline) = (self.attachments(), self.inline());
        mime::Parts { text, html, attachments, inline, boundary }
    }

    /// The size of all values and files in bytes, which the size limit applies to.
    pub(crate) fn size(&self) -> usize {
        self.mail.size()
    }
}

impl Mail {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn size(&self) -> usize {
        let files = self.attachments.iter().chain(&self.inline).map(|file| file.bytes.len());
        let fields = self.fields.iter().map(|(_, value)| value.len());
        files.chain(fields).sum::<usize>() + self.mime.as_ref().map_or(0, Bytes::len)
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = &SentFile> {
        self.attachments.iter().chain(&self.inline)
    }
}

impl fmt::Debug for SentMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentMessage")
            .field("id", &self.id)
            .field("from", &self.mail.from)
            .field("recipients", &self.mail.recipients)
            .field("subject", &self.mail.subject)
            .field("attachments", &self.mail.attachments)
            .field("inline", &self.mail.inline)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SentFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { filename, content_type, bytes } = self;
        write!(f, "{filename:?} ({content_type}, {} bytes)", bytes.len())
    }
}
