//! Signed requests for tests of your handlers.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use mailgun::webhooks::receive::{InboundMail, SigningKey, Verified, Verifier, testing};
//!
//! let key = SigningKey::new("test")?;
//! let request = testing::InboundForm::new()
//!     .field("recipient", "support@mg.example.com")
//!     .field("sender", "bob@example.com")
//!     .field("body-plain", "Help!")
//!     .attachment("log.txt", "text/plain", "error")
//!     .sign(&key);
//!
//! let verified: Verified<InboundMail> =
//!     Verifier::new(key).receive(&request.content_type, request.body).await?;
//! assert_eq!(verified.payload().body_plain(), Some("Help!"));
//! # Ok(()) }
//! ```

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use mailgun_core::{Fields, Timestamp, bytes::Bytes};
use serde_json::{Value, json};

use super::{Attachment, Signature, SigningKey};

/// Signs a timestamp and a token as Mailgun does.
pub fn sign(key: &SigningKey, timestamp: &str, token: &str) -> Signature {
    Signature {
        timestamp: timestamp.to_owned(),
        token: token.to_owned(),
        signature: key.sign(timestamp, token),
        parent_signature: None,
    }
}

/// Makes a signature of the current time, with a token that is unique in this process.
pub fn sign_now(key: &SigningKey) -> Signature {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let micros = Timestamp::now().as_micros();
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    sign(key, &(micros / 1_000_000).to_string(), &format!("{micros:018x}{number:032x}"))
}

/// A request as Mailgun posts it.
///
/// `Debug` does not show the body.
#[derive(Clone)]
#[non_exhaustive]
pub struct SignedRequest {
    /// The value of its `Content-Type` header.
    pub content_type: String,
    /// Its body.
    pub body: Bytes,
}

impl SignedRequest {
    /// Makes the request of an event, signed now. `event` is its `event-data`.
    pub fn event(key: &SigningKey, event: &Value) -> Self {
        Self::event_with(&sign_now(key), event)
    }

    /// Makes the request of an event with this signature.
    pub fn event_with(signature: &Signature, event: &Value) -> Self {
        let body = json!({ "signature": signature, "event-data": event });
        Self { content_type: "application/json".to_owned(), body: body.to_string().into() }
    }
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { content_type, body } = self;
        write!(f, "SignedRequest({content_type:?}, {} bytes)", body.len())
    }
}

/// A form, as Mailgun posts inbound mail, and events before 2018. With an attachment it is multipart.
#[derive(Clone, Debug, Default)]
#[must_use = "call `sign` to make a request"]
pub struct InboundForm {
    fields: Fields,
    attachments: Vec<Attachment>,
}

impl InboundForm {
    /// Creates a form without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field.
    pub fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.append(name.into(), value.into());
        self
    }

    /// Adds a file as the next of the fields `attachment-1`, `attachment-2` and so on.
    pub fn attachment(
        mut self,
        filename: impl Into<String>,
        content_type: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> Self {
        self.attachments.push(Attachment {
            field: format!("attachment-{}", self.attachments.len() + 1),
            filename: filename.into(),
            content_type: content_type.into(),
            bytes: bytes.into(),
        });
        self
    }

    /// Makes the request, signed now. If there are attachments, adds the field `attachment-count` unless
    /// it is set.
    pub fn sign(self, key: &SigningKey) -> SignedRequest {
        self.with(&sign_now(key))
    }

    /// Makes the request with this signature.
    pub fn with(self, signature: &Signature) -> SignedRequest {
        let Self { mut fields, attachments } = self;
        if !attachments.is_empty() && fields.get("attachment-count").is_none() {
            fields.append("attachment-count", attachments.len());
        }
        let Signature { timestamp, token, signature, parent_signature } = signature;
        fields.append("timestamp", timestamp.as_str());
        fields.append("token", token.as_str());
        fields.append("signature", signature.as_str());
        if let Some(parent) = parent_signature {
            fields.append("parent-signature", parent.as_str());
        }
        if attachments.is_empty() {
            let content_type = "application/x-www-form-urlencoded".to_owned();
            return SignedRequest { content_type, body: fields.to_query().into() };
        }
        let boundary = format!("----{:x}", Timestamp::now().as_micros());
        let mut body = Vec::new();
        let mut part = |head: String, content: &[u8]| {
            let head = format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        };
        for (name, value) in fields.iter() {
            part(format!("name=\"{}\"", escaped(name)), value);
        }
        for Attachment { field, filename, content_type, bytes } in &attachments {
            let filename = escaped(filename);
            let head = format!(
                "name=\"{field}\"; filename=\"{filename}\"\r\nContent-Type: {content_type}"
            );
            part(head, bytes);
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let content_type = format!("multipart/form-data; boundary={boundary}");
        SignedRequest { content_type, body: body.into() }
    }
}

fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
