use std::sync::Arc;

use bytes::Bytes;
use mailgun_core::{Call, Client, Confirmation, Error, Form, Operation};

use crate::{
    Addresses, Batch, BatchRun, Defaults, Message, MessageId, MimeMessage, QueueStatus, Receipt,
    StoredMessage, StoredMime, defaults::Filling,
};

pub(crate) const SEND: Operation = Operation::post("/v3/{domain}/messages");
pub(crate) const SEND_MIME: Operation = Operation::post("/v3/{domain}/messages.mime");
const STORED: Operation = Operation::get("/v3/domains/{domain}/messages/{storage_key}");
const RESEND: Operation = Operation::post("/v3/domains/{domain}/messages/{storage_key}");
const STORED_FILE: Operation =
    Operation::get("/v3/domains/{domain}/messages/{storage_key}/attachments/{id}");
pub(crate) const EVENTS: Operation = Operation::get("/v3/{domain}/events");
const QUEUES: Operation = Operation::get("/v3/domains/{domain}/sending_queues");
// Not idempotent: a retry would delete mail that was queued meanwhile.
const CLEAR_QUEUE: Operation = Operation::delete("/v3/{domain}/envelopes");

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] =
    &[SEND, SEND_MIME, STORED, RESEND, STORED_FILE, EVENTS, QUEUES, CLEAR_QUEUE];

/// Sends mail from one domain, and reads its stored messages and queues.
///
/// It owns a clone of the client and the name of the domain. Each call checks the name.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::messages::Message;
///
/// let messages = mailgun.messages("mg.example.com");
/// let message = Message::new()
///     .from("shop@mg.example.com")
///     .to("bob@example.com")
///     .subject("Hello")
///     .text("Hello, Bob.");
/// let receipt = messages.send(message).await?;
/// println!("{}", receipt.id);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Messages {
    pub(crate) client: Client,
    pub(crate) domain: String,
    defaults: Option<Arc<Filling>>,
}

impl Messages {
    /// Creates a handle for the sending domain `domain`.
    pub fn new(client: &Client, domain: impl Into<String>) -> Self {
        Self { client: client.clone(), domain: domain.into(), defaults: None }
    }

    /// Returns a handle whose mail has these [`Defaults`]: sender, tags, tracking, headers, test mode and
    /// other options. What a mail sets takes precedence. The new defaults replace those of this handle.
    #[must_use]
    pub fn with_defaults(&self, defaults: Defaults) -> Self {
        Self { defaults: Some(Arc::new(defaults.into())), ..self.clone() }
    }

    /// Sends a message.
    ///
    /// `POST /v3/{domain}/messages`. Returns a [`Receipt`] after Mailgun has queued the message.
    ///
    /// # Retries
    ///
    /// The send is retried only if Mailgun did not accept the message: no connection could be made, or
    /// Mailgun limited the rate. After a 5xx status, a reset or a timeout, the error's
    /// [`outcome`](mailgun_core::Error::outcome) is [`Unknown`](mailgun_core::Outcome::Unknown). Before
    /// you send the message again, look for it in the events by its Message-Id header or a
    /// [`variable`](Message::variable), or use [`send_once`](Self::send_once).
    ///
    /// # Errors
    ///
    /// * [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if there is no recipient or
    ///   no body, or if an address, a header or an option is invalid. Nothing is sent.
    /// * [`ErrorKind::TooLarge`](mailgun_core::ErrorKind::TooLarge) if bodies and files have more than
    ///   25 MiB, or the options more than 16 KiB. Nothing is sent.
    /// * [`ErrorKind::RequestBody`](mailgun_core::ErrorKind::RequestBody) if a file has changed since it
    ///   was attached.
    /// * [`ErrorKind::Api`](mailgun_core::ErrorKind::Api) if Mailgun refuses the message. The error has
    ///   Mailgun's message.
    ///
    /// ```no_run
    /// # async fn example(messages: mailgun::messages::Messages) -> Result<(), mailgun::Error> {
    /// use mailgun::messages::Message;
    ///
    /// let message = Message::new()
    ///     .from("shop@mg.example.com")
    ///     .to("bob@example.com")
    ///     .subject("Hello")
    ///     .text("Hello, Bob.");
    /// println!("{}", messages.send(message).await?.id);
    /// # Ok(()) }
    /// ```
    #[doc(alias("send_email", "send_mail", "email"))]
    pub fn send(&self, mut message: Message) -> Call<Receipt> {
        if let Some(defaults) = &self.defaults {
            defaults.fill(&mut message.content);
        }
        self.send_form(message.into_form())
    }

    #[doc(hidden)]
    pub fn send_form(&self, form: Form) -> Call<Receipt> {
        self.client.call(SEND, &[&self.domain]).multipart(form)
    }

