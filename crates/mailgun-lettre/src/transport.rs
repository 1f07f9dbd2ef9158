use std::{fmt, sync::Arc};

use async_trait::async_trait;
#[cfg(feature = "blocking")]
use lettre::Transport;
use lettre::{AsyncTransport, address::Envelope};
#[cfg(feature = "blocking")]
use mailgun_core::blocking::Blocking as _;
use mailgun_core::{Call, Client};
use mailgun_messages::{Messages, MimeMessage, Receipt};

use crate::Error;

/// A transport of lettre that sends over the Mailgun HTTP API.
///
/// `POST /v3/{domain}/messages.mime`, once for each message. The message is sent as it is, to the
/// recipients of its envelope, at most 1,000. Its To and Cc headers have no influence. lettre leaves
/// the Bcc header out of a message, unless you call `keep_bcc`.
///
/// The domain is that of the envelope's sender, unless you set [`domain`](Self::domain). Mailgun uses
/// a return path of its own, so the envelope's sender is used for nothing else.
///
/// The transport is cheap to clone. Clones share the connections of the client. Calls are retried and
/// limited as the client is configured; see [`Messages::send`].
///
/// ```no_run
/// use lettre::{AsyncTransport, Message};
/// use mailgun::Mailgun;
/// use mailgun_lettre::MailgunTransport;
///
/// # async fn example(message: Message) -> Result<(), Box<dyn std::error::Error>> {
/// let mailgun = Mailgun::from_env()?;
/// let mailer = MailgunTransport::new(mailgun.client())
///     .domain("mg.example.com")
///     .options(|message| message.tag("receipts").tracking(false));
/// let receipt = mailer.send(message).await?;
/// println!("accepted as {}", receipt.id);
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use]
pub struct MailgunTransport {
    client: Client,
    domain: Option<String>,
    options: Option<Arc<dyn Fn(MimeMessage) -> MimeMessage + Send + Sync>>,
}

impl MailgunTransport {
    /// Creates a transport that sends with `client`.
    ///
    /// `Mailgun::client` returns the client of a `Mailgun`.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone(), domain: None, options: None }
    }

    /// Sets the sending domain. Default: the domain of the envelope's sender.
    ///
    /// Set it if senders use a domain other than the one at Mailgun, such as `shop@example.com` and
    /// `mg.example.com`, or if a message may have no sender.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Sets Mailgun's options for each message: tags, tracking, variables, test mode.
    pub fn options(
        mut self,
        options: impl Fn(MimeMessage) -> MimeMessage + Send + Sync + 'static,
    ) -> Self {
        self.options = Some(Arc::new(options));
        self
    }

    fn call(&self, envelope: &Envelope, email: &[u8]) -> Result<Call<Receipt>, Error> {
        let sender = envelope.from().map(|sender| sender.domain());
        let Some(domain) = self.domain.as_deref().or(sender) else {
            let reason = "is not set, and the envelope has no sender";
            return Err(mailgun_core::Error::invalid("domain", reason).into());
        };
        let recipients = envelope.to().iter().map(AsRef::<str>::as_ref);
        let message = MimeMessage::new(email.to_vec()).to_all(recipients);
        let message = match &self.options {
            Some(options) => options(message),
            None => message,
        };
        Ok(Messages::new(&self.client, domain).send_mime(message))
    }
}

/// # Errors
///
/// The errors of [`Messages::send`], as an [`Error`]. [`Error::is_client`] is true if the envelope
/// has no sender and no domain is set.
#[async_trait]
impl AsyncTransport for MailgunTransport {
    type Ok = Receipt;
    type Error = Error;

    async fn send_raw(&self, envelope: &Envelope, email: &[u8]) -> Result<Receipt, Error> {
        Ok(self.call(envelope, email)?.await?)
    }
}

/// In async code, it sends nothing and returns an error for which [`Error::is_client`] is true.
///
/// ```no_run
/// use lettre::{Message, Transport};
/// use mailgun::Mailgun;
/// use mailgun_lettre::MailgunTransport;
///
/// # fn example(message: &Message) -> Result<(), Box<dyn std::error::Error>> {
/// let mailgun = Mailgun::from_env()?;
/// let receipt = MailgunTransport::new(mailgun.client()).send(message)?;
/// println!("accepted as {}", receipt.id);
/// # Ok(()) }
/// ```
#[cfg(feature = "blocking")]
impl Transport for MailgunTransport {
    type Ok = Receipt;
    type Error = Error;

    fn send_raw(&self, envelope: &Envelope, email: &[u8]) -> Result<Receipt, Error> {
        Ok(self.call(envelope, email)?.wait()?)
    }
}

impl fmt::Debug for MailgunTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailgunTransport").field("domain", &self.domain).finish_non_exhaustive()
    }
}
