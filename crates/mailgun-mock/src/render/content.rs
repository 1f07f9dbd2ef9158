//! The parts of a mail before placeholders are replaced, from a form, a template or a MIME text.

use bytes::Bytes;
use mail_parser::{Message, MessageParser, MessagePart, MessagePartId, MimeHeaders as _, PartType};
use serde_json::{Map, Value, json};

use super::{Template, html, template};
use crate::{
    address, date, mime,
    sent::{SentFile, SentMessage},
};

/// Headers that describe the body, which is rebuilt.
const OF_THE_BODY: [&str; 3] = ["Content-Type", "Content-Transfer-Encoding", "MIME-Version"];

#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) subject: String,
    pub(crate) text: Option<String>,
    pub(crate) html: Option<String>,
    pub(crate) attachments: Vec<SentFile>,
    pub(crate) inline: Vec<SentFile>,
    /// Variables of the template that are not set.
    pub(crate) unreplaced: Vec<String>,
    pub(crate) template_error: Option<String>,
}

impl Content {
    pub(crate) fn of(message: &SentMessage, template: Option<&Template>) -> Self {
        let mut content = match message.mime() {
            Some(mime) => Self::of_mime(mime),
            None => Self {
                headers: headers(message),
                subject: message.subject().unwrap_or_default().to_owned(),
                text: message.text().map(str::to_owned),
                html: message.html().map(str::to_owned),
                attachments: message.attachments().to_vec(),
                inline: message.inline().to_vec(),
                ..Self::default()
            },
        };
        content.fill(message, template);
        content.suppress(message.field("o:suppress-headers").unwrap_or_default());
        content
    }

    pub(crate) fn of_mime(mime: &Bytes) -> Self {
        let mut headers = mime::headers(mime);
        headers.retain(|(name, _)| {
            let is = |other: &str| name.eq_ignore_ascii_case(other);
            !OF_THE_BODY.into_iter().any(is) && !is("Bcc")
        });
        let Some(parsed) = MessageParser::default().parse(mime) else {
            return Self { headers, ..Self::default() };
        };
        let text = body(&parsed, |part| matches!(part, PartType::Text(_)));
        let html = body(&parsed, |part| matches!(part, PartType::Html(_)));
        // A mail has one body of each kind. Other texts are files.
        let others = (0..).zip(&parsed.parts).filter(|(id, part)| {
            matches!(part.body, PartType::Text(_) | PartType::Html(_))
                && ![text, html].contains(&Some(*id))
                && !parsed.attachments.contains(id)
        });
        let others: Vec<_> = others.map(|(_, part)| file(part, false)).collect();
        let content =
            |id: Option<MessagePartId>| Some(parsed.part(id?)?.text_contents()?.to_owned());
        let (text, html) = (content(text), content(html));
        let is_shown = |id: &str| {
            let ends = |rest: &str| rest.starts_with(['"', '\'', ')', '>', ' ']);
            let mut shown = html.iter().flat_map(|html| html.split("cid:").skip(1));
            shown.any(|shown| shown.strip_prefix(id).is_some_and(ends))
        };
        let (inline, attachments) = parsed.attachments().partition::<Vec<_>, _>(|part| {
            // Most images of HTML have no disposition, and some are attachments too.
            let is_attachment = part.content_disposition().is_some_and(|it| it.is_attachment());
            part.content_id().is_some_and(|id| !is_attachment || is_shown(id))
        });
        Self {
            subject: parsed.subject().unwrap_or_default().to_owned(),
            text,
            html,
            attachments: attachments
                .into_iter()
                .map(|part| file(part, false))
                .chain(others)
                .collect(),
            inline: inline.into_iter().map(|part| file(part, true)).collect(),
            headers,
            ..Self::default()
        }
    }

    fn fill(&mut self, message: &SentMessage, template: Option<&Template>) {
        let Some(name) = message.field("template").filter(|name| !name.is_empty()) else { return };
        let missing = || format!("the template {name} or its version does not exist");
        let filled = template.ok_or_else(missing).and_then(|it| template::render(it, message));
        match filled {
            Ok(filled) => {
                if message.field("t:text").is_some_and(|it| matches!(it, "yes" | "true")) {
                    self.text = Some(html::to_text(&filled.html));
                }
                self.html = Some(filled.html);
                self.unreplaced = filled.missing;
                // What the message says itself comes first.
                for (name, value) in filled.headers {
                    if mime::header(&self.headers, &name).is_none_or(str::is_empty) {
                        self.set_header(&name, &value);
                        if name == "Subject" {
                            self.subject = value;
                        }
                    }
                }
            }
            Err(error) => self.template_error = Some(error),
        }
    }

    fn suppress(&mut self, names: &str) {
        let names: Vec<_> = names.split(',').map(str::trim).collect();
        self.headers.retain(|(name, _)| {
            let name = name.to_ascii_lowercase();
            let is_named = |other: &&str| *other == "all" || other.eq_ignore_ascii_case(&name);
            !(name.starts_with("x-mailgun-") && names.iter().any(is_named))
        });
    }

    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        match self.headers.iter_mut().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
            Some((_, own)) => *own = value.to_owned(),
            None => self.headers.push((name.to_owned(), value.to_owned())),
        }
    }
}

/// The first body of a kind.
fn body(message: &Message<'_>, is_kind: impl Fn(&PartType<'_>) -> bool) -> Option<MessagePartId> {
    let mut bodies = message.text_body.iter().chain(&message.html_body).copied();
    bodies.find(|id| message.part(*id).is_some_and(|part| is_kind(&part.body)))
}

fn file(part: &MessagePart<'_>, is_inline: bool) -> SentFile {
    let kind = part.content_type().map_or_else(
        || "application/octet-stream".to_owned(),
        |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream")),
    );
    let id = part.content_id().filter(|_| is_inline);
    SentFile {
        filename: id.or(part.attachment_name()).unwrap_or("attachment").to_owned(),
        content_type: kind,
        bytes: Bytes::copy_from_slice(part.contents()),
    }
}

/// The headers of a message sent as a form, without those that describe the body.
pub(crate) fn headers(message: &SentMessage) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    let mut add = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
    add("Date", &date::rfc2822(message.accepted_at, "+0000"));
    add("Message-Id", message.id());
    add("From", message.from());
    if let Some(sender) = address::bare(message.from()) {
        add("Sender", sender);
    }
    add("To", &message.to().join(", "));
    if !message.cc().is_empty() {
        add("Cc", &message.cc().join(", "));
    }
    add("Subject", message.subject().unwrap_or_default());
    for tag in message.tags() {
        add("X-Mailgun-Tag", tag);
    }
    for (option, name) in [
        ("template", "X-Mailgun-Template-Name"),
        ("t:variables", "X-Mailgun-Template-Variables"),
        ("o:deliverytime", "X-Mailgun-Deliver-By"),
    ] {
        if let Some(value) = message.field(option) {
            add(name, value);
        }
    }
    let variables = message.variables().into_iter();
    let variables: Map<_, _> =
        variables.map(|(name, value)| (name.to_owned(), json!(value))).collect();
    if !variables.is_empty() {
        add("X-Mailgun-Variables", &Value::Object(variables).to_string());
    }
    for (name, value) in message.headers() {
        if !name.eq_ignore_ascii_case("message-id") {
            add(name, value);
        }
    }
    headers
}