    /// Sends a MIME message.
    ///
    /// `POST /v3/{domain}/messages.mime`. Retries and errors are those of [`send`](Self::send).
    ///
    /// ```no_run
    /// # async fn example(messages: mailgun::messages::Messages) -> Result<(), mailgun::Error> {
    /// use mailgun::messages::MimeMessage;
    ///
    /// let mime = "From: shop@mg.example.com\r\nTo: bob@example.com\r\n\r\nHello\r\n";
    /// messages.send_mime(MimeMessage::new(mime).to("bob@example.com")).await?;
    /// # Ok(()) }
    /// ```
    pub fn send_mime(&self, mut message: MimeMessage) -> Call<Receipt> {
        if let Some(defaults) = &self.defaults {
            defaults.fill_mime(&mut message.content);
        }
        self.client.call(SEND_MIME, &[&self.domain]).multipart(message.into_form())
    }

    /// Sends a separate mail to each of any number of recipients.
    ///
    /// `POST /v3/{domain}/messages`, once for each chunk. Returns a
    /// [`BatchReport`](crate::BatchReport) with a result for each chunk. With a
    /// [`journal`](BatchRun::journal), a batch can be resumed after a crash. [`Batch`] has an example.
    pub fn send_batch(&self, mut batch: Batch) -> BatchRun {
        if let Some(defaults) = &self.defaults {
            defaults.fill(&mut batch.content);
        }
        BatchRun::new(self.clone(), batch)
    }

    /// The Message-Id of a message that is sent under a key.
    pub(crate) fn id_of(&self, key: &str) -> Result<MessageId, Error> {
        check_key(key)?;
        Ok(format!("{key}@{}", self.domain).into())
    }

    /// Returns a stored message, parsed.
    ///
    /// `GET /v3/domains/{domain}/messages/{storage_key}`. The key is the `storage.key` of an event.
    /// [`stored_at`](Self::stored_at) is more reliable: it asks the host that has the message.
    ///
    /// # Errors
    ///
    /// Status 404 if the domain's retention time has passed.
    ///
    /// ```no_run
    /// # async fn example(messages: mailgun::messages::Messages) -> Result<(), mailgun::Error> {
    /// let stored = messages.stored("BABEAAeEDgPUyeFqr-tATLaCfYqyqvLpbg").await?;
    /// println!("{:?}", stored.subject());
    /// # Ok(()) }
    /// ```
    pub fn stored(&self, storage_key: &str) -> Call<StoredMessage> {
        self.client.call(STORED, &[&self.domain, storage_key])
    }

