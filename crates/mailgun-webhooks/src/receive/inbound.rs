use std::{error::Error, fmt};

use mailgun_core::{
    __private::safe_filename,
    Mailbox, by_content_id,
    bytes::Bytes,
    de::{self, Lenient, MapOrText},
};
use serde::Deserialize;
use serde_json::Value;

use super::{
    FormFields,
    form::{Form, Headers},
};

/// An incoming mail. The action of the route decides its form: parsed, MIME or stored.
///
/// [`fields`](Self::fields) has what has no method here; each header of the mail is a field too. `Debug`
/// shows names and sizes only, because the rest is the content of a mail.
#[doc(alias = "reply")]
#[doc(alias = "incoming")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct InboundMail {
    /// The part of the mail that depends on the action of the route.
    pub content: InboundContent,
    fields: FormFields,
    headers: Headers,
}

/// The part of an incoming mail that depends on the action of the route.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum InboundContent {
    /// A parsed mail with its attachments, from `forward("https://..")`.
    Parsed(ParsedMail),
    /// A MIME message, from `forward("https://..")` with a URL whose path ends with `mime`.
    Mime(Bytes),
    /// A parsed mail that Mailgun stored with its attachments, from `store(notify="https://..")`.
    Stored(StoredMail),
}

impl InboundMail {
    pub(super) fn new(mut form: Form) -> Self {
        let content_ids = form.own("content-id-map").filter(|text| !text.is_empty());
        let content_ids = content_ids.map(|text| {
            de::from_slice(text.as_bytes()).unwrap_or_else(|_| MapOrText::Text(text.to_owned()))
        });
        let message_url = form.own("message-url").map(str::to_owned);
        let attachments = form.own("attachments").map(str::as_bytes).map(de::from_slice::<Vec<_>>);
        let attachment_count = form.own("attachment-count").and_then(|it| it.trim().parse().ok());
        // A form with files is always a parsed mail, so that no file is lost.
        let mut mime = form.mime.take();
        if (form.own("body-plain").is_some() || !form.files.is_empty())
            && let Some(mime) = mime.take()
        {
            form.fields.push("body-mime", mime);
        }
        let content = match (mime, message_url) {
            (Some(mime), _) => InboundContent::Mime(mime),
            (None, Some(message_url)) if form.files.is_empty() => {
                let attachments = attachments.and_then(Result::ok).unwrap_or_default();
                let attachments = attachments.iter().filter_map(Lenient::read).cloned().collect();
                InboundContent::Stored(StoredMail { message_url, attachments, content_ids })
            }
            _ => {
                let attachments = form.files;
                InboundContent::Parsed(ParsedMail { attachments, attachment_count, content_ids })
            }
        };
        Self { content, fields: form.fields, headers: form.headers }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)
    }

    /// Returns the recipient of the envelope: the address that matched the route.
    pub fn recipient(&self) -> &str {
        self.text("recipient").unwrap_or_default()
    }

    /// Returns the sender of the envelope.
    pub fn sender(&self) -> &str {
        self.text("sender").unwrap_or_default()
    }

    /// Returns the From header.
    pub fn from(&self) -> &str {
        self.text("from").unwrap_or_default()
    }

    /// Returns the mailbox of the From header, for example to reply to it. `None` if there is no valid
    /// address.
    ///
    /// Names with a comma or an `@` often lack quotes here, because Mailgun decodes them:
    /// `Doe, Jane <jane@example.com>`. If there are several mailboxes, the last one is returned, because a
    /// decoded name before it can look like another.
    #[doc(alias = "reply")]
    pub fn from_mailbox(&self) -> Option<Mailbox> {
        let from = self.from();
        let valid = Mailbox::parse_list(from).ok().and_then(|list| list.into_iter().next_back());
        valid.or_else(|| {
            let (name, address) = from.trim().strip_suffix('>')?.rsplit_once('<')?;
            Mailbox::with_name(name.trim().trim_matches('"'), address.trim()).ok()
        })
    }

    /// Returns the subject.
    pub fn subject(&self) -> Option<&str> {
        self.text("subject")
    }

    /// Returns the id of the mail from its Message-Id header, without angle brackets; `None` for a MIME
    /// message.
    pub fn message_id(&self) -> Option<&str> {
        let id = self.header("Message-Id").or_else(|| self.text("Message-Id"))?.trim();
        Some(id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(id))
    }

    /// Returns the domain that received the mail.
    pub fn domain(&self) -> Option<&str> {
        self.text("domain")
    }

    /// Returns the plain-text body.
    pub fn body_plain(&self) -> Option<&str> {
        self.text("body-plain")
    }

    /// Returns the HTML body: the first part, if the mail has several. `fields().all("body-html")` has all.
    pub fn body_html(&self) -> Option<&str> {
        self.text("body-html")
    }

    /// Returns the plain-text body without quoted parts and signature.
    #[doc(alias = "reply")]
    pub fn stripped_text(&self) -> Option<&str> {
        self.text("stripped-text")
    }

    /// Returns the signature that was stripped from the plain-text body.
    pub fn stripped_signature(&self) -> Option<&str> {
        self.text("stripped-signature")
    }

    /// Returns the HTML body without quoted parts.
    pub fn stripped_html(&self) -> Option<&str> {
        self.text("stripped-html")
    }

    /// Returns all headers of the mail in order, as name and value; none for a MIME message.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers.0
    }

    /// Returns the first header of this name, in upper or lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let named = |(other, _): &&(String, String)| other.eq_ignore_ascii_case(name);
        self.headers.0.iter().find(named).map(|(_, value)| &**value)
    }

    /// Returns the result of the spam filter.
    ///
    /// The filter writes headers. If it is off for the domain, the sender may have written them.
    pub fn spam(&self) -> SpamReport {
        let text = |name: &str| self.header(name).or_else(|| self.fields.get(name));
        let flag = text("X-Mailgun-Sflag").map(Value::from);
        let score = text("X-Mailgun-Sscore").map(Value::from);
        SpamReport {
            is_spam: flag.and_then(|flag| de::bool_like(flag).ok().flatten()),
            score: score.and_then(|score| de::number_or_string(score).ok().flatten()),
            dkim: text("X-Mailgun-Dkim-Check-Result").map(CheckResult::from),
            spf: text("X-Mailgun-Spf").map(CheckResult::from),
        }
    }

    /// Returns all fields of the form.
    pub fn fields(&self) -> &FormFields {
        &self.fields
    }
}

