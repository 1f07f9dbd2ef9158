//! This SDK, as an application uses it.

use std::{
    convert::Infallible,
    hint::black_box,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use mailgun::{
    Body, Client, Mailgun,
    http::{HeaderMap, Request, Response},
    messages::{Attachment, Batch, Message, Messages},
};
use tower::service_fn;

use super::Peer;
use crate::{
    Result,
    fixtures::{
        BATCH_SUBJECT, DOMAIN, FILENAME, FROM, KEY, Load, RECEIPT, Recipient, SUBJECT, TO, html,
        text,
    },
};

/// Sends messages with one load.
#[derive(Clone, Debug)]
pub struct Sender {
    messages: Messages,
    load: Load,
}

/// Encodes messages with one load as requests and drops them.
#[derive(Clone, Debug)]
pub struct Encoder(Sender);

impl Sender {
    /// Sends the simple message with `messages`.
    pub fn new(messages: Messages) -> Self {
        Self { messages, load: Load::Simple }
    }

    /// Sends to a server at `base_url`, with the default stack.
    ///
    /// # Errors
    ///
    /// Returns an error if the URL is invalid.
    pub fn connected(base_url: &str) -> Result<Self> {
        let mailgun = Mailgun::builder(KEY).base_url(base_url).build()?;
        Ok(Self::new(mailgun.messages(DOMAIN)))
    }

    /// Sends messages with `load` over the same connections.
    pub fn with(&self, load: Load) -> Self {
        Self { messages: self.messages.clone(), load }
    }
}

impl Encoder {
    /// Encodes messages with `load`.
    ///
    /// # Errors
    ///
    /// Returns an error if the client cannot be built.
    pub fn new(load: Load) -> Result<Self> {
        let accepted = service_fn(|request: Request<Body>| async move {
            black_box(request);
            Ok::<_, Infallible>(receipt())
        });
        let client = Client::from_service("https://api.mailgun.net", accepted)?;
        Ok(Self(Sender { messages: Messages::new(&client, DOMAIN), load }))
    }
}

fn receipt() -> Response<Full<Bytes>> {
    Response::new(Full::new(Bytes::from_static(RECEIPT.as_bytes())))
}

fn simple() -> Message {
    Message::new()
        .from(FROM)
        .to(TO)
        .subject(SUBJECT)
        .text(text())
        .html(html())
        .tag("receipts")
        .tracking(true)
}

fn batch(recipients: &[Recipient]) -> Batch {
    Batch::new()
        .from(FROM)
        .subject(BATCH_SUBJECT)
        .text(text())
        .html(html())
        .tag("news")
        .tracking(true)
        .recipients(recipients.iter().map(|one| (&one.address, &one.variables)))
}

/// A message to one recipient.
async fn single(load: &Load) -> Result<Message> {
    Ok(match load {
        Load::Attachment(bytes) => {
            simple().attachment(Attachment::from_bytes(FILENAME, bytes.clone()))
        }
        Load::File(path) => simple().attachment(Attachment::from_path(&**path).await?),
        Load::Simple | Load::Batch(_) => simple(),
    })
}

/// Describes a message, sends it and decodes the receipt.
impl Peer for Sender {
    async fn once(&self) -> Result<()> {
        if let Load::Batch(recipients) = &self.load {
            let report = self.messages.send_batch(batch(recipients)).await?;
            return if report.is_complete() { Ok(()) } else { Err("not all were accepted".into()) };
        }
        black_box(self.messages.send(single(&self.load).await?).await?);
        Ok(())
    }
}

/// Describes a message, builds the request and drops it. A file is read to its end.
impl Peer for Encoder {
    async fn once(&self) -> Result<()> {
        let Self(sender) = self;
        if let Load::Batch(_) = &sender.load {
            // A batch describes its next call only after the last one was accepted.
            return sender.once().await;
        }
        let request = sender.messages.send(single(&sender.load).await?).into_request()?;
        if let Load::File(_) = &sender.load {
            drain(request.into_body()).await?;
        } else {
            black_box(request);
        }
        Ok(())
    }
}

/// Reads a body to its end.
///
/// # Errors
///
/// Returns an error if the body breaks off.
pub async fn drain(mut body: Body) -> Result<(), mailgun::Error> {
    while let Some(frame) = body.frame().await {
        black_box(frame?);
    }
    Ok(())
}

/// The headers and the encoded body of a message with `load`.
///
/// # Errors
///
/// Returns an error if the message is invalid.
pub async fn encoded(load: &Load) -> Result<(HeaderMap, Bytes)> {
    let sent = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&sent);
    let recorder = service_fn(move |request: Request<Body>| {
        let seen = Arc::clone(&seen);
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some((parts.headers, body));
            Ok::<_, mailgun::Error>(receipt())
        }
    });
    let client = Client::from_service("https://api.mailgun.net", recorder)?;
    Sender { messages: Messages::new(&client, DOMAIN), load: load.clone() }.once().await?;
    let sent = sent.lock().unwrap_or_else(PoisonError::into_inner).take();
    sent.ok_or_else(|| "nothing was sent".into())
}
