//! What a mail contains, whether it was sent as a form or as MIME text.

use bytes::Bytes;
use mail_parser::{MessageParser, MimeHeaders as _, PartType};

use crate::sent::{SentFile, SentMessage};

/// The texts and files of a mail.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) subject: Option<String>,
    pub(super) text: Option<String>,
    pub(super) html: Option<String>,
    pub(super) files: Vec<File>,
}

#[derive(Debug)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) content_type: String,
    pub(super) bytes: Bytes,
    /// What `cid:` URLs call the file.
    pub(super) content_id: Option<String>,
}

impl Content {
    pub(super) fn of(message: &SentMessage) -> Self {
        match message.mime() {
            Some(mime) => Self::of_mime(mime),
            None => Self::of_form(message),
        }
    }

    fn of_form(message: &SentMessage) -> Self {
        let attachments = message.attachments().iter().map(|file| File::sent(file, false));
        let inline = message.inline().iter().map(|file| File::sent(file, true));
        Self {
            subject: message.subject().map(str::to_owned),
            text: message.text().map(str::to_owned),
            html: message.html().map(str::to_owned),
            files: attachments.chain(inline).collect(),
        }
    }

    fn of_mime(mime: &Bytes) -> Self {
        let Some(parsed) = MessageParser::default().parse(&mime[..]) else {
            return Self::default();
        };
        let text = parsed.text_bodies().find_map(|part| match &part.body {
            PartType::Text(text) => Some(text.clone().into_owned()),
            _ => None,
        });
        let html = parsed.html_bodies().find_map(|part| match &part.body {
            PartType::Html(html) => Some(html.clone().into_owned()),
            _ => None,
        });
        let files = parsed.attachments().map(|part| File {
            name: part.attachment_name().unwrap_or_default().to_owned(),
            content_type: part.content_type().map_or_else(
                || "application/octet-stream".to_owned(),
                |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("*")),
            ),
            bytes: Bytes::copy_from_slice(part.contents()),
            content_id: part.content_id().map(str::to_owned),
        });
        Self { subject: parsed.subject().map(str::to_owned), text, html, files: files.collect() }
    }
}

impl File {
    fn sent(file: &SentFile, is_inline: bool) -> Self {
        Self {
            name: file.filename.clone(),
            content_type: file.content_type.clone(),
            bytes: file.bytes.clone(),
            content_id: is_inline.then(|| file.filename.clone()),
        }
    }

    /// The type to show the file as, if it is an image that cannot hold scripts.
    pub(super) fn image_type(&self) -> Option<&'static str> {
        let kind = self.content_type.split(';').next().unwrap_or_default().trim();
        let kind = kind.to_ascii_lowercase();
        let known = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];
        known.into_iter().find(|known| *known == kind)
    }
}
