use mailgun_core::{Error, Form};
use serde::Serialize;

use crate::{
    content::{Addresses, Content, content_setters},
    options::option_setters,
};

/// A mail, described by its parts; Mailgun builds the MIME message.
///
/// It is an owned value with chained setters. A fault of an argument is kept and reported by the
/// send, before anything is connected; what is not set is not sent.
///
/// All recipients of a message see each other's addresses in To and Cc. For a separate mail to
/// each of many recipients there is [`Batch`](crate::Batch).
///
/// ```
/// use mailgun::messages::{Attachment, Message};
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
///     .variable("order", &serde_json::json!({"id": 4711}));
/// # let _ = message;
/// ```
#[doc(alias = "email")]
#[derive(Debug, Default)]
#[must_use]
pub struct Message {
    pub(crate) content: Content,
}

impl Message {
    /// An empty message.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds recipients; may be called many times. At most 1,000 in To, Cc and Bcc together.
    pub fn to(mut self, addresses: impl Addresses) -> Self {
        self.content.recipients("to", addresses);
        self
    }

    /// Adds a recipient for each item.
    pub fn to_all<A: Addresses>(self, addresses: impl IntoIterator<Item = A>) -> Self {
        addresses.into_iter().fold(self, Self::to)
    }

    /// Adds recipients of a copy; may be called many times.
    pub fn cc(mut self, addresses: impl Addresses) -> Self {
        self.content.recipients("cc", addresses);
        self
    }

    /// Adds recipients of a copy that the others do not see; may be called many times.
    pub fn bcc(mut self, addresses: impl Addresses) -> Self {
        self.content.recipients("bcc", addresses);
        self
    }

    /// Variables for each recipient (`recipient-variables`), an object of objects by bare address.
    ///
    /// With it each recipient of To gets a mail of its own. [`Batch`](crate::Batch) keeps addresses
    /// and variables together, splits both, and is the safer way.
    pub fn recipient_variables(mut self, variables: &(impl Serialize + ?Sized)) -> Self {
        self.content.object("recipient-variables", variables);
        self
    }

    /// The same message again; `None` if a file of it comes from a stream, which can be read once.
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

    pub(crate) fn into_form(self) -> Form {
        let checked = self.check();
        let mut form = self.content.into_form();
        if let Err(error) = checked {
            form.with_error(error);
        }
        form
    }

    fn check(&self) -> Result<(), Error> {
        if !self.content.has(&["to"]) {
            return Err(Error::invalid("to", "is missing: a message needs a recipient"));
        }
        self.content.check_complete()?;
        self.content.check_sizes()
    }
}

content_setters!(Message);
option_setters!(Message);
