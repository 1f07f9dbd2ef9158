use std::{error::Error, fmt};

use mailgun_core::{
    by_content_id,
    bytes::Bytes,
    de::{self, Lenient, MapOrText},
};
use serde::Deserialize;
use serde_json::Value;

use super::{
    FormFields,
    form::{Form, Headers},
};

/// A mail that came in, in one of three shapes, which the action of the route decides.
///
/// What has no method here is in [`fields`](Self::fields), where each header of the mail is a field
/// of its own too. `Debug` shows names and sizes: the rest is the content of a mail.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct InboundMail {
    /// What depends on the shape.
    pub content: InboundContent,
    fields: FormFields,
    headers: Headers,
}

/// What depends on the shape of a mail that came in.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum InboundContent {
    /// Parsed, with its attachments: of `forward("https://..")`.
    Parsed(ParsedMail),
    /// As it was sent: of `forward("https://..")` if the path of the URL ends with `mime`.
    Mime(Bytes),
    /// Parsed, and kept by Mailgun with its attachments: of `store(notify="https://..")`.
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
        // A form with files is no other shape, so that no file is lost.
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

    /// The recipient of the envelope: the address that a route was for.
    pub fn recipient(&self) -> &str {
        self.text("recipient").unwrap_or_default()
    }

    /// The sender of the envelope.
    pub fn sender(&self) -> &str {
        self.text("sender").unwrap_or_default()
    }

    /// The From header.
    pub fn from(&self) -> &str {
        self.text("from").unwrap_or_default()
    }

    /// The subject.
    pub fn subject(&self) -> Option<&str> {
        self.text("subject")
    }

    /// The domain that the mail came in for.
    pub fn domain(&self) -> Option<&str> {
        self.text("domain")
    }

    /// The body as plain text.
    pub fn body_plain(&self) -> Option<&str> {
        self.text("body-plain")
    }

    /// The body as HTML.
    pub fn body_html(&self) -> Option<&str> {
        self.text("body-html")
    }

    /// The plain text without quoted parts and signature.
    pub fn stripped_text(&self) -> Option<&str> {
        self.text("stripped-text")
    }

    /// The signature that was stripped from the plain text.
    pub fn stripped_signature(&self) -> Option<&str> {
        self.text("stripped-signature")
    }

    /// The HTML without quoted parts.
    pub fn stripped_html(&self) -> Option<&str> {
        self.text("stripped-html")
    }

    /// All headers of the mail in order, as name and value; none of a mail as MIME text.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers.0
    }

    /// The first header of a name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let named = |(other, _): &&(String, String)| other.eq_ignore_ascii_case(name);
        self.headers.0.iter().find(named).map(|(_, value)| &**value)
    }

    /// What the spam filter found.
    ///
    /// It writes headers. Of a domain whose filter is off, these may be the sender's.
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

    /// Everything that came as a field.
    pub fn fields(&self) -> &FormFields {
        &self.fields
    }
}

/// A mail with its attachments.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ParsedMail {
    /// The files that came, also if their number is another than the one that was announced.
    pub attachments: Vec<Attachment>,
    /// How many files were announced.
    pub attachment_count: Option<usize>,
    /// Which field holds the file that HTML names by a content id; as text if it cannot be read.
    pub content_ids: Option<MapOrText>,
}

impl ParsedMail {
    /// How many files were announced and came, if these differ.
    pub fn attachment_mismatch(&self) -> Option<AttachmentMismatch> {
        let (announced, received) = (self.attachment_count?, self.attachments.len());
        (announced != received).then_some(AttachmentMismatch { announced, received })
    }

    /// The file of a content id: as the mail has it, `<logo@example.com>`, or as HTML refers to it,
    /// `cid:logo%40example.com`, and with or without brackets, scheme and percent-encoding.
    pub fn attachment_by_content_id(&self, id: &str) -> Option<&Attachment> {
        let field = by_content_id(self.content_ids.as_ref()?.as_map()?, id)?;
        self.attachments.iter().find(|file| *field == file.field)
    }
}

/// Other files came than were announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttachmentMismatch {
    /// How many were announced.
    pub announced: usize,
    /// How many came.
    pub received: usize,
}

impl fmt::Display for AttachmentMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { announced, received } = self;
        write!(f, "the mail announced {announced} attachments, and {received} came")
    }
}

impl Error for AttachmentMismatch {}

/// A file of a mail. `Debug` does not show its content.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attachment {
    /// The name of its field, `attachment-1` for example.
    pub field: String,
    /// Its filename, as the sender wrote it: not a path to write to.
    pub filename: String,
    /// Its content type; `application/octet-stream` if there was none.
    pub content_type: String,
    /// Its content.
    pub bytes: Bytes,
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, content_type, bytes, .. } = self;
        write!(f, "Attachment({field:?}, {content_type:?}, {} bytes)", bytes.len())
    }
}

/// A mail that Mailgun keeps for three days.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct StoredMail {
    /// Where it is; for `Messages::stored_at` of `mailgun-messages`, which checks the host.
    pub message_url: String,
    /// Its files.
    pub attachments: Vec<StoredAttachment>,
    /// Which of these HTML names by a content id; as text if it cannot be read.
    pub content_ids: Option<MapOrText>,
}

impl StoredMail {
    /// The file of a content id, in any form that [`ParsedMail::attachment_by_content_id`] takes.
    pub fn attachment_by_content_id(&self, id: &str) -> Option<&StoredAttachment> {
        let url = by_content_id(self.content_ids.as_ref()?.as_map()?, id)?;
        self.attachments.iter().find(|file| *url == file.url)
    }
}

/// A file that Mailgun keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct StoredAttachment {
    /// Where it is; for `Messages::stored_file` of `mailgun-messages`.
    #[serde(deserialize_with = "de::null_default")]
    pub url: String,
    /// Its filename, as the sender wrote it: not a path to write to.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// Its content type.
    #[serde(deserialize_with = "de::null_default")]
    pub content_type: String,
    /// Its size in bytes as the service tells it, which is not always right.
    #[serde(deserialize_with = "de::number_or_string")]
    pub size: Option<u64>,
}

/// What the spam filter found in a mail.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SpamReport {
    /// Whether it is spam.
    pub is_spam: Option<bool>,
    /// How much it looks like spam.
    pub score: Option<f64>,
    /// Whether its DKIM signature is right.
    pub dkim: Option<CheckResult>,
    /// Whether its sender may send for the domain.
    pub spf: Option<CheckResult>,
}

mailgun_core::open_enum! {
    /// The result of a check.
    pub enum CheckResult {
        /// It is right.
        Pass = "Pass",
        /// It is wrong.
        Fail = "Fail",
        /// It is wrong, but the domain does not want to be strict.
        SoftFail = "SoftFail",
        /// The domain says nothing.
        Neutral = "Neutral",
    }
}