/// A parsed mail with its attachments.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ParsedMail {
    /// The attachments that were received.
    pub attachments: Vec<Attachment>,
    /// The number of attachments that Mailgun announced.
    pub attachment_count: Option<usize>,
    /// The field of the file for each content id in the HTML; text if it cannot be parsed.
    pub content_ids: Option<MapOrText>,
}

impl ParsedMail {
    /// Returns an error if the number of attachments is not the one that Mailgun announced.
    pub fn attachment_mismatch(&self) -> Option<AttachmentMismatch> {
        let (announced, received) = (self.attachment_count?, self.attachments.len());
        (announced != received).then_some(AttachmentMismatch { announced, received })
    }

    /// Returns the file of a content id.
    ///
    /// The id may have the form of the mail, `<logo@example.com>`, or of the HTML,
    /// `cid:logo%40example.com`, with or without brackets, scheme and percent-encoding.
    pub fn attachment_by_content_id(&self, id: &str) -> Option<&Attachment> {
        let field = by_content_id(self.content_ids.as_ref()?.as_map()?, id)?;
        self.attachments.iter().find(|file| *field == file.field)
    }
}

/// The number of attachments is not the one that Mailgun announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttachmentMismatch {
    /// The number of attachments that Mailgun announced.
    pub announced: usize,
    /// The number of attachments that were received.
    pub received: usize,
}

impl fmt::Display for AttachmentMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { announced, received } = self;
        write!(f, "Mailgun announced {announced} attachments, but {received} were received")
    }
}