    /// Returns a stored message, parsed, from the `storage.url` of an event or a webhook.
    ///
    /// `GET /v3/domains/{domain}/messages/{storage_key}` on the storage host. The URL is used as it is.
    ///
    /// # Errors
    ///
    /// * [`ErrorKind::UntrustedHost`](mailgun_core::ErrorKind::UntrustedHost) if the host is neither
    ///   Mailgun's nor the client's own. The API key is not sent.
    /// * Status 404 if the domain's retention time has passed.
    ///
    /// ```no_run
    /// # async fn example(messages: mailgun::messages::Messages) -> Result<(), mailgun::Error> {
    /// let url = "https://storage-us-east4.api.mailgun.net/v3/domains/mg.example.com/messages/BABE";
    /// for file in messages.stored_at(url).await?.attachments() {
    ///     println!("{:?}", file.name);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn stored_at(&self, url: &str) -> Call<StoredMessage> {
        self.client.call_url(STORED, url)
    }

    /// Returns a stored message as MIME.
    ///
    /// Like [`stored`](Self::stored), with `Accept: message/rfc2822`.
    ///
    /// ```no_run
    /// # async fn example(messages: mailgun::messages::Messages) -> Result<(), mailgun::Error> {
    /// let stored = messages.stored_mime("BABEAAeEDgPUyeFqr-tATLaCfYqyqvLpbg").await?;
    /// println!("{}", stored.body_mime);
    /// # Ok(()) }
    /// ```
    pub fn stored_mime(&self, storage_key: &str) -> Call<StoredMime> {
        as_mime(self.client.call(STORED, &[&self.domain, storage_key]))
    }

    /// Returns a stored message as MIME, from the `storage.url` of an event or a webhook.
    ///
    /// Like [`stored_at`](Self::stored_at), with `Accept: message/rfc2822`.
    pub fn stored_mime_at(&self, url: &str) -> Call<StoredMime> {
        as_mime(self.client.call_url(STORED, url))
    }

    /// Downloads a file of a stored message by its [`url`](crate::StoredFile::url).
    ///
    /// `GET` of the URL, whose host is checked as in [`stored_at`](Self::stored_at). Awaiting the call
    /// returns the bytes. [`Call::stream`] reads a large file piece by piece.
    ///
    /// ```no_run
    /// # async fn example(messages: mailgun::messages::Messages) -> Result<(), mailgun::Error> {
    /// let url = "https://storage-us-east4.api.mailgun.net/v3/domains/mg.example.com/messages/BABE";
    /// for file in messages.stored_at(url).await?.attachments() {
    ///     let mut content = Vec::new();
    ///     messages.stored_file(&file.url).stream().await?.write_to(&mut content).await?;
    /// }
    /// # Ok(()) }
    /// ```
    pub fn stored_file(&self, url: &str) -> Call<Bytes> {
        self.client.call_url_bytes(STORED_FILE, url)
    }

    /// Sends a stored message again, to these recipients.
    ///
    /// `POST /v3/domains/{domain}/messages/{storage_key}`. Retries are those of [`send`](Self::send).
    ///
    /// ```no_run
    /// # async fn example(messages: mailgun::messages::Messages) -> Result<(), mailgun::Error> {
    /// messages.resend("BABEAAeEDgPUyeFqr-tATLaCfYqyqvLpbg", "bob@example.com").await?;
    /// # Ok(()) }
    /// ```
    pub fn resend(&self, storage_key: &str, to: impl Addresses) -> Call<Receipt> {
        self.client.call(RESEND, &[&self.domain, storage_key]).multipart(resend_form(to))
    }

    /// Sends a stored message again, from the `storage.url` of an event or a webhook.
    ///
    /// Like [`resend`](Self::resend), on the storage host, which is checked as in
    /// [`stored_at`](Self::stored_at).
    pub fn resend_at(&self, url: &str, to: impl Addresses) -> Call<Receipt> {
        self.client.call_url(RESEND, url).multipart(resend_form(to))
    }

    /// Returns whether the domain's queues accept mail.
    ///
    /// `GET /v3/domains/{domain}/sending_queues`
    ///
    /// ```no_run
    /// # async fn example(messages: mailgun::messages::Messages) -> Result<(), mailgun::Error> {
    /// if messages.queue_status().await?.regular.is_disabled {
    ///     println!("the queue takes no mail");
    /// }
    /// # Ok(()) }
    /// ```
    pub fn queue_status(&self) -> Call<QueueStatus> {
        self.client.call(QUEUES, &[&self.domain])
    }

    /// Deletes all scheduled and undelivered mail of the domain. This cannot be undone.
    ///
    /// `DELETE /v3/{domain}/envelopes` on the storage host that has the queue. It is not retried if its
    /// outcome is unknown: a retry would delete mail that was queued meanwhile.
    ///
    /// ```no_run
    /// # async fn example(messages: mailgun::messages::Messages) -> Result<(), mailgun::Error> {
    /// use mailgun::messages::StorageHost;
    ///
    /// messages.clear_queue(StorageHost::EUROPE_WEST1).await?;
    /// # Ok(()) }
    /// ```
    pub fn clear_queue(&self, host: impl Into<StorageHost>) -> Call<Confirmation> {
        let host = host.into().0;
        self.client.call_at(CLEAR_QUEUE, &host, &[&self.domain])
    }
}

/// Checks a key, which becomes a part of a Message-Id.
pub fn check_key(key: &str) -> Result<(), Error> {
    let is_usable = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if key.is_empty() || key.len() > 64 || !key.bytes().all(is_usable) {
        let reason = "is not 1 to 64 letters, digits, `-`, `_` or `.`";
        return Err(Error::invalid("key", reason));
    }
    Ok(())
}

fn as_mime(call: Call<StoredMime>) -> Call<StoredMime> {
    call.header("accept", "message/rfc2822")
}

fn resend_form(to: impl Addresses) -> Form {
    let mut form = Form::new();
    match to.into_mailboxes() {
        Ok(list) if list.is_empty() => form.record_error(Error::invalid("to", "is an empty list")),
        Ok(list) => form.text("to", list.joined()),
        Err(error) => form.record_error(error.in_parameter("to")),
    };
    form
}

/// A host that stores messages and queues.
///
/// ```
/// use mailgun::messages::StorageHost;
///
/// let known = StorageHost::EUROPE_WEST1;
/// let named = StorageHost::from("storage-europe-west1.api.mailgun.net");
/// assert_eq!(known, named);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StorageHost(std::borrow::Cow<'static, str>);

impl StorageHost {
    /// `storage-us-east4.api.mailgun.net`
    pub const US_EAST4: Self = Self::known("https://storage-us-east4.api.mailgun.net");
    /// `storage-us-west1.api.mailgun.net`
    pub const US_WEST1: Self = Self::known("https://storage-us-west1.api.mailgun.net");
    /// `storage-europe-west1.api.mailgun.net`
    pub const EUROPE_WEST1: Self = Self::known("https://storage-europe-west1.api.mailgun.net");

    const fn known(url: &'static str) -> Self {
        Self(std::borrow::Cow::Borrowed(url))
    }
}

/// Takes a host name, or the base URL of a test server. The call checks whether the host may see the
/// API key.
impl From<&str> for StorageHost {
    fn from(host: &str) -> Self {
        let host = host.trim().trim_end_matches('/');
        let url = if host.contains("://") { host.to_owned() } else { format!("https://{host}") };
        Self(url.into())
    }
}

impl From<String> for StorageHost {
    fn from(host: String) -> Self {
        host.as_str().into()
    }
}
