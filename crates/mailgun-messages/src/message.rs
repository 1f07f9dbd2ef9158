use std::collections::BTreeMap;

use mailgun_core::{Error, Form, Mailbox};
use serde::Serialize;
use serde_json::Value;

use crate::{
    Lint,
    addresses::Addresses,
    content::Content,
    content_setters,
    lint::{Values, lint},
    option_setters,
};

/// A mail that is described by its parts. Mailgun builds the MIME message.
///
/// An argument that cannot be sent is an error of the send, before a connection is made. Parameters
/// that are not set are not sent.
///
/// All recipients of a message see the addresses in To and Cc. To send a separate mail to each of
/// many recipients, use [`Batch`](crate::Batch).
///
/// ```
/// use mailgun::messages::{Attachment, Message};
/// use serde_json::json;
///
/// let message = Message::new()
///     .from("Example Shop <shop@mg.example.com>")
///     .to(("Doe, John", "john@example.com"))
///     .subject("Your receipt")
///     .text("Thank you.")
///     .html(r#"<img src="cid:logo.png"> Thank you."#)
///     .inline("logo.png", Attachment::from_bytes("logo.png", &b"\x89PNG"[..]))
///     .tag("receipts")
///     .tracking(false)
///     .variable("order", json!({"id": 4711}));
/// # let _ = message;
/// ```
///
/// # Unsubscribing
///
/// Mailgun replaces `%unsubscribe_url%` in the bodies and the headers with a link to unsubscribe. A
/// recipient who follows it gets no more mail from the domain. `%tag_unsubscribe_url%` unsubscribes
/// from mail with the same tags only.
///
/// If unsubscribe tracking is on for the domain, Mailgun adds the link as a footer, and the headers
/// List-Unsubscribe and List-Unsubscribe-Post, which Gmail and Yahoo require of bulk mail. If it is
/// off, set them with [`list_unsubscribe`](Self::list_unsubscribe):
///
/// ```
/// use mailgun::messages::Message;
///
/// let message = Message::new()
///     .from("news@mg.example.com")
///     .to("bob@example.com")
///     .subject("News")
///     .html(r#"<p>News.</p><a href="%unsubscribe_url%">Unsubscribe</a>"#)
///     .list_unsubscribe("%unsubscribe_url%");
/// # let _ = message;
/// ```
#[doc(alias("email", "unsubscribe", "List-Unsubscribe"))]
#[derive(Debug, Default)]
#[must_use]
pub struct Message {
    pub(crate) content: Content,
}

impl Message {
    /// Creates an empty message.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the sender: one mailbox with an ASCII local part.
    ///
    /// Required, unless a template has a From header of its own.
    pub fn from(mut self, from: impl Addresses) -> Self {
        self.content.from(from);
        self
    }

    /// Adds recipients. At most 1,000 in To, Cc and Bcc together.
    pub fn to(mut self, addresses: impl Addresses) -> Self {
        self.content.recipients("to", addresses);
        self
    }

    /// Adds a recipient for each item; see [`to`](Self::to).
    pub fn to_all<A: Addresses>(self, addresses: impl IntoIterator<Item = A>) -> Self {
        addresses.into_iter().fold(self, Self::to)
    }

    /// Adds recipients of a copy.
    pub fn cc(mut self, addresses: impl Addresses) -> Self {
        self.content.recipients("cc", addresses);
        self
    }

    /// Adds recipients of a copy whom the other recipients do not see.
    ///
    /// Mailgun needs a recipient in To as well. For mail to Bcc only, use your own address there.
    pub fn bcc(mut self, addresses: impl Addresses) -> Self {
        self.content.recipients("bcc", addresses);
        self
    }
}

content_setters!(Message);

impl Message {
    /// Sets variables for each recipient (`recipient-variables`): an object of objects by bare
    /// address.
    ///
    /// Mailgun then sends a separate mail to each recipient in To. [`Batch`](crate::Batch) is safer:
    /// it keeps addresses and variables together, and splits both.
    pub fn recipient_variables(mut self, variables: impl Serialize) -> Self {
        self.content.recipient_variables(&variables);
        self
    }

    /// Looks for problems that are not errors: a variable or an inline image that is missing, a mail
    /// without text, links without https. The SDK does not call it by itself.
    ///
    /// ```
    /// use mailgun::messages::{LintCode, Message};
    ///
    /// let message = Message::new()
    ///     .from("shop@mg.example.com")
    ///     .to("bob@example.com")
    ///     .subject("Hello %recipient.name%")
    ///     .html(r#"<img src="cid:logo.png">"#);
    /// let codes: Vec<_> = message.lint().iter().map(|lint| lint.code).collect();
    /// let expected =
    ///     [LintCode::UnresolvedVariable, LintCode::MissingInline, LintCode::MissingText];
    /// assert_eq!(codes, expected);
    /// ```
    pub fn lint(&self) -> Vec<Lint> {
        type Variables = BTreeMap<String, BTreeMap<String, Value>>;
        let variables = self.content.fields.get("recipient-variables");
        let variables: Option<Variables> = variables.and_then(|it| serde_json::from_str(it).ok());
        let lists = self.content.fields.iter().filter(|(name, _)| *name == "to");
        let lists =
            lists.filter_map(|(_, list)| Mailbox::parse_list(str::from_utf8(list).ok()?).ok());
        let recipients: Vec<_> = lists.flatten().collect();
        lint(&self.content, variables.is_some(), |name| {
            let mut values = Values::default();
            for mailbox in &recipients {
                let own = variables.as_ref().and_then(|all| all.get(mailbox.address()));
                values.add(own.and_then(|own| own.get(name)));
            }
            values
        })
    }

    /// Copies the message; `None` if a file of it comes from a stream, which can be read only once.
    ///
    /// ```
    /// use mailgun::messages::Message;
    ///
    /// let message = Message::new().from("shop@mg.example.com").to("bob@example.com").text("Hi");
    /// assert!(message.try_clone().is_some());
    /// ```
    pub fn try_clone(&self) -> Option<Self> {
        Some(Self { content: self.content.try_clone().ok()? })
    }
}

option_setters!(Message);

impl Message {
    pub(crate) fn into_form(self) -> Form {
        let checked = self.check();
        let mut form = self.content.into_form();
        if let Err(error) = checked {
            form.record_error(error);
        }
        form
    }

    fn check(&self) -> Result<(), Error> {
        if !self.content.has(&["to"]) {
            let reason = "is missing: a message needs a recipient in To, even if it has Cc or Bcc";
            return Err(Error::invalid("to", reason));
        }
        self.content.check_complete()?;
        self.content.check_sizes()
    }
}