impl Error for AttachmentMismatch {}

/// An attachment of a mail. `Debug` does not show its content.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attachment {
    /// The name of its field, for example `attachment-1`.
    pub field: String,
    /// Its filename as the sender wrote it. Do not use it as a path; see
    /// [`safe_filename`](Self::safe_filename).
    pub filename: String,
    /// Its content type; `application/octet-stream` if the form has none.
    pub content_type: String,
    /// Its content.
    pub bytes: Bytes,
}

impl Attachment {
    /// Returns a name under which the file can be saved in a folder of yours.
    ///
    /// It is made of the sender's filename: without folders, dots at its start, characters that some file
    /// system refuses, and marks that hide the extension. It has at most 200 bytes. Without a usable
    /// filename, it is the name of the field. Two attachments may have the same one.
    ///
    /// ```no_run
    /// # fn example(mail: mailgun::webhooks::receive::ParsedMail) -> std::io::Result<()> {
    /// for (number, file) in mail.attachments.iter().enumerate() {
    ///     // The number keeps files of the same name apart.
    ///     std::fs::write(format!("inbox/{number}-{}", file.safe_filename()), &file.bytes)?;
    /// }
    /// # Ok(()) }
    /// ```
    pub fn safe_filename(&self) -> String {
        safe_filename(&self.filename, &safe_filename(&self.field, "attachment"))
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, content_type, bytes, .. } = self;
        write!(f, "Attachment({field:?}, {content_type:?}, {} bytes)", bytes.len())
    }
}

/// A mail that Mailgun has stored, for three days by default.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct StoredMail {
    /// Its URL, for `Messages::stored_at` of `mailgun-messages`, which checks the host.
    pub message_url: String,
    /// Its attachments.
    pub attachments: Vec<StoredAttachment>,
    /// The URL of the file for each content id in the HTML; text if it cannot be parsed.
    pub content_ids: Option<MapOrText>,
}

impl StoredMail {
    /// Returns the file of a content id; see [`ParsedMail::attachment_by_content_id`].
    pub fn attachment_by_content_id(&self, id: &str) -> Option<&StoredAttachment> {
        let url = by_content_id(self.content_ids.as_ref()?.as_map()?, id)?;
        self.attachments.iter().find(|file| *url == file.url)
    }
}

/// An attachment that Mailgun has stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct StoredAttachment {
    /// Its URL, for `Messages::stored_file` of `mailgun-messages`.
    #[serde(deserialize_with = "de::null_default")]
    pub url: String,
    /// Its filename as the sender wrote it. Do not use it as a path; see
    /// [`safe_filename`](Self::safe_filename).
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// Its content type.
    #[serde(deserialize_with = "de::null_default")]
    pub content_type: String,
    /// Its size in bytes as Mailgun reports it, which is not always right.
    #[serde(deserialize_with = "de::number_or_string")]
    pub size: Option<u64>,
}

impl StoredAttachment {
    /// Returns a name under which the file can be saved in a folder of yours; see
    /// [`Attachment::safe_filename`]. Without a usable filename, it is `attachment`.
    pub fn safe_filename(&self) -> String {
        safe_filename(&self.name, "attachment")
    }
}

/// The result of the spam filter.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SpamReport {
    /// Whether the mail is spam.
    pub is_spam: Option<bool>,
    /// The spam score. A higher one is more like spam.
    pub score: Option<f64>,
    /// The result of the DKIM check.
    pub dkim: Option<CheckResult>,
    /// The result of the SPF check.
    pub spf: Option<CheckResult>,
}

mailgun_core::open_enum! {
    /// The result of a DKIM or SPF check.
    pub enum CheckResult {
        /// The check passed.
        Pass = "Pass",
        /// The check failed.
        Fail = "Fail",
        /// The check failed, but the domain asks not to reject the mail for it.
        SoftFail = "SoftFail",
        /// The domain makes no statement.
        Neutral = "Neutral",
    }
}
