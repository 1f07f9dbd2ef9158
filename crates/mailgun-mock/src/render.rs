//! What a recipient sees of a message: its template, variables, footers and tracking.

pub(crate) mod content;
pub(crate) mod html;
mod placeholders;
mod template;
pub(crate) mod tracking;

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use self::{
    content::Content,
    placeholders::Values,
    tracking::{Links, Tracking},
};
use crate::{
    account::Account,
    address,
    groups::{mailing_lists, templates},
    mime,
    sent::{Mail, SentFile, SentMessage},
    state,
};

/// What one recipient sees of a message, made by [`SentMessage::rendered_for`].
///
/// `Debug` shows neither the body nor the headers.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rendered {
    /// The address of the recipient.
    pub recipient: String,
    /// The subject; empty if there is none.
    pub subject: String,
    /// The HTML with rewritten links, pixel and footer.
    pub html: Option<String>,
    /// The plain text with rewritten links and footer.
    pub text: Option<String>,
    /// The headers in order, without those that describe the body. Text that MIME headers encode is
    /// left encoded.
    pub headers: Vec<(String, String)>,
    /// The attached files.
    pub attachments: Vec<SentFile>,
    /// The inline files. The filename is the Content-ID.
    pub inline: Vec<SentFile>,
    /// The placeholders without a value, as written in the message: `%recipient.name%`, `{{name}}`.
    ///
    /// Recipients see such placeholders as they are. In a template, Mailgun renders a variable that
    /// is not set as nothing.
    pub unreplaced: Vec<String>,
    /// Why the stored template could not be rendered.
    pub template_error: Option<String>,
    boundary: String,
}

/// What the account contributes to a message, as it was when the message was accepted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Layout {
    base_url: String,
    template: Option<Template>,
    tracking: Tracking,
    /// The mailing list that the message was sent to.
    pub(crate) list: Option<String>,
}

/// A version of a stored template.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Template {
    pub(crate) engine: String,
    #[serde(with = "state::shared")]
    pub(crate) content: Arc<str>,
    pub(crate) headers: Map<String, Value>,
}

impl Layout {
    pub(crate) fn of(account: &Account, domain: &str, mail: &Mail) -> Self {
        let settings = account.groups.domains.find(domain).map(|domain| &domain.tracking);
        let name = mail.field("template").filter(|name| !name.is_empty());
        let is_list = |address: &&String| mailing_lists::exists(account, address);
        Self {
            base_url: account.base_url.clone(),
            template: name
                .and_then(|name| templates::stored(account, domain, name, mail.field("t:version"))),
            tracking: Tracking::of(settings.unwrap_or(&Value::Null), mail),
            list: mail.recipients.iter().find(is_list).cloned(),
        }
    }
}

impl SentMessage {
    /// Returns what a recipient sees: the message with its template, variables, footers, rewritten
    /// links and pixel. Returns `None` if the message has no such recipient.
    ///
    /// Template, settings of the domain and host of the links are those of the time of acceptance.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), mailgun::Error> {
    /// use mailgun::{Operation, resource::Fields};
    /// use mailgun_mock::MockMailgun;
    ///
    /// const SEND: Operation = Operation::post("/v3/{domain}/messages");
    /// let mock = MockMailgun::start().await;
    /// let mut form = Fields::new();
    /// form.set("from", "shop@mg.example.com")
    ///     .set("to", "ada@example.com")
    ///     .set("subject", "Hi %recipient.name%")
    ///     .set("text", "Your code is %recipient.code%.")
    ///     .set("recipient-variables", r#"{"ada@example.com": {"name": "Ada"}}"#);
    /// let _: serde_json::Value =
    ///     mock.client().call(SEND, &[MockMailgun::DOMAIN]).form(form).await?;
    ///
    /// let seen = mock.sent()[0].rendered_for("ada@example.com").unwrap();
    /// assert_eq!(seen.subject, "Hi Ada");
    /// assert_eq!(seen.unreplaced, ["%recipient.code%"]);
    /// # Ok(()) }
    /// ```
    pub fn rendered_for(&self, address: &str) -> Option<Rendered> {
        let index = self.recipient_index(address)?;
        Some(render(self, index))
    }

    /// The position of a recipient. Display names and case are ignored.
    pub(crate) fn recipient_index(&self, address: &str) -> Option<usize> {
        let address = address::bare(address).unwrap_or(address).to_lowercase();
        self.recipients().iter().position(|own| own.to_lowercase() == address)
    }
}

fn render(message: &SentMessage, index: usize) -> Rendered {
    let layout = &message.mail.layout;
    let recipient = message.recipients().get(index).cloned().unwrap_or_default();
    let links = Links { base_url: &layout.base_url, key: &message.storage_key, recipient: index };
    let values = Values::new(message, &recipient, &links);
    let mut content = Content::of(message, layout.template.as_ref());
    if message.field("recipient-variables").is_some() {
        content.set_header("To", values.mailbox);
    }
    layout.tracking.add_footers(&mut content);

    let mut unreplaced = std::mem::take(&mut content.unreplaced);
    let mut replace = |text: &str| values.replace(text, &mut unreplaced);
    let headers: Vec<_> =
        content.headers.iter().map(|(name, value)| (name.clone(), replace(value))).collect();
    let subject = replace(&content.subject);
    let text = content.text.as_deref().map(&mut replace);
    let html = content.html.as_deref().map(&mut replace);
    Rendered {
        recipient,
        subject,
        text: text.map(|text| layout.tracking.text(text, &links)),
        html: html.map(|html| layout.tracking.html(html, &links)),
        headers,
        attachments: content.attachments,
        inline: content.inline,
        unreplaced,
        template_error: content.template_error,
        boundary: mime::boundary(message),
    }
}

impl Rendered {
    /// The value of the first header with this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        mime::header(&self.headers, name)
    }

    /// The targets of the links in the HTML, or in the plain text if there is no HTML, in order.
    ///
    /// Pass one to [`MockMailgun::click`](crate::MockMailgun::click).
    pub fn links(&self) -> Vec<String> {
        match (&self.html, &self.text) {
            (Some(html), _) => html::links(html),
            (None, Some(text)) => html::urls(text),
            (None, None) => Vec::new(),
        }
    }

    /// The mail as MIME text, with lines that end with CRLF.
    pub fn source(&self) -> String {
        mime::text(
            &self.headers,
            &mime::Parts {
                text: self.text.as_deref(),
                html: self.html.as_deref(),
                attachments: &self.attachments,
                inline: &self.inline,
                boundary: &self.boundary,
            },
        )
    }
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendered")
            .field("recipient", &self.recipient)
            .field("subject", &self.subject)
            .field("unreplaced", &self.unreplaced)
            .field("template_error", &self.template_error)
            .finish_non_exhaustive()
    }
}
