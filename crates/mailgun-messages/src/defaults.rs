use std::fmt;

use mailgun_core::Fields;

use crate::{addresses::Addresses, content::Content, option_setters};

/// What every mail of a [`Messages`](crate::Messages) handle has unless it says otherwise: the sender,
/// tags, tracking, headers, test mode and the other options.
///
/// The mail takes precedence: what it sets replaces the default of the same name. A mail with a tag
/// has no default tags. A MIME message has its own sender, so it takes only the options.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::messages::{Defaults, Message};
///
/// let defaults = Defaults::new()
///     .from("Example Shop <shop@mg.example.com>")
///     .reply_to("help@example.com")
///     .tag("shop")
///     .tracking(false);
/// let messages = mailgun.messages("mg.example.com").with_defaults(defaults);
///
/// messages.send(Message::new().to("bob@example.com").subject("Hello").text("Hello, Bob.")).await?;
/// # Ok(()) }
/// ```
#[derive(Default)]
#[must_use]
pub struct Defaults {
    content: Content,
}

impl Defaults {
    /// Creates defaults that set nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the sender: one mailbox with an ASCII local part.
    pub fn from(mut self, from: impl Addresses) -> Self {
        self.content.from(from);
        self
    }
}

option_setters!(Defaults);

/// Shows names and sizes only.
impl fmt::Debug for Defaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Defaults").field(&self.content).finish()
    }
}

/// What a handle keeps of its defaults. A [`Content`] may hold streams, which threads cannot share.
#[derive(Debug)]
pub(crate) struct Filling {
    fields: Fields,
    max_options: Option<usize>,
}

impl From<Defaults> for Filling {
    fn from(defaults: Defaults) -> Self {
        let (fields, max_options) = defaults.content.into_options();
        Self { fields, max_options }
    }
}

impl Filling {
    /// Adds to a mail what it does not set itself.
    pub(crate) fn fill(&self, content: &mut Content) {
        content.fill(self.fields.clone(), self.max_options);
    }

    /// Adds the options to a MIME message, whose sender is in its headers.
    pub(crate) fn fill_mime(&self, content: &mut Content) {
        let mut fields = self.fields.clone();
        fields.remove("from");
        content.fill(fields, self.max_options);
    }
}
